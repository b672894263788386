import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Suites that take minutes or a browser: `npm run test:full`. */
const long = ["**/*.long.test.ts", "**/*.browser.test.ts"];
const usual = ["src/**/*.test.ts", "test/**/*.test.ts"];
const isLong = process.env.KARYON_TESTS === "long";

export default defineConfig({
  resolve: {
    alias: {
      "#platform": fileURLToPath(new URL("./src/platform/platform-node.ts", import.meta.url)),
      "#runtime": fileURLToPath(new URL("./src/platform/runtime-node.ts", import.meta.url)),
    },
  },
  test: {
    include: isLong ? long.map((pattern) => `{src,test}/${pattern}`) : usual,
    exclude: isLong ? [] : long,
    globalSetup: "tools/globalsetup.js",
    testTimeout: 60_000,
    maxWorkers: 2,
    coverage: { provider: "v8", include: ["src/**/*.ts"], reporter: ["json-summary", "text-summary"] },
  },
});
