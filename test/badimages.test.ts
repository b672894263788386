/** Bad images: each gives what `docs/badimages.md` says, or one clear sentence. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { badImages, badImagesPage, wholeRuns } from "./badimages/cases.js";
import { testCases } from "./badimages/outcome.js";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-bad-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

// The others are in a file of their own, so that two processors share them.
for (const [title, cases] of badImages.slice(0, 2)) {
  const short = cases.filter(({ long }) => long !== true);
  testCases(title, short, () => root);
}

describe("the corpus", () => {
  it("has at least 60 cases, each with a name of its own", () => {
    const names = badImages.flatMap(([, cases]) => cases.map(({ name }) => name));
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(new Set(names).size).toBe(names.length);
    expect(wholeRuns.filter((name) => !names.includes(name))).toEqual([]);
  });

  it("stands in docs/badimages.md", async () => {
    await expect(badImagesPage()).toMatchFileSnapshot("../docs/badimages.md");
  });
});
