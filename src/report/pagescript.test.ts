/** The script of the pages as text. What it does in a browser is in `report.browser.test.ts`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { pageScript } from "./pagescript.js";

it("is what the sources give: node tools/pagescript.js", () => {
  const tool = fileURLToPath(new URL("../../tools/pagescript.js", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [tool, "--check"], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
});

it("does nothing on a page without tracks, and names nothing but what a browser has", () => {
  const asked: string[] = [];
  const page = {
    getElementById: (id: string) => {
      asked.push(id);
      return null;
    },
    querySelector: () => null,
    querySelectorAll: () => [],
  };
  // Here are neither modules nor anything of Node.
  runInNewContext(pageScript, { document: page });
  expect(asked).toEqual(["track-data"]);
});

it("cannot end the element that holds it", () => {
  expect(pageScript).not.toMatch(/<\/script|<!--/i);
});
