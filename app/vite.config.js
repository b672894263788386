/** Builds the page of the studio into `dist/app`, from where the server gives it out. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  // The page lies under a token that is drawn at each start: all addresses in it are relative.
  base: "./",
  resolve: {
    alias: {
      "#platform": here("../src/platform/platform-browser.ts"),
      "#runtime": here("../src/platform/runtime-browser.ts"),
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: here("../dist/app"),
    emptyOutDir: true,
    // A strict content policy allows no script inside the page, and no data address as a script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: "es2022",
    reportCompressedSize: false,
  },
  logLevel: "warn",
});
