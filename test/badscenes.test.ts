/** Bad images whose contents, or whose company, are bad. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { badImages } from "./badimages/cases.js";
import { testCases } from "./badimages/outcome.js";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-bad-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

for (const [title, cases] of badImages.slice(2)) {
  const short = cases.filter(({ long }) => long !== true);
  testCases(title, short, () => root);
}
