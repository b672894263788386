// The image view of the studio in Chromium with software rendering, beside a page of viv in the same run.
//
//   node bench/studio.js                    simulates a movie of 2048 x 2048 px with 3,900 nuclei a frame first
//   node bench/studio.js RUN [--mosaic RUN] on runs that are there: a movie, and an image of 60,000 nuclei
//
// CHROMIUM names the browser; /usr/bin/chromium is the default. viv and deck.gl are installed into a temporary
// folder; where that fails the bench says so and leaves them out.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { buildVivPage, measureViv } from "./peers/vivpage/vivbench.js";

const cli = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));
const args = process.argv.slice(2);
const mosaic = args.includes("--mosaic") ? args[args.indexOf("--mosaic") + 1] : undefined;
const given = args.find((arg, i) => !arg.startsWith("--") && args[i - 1] !== "--mosaic");
const work = mkdtempSync(join(tmpdir(), "karyon-studio-bench-"));
const screen = { width: 1600, height: 1000 };

const sorted = (values) => values.toSorted((a, b) => a - b);
const median = (values) => sorted(values)[Math.floor(values.length / 2)] ?? NaN;
const best = (values) => Math.min(...values);
const text = (values) => `${best(values).toFixed(0)} / ${median(values).toFixed(0)}`;

function karyon(...parameters) {
  const { status, stderr } = spawnSync(process.execPath, [cli, ...parameters], { encoding: "utf8" });
  if (status !== 0) throw new Error(`karyon ${parameters.join(" ")}: ${stderr}`);
}

/** A run on a movie of 6 frames. What is drawn are the true outlines: a network need not be trained for them. */
function makeRun() {
  const [movie, run] = [join(work, "movie"), join(work, "run")];
  karyon("simulate", "-o", movie, "--frames", "6", "--size", "2048", "--diameter", "24", "--bits", "16");
  karyon("run", join(movie, "01"), "-o", run, "--steps", "15");
  for (const frame of ["000", "001", "002", "003", "004", "005"])
    copyFileSync(join(movie, "01_GT", "SEG", `man_seg${frame}.tif`), join(run, "labels", `t${frame}.tif`));
  return run;
}

