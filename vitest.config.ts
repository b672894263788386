import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: {
      "#platform": fileURLToPath(new URL("./src/platform/node.ts", import.meta.url)),
      "#runtime": fileURLToPath(new URL("./src/platform/runtime-node.ts", import.meta.url)),
    },
  },
  test: { include: ["src/**/*.test.ts", "test/**/*.test.ts"], testTimeout: 60_000, maxWorkers: 2 },
});
