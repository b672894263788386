import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { examples, examplesFolder, expectExample, trainingExamples } from "./exampleruns.js";

describe("examples", () => {
  it("are all run here, or in the long suite", () => {
    const built = fileURLToPath(new URL("../dist/node.js", import.meta.url));
    expect(existsSync(built), "dist/ is missing: run npm run build first").toBe(true);
    expect(readdirSync(examplesFolder).sort()).toEqual(Object.keys(examples).sort());
    expect(Object.keys(examples)).toEqual(expect.arrayContaining([...trainingExamples]));
  });

  it.each(Object.keys(examples).filter((file) => !trainingExamples.includes(file)))(
    "%s",
    expectExample,
    240_000,
  );
});
