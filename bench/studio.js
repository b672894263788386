// The image view of the studio in Chromium with software rendering, beside a page of viv in the same run: five
// minutes on two quiet cores, two of them for a simulated movie and a mosaic, whose truth are the labels.
//
//   node bench/studio.js [DATA] [--record] [--no-viv]
//
// DATA holds the movie and the mosaic, and is filled where it is empty; without it they are made in a temporary
// folder. --record writes bench/results/studio.json. CHROMIUM names the browser; /usr/bin/chromium is the default.
// viv and deck.gl are installed into a temporary folder; where that fails the bench says so and leaves them out.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { buildVivPage, measureViv } from "./peers/vivpage/vivbench.js";
import { makeMovie, mosaicRun, movieRun } from "./studiodata.js";
import { recordFigures } from "./record.js";

const cli = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));
const args = process.argv.slice(2);
const given = args.find((arg) => !arg.startsWith("--"));
const work = mkdtempSync(join(tmpdir(), "karyon-studio-bench-"));
const screen = { width: 1600, height: 1000 };

const sorted = (values) => values.toSorted((a, b) => a - b);
const median = (values) => sorted(values)[Math.floor(values.length / 2)] ?? NaN;
const best = (values) => Math.min(...values);

/** A movie of 6 frames and an image of 60,000 nuclei with their run folders. */
async function makeData(folder) {
  const [movie, run, mosaic] = ["movie", "run", "mosaic"].map((name) => join(folder, name));
  if (!existsSync(movie)) makeMovie(movie);
  if (!existsSync(run)) await movieRun(movie, run);
  if (!existsSync(mosaic)) await mosaicRun(movie, mosaic);
  return { run, mosaic: join(mosaic, "run") };
}

/** The studio on a run. */
async function startStudio(run) {
  const child = spawn(process.execPath, [cli, "studio", run, "--no-open", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\S+/.exec(line)?.[0];
    if (url !== undefined) return { url, pid: child.pid, close: () => child.kill() };
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

/** Resident memory of a process, MiB; undefined where the system does not tell. */
function memoryOf(pid) {
  const status = `/proc/${pid}/status`;
  const kilobytes = existsSync(status) ? /VmRSS:\s+(\d+)/.exec(readFileSync(status, "utf8"))?.[1] : undefined;
  return kilobytes && Math.round(Number(kilobytes) / 1024);
}

/** The largest of the browser's processes that draw pages, MiB. */
function memoryOfPage() {
  if (!existsSync("/proc")) return undefined;
  const own = readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes("--type=renderer");
    } catch {
      return false;
    }
  });
  return Math.max(...own.map((pid) => memoryOf(pid) ?? 0));
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
    // A message that is sent when a picture is drawn comes when the browser has taken it.
    globalThis.addEventListener("pointermove", ({ buttons, timeStamp }) => {
      if (buttons !== 1) return;
      globalThis.requestAnimationFrame(() => {
        const { port1, port2 } = new globalThis.MessageChannel();
        port1.onmessage = () => globalThis.strokeTimes.push(performance.now() - timeStamp);
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

/** Pans at some zooms. @param name what is looked at */
async function measurePan(page, name, zooms, rows) {
  for (const [where, zoom] of zooms) {
    await zoomTo(page, zoom);
    const { between, draws } = await pan(page, zoom);
    rows.push([`${name}: pan, ${where}`, between, "30"], [`${name}: of this, drawing ${where}`, draws, ""]);
  }
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
    rows.push(["first frame with labels, from navigation", first, "1500"]);
    await showFrames(page, [0, 1, 2, 3, 4, 5, 0]);
    const zooms = [
      ["whole image", 0.4],
      ["1:1", 1],
      ["8x", 8],
    ];
    await measurePan(page, "movie", zooms, rows);
    await zoomTo(page, 1);
    rows.push(["frame switch, not in memory of the page", uncached, "200"]);
    const steps = Array.from({ length: 36 }, (_, i) => (i * 5) % 6);
    const cached = await showFrames(page, steps);
    rows.push(["frame switch, in memory", cached.slice(6), "40"]);
    rows.push(["brush, from the pointer to the picture", await paint(page), "30"]);
    const { bytes, limit } = await page.evaluate(() => globalThis.karyonStudio.memory());
    rows.push(["movie: tiles in memory, MiB", [bytes / 2 ** 20], String(limit / 2 ** 20)]);
    rows.push(["movie: server, MiB", [memoryOf(studio.pid)], ""]);
    await page.close();
  } finally {
    studio.close();
  }
}

async function measureMosaic(browser, run, rows) {
  const studio = await startStudio(run);
  try {
    const page = await browser.newPage({ viewport: screen });
    rows.push(["mosaic: whole image with labels, from navigation", [await openView(page, studio.url)], ""]);
    await page.waitForTimeout(2000);
    const keys = ["area", "eccentricity", "solidity", "area", "eccentricity", "solidity"];
    const times = await recolour(page, keys);
    rows.push(["recolouring 60,000 objects", times.slice(1), "100"]);
    await measurePan(page, "mosaic", [["1:1", 1]], rows);
    const { bytes, limit } = await page.evaluate(() => globalThis.karyonStudio.memory());
    rows.push(["mosaic: tiles in memory, MiB", [bytes / 2 ** 20], String(limit / 2 ** 20)]);
    rows.push(
      ["mosaic: page, MiB", [memoryOfPage()], ""],
      ["mosaic: server, MiB", [memoryOf(studio.pid)], ""],
    );
    await page.close();
  } finally {
    studio.close();
  }
}

function record(rows, notes) {
  const path = recordFigures({
    id: "studio",
    order: 20,
    question: "How fast is the studio in a browser?",
    command: "node bench/studio.js --record",
    machine: `${cpus().length} cores (load ${loadavg()[0].toFixed(1)}), Node ${process.versions.node}, no GPU`,
    data:
      "simulated: a movie of 2048 x 2048 px of 16 bits with about 5,000 nuclei a frame, and an image of " +
      "13,000 x 9,500 px with 60,000; labels are the truth, drawn as outlines and fills",
    rules:
      "Chromium, 1600 x 1000 px, software rendering; ms unless said otherwise, from the change to the picture that " +
      "shows it; pans: ms between two pictures",
    columns: ["what", "best", "median", "aim"],
    rows,
    notes,
  });
  console.log(`written to ${path}`);
}

/** Best and median in words. */
const said = ([name, values, aim]) => {
  const known = values.filter((value) => Number.isFinite(value));
  const figures = known.length === 0 ? ["", ""] : [best(known), median(known)].map((ms) => ms.toFixed(0));
  return [name, ...figures, aim];
};

try {
  const { run, mosaic } = await makeData(given ?? join(work, "data"));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
  const [rows, notes] = [[], [`Chromium ${browser.version()}.`]];
  await measureMovie(browser, run, rows);
  await measureMosaic(browser, mosaic, rows);
  const viv = args.includes("--no-viv") ? "not asked for" : buildVivPage(join(work, "viv"));
  if (typeof viv === "string") notes.push(`viv is left out: ${viv}.`);
  else {
    const studio = await startStudio(run);
    rows.push(...(await measureViv(browser, studio.url, viv, screen).finally(studio.close)));
    notes.push(
      "viv 0.21.0 with deck.gl 9.2.11 draws the same images without labels: it has no layer for them.",
    );
  }
  await browser.close();
  const all = rows.map(said);
  for (const row of all) console.log(JSON.stringify(row));
  for (const note of notes) console.log(note);
  if (args.includes("--record")) record(all, notes);
} finally {
  rmSync(work, { recursive: true, force: true });
}
