/** Karyon Studio as a user has it: the program started, a page in Chromium, the mouse in the image. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { simulate } from "../src/api/simulatemovie.js";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { bin } from "./commandline.js";

/** Chromium, whose place KARYON_CHROMIUM names where it is not one of the usual ones; undefined for none. */
export const chromiumPath = [
  process.env["KARYON_CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

/** Starts it. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"] });

/** Writes a movie of 7 frames of 256 x 256 px with about 30 nuclei, some of which divide. */
export async function writeMovie(folder: string): Promise<void> {
  const movie = await simulate({
    scene: "easy",
    height: 256,
    width: 256,
    frames: 7,
    diameter: 22,
    coverage: 0.2,
    cycle: 40,
    mitosis: 5,
    seed: 3,
  });
  mkdirSync(folder);
  for (let t = 0; t < movie.frames; t++) {
    const { height, width, data } = movie.image(t);
    const bytes = encodeTiff([{ height, width, samples: 1, data: Uint8Array.from(data) }]);
    writeFileSync(join(folder, `t00${t}.tif`), bytes);
  }
}

/** The program at work. */
export interface StartedStudio {
  readonly address: string;
  /** Ends it, and waits until it has ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
  /** What it has said on standard error. */
  readonly said: () => string;
}

/** Starts `karyon studio`, and waits for its address. */
export function startedStudio(cwd: string, ...args: readonly string[]): Promise<StartedStudio> {
  const child: ChildProcess = spawn(process.execPath, [bin, "studio", ...args, "--no-open"], { cwd });
  let [out, err] = ["", ""];
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  child.stderr!.on("data", (text: Buffer) => {
    err += String(text);
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`The studio ended with ${code}: ${err}`)));
    child.stdout!.on("data", (text: Buffer) => {
      out += String(text);
      const address = /http:\S+/.exec(out)?.[0];
      if (address !== undefined) resolve({ address, end, said: () => err });
    });
  });
}

/** A page, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, errors of the page, answers of 400 and above, requests that failed. */
  readonly complaints: string[];
  /** Keeps a picture for people who look at them. */
  readonly picture: (name: string) => Promise<void>;
}

/** Opens a page. @param pictures folder for pictures */
export async function watchedPage(browser: Browser, pictures: string): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1500, height: 950 },
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} of ${pathOf(response.url())}`);
  });
  page.on("requestfailed", (request) => {
    // What the page asks for no longer it gives up itself.
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") complaints.push(`${why} of ${pathOf(request.url())}`);
  });
  mkdirSync(pictures, { recursive: true });
  const picture = async (name: string): Promise<void> => {
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  return { page, complaints, picture };
}

const pathOf = (url: string): string => new URL(url).pathname.replace(/[\w-]{32}/, "TOKEN");

/** A place in the image, px. */
export interface ImagePlace {
  readonly y: number;
  readonly x: number;
}

/** Resolves when all that is visible is drawn. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction("globalThis.karyonStudio !== undefined");
  await page.evaluate("globalThis.karyonStudio.settled()");
}

/** Where places of the image are on the page, CSS px. */
export async function onPage(page: Page, places: readonly ImagePlace[]): Promise<[x: number, y: number][]> {
  const box = (await page.locator(".imagehost").boundingBox())!;
  const camera = await page.evaluate<{ y: number; x: number; zoom: number }>(
    "globalThis.karyonStudio.signals.camera.value",
  );
  return places.map(({ y, x }) => [
    box.x + (x - camera.x) * camera.zoom + box.width / 2,
    box.y + (y - camera.y) * camera.zoom + box.height / 2,
  ]);
}

/** Drags the mouse through places of the image. */
export async function drag(page: Page, places: readonly ImagePlace[]): Promise<void> {
  const [first, ...others] = await onPage(page, places);
  await page.mouse.move(...first!);
  await page.mouse.down();
  for (const place of others) await page.mouse.move(...place, { steps: 4 });
  await page.mouse.up();
}

/** Clicks a place of the image. */
export async function clickImage(page: Page, place: ImagePlace, keys: readonly string[] = []): Promise<void> {
  const [[x, y]] = (await onPage(page, [place])) as [[number, number]];
  for (const key of keys) await page.keyboard.down(key);
  await page.mouse.click(x, y);
  for (const key of keys) await page.keyboard.up(key);
}

/** Labels of a frame as the page has them. */
export interface PageLabels {
  readonly height: number;
  readonly width: number;
  readonly data: readonly number[];
}

/** Reads them. */
export async function labelsOf(page: Page, layer: string, frame: number): Promise<PageLabels> {
  await settled(page);
  return page.evaluate<PageLabels>(`(async () => {
    const plane = globalThis.karyonStudio.labelPlane("${layer}", ${frame});
    const { height, width } = plane.size;
    const window = { y: 0, x: 0, height, width };
    await plane.load(window);
    return { height, width, data: Array.from(plane.read(window)) };
  })()`);
}

/** An object of a label image. */
export interface PageObject extends ImagePlace {
  readonly label: number;
  readonly area: number;
  readonly top: number;
  readonly bottom: number;
}

/** Objects, the largest first. */
export function objectsIn({ width, data }: PageLabels): PageObject[] {
  const sums = new Map<number, { area: number; y: number; x: number; top: number; bottom: number }>();
  data.forEach((label, i) => {
    if (label <= 0) return;
    const [y, x] = [Math.floor(i / width), i % width];
    const sum = sums.get(label) ?? { area: 0, y: 0, x: 0, top: y, bottom: y };
    sum.area++;
    sum.y += y;
    sum.x += x;
    sum.bottom = y;
    sums.set(label, sum);
  });
  return [...sums]
    .map(([label, { area, y, x, ...rest }]) => ({ label, area, y: y / area, x: x / area, ...rest }))
    .toSorted((a, b) => b.area - a.area);
}

/** Label at a place. */
export const labelAtPlace = ({ width, data }: PageLabels, { y, x }: ImagePlace): number =>
  data[Math.round(y) * width + Math.round(x)]!;

/** A place with no object within `reach` px, and as far from the border. @throws where there is none */
export function freePlace({ height, width, data }: PageLabels, reach: number): ImagePlace {
  const isFree = (y: number, x: number): boolean => {
    for (let row = y - reach; row <= y + reach; row++)
      for (let column = x - reach; column <= x + reach; column++)
        if (data[row * width + column]! > 0) return false;
    return true;
  };
  for (let y = reach; y < height - reach; y += 2)
    for (let x = reach; x < width - reach; x += 2) if (isFree(y, x)) return { y, x };
  throw new Error(`No place is free within ${reach} px.`);
}

/** Corners of a polygon round a place. */
export const circleRound = ({ y, x }: ImagePlace, radius: number): ImagePlace[] =>
  Array.from({ length: 13 }, (_, i) => ({
    y: y + radius * Math.sin((i * Math.PI) / 6),
    x: x + radius * Math.cos((i * Math.PI) / 6),
  }));
