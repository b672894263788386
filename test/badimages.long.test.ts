/** Bad images that take long, and typical ones through a whole run. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../src/pipeline/config/config.js";
import { run } from "../src/pipeline/run/run.js";
import { badImages, wholeRuns } from "./badimages/cases.js";
import { expectSentence, testCases } from "./badimages/outcome.js";

const small = { general: { threads: 1 }, train: { steps: 40, patch: 32, filters: 8, batch: 2 } };
const config = resolveConfig(small, "the test");
let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-bad-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const all = badImages.flatMap(([, cases]) => cases);
const long = all.filter((bad) => bad.long === true);
testCases("long ones", long, () => root);

describe("whole runs of bad images", () => {
  const typical = all.filter(({ name }) => wholeRuns.includes(name));
  it.each(typical.map((bad) => [bad.name, bad] as const))("%s", async (name, bad) => {
    const [images, out] = [join(root, name, "images"), join(root, name, "out")];
    mkdirSync(images, { recursive: true });
    bad.make(images);
    const result = await run({ inputs: [images], out, config, overwrite: false }).catch(
      (error: unknown) => error,
    );
    // Where nothing can be annotated, nothing can be trained, and one sentence says so.
    if (name === "all-zero") expectSentence(result, { error: "Stage|InvalidInput", says: /annotat|train/ });
    else {
      if (result instanceof Error) throw result;
      expect(existsSync(join(out, "report.html"))).toBe(true);
    }
  });
});
