// Pictures of the studio's views, of a finished run on a simulated movie; needs Chromium:
//
//   karyon simulate -o sim --frames 12 --size 384 && karyon run sim/01 -o run --effort quick
//   node docs/img/studio.js run docs/img [CHROMIUM]
import { join } from "node:path";
import { chromium } from "playwright-core";
import { studio } from "../../dist/node.js";

const [run, out, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
const views = [
  ["Open", "open"],
  ["Annotate", "annotate"],
  ["Correct", "correct"],
  ["Train", "train"],
  ["Segment and track", "track"],
  ["Explore", "explore"],
];

const { address, close } = await studio({ paths: [run] });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1400, height: 860 }, colorScheme: "light" });
await page.goto(address);
for (const [title, name] of views) {
  await page.locator("header").getByRole("button", { name: title, exact: true }).click();
  await page.evaluate(() => globalThis.karyonStudio?.settled());
  // Tables and curves come after the picture.
  await page.waitForTimeout(4000);
  if (name === "correct") await page.keyboard.press("n");
  if (name === "track") await selectDivision();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(out, `studio_${name}.png`) });
}
await browser.close();
await close();

/** The first division of the gallery: its lineage is drawn. */
async function selectDivision() {
  const show = page.getByRole("button", { name: /^Show/ }).first();
  if ((await show.count()) > 0) await show.click();
}
