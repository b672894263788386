/**
 * The page of a report in a real browser: what a click on a track does to all that show it. Needs Chromium,
 * whose place KARYON_CHROMIUM names where it is not one of the usual ones.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { analyse } from "../analyse/analyse.js";
import type { Image } from "../core/image.js";
import { labelImage } from "../core/labels.js";
import { emptyNuclei } from "../core/nuclei.js";
import { buildReport } from "./report.js";

const program = [
  process.env["KARYON_CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

const [height, width, frames] = [300, 400, 10];

/** Track 1 goes right and divides after frame 4 into 3 (up) and 4 (down); track 2 goes right below them. */
function movie(): Parameters<typeof buildReport>[0] {
  const rows: [frame: number, y: number, x: number, mother: number][] = [];
  const last = new Map<string, number>();
  const add = (track: string, t: number, y: number, x: number, mother = last.get(track) ?? -1): void => {
    last.set(track, rows.push([t, y, x, mother]) - 1);
  };
  for (let t = 0; t < frames; t++) {
    if (t < 5) add("1", t, 80, 40 + 20 * t);
    else
      for (const [track, side] of [
        ["3", -1],
        ["4", 1],
      ] as const) {
        add(track, t, 80 + 8 * side * (t - 3), 40 + 20 * t, last.get(track) ?? last.get("1")!);
      }
    add("2", t, 240 + (t % 3), 60 + 15 * t);
  }
  const nuclei = emptyNuclei(rows.length);
  const edges: number[] = [];
  rows.forEach(([frame, y, x, mother], i) => {
    nuclei.frame[i] = frame;
    nuclei.label[i] = i + 1;
    nuclei.y[i] = y;
    nuclei.x[i] = x;
    nuclei.area[i] = 50;
    if (mother >= 0) edges.push(mother, i);
  });
  const image: Image = { height, width, data: new Uint8Array(height * width).fill(90) };
  return {
    title: "clicks",
    parameters: {},
    statistics: analyse({ nuclei, frames, edges: Uint32Array.from(edges) }, { height, width }),
    segmentation: [{ name: "f", image, labels: labelImage(height, width, new Int32Array(height * width)) }],
    tracks: { name: "f", image, nuclei },
  };
}

