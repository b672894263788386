// A page of viv on the same images over the same HTTP, without labels: it has no layer for them.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const packages = ["@hms-dbmi/viv@0.21.0", "deck.gl@9.2.11"];
const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** @returns how to build the page, or in a sentence why it cannot be had */
export function buildVivPage(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...packages];
  const { status, stderr, error } = spawnSync("npm", install, { cwd: folder, encoding: "utf8" });
  if (status !== 0) return `npm could not install it (${error?.message ?? stderr.trim().split("\n").at(-1)})`;
  for (const name of ["index.html", "vivpage.js"])
    copyFileSync(fileURLToPath(new URL(name, import.meta.url)), join(folder, name));
  const out = join(folder, "dist");
  return async () => {
    await build({ root: folder, base: "./", logLevel: "error", build: { outDir: out, target: "es2022" } });
    return out;
  };
}

/** Measures the page beside a studio, whose images it reads. */
export async function measureViv(browser, url, buildPage, screen) {
  const folder = await buildPage();
  const { origin, pathname } = new URL(url);
  const api = `${origin}/api${pathname}`;
  const page = await browser.newPage({ viewport: screen });
  page.on("pageerror", ({ message }) => console.log(`viv: ${message}`));
  await page.goto(url);
  await page.waitForFunction(() => globalThis.location.hash.includes("project="));
  const id = new globalThis.URLSearchParams(new URL(page.url()).hash.slice(1)).get("project");
  // As if the studio gave it out: no other origin, nothing to allow.
  await page.route(`${origin}/viv/**`, (route) => {
    const name = new URL(route.request().url()).pathname.slice("/viv/".length);
    const type = types[extname(name)] ?? "application/octet-stream";
    return route.fulfill({ body: readFileSync(join(folder, name)), contentType: type });
  });
  const first = [];
  for (let i = 0; i < 4; i++) {
    await page.goto(`${origin}/viv/index.html?zarr=${encodeURIComponent(`${api}projects/${id}/zarr/0`)}`);
    await page.waitForFunction(() => globalThis.vivPage !== undefined);
    first.push(await page.evaluate(() => globalThis.vivPage.ready.then(() => performance.now())));
  }
  const rows = [["viv, no labels: first frame", first, ""]];
  for (const [name, zoom] of [
    ["whole image", 0.4],
    ["1:1", 1],
    ["8x", 8],
  ]) {
    const times = await page.evaluate((zoom) => globalThis.vivPage.pan(zoom), zoom);
    rows.push([`viv, no labels: pan, ${name}, a picture`, times, ""]);
  }
  const switches = await page.evaluate(() => globalThis.vivPage.showFrames([5, 0, 5, 0, 5, 0]));
  rows.push(["viv, no labels: frame switch", switches, ""]);
  await page.close();
  return rows;
}
