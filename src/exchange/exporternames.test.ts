import { expect, it } from "vitest";
import { exporterList, exporterNamesOf } from "./exporternames.js";
import { exporters, exportersOf } from "./exporters.js";

it("the names are those of the exporters, in their order", () => {
  expect(exporterList).toEqual(exporters.map(({ name }) => name));
});

it("formats are found by name, each once, and none where one is unknown", () => {
  expect(exporterNamesOf("ROI, csv,roi")).toEqual(["roi", "csv"]);
  expect(exportersOf("ROI, csv,roi").map(({ name }) => name)).toEqual(["roi", "csv"]);
  expect(exporterNamesOf("roi,gif")).toEqual([]);
});