describe.skipIf(program === undefined)("a report in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "karyon-page-"));
  const file = join(folder, "report.html");
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    writeFileSync(file, buildReport(movie()));
    browser = await chromium.launch({ executablePath: program! });
    page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => complaints.push(message.text()));
  });
  beforeEach(async () => {
    complaints.length = 0;
    await page.goto(pathToFileURL(file).href);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Clicks the picture at a place of the image, px. */
  const clickPicture = async (y: number, x: number): Promise<void> => {
    const stage = page.locator(".trackstage");
    await stage.scrollIntoViewIfNeeded();
    const box = (await stage.boundingBox())!;
    const position = { x: ((x + 0.5) / width) * box.width, y: ((y + 0.5) / height) * box.height };
    await stage.click({ position });
  };
  const status = (): Promise<string> => page.locator(".trackbar [role=status]").innerText();
  /** What is marked, by the plot or table that has it, with the numbers of the tracks. */
  const marked = (): Promise<string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll(".chosen")]
        .map((element) => {
          const plot = element.closest("[data-plot]")!.getAttribute("data-plot")!;
          return `${plot} ${element.getAttribute("data-track")!}`;
        })
        .sort(),
    );
  const everywhere = (track: number): string[] =>
    ["lineage tree", "speed and straightness", "table"].map((plot) => `${plot} ${track}`);
  /** How many paths of each kind lie over the picture. */
  const drawn = (): Promise<Record<string, number>> =>
    page.evaluate(() =>
      Object.fromEntries(
        ["own", "family", "ring"].map((kind) => [
          kind,
          document.querySelectorAll(`.tracklayer .${kind}.core`).length,
        ]),
      ),
    );
  const table = "table[data-plot] tr[data-track";
  const openTable = async (): Promise<void> => {
    await page.locator("summary", { hasText: "Tracks (" }).click();
  };

  it("marks a track that is clicked in the picture in the tree, the points and the table", async () => {
    await clickPicture(80, 70);
    expect(await status()).toMatch(/^Track 1: no mother; frames 0 to 4; .*; divided$/);
    expect(await marked()).toEqual(everywhere(1));
    expect(await drawn()).toEqual({ own: 1, family: 2, ring: 1 });
    // Below the other track, and beyond the reach of both.
    await clickPicture(242, 70);
    expect(await marked()).toEqual(everywhere(2));
    expect(await drawn()).toEqual({ own: 1, family: 0, ring: 1 });
    await clickPicture(160, 20);
    expect(await marked()).toEqual([]);
    expect(await drawn()).toEqual({ own: 0, family: 0, ring: 0 });
    expect(await page.locator(".trackbar").isVisible()).toBe(false);
  });

  it("shows a track whose row is clicked in the picture, and leads back", async () => {
    await openTable();
    await page.locator(`${table}="4"]`).click();
    expect(await status()).toMatch(/^Track 4: mother 1; frames 5 to 9;/);
    expect(await marked()).toEqual(everywhere(4));
    expect(await drawn()).toEqual({ own: 1, family: 1, ring: 1 });
    expect(await page.locator(".trackfield").inputValue()).toBe("4");
    // The path begins where the nucleus is first seen, and that is in sight.
    const d = await page.locator(".tracklayer .own.core").getAttribute("d");
    expect(d).toMatch(/^M140\.5 96\.5L/);
    const top = await page.evaluate(() => document.querySelector(".trackstage")!.getBoundingClientRect().top);
    expect(top).toBeGreaterThan(-400);
    expect(top).toBeLessThan(800);
    const there = await page.evaluate(() => scrollY);
    await page.locator(".trackbar button", { hasText: "back" }).click();
    expect(await page.evaluate(() => scrollY)).not.toBe(there);
    expect(await page.evaluate(() => document.activeElement!.getAttribute("data-track"))).toBe("4");
  });

  it("shows a track whose point is clicked, and goes on to its daughter", async () => {
    await page.locator('[data-plot="speed and straightness"] circle[data-track="1"]').click();
    expect(await marked()).toEqual(everywhere(1));
    await page.locator(".trackbar button", { hasText: "daughter 3" }).click();
    expect(await marked()).toEqual(everywhere(3));
    expect(await status()).toMatch(/^Track 3: mother 1;/);
    const row = page.locator(`${table}="3"]`);
    expect(await row.isVisible()).toBe(false);
    await page.locator(".trackbar button", { hasText: "table" }).click();
    expect(await row.isVisible()).toBe(true);
  });

  it("shows a track whose branch is clicked in the tree", async () => {
    await page.locator('[data-plot="lineage tree"] g[data-track="3"] .line').click({ force: true });
    expect(await marked()).toEqual(everywhere(3));
  });

  it("goes from track to track by the arrow keys, and to the picture by Enter", async () => {
    const tree = page.locator('[data-plot="lineage tree"]');
    const order = await tree
      .locator("[data-track]")
      .evaluateAll((all) => all.map((one) => one.getAttribute("data-track")));
    await tree.focus();
    await page.keyboard.press("ArrowDown");
    expect(await marked()).toEqual(everywhere(Number(order[0])));
    await page.keyboard.press("ArrowRight");
    expect(await marked()).toEqual(everywhere(Number(order[1])));
    await page.keyboard.press("ArrowUp");
    expect(await marked()).toEqual(everywhere(Number(order[0])));
    // Arrow keys leave the reader where she is.
    expect(await page.locator(".trackbar button", { hasText: "back" }).count()).toBe(0);
    await page.keyboard.press("Enter");
    expect(await marked()).toEqual(everywhere(Number(order[0])));
    expect(await page.locator(".trackbar button", { hasText: "back" }).count()).toBe(1);
    await page.keyboard.press("Escape");
    expect(await marked()).toEqual([]);
  });

  it("goes through the rows of the table by keys, the focus with them", async () => {
    await openTable();
    const rows = page.locator(`${table}]`);
    await rows.first().focus();
    await page.keyboard.press("ArrowDown");
    const second = await rows.nth(1).getAttribute("data-track");
    expect(await page.evaluate(() => document.activeElement!.getAttribute("data-track"))).toBe(second);
    expect(await marked()).toEqual(everywhere(Number(second)));
    await page.keyboard.press(" ");
    expect(await page.locator(".trackbar button", { hasText: "back" }).count()).toBe(1);
  });

  it("finds a track by its number, and says where it has none of that", async () => {
    await page.locator(".trackfield").fill("2");
    await page.keyboard.press("Enter");
    expect(await marked()).toEqual(everywhere(2));
    await page.locator(".trackfield").fill("99");
    await page.locator(".trackform button", { hasText: "show" }).click();
    expect(await status()).toBe("Track 99 is not among those of this page; tracks.csv has them all.");
    expect(await marked()).toEqual([]);
  });

  it("enlarges a picture in front of the page until Escape", async () => {
    await page.locator("figure > img").first().click();
    expect(await page.locator(".zoom img").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await page.locator(".zoom").count()).toBe(0);
  });

  it("needs nothing that its policy refuses, and can load nothing", async () => {
    await clickPicture(80, 70);
    expect(complaints).toEqual([]);
    const refused = page.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
          fetch("http://127.0.0.1:9/").catch(() => undefined);
        }),
    );
    expect(await refused).toBe("connect-src");
  });
});
