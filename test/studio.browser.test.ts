/**
 * The whole job in the studio's page, in Chromium, from a folder to exported tables: what a user clicks, and what
 * must come out of it. Pictures go to the folder that KARYON_SCREENSHOTS names.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
  type PageLabels,
  settled,
  startedStudio,
  type StartedStudio,
  type WatchedPage,
  watchedPage,
  writeMovie,
} from "./studiodriver.js";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "karyon-studio-job-")));
const pictures = process.env["KARYON_SCREENSHOTS"] ?? join(folder, "pictures");
const out = join(folder, "movie-karyon");
/** A machine may be slow, ms. */
const patience = 120_000;

/** A movie with divisions, and a network that was kept beside it. */
async function prepare(): Promise<void> {
  await writeMovie(join(folder, "movie"));
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
  const button = (name: string | RegExp, exact = true): Locator => page.getByRole("button", { name, exact });
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
    await page
      .getByText(/all saved/)
      .first()
      .waitFor();
  };
  const labels = (layer = "annotation", frame = 0): Promise<PageLabels> => labelsOf(page, layer, frame);

  beforeAll(async () => {
    await prepare();
    browser = await launchChromium();
    studio = await startedStudio(folder, folder);
    watched = await watchedPage(browser, pictures);
    page = watched.page;
    page.setDefaultTimeout(patience);
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
    // What was trained last segments.
    await page.locator("input:checked[aria-label='Segment with model']").waitFor();
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

  /** Divisions that the gallery shows. */
  const divisions = (): Locator => page.locator(".gallery article").filter({ hasText: "probability" });
  const refuseFirst = async (): Promise<void> => {
    const before = await divisions().count();
    await divisions().first().getByRole("button", { name: "Refuse" }).click();
    await expect.poll(() => divisions().count(), { timeout: patience }).toBe(before - 1);
  };

  step("refuses a division, and counts again what that makes stale", async () => {
    await divisions().first().waitFor();
    expect(await divisions().count()).toBeGreaterThan(1);
    await refuseFirst();
    await page.locator(".stages li.stale", { hasText: "Measured" }).waitFor();
    await page.getByText("The statistics are older than the last change").waitFor();
    await settled(page);
    await shown("14-refused");
    await button("Statistics").click();
    await done("Measured");
    expect(watched.complaints).toEqual([]);
    expect(studio.said()).toBe("");
  });

  step("loses nothing when the server is killed after an edit", async () => {
    await refuseFirst();
    await page.locator("summary", { hasText: "Edits" }).click();
    await page.getByText(/2 in the tracks; all saved/).waitFor();
    const left = await divisions().count();
    const tracks = await labels("tracks", 3);
    await studio.end("SIGKILL");
    await page.getByRole("alert").filter({ hasText: "does not answer" }).waitFor();
    await shown("15-killed");
    watched.complaints.length = 0;
    studio = await startedStudio(folder, out);
    await page.goto(studio.address);
    await button(/^Go on: /, false).waitFor();
    await shown("16-again");
    watched.complaints.length = 0;
    await toView("Track");
    await expect.poll(() => divisions().count(), { timeout: patience }).toBe(left);
    expect(await labels("tracks", 3)).toEqual(tracks);
    await page.locator(".stages li.stale", { hasText: "Measured" }).waitFor();
    await button("Statistics").click();
    await done("Measured");
    await shown("17-measured");
  });

  step("exports files that hold what was done", async () => {
    await toView("Explore");
    await settled(page);
    await page.locator(".explore-table [role=row]").nth(3).waitFor();
    await shown("18-explored");
    await page.getByRole("tab", { name: "Statistics" }).click();
    await page.locator(".explore-plots table.facts").waitFor();
    await shown("19-statistics");
    await page.getByRole("tab", { name: "Export" }).click();
    const formats = page.getByRole("region", { name: "Formats" });
    for (const title of [/RoiSet/, /CSV of objects/])
      await formats.getByRole("checkbox", { name: title }).first().check();
    await button("Export").click();
    const files = page.getByRole("region", { name: "Exported files" });
    await files.getByRole("link").nth(1).waitFor();
    await page.getByLabel("Work", { exact: true }).waitFor({ state: "detached" });
    await shown("20-exported");
    const names = await files.getByRole("link").allInnerTexts();
    for (const name of names) {
      const coming = page.waitForEvent("download");
      await files.getByRole("link", { name, exact: true }).click();
      const bytes = readFileSync(await (await coming).path());
      if (name.endsWith(".zip")) expect(bytes.subarray(0, 2).toString()).toBe("PK");
      else expect(bytes.toString().split("\n").length).toBeGreaterThan(100);
    }
  });

  step("gives the file and the command that do the same", async () => {
    await button("karyon.yaml").click();
    const text = page.locator("pre.code");
    await expect.poll(() => text.innerText()).toContain("npx karyon run");
    await shown("21-configuration");
    const coming = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    const file = await (await coming).path();
    const kept = readFileSync(file, "utf8");
    expect(kept).toContain("pixelSize: 0.5");
    await page.keyboard.press("Escape");
    const before = readFileSync(join(out, "tracks", "tracks.csv"), "utf8");
    const model = statSync(join(out, "model", "model.onnx")).mtimeMs;
    const config = join(folder, "karyon.yaml");
    writeFileSync(config, kept);
    const args = ["run", join(folder, "movie"), "-o", out, "--config", config];
    const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
    expect(status).toBe(0);
    for (const stage of [
      "annotate",
      "correctAnnotation",
      "train",
      "segment",
      "track",
      "correctTracks",
      "analyse",
    ])
      expect(stderr).toMatch(new RegExp(`^${stage}: .*\\(finished before\\)$`, "m"));
    expect(stderr).toMatch(/^correctTracks: 2 edits of 2 applied/m);
    expect(readFileSync(join(out, "tracks", "tracks.csv"), "utf8")).toBe(before);
    expect(statSync(join(out, "model", "model.onnx")).mtimeMs).toBe(model);
    await shown("22-after-the-command");
  });

  step("has said nothing on the console", () => {
    expect(watched.complaints).toEqual([]);
    expect(studio.said()).toBe("");
    return Promise.resolve();
  });
});
