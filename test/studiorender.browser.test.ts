/**
 * Both back ends of the studio's pictures in Chromium, whose WebGL2 is a program on the CPU here: they agree. Needs
 * Chromium, whose place KARYON_CHROMIUM names where it is not one of the usual ones.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Difference } from "./browser/renderpage.js";

const program = [
  process.env["KARYON_CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

const root = fileURLToPath(new URL("./browser", import.meta.url));

describe.skipIf(program === undefined)("the studio's pictures in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "karyon-render-"));
  const complaints: string[] = [];
  let browser: Browser;
  let page: Page;
  const ask = <T>(call: string): Promise<T> => page.evaluate<T>(`globalThis.rendering.${call}`);

  beforeAll(async () => {
    await build({
      configFile: false,
      root,
      logLevel: "silent",
      build: {
        outDir: folder,
        emptyOutDir: true,
        target: "es2022",
        minify: false,
        lib: {
          entry: join(root, "renderpage.ts"),
          formats: ["iife"],
          name: "page",
          fileName: () => "page.js",
        },
      },
    });
    browser = await chromium.launch({
      executablePath: program!,
      args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
    });
    page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => complaints.push(message.text()));
    await page.addScriptTag({ content: readFileSync(join(folder, "page.js"), "utf8") });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(["everything", "channels", "missing", "thin", "thick"])("%s", (name) => {
    it.each([
      [0.13, 150, 210],
      [0.37, 150.3, 209.6],
      [0.5, 149.5, 209.5],
      [1, 150, 210],
      [1, 30.25, 400.7],
      [1.7, 120.2, 100.1],
      [8, 131.37, 64.2],
      [23, 242, 300],
    ])("agrees at zoom %s around %s, %s", async (zoom, y, x) => {
      const { largest, colours, error } = await ask<Difference>(
        `compare("${name}", ${JSON.stringify({ y, x, zoom })})`,
      );
      expect(error).toBe(0);
      expect(colours).toBeGreaterThan(4);
      expect(largest).toBeLessThanOrEqual(2);
    });
  });

  it("uploads the part of a tile that a stroke has changed", async () => {
    const { before, stale, after } =
      await ask<Record<"before" | "stale" | "after", Difference>>("compareEdited()");
    expect([before.error, stale.error, after.error]).toEqual([0, 0, 0]);
    expect(before.largest).toBeLessThanOrEqual(2);
    expect(stale.largest).toBeGreaterThan(50);
    expect(after.largest).toBeLessThanOrEqual(2);
  });

  it("holds no more tiles on the card than it may", async () => {
    const { bytes, last } = await ask<{ bytes: number; last: Difference }>("boundedBytes()");
    expect(bytes).toBeLessThanOrEqual(200_000);
    expect(last).toMatchObject({ error: 0 });
    expect(last.largest).toBeLessThanOrEqual(2);
  });

  it("leaves a WebGL2 that is a program, for the CPU back end", async () => {
    const { name, hardware, colours } = await ask<{ name: string; hardware: boolean; colours: number }>(
      "choice()",
    );
    expect({ name, hardware }).toEqual({ name: "cpu", hardware: false });
    expect(colours).toBeGreaterThan(100);
  });

  it("says nothing on the console", () => {
    // The comparison reads pictures back, which the page never does.
    expect(complaints.filter((text) => !text.includes("GPU stall due to ReadPixels"))).toEqual([]);
  });

  it.runIf(process.env["KARYON_TIMES"] !== undefined)(
    "takes some time",
    async () => {
      console.log(await ask("times()"));
    },
    300_000,
  );
});
