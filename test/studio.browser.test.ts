/**
 * The whole job in the studio's page, in Chromium, from a folder to exported tables: what a user clicks, and what
 * must come out of it. Pictures go to the folder that KARYON_SCREENSHOTS names.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulate } from "../src/api/simulatemovie.js";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { formatModelDescription } from "../src/model/modelfile.js";
import { bin } from "./commandline.js";
import { quickModel } from "./quickmodel.js";
import {
  chromiumPath,
  circleRound,
  clickImage,
  drag,
  freePlace,
  labelAtPlace,
  labelsOf,
  launchChromium,
  objectsIn,
  settled,
  startedStudio,
  type StartedStudio,
  type WatchedPage,
  watchedPage,
} from "./studiodriver.js";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "karyon-studio-job-")));
const pictures = process.env["KARYON_SCREENSHOTS"] ?? join(folder, "pictures");
const out = join(folder, "movie-karyon");
/** A machine may be slow, ms. */
const patience = 120_000;

/** A movie with divisions, and a network that was kept beside it. */
async function prepare(): Promise<void> {
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
  mkdirSync(join(folder, "movie"));
  for (let t = 0; t < movie.frames; t++) {
    const { height, width, data } = movie.image(t);
    const bytes = encodeTiff([{ height, width, samples: 1, data: Uint8Array.from(data) }]);
    writeFileSync(join(folder, "movie", `t00${t}.tif`), bytes);
  }
  const { onnx, description } = await quickModel();
  const kept = join(out, "models", "small");
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, "model.onnx"), onnx);
  writeFileSync(join(kept, "model.json"), formatModelDescription(description));
}

