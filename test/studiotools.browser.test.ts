/**
 * Each tool of the studio once, with the mouse and by key, in a real browser; the labels are then read as the
 * server gives them. Needs Chromium, whose place KARYON_CHROMIUM names where it is not one of the usual ones.
 */
import { existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StudioHooks } from "../app/src/viewer/viewerbench.js";
import { simulate } from "../src/api/simulatemovie.js";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { resolveConfig } from "../src/pipeline/config/config.js";
import { run } from "../src/pipeline/run/run.js";
import { correctionRoutes } from "../src/server/corrections/correctionroutes.js";
import { withCorrections } from "../src/server/corrections/projectcorrections.js";
import { jobRoutes } from "../src/server/jobs/jobroutes.js";
import { withJobs } from "../src/server/jobs/projectjobs.js";
import { storedParts } from "../src/server/studio/storedparts.js";
import { startStudio, type StudioServer } from "../src/server/studio/studioserver.js";
import { discard } from "./studioproject.js";

const program = [
  process.env["KARYON_CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

const minutes = 60_000;
const [edge, frames, tile] = [160, 3, 1024];
const quick = {
  general: { threads: 1, seed: 5 },
  train: {
    steps: 150,
    batch: 4,
    patch: 48,
    filters: 8,
    depth: 2,
    nucleusSize: 24,
    learningRate: 3e-3,
    validation: 0.2,
  },
};

type Place = readonly [y: number, x: number];

describe.skipIf(program === undefined)("tools of the studio in Chromium", () => {
  let root = "";
  let server: StudioServer;
  let browser: Browser;
  let page: Page;
  let project = "";
  const complaints: string[] = [];

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "karyon-tools-")));
    mkdirSync(join(root, "movie"));
    const movie = await simulate({
      ...{ scene: "easy", height: edge, width: edge, frames, diameter: 20, coverage: 0.3, seed: 3 },
    });
    for (let t = 0; t < frames; t++) {
      const { height, width, data } = movie.image(t);
      const plane = { height, width, samples: 1, data: data as Uint8Array };
      writeFileSync(join(root, "movie", `t${t}.tif`), encodeTiff([plane]));
    }
    const out = join(root, "run");
    await run({ inputs: [join(root, "movie")], out, config: resolveConfig(quick, "test"), overwrite: false });
    server = await startStudio({
      roots: [root],
      port: 0,
      allowedOrigins: [],
      partsOf: withJobs(withCorrections(storedParts)),
      routes: [correctionRoutes, jobRoutes],
    });
    browser = await chromium.launch({ executablePath: program!, args: ["--no-sandbox"] });
    const opened = await fetch(`${api()}/projects`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Origin: new URL(server.address).origin },
      body: JSON.stringify({ run: out }),
    });
    project = ((await opened.json()) as { readonly id: string }).id;
  }, 5 * minutes);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    discard(root);
  });
  beforeEach(async () => {
    complaints.length = 0;
    page = await browser.newPage({ viewport: { width: 1300, height: 900 } });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(`${server.address}#project=${project}`);
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const api = (): string => {
    const { origin, pathname } = new URL(server.address);
    return `${origin}/api${pathname.replace(/\/$/, "")}`;
  };
  /** A layer as the server gives it. */
  async function labels(layer: string, frame = 0): Promise<Int32Array> {
    const url = `${api()}/projects/${project}/zarr/0/labels/${layer}/0/${frame}/0/0`;
    const bytes = inflateSync(new Uint8Array(await (await fetch(url)).arrayBuffer()));
    const padded = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const side = Math.min(tile, Math.sqrt(padded.length));
    return Int32Array.from(
      { length: edge * edge },
      (_, i) => padded[Math.floor(i / edge) * side + (i % edge)]!,
    );
  }
  const at = (image: Int32Array, [y, x]: Place): number => image[Math.round(y) * edge + Math.round(x)]!;
  const objects = (image: Int32Array): number => new Set(image.filter((label) => label > 0)).size;
  /** The middle of an object that lies well within the frame. */
  function middleOf(image: Int32Array, wanted?: number): Place {
    const sums = new Map<number, [n: number, y: number, x: number]>();
    image.forEach((label, i) => {
      const sum = sums.get(label) ?? [0, 0, 0];
      sums.set(label, [sum[0] + 1, sum[1] + Math.floor(i / edge), sum[2] + (i % edge)]);
    });
    for (const [label, [n, y, x]] of sums) {
      const [cy, cx] = [y / n, x / n];
      const isWithin = Math.min(cy, cx) > 40 && Math.max(cy, cx) < edge - 40;
      if (label > 0 && (wanted === undefined ? isWithin : label === wanted)) return [cy, cx];
    }
    throw new Error("There is no such object.");
  }
  /** A place around which nothing lies. */
  function freePlace(image: Int32Array): Place {
    for (let y = 20; y < edge - 20; y += 2)
      for (let x = 20; x < edge - 20; x += 2) {
        const isFree = Array.from({ length: 121 }, (_, i) =>
          at(image, [y - 5 + (i % 11), x - 5 + Math.floor(i / 11)]),
        );
        if (isFree.every((label) => label === 0)) return [y, x];
      }
    throw new Error("There is no free place.");
  }

  const hooks = <T>(read: (studio: StudioHooks) => T): Promise<T> =>
    page.evaluate<T>(`(${read.toString()})(globalThis.karyonStudio)`);
  async function open(view: string): Promise<void> {
    await page.getByRole("button", { name: view }).first().click();
    // A function: the page's policy forbids text that is run.
    await page.waitForFunction(() => {
      const { karyonStudio } = globalThis as { karyonStudio?: StudioHooks };
      return (karyonStudio?.signals.shownFrame.peek() ?? -1) >= 0;
    });
    await hooks((studio) => studio.settled());
  }
  async function onPage([y, x]: Place): Promise<readonly [x: number, y: number]> {
    const camera = await hooks((studio) => studio.signals.camera.peek()!);
    const box = (await page.locator(".imagehost").boundingBox())!;
    return [
      box.x + box.width / 2 + (x - camera.x) * camera.zoom,
      box.y + box.height / 2 + (y - camera.y) * camera.zoom,
    ];
  }
  /** Drags along places, or clicks on one, with keys held; then waits until all is saved. */
  async function drag(
    places: readonly Place[],
    held: readonly string[] = [],
    button: "left" | "right" = "left",
  ): Promise<void> {
    for (const key of held) await page.keyboard.down(key);
    const [first, ...others] = await Promise.all(places.map(onPage));
    await page.mouse.move(...first!);
    await page.mouse.down({ button });
    for (const to of others) await page.mouse.move(...to, { steps: 5 });
    await page.mouse.up({ button });
    for (const key of held) await page.keyboard.up(key);
    await saved();
  }
  async function saved(): Promise<void> {
    await page.waitForTimeout(150);
    await page.getByText("all saved").waitFor({ state: "attached" });
  }
  async function key(name: string): Promise<void> {
    await page.keyboard.press(name);
    await saved();
  }
  const selected = (): Promise<readonly number[]> =>
    hooks((studio) => Array.from(studio.signals.selection.peek()));

  it(
    "changes masks by every tool, and undoes all of it",
    async () => {
      await open("Correct");
      const before = await labels("labels");
      const [y, x] = middleOf(before);
      const label = at(before, [y, x]);
      const across = (dy: number, dx: number): Place[] => [
        [y - dy, x - dx],
        [y + dy, x + dx],
      ];
      const after = (): Promise<Int32Array> => labels("labels");
      let edits = 0;
      const step = async (
        name: string,
        act: () => Promise<void>,
        holds: (now: Int32Array) => boolean,
      ): Promise<void> => {
        await act();
        edits++;
        expect(holds(await after()), name).toBe(true);
      };
      const free = freePlace(before);
      await key("p");
      await step(
        "paint",
        () => drag([free, [free[0], free[1] + 1]]),
        (now) => at(now, free) > 0,
      );
      await step(
        "erase with Alt",
        () => drag([free], ["Alt"]),
        (now) => at(now, free) === 0,
      );
      await key("1");
      await step(
        "erase",
        () => drag([[y, x]]),
        (now) => at(now, [y, x]) === 0,
      );
      await key("4");
      await step(
        "fill",
        () => drag([[y, x]]),
        (now) => at(now, [y, x]) === label,
      );
      await key("3");
      const corner = (dy: number, dx: number): Place => [free[0] + dy, free[1] + dx];
      await step(
        "outline",
        () => drag([corner(-4, -4), corner(-4, 4), corner(4, 4), corner(4, -4), corner(-3, -4)]),
        (now) => at(now, free) > 0,
      );
      await key("k");
      await step(
        "split",
        () => drag(across(18, 0)),
        (now) => at(now, [y, x - 5]) !== at(now, [y, x + 5]),
      );
      await key("s");
      await drag([[y, x - 5]]);
      await step(
        "merge",
        () => drag([[y, x + 5]], ["Alt"]),
        (now) => at(now, [y, x - 5]) === at(now, [y, x + 5]),
      );
      await step(
        "split with Shift",
        () => drag(across(0, 18), ["Shift"]),
        (now) => at(now, [y - 5, x]) !== at(now, [y + 5, x]),
      );
      await step(
        "delete with Ctrl",
        () => drag([[y - 5, x]], ["Control"]),
        (now) => at(now, [y - 5, x]) === 0,
      );
      await drag([free]);
      const [chosen] = await selected();
      expect(chosen).toBe(at(await after(), free));
      await step(
        "copy to the next frame",
        () => key("Control+Shift+ArrowRight"),
        () => true,
      );
      expect(await hooks((studio) => studio.signals.frame.peek())).toBe(1);
      const [copied] = await selected();
      expect(at(await labels("labels", 1), free)).toBe(copied);
      await step(
        "delete by key",
        () => key("Delete"),
        () => true,
      );
      expect(at(await labels("labels", 1), free)).not.toBe(copied);
      await page.reload();
      await open("Correct");
      await page.getByText("Copied an object").waitFor();
      for (let i = 0; i < edits; i++) await key("Control+z");
      expect(await after()).toEqual(before);
      expect(await page.locator(".history-list [data-undone=yes]").count()).toBe(edits);
    },
    3 * minutes,
  );

  it(
    "cancels by Escape, changes the brush, and pans with Space in any tool",
    async () => {
      await open("Correct");
      const before = await labels("labels");
      const [y, x] = middleOf(before);
      const brush = (): Promise<string | null> => page.locator(".brushsize output").textContent();
      await key("p");
      const size = await brush();
      await key("]");
      expect(await brush()).not.toBe(size);
      await key("[");
      const camera = await hooks((studio) => studio.signals.camera.peek()!);
      await drag(
        [
          [y, x],
          [y + 10, x + 10],
        ],
        ["Space"],
      );
      expect((await hooks((studio) => studio.signals.camera.peek()!)).y).toBeCloseTo(camera.y - 10, 0);
      await key("3");
      await drag([[y, x]]);
      await key("Escape");
      await key("Enter");
      await key("Escape");
      await drag([[y, x]]);
      expect(await selected()).toEqual([at(before, [y, x])]);
      expect(await labels("labels")).toEqual(before);
    },
    2 * minutes,
  );

  it(
    "deletes what a lasso encircles, in one edit, and goes through the queue",
    async () => {
      await open("Correct");
      const before = await labels("labels");
      await page.getByRole("button", { name: /^Lasso/ }).click();
      await drag([
        [2, 2],
        [2, edge - 3],
        [edge - 3, edge - 3],
        [edge - 3, 2],
        [3, 2],
      ]);
      expect((await selected()).length).toBeGreaterThan(5);
      await key("Delete");
      expect(objects(await labels("labels"))).toBeLessThan(objects(before) - 5);
      await page.getByText("Tracked: stale").waitFor();
      await key("Control+z");
      expect(await labels("labels")).toEqual(before);
      await key("Escape");
      await page.locator(".review-list button").first().waitFor();
      await key("n");
      expect(await selected()).toHaveLength(1);
    },
    2 * minutes,
  );

  it(
    "ignores a region and accepts a rejected candidate in the annotation",
    async () => {
      await open("Correct");
      await page.getByText("Annotation (training set)").click();
      const before = await labels("annotation");
      const free = freePlace(before);
      const corner = (dy: number, dx: number): Place => [free[0] + dy, free[1] + dx];
      await key("i");
      await drag([corner(-4, -4), corner(-4, 4), corner(4, 4), corner(4, -4), corner(-3, -4)]);
      expect(at(await labels("annotation"), free)).toBe(-1);
      await key("Control+z");
      const candidates = await labels("candidates");
      const rejected = candidates.findIndex((label, i) => label > 0 && before[i]! <= 0);
      if (rejected >= 0) {
        await key("a");
        await page.waitForTimeout(800);
        await drag([[Math.floor(rejected / edge), rejected % edge]]);
        expect((await labels("annotation"))[rejected]).toBeGreaterThan(0);
        await key("Control+z");
      }
      expect(await labels("annotation")).toEqual(before);
    },
    2 * minutes,
  );

  it(
    "walks along a track, cuts it, and undoes that",
    async () => {
      await open("Segment and track");
      const tracks = (): Promise<readonly number[]> =>
        hooks((studio) => Array.from(studio.signals.selectedTracks.peek()));
      const tree = page.locator(".tree svg");
      await drag([middleOf(await labels("tracks"))]);
      await tree.waitFor();
      const [track] = await tracks();
      await key("ArrowDown");
      expect(await hooks((studio) => studio.signals.frame.peek())).toBe(1);
      expect(await tracks()).toEqual([track]);
      const spots = await tree.locator(".hit").first().getAttribute("aria-label");
      await key("b");
      await page.waitForFunction(
        (old) => document.querySelector(".tree .hit")?.getAttribute("aria-label") !== old,
        spots,
      );
      await page.getByText("Measured: stale").waitFor();
      await key("Control+z");
      await page.waitForFunction(
        (old) => document.querySelector(".tree .hit")?.getAttribute("aria-label") === old,
        spots,
      );
      expect(await tracks()).toEqual([track]);
      await key("Shift+D");
      await page.getByText("Select a nucleus to see").waitFor();
      await key("Control+z");
      await tree.waitFor();
    },
    2 * minutes,
  );
});
