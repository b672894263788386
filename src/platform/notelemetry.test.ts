import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";

it.each(["../workers/workerfile.ts", "./runtime-node.ts"])(
  "the runtime is told to send nothing by whatever imports %s",
  async (module) => {
    delete process.env.ORT_DISABLE_TELEMETRY;
    vi.resetModules();
    await import("./notelemetry.js");
    expect(process.env.ORT_DISABLE_TELEMETRY).toBe("1");
    const source = readFileSync(fileURLToPath(new URL(module, import.meta.url)), "utf8");
    // Before the runtime itself, which looks when it is loaded.
    const imports = [...source.matchAll(/^import .*"(.*)";$/gm)].map(([, name]) => name!);
    expect(imports[0]).toMatch(/notelemetry\.js$/);
  },
);
