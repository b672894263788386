/** The entry `karyon` is for the browser, too: nothing of Node may be reached from it. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bundle, bundleForBrowser } from "./browser/bundle.js";

const folder = mkdtempSync(join(tmpdir(), "karyon-bundle-"));
let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleForBrowser(folder);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("asks for no module of Node", () => {
  expect(bundle.nodeModules).toEqual([]);
});

it("takes the platform and the runtime of the browser by the conditions of package.json", () => {
  expect(bundle.modules).toContain("dist/platform/platform-browser.js");
  expect(bundle.modules).toContain("dist/platform/runtime-browser.js");
  expect(bundle.modules.filter((id) => id.includes("onnxruntime-node"))).toEqual([]);
  expect(bundle.modules.filter((id) => /dist\/(pipeline|workers|cli|platform\/node)/.test(id))).toEqual([]);
});

it("loads readers, writers and their codecs when they are asked for, not before", () => {
  // The names of the exporters are known at once; what writes the files is not.
  const later =
    /numcodecs|zarrita|jpeg-js|fast-xml-parser|dist\/(exchange\/(?!exporternames)|io\/(formats\/.*images|zarr|lif|czi|nd2)\/)/;
  expect(bundle.modules.filter((id) => later.test(id)).length).toBeGreaterThan(50);
  expect(bundle.atOnce.filter((id) => later.test(id))).toEqual([]);
});

it("has all verbs, and the runtime's compiled code as a file beside the page", () => {
  for (const name of [
    "annotate",
    "train",
    "segment",
    "track",
    "analyse",
    "evaluate",
    "simulate",
    "report",
    "openfiles",
    "export",
  ])
    expect(bundle.modules.join("\n")).toMatch(new RegExp(`dist/api/(${name}|openmodel)`));
  expect(readdirSync(join(folder, "assets")).filter((name) => name.endsWith(".wasm"))).toHaveLength(1);
});