describe.skipIf(chromiumPath === undefined)("the studio", { timeout: 2 * patience }, () => {
  let browser: Browser;
  let studio: StartedStudio;
  let watched: WatchedPage;
  let page: Page;
  let hasFailed = false;
  const shown = (name: string): Promise<void> => watched.picture(name);

  /** A part of the job; those after one that failed are left out. */
  const step = (name: string, work: () => Promise<void>): void =>
    it(name, async ({ skip }) => {
      if (hasFailed) skip();
      hasFailed = true;
      try {
        await work();
      } catch (error) {
        await shown("failed");
        throw error;
      }
      hasFailed = false;
    });
  const button = (name: string | RegExp, exact = true) => page.getByRole("button", { name, exact });
  const toView = (name: string): Promise<void> =>
    page.getByRole("navigation", { name: "Views" }).getByRole("button", { name }).click();
  /** Waits for the end of the work, and for what it was to make. @throws Error with what the page says of it */
  const done = async (...stages: readonly string[]): Promise<void> => {
    for (const stage of stages)
      await page
        .locator(".stages li.fresh", { hasText: stage })
        .or(page.locator(".jobbar .bad"))
        .first()
        .waitFor();
    const bad = page.locator(".jobbar .bad");
    if ((await bad.count()) > 0) throw new Error(await bad.innerText());
    await page.getByLabel("Work", { exact: true }).waitFor({ state: "detached" });
  };
  const allSaved = async (): Promise<void> => {
    await page.getByText(/all saved/).first().waitFor();
  };
  const labels = (layer = "annotation", frame = 0) => labelsOf(page, layer, frame);

  beforeAll(async () => {
    await prepare();
    browser = await launchChromium();
    studio = await startedStudio(folder, folder);
    watched = await watchedPage(browser, pictures);
    page = watched.page;
    page.setDefaultTimeout(Number(process.env["PAT"] ?? patience));
  }, patience);
  afterAll(async () => {
    await browser?.close();
    await studio?.end("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });

  step("opens a folder of images, and shows how they are read", async () => {
    await page.goto(studio.address);
    const line = page.getByRole("option").filter({ hasText: "movie" }).filter({ hasText: "images" });
    await line.getByRole("button").first().click();
    await page.getByText("t000.tif").waitFor();
    await shown("01-chosen");
    await button("Open 7 together").click();
    const size = page.getByRole("textbox", { name: "Pixel size" });
    await size.fill("0.5");
    await size.press("Enter");
    const interval = page.getByRole("textbox", { name: "Frame interval" });
    await interval.fill("300");
    await interval.press("Enter");
    await page.waitForFunction(() => true);
    await expect.poll(() => size.inputValue()).toBe("0.5");
    await shown("02-opened");
    await button("Go on: annotate").click();
  });

  step("annotates, with what an option does seen at once", async () => {
    const line = page.getByText(/\d+ of \d+ candidates kept/);
    await line.waitFor();
    await settled(page);
    await shown("03-preview");
    const before = await line.innerText();
    const area = page.getByRole("textbox", { name: "Smallest area" });
    await area.fill("320");
    await area.press("Enter");
    await expect.poll(() => line.innerText(), { timeout: patience }).not.toBe(before);
    await shown("04-changed");
    await area.fill("60");
    await area.press("Enter");
    await button("Annotate all").click();
    await done("Annotated");
    await settled(page);
    await shown("05-annotated");
    expect(existsSync(join(out, "annotation"))).toBe(true);
  });

  step("corrects objects, takes one change back, and keeps the rest over a reload", async () => {
    await toView("Correct");
    const before = await labels();
    const objects = objectsIn(before);
    expect(objects.length).toBeGreaterThan(10);
    // A new object on the background.
    const free = freePlace(before, 8);
    await page.keyboard.press("p");
    await drag(page, [free, { y: free.y + 3, x: free.x + 3 }]);
    await expect.poll(async () => labelAtPlace(await labels(), free)).toBeGreaterThan(objects.length);
    // The largest one cut in two.
    const large = objects[0]!;
    await page.keyboard.press("k");
    await drag(page, [
      { y: large.top - 3, x: large.x },
      { y: large.bottom + 3, x: large.x },
    ]);
    await expect.poll(async () => objectsIn(await labels()).length).toBe(objects.length + 2);
    // Another one deleted.
    const gone = objects[3]!;
    await page.keyboard.press("Escape");
    await clickImage(page, gone, ["Control"]);
    await expect.poll(async () => labelAtPlace(await labels(), gone)).toBeLessThanOrEqual(0);
    // And drawn again, by its outline.
    await page.keyboard.press("3");
    await drag(page, circleRound(gone, 6));
    await expect.poll(async () => labelAtPlace(await labels(), gone)).toBeGreaterThan(0);
    await shown("06-corrected");
    await page.keyboard.press("Control+z");
    await expect.poll(async () => labelAtPlace(await labels(), gone)).toBeLessThanOrEqual(0);
    await button(/Mark as looked through/, false).click();
    await button(/^Looked through/, false).waitFor();
    await allSaved();
    const edited = await labels();
    await shown("07-undone");

    await page.reload();
    await toView("Correct");
    await page.getByText("3 in the annotation").waitFor();
    expect(await labels()).toEqual(edited);
    await button(/^Looked through/, false).waitFor();
    await shown("08-reloaded");
  });

  step("trains on from a network, and ends it early", async () => {
    await toView("Train");
    await page.getByRole("radio", { name: "Segment with small" }).check();
    await page.getByRole("checkbox", { name: "Train on from the chosen network" }).check();
    const steps = page.getByRole("textbox", { name: "At most so many steps" });
    await steps.fill("400");
    await steps.press("Enter");
    await shown("09-to-train");
    await button("Train on").click();
    await page.locator("dl.figures").waitFor();
    await page.getByText(/The network after \d+ steps/).waitFor();
    await settled(page);
    await shown("10-training");
    await button("Finish early").click();
    await done("Trained");
    await shown("11-trained");
    expect(existsSync(join(out, "model", "model.onnx"))).toBe(true);
  });

  step("segments and tracks", async () => {
    const own = page.getByRole("radio", { name: "Segment with model" });
    if (!(await own.isChecked())) await own.check();
    await toView("Track");
    await button("Segment").click();
    await done("Segmented");
    await settled(page);
    await shown("12-segmented");
    await button("Track").click();
    await done("Tracked");
    await settled(page);
    await button("Statistics").click();
    await done("Measured");
    await shown("13-tracked");
  });

  it("says nothing on the console", () => {
    expect(watched.complaints).toEqual([]);
    expect(studio.said()).toBe("");
  });
});
void [bin, readdirSync, readFileSync];
