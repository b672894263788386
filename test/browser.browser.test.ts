/**
 * The package in a browser, compared with Node: one image annotated and segmented through onnxruntime-web, and a
 * file of every format opened.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { annotate } from "../src/api/annotateimage.js";
import { openImages, openLabels, openTracks } from "../src/api/openfiles.js";
import { openModel } from "../src/api/openmodel.js";
import type { TrainedModel } from "../src/api/trainsamples.js";
import type { Image } from "../src/core/image.js";
import { bundleForBrowser } from "./browser/bundle.js";
import { sumsOf } from "./browser/sums.js";
import { browserFiles } from "./browserfiles.js";
import { quickModel, quickSamples } from "./quickmodel.js";

const browserPaths = [
  process.env["KARYON_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const executable = browserPaths.find((path) => path !== undefined && existsSync(path));

/** Also for root, and without a word to anybody. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What `page.js` answers. */
interface Answer {
  readonly annotated: readonly number[];
  readonly labels: readonly number[];
  readonly areas: readonly number[];
  readonly scores: readonly number[];
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves the bundle, and a page that loads it. */
const serve = (folder: string): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer((request, response) => {
      const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
      response.setHeader("Content-Type", types[extname(path)] ?? "text/html");
      const file = join(folder, path);
      if (path === "/") response.end('<!doctype html><script type="module" src="/page.js"></script>');
      else if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
    server.listen(0, "127.0.0.1", () => resolve(server));
  });

/** A page with the package. */
async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(url);
  await page.waitForFunction("globalThis.work !== undefined").catch(() => {
    throw new Error(`the page does not load: ${errors.join("; ")}`);
  });
  return page;
}

const base64 = (bytes: ArrayLike<number>): string => Buffer.from(Uint8Array.from(bytes)).toString("base64");

/** What the page finds in the image. */
function inBrowser(page: Page, image: Image, model: TrainedModel): Promise<Answer> {
  const request = {
    height: image.height,
    width: image.width,
    data: base64(image.data),
    onnx: base64(model.onnx),
    description: model.description,
  };
  return page.evaluate(
    (given) => (globalThis as unknown as { work: (given: unknown) => Promise<Answer> }).work(given),
    request,
  );
}

describe.skipIf(executable === undefined)("karyon in Chromium (KARYON_CHROMIUM names another one)", () => {
  const folder = mkdtempSync(join(tmpdir(), "karyon-browser-"));
  let server: Server;
  let context: BrowserContext;
  let page: Page;
  let answer: Answer;
  let image: Image;
  let model: TrainedModel;

  beforeAll(async () => {
    [[{ image }], model] = [await quickSamples(), await quickModel()];
    await bundleForBrowser(join(folder, "bundle"));
    server = await serve(join(folder, "bundle"));
    context = await chromium.launchPersistentContext(join(folder, "profile"), {
      executablePath: executable!,
      headless: true,
      args: flags,
    });
    const { port } = server.address() as AddressInfo;
    page = await openPage(context, `http://127.0.0.1:${port}/`);
    answer = await inBrowser(page, image, model);
  }, 300_000);

  afterAll(async () => {
    await context?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("annotates as Node does, to the pixel", async () => {
    const { labels } = await annotate(image);
    expect(labels.count).toBeGreaterThan(3);
    expect(answer.annotated).toEqual(Array.from(labels.data));
  });

  it("segments as Node does: the same labels, and scores that differ by rounding", async () => {
    await using opened = await openModel(model);
    const { labels, nuclei } = await opened.segment(image);
    expect(nuclei.count).toBeGreaterThan(20);
    expect(nuclei.count).toBeLessThan(35);
    // None differs with the model of the machine this was written on. With a network of pure noise, 546 objects,
    // one of 25,600 pixels did: sums of floats in another order, at a pixel that lies at a threshold.
    const different = answer.labels.filter((label, p) => label !== labels.data[p]).length;
    expect(different).toBeLessThanOrEqual(3);
    expect(answer.areas).toHaveLength(nuclei.count);
    // Scores are sums of some hundred products of floats, in another order: 24 bits, of which 5 may be lost.
    for (const [row, score] of answer.scores.entries())
      expect(Math.abs(score - nuclei.score[row]!)).toBeLessThan(2 ** -19);
  });

  it.each(browserFiles)("opens $name as Node does, to the pixel", async ({ kind, name, bytes }) => {
    const file = { name, bytes: new Blob([(await bytes()).slice()]) };
    const expected = await sumsOf({ openImages, openLabels, openTracks }, kind, file);
    expect(new Set(expected).size).toBeGreaterThan(3);
    const request = { kind, name, bytes: base64(new Uint8Array(await file.bytes.arrayBuffer())) };
    const read = await page.evaluate(
      (given) => (globalThis as unknown as { open: (given: unknown) => Promise<number[]> }).open(given),
      request,
    );
    expect(read).toEqual(expected);
  });
});
