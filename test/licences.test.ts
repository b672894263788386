import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { licencesPage, lockedPackages, notAllowed, packagesOf } from "../tools/licences.js";

const page = new URL("../docs/licences.md", import.meta.url);

it("lists the packages of the lock file as they are", () => {
  expect(readFileSync(page, "utf8")).toBe(licencesPage(lockedPackages()));
});

it("holds packages under allowed licences only", () => {
  expect(notAllowed(lockedPackages())).toEqual([]);
});

it("names a package under another licence, or under none, and leaves out those for development", () => {
  const packages = packagesOf({
    packages: {
      "": { dependencies: { copyleft: "1.0.0" } },
      "node_modules/copyleft": { version: "1.0.0", license: "GPL-3.0" },
      "node_modules/copyleft/node_modules/silent": { version: "2.0.0" },
      "node_modules/either": { version: "3.0.0", license: "(MIT OR CC0-1.0)" },
      "node_modules/tested": { version: "4.0.0", license: "GPL-3.0", dev: true },
    },
  });
  expect(packages.map(({ name, direct }) => [name, direct])).toEqual([
    ["copyleft", true],
    ["either", false],
    ["silent", false],
  ]);
  expect(notAllowed(packages)).toEqual([
    "copyleft 1.0.0 is under GPL-3.0.",
    "silent 2.0.0 is under no licence that is told.",
  ]);
});