/** The studio on a run. */
async function startStudio(run) {
  const child = spawn(process.execPath, [cli, "studio", run, "--no-open", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\S+/.exec(line)?.[0];
    if (url !== undefined) return { url, close: () => child.kill() };
  }
  throw new Error("karyon studio has ended");
}

/** Opens the view that corrects, and waits for its picture. @returns ms since the navigation */
async function openView(page, url) {
  await page.goto(url);
  await page.locator("nav button:not([disabled])", { hasText: "Correct" }).click();
  await page.waitForFunction(() => globalThis.karyonStudio !== undefined);
  return page.evaluate(() => globalThis.karyonStudio.settled().then(() => performance.now()));
}

const zoomTo = (page, zoom) =>
  page.evaluate(async (zoom) => {
    const { signals, settled } = globalThis.karyonStudio;
    signals.camera.value = { y: 1024, x: 1024, zoom };
    await settled();
  }, zoom);

/** Moves the view a little for each picture. @returns ms between pictures */
const pan = (page, zoom) =>
  page.evaluate(async (zoom) => {
    const { signals, lastDraw } = globalThis.karyonStudio;
    const frame = () => new Promise((resolve) => globalThis.requestAnimationFrame(resolve));
    const [between, draws] = [[], []];
    let last = await frame();
    for (let i = 0; i < 60; i++) {
      const angle = (i / 60) * 2 * Math.PI;
      signals.camera.value = { y: 1024 + 100 * Math.sin(angle), x: 1024 + 100 * Math.cos(angle), zoom };
      const now = await frame();
      between.push(now - last);
      draws.push(lastDraw());
      last = now;
    }
    return { between: between.slice(2), draws: draws.slice(2) };
  }, zoom);

/** Shows frames one after another. @returns ms until each is on the screen as it is */
const showFrames = (page, frames) =>
  page.evaluate(async (frames) => {
    const { signals, settled } = globalThis.karyonStudio;
    const times = [];
    for (const frame of frames) {
      const start = performance.now();
      signals.frame.value = frame;
      await settled();
      times.push(performance.now() - start);
    }
    return times;
  }, frames);

/** Colours all objects by one feature after another. @returns ms until they are on the screen */
const recolour = (page, keys) =>
  page.evaluate(async (keys) => {
    const { signals, settled } = globalThis.karyonStudio;
    const times = [];
    for (const key of keys) {
      const start = performance.now();
      signals.colourBy.value = { key };
      await settled();
      times.push(performance.now() - start);
    }
    signals.colourBy.value = undefined;
    return times;
  }, keys);

/** A stroke of the brush. @returns ms from each move of the pointer to its picture */
async function paint(page) {
  await page.evaluate(() => {
    globalThis.strokeTimes = [];
    globalThis.addEventListener("pointermove", ({ buttons }) => {
      if (buttons !== 1) return;
      const start = performance.now();
      globalThis.requestAnimationFrame(() => {
        // A message comes when the picture of this frame has been made.
        const { port1, port2 } = new globalThis.MessageChannel();
        port1.onmessage = () => globalThis.strokeTimes.push(performance.now() - start);
        port2.postMessage(0);
      });
    });
  });
  await page.keyboard.press("2");
  await page.mouse.move(700, 400);
  await page.mouse.down();
  for (let i = 0; i < 40; i++) await page.mouse.move(700 + 5 * i, 400 + 2 * i);
  await page.mouse.up();
  await page.waitForTimeout(500);
  return page.evaluate(() => globalThis.strokeTimes);
}

async function measureMovie(browser, run, rows) {
  const studio = await startStudio(run);
  try {
    const page = await browser.newPage({ viewport: screen });
    const [first, uncached] = [[], []];
    for (let i = 0; i < 5; i++) {
      first.push(await openView(page, studio.url));
      await page.waitForTimeout(800);
      // The frames beside the first are fetched in advance: the last one is not.
      uncached.push(...(await showFrames(page, [5])));
    }
    rows.push(["first frame, from navigation", text(first), "1500"]);
    await showFrames(page, [0, 1, 2, 3, 4, 5]);
    await showFrames(page, [0]);
    for (const [name, zoom] of [
      ["whole image", 0.4],
      ["1:1", 1],
      ["8x", 8],
    ]) {
      await zoomTo(page, zoom);
      const { between, draws } = await pan(page, zoom);
      rows.push([`pan, ${name}, a picture`, `${text(between)} (drawing ${text(draws)})`, "30"]);
    }
    await zoomTo(page, 1);
    rows.push(["frame switch, not in memory", text(uncached), "200"]);
    const cached = await showFrames(
      page,
      Array.from({ length: 30 }, (_, i) => (i * 5) % 6),
    );
    rows.push(["frame switch, in memory", text(cached.slice(6)), "40"]);
    rows.push(["brush to screen", text(await paint(page)), "30"]);
    const { bytes, limit } = await page.evaluate(() => globalThis.karyonStudio.memory());
    rows.push(["tiles in memory, MiB (limit)", `${(bytes / 2 ** 20).toFixed(0)} (${limit / 2 ** 20})`, ""]);
    await page.close();
  } finally {
    studio.close();
  }
}

async function measureMosaic(browser, run, rows) {
  const studio = await startStudio(run);
  try {
    const page = await browser.newPage({ viewport: screen });
    rows.push(["mosaic: first picture", text([await openView(page, studio.url)]), ""]);
    await page.waitForTimeout(4000);
    const times = await recolour(page, [
      "area",
      "eccentricity",
      "solidity",
      "area",
      "eccentricity",
      "solidity",
    ]);
    rows.push(["recolouring 60,000 objects", text(times.slice(1)), "100"]);
    await page.close();
  } finally {
    studio.close();
  }
}

try {
  const run = given ?? makeRun();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
  const rows = [];
  await measureMovie(browser, run, rows);
  if (mosaic !== undefined) await measureMosaic(browser, mosaic, rows);
  console.log(
    `${cpus()[0].model.trim()}, ${cpus().length} cores; ms, best / median; the last column is the aim`,
  );
  for (const row of rows) console.log(JSON.stringify(row));
  const viv = buildVivPage(join(work, "viv"));
  if (typeof viv === "string") console.log(`viv is left out: ${viv}`);
  else {
    const studio = await startStudio(run);
    const measured = await measureViv(browser, studio.url, viv, screen).finally(studio.close);
    for (const row of measured) console.log(JSON.stringify(row));
  }
  await browser.close();
} finally {
  rmSync(work, { recursive: true, force: true });
}
