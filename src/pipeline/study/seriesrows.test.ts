import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lifFile } from "../../../test/liffile.js";
import { readSampleSheet } from "./samplesheet.js";

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-series-"));
  const image = {
    channels: [{ bits: 8 }],
    dimensions: [
      { id: 1, size: 4, stride: 1 },
      { id: 2, size: 4, stride: 4 },
    ],
    data: new Uint8Array(16),
  };
  const names = ["Control 1", "Control 2", "Drug_01", "Drug_02"];
  writeFileSync(at("plate.lif"), lifFile(names.map((name) => ({ name, ...image }))));
  writeFileSync(at("one.lif"), lifFile([{ name: "only", ...image }]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const rowsOf = async (path: string): Promise<string[][]> =>
  (await readSampleSheet(path)).map(({ input, condition, name }) => [
    input.slice(folder.length + 1),
    condition,
    name,
  ]);

it("takes all series of a file, of the condition that their names say", async () => {
  expect(await rowsOf(at("plate.lif"))).toEqual([
    ["plate.lif#0", "Control", "Control_plate_Control_1"],
    ["plate.lif#1", "Control", "Control_plate_Control_2"],
    ["plate.lif#2", "Drug", "Drug_plate_Drug_01"],
    ["plate.lif#3", "Drug", "Drug_plate_Drug_02"],
  ]);
  await expect(readSampleSheet(at("one.lif"))).rejects.toThrow(
    /one\.lif: expected a table of samples, or a file of several series, received a file of one image/,
  );
});

it("takes the series that a pattern in the table fits, and single ones by name or number", async () => {
  writeFileSync(at("a.csv"), "file,condition\nplate.lif#Control*,untreated\nplate.lif#Drug_02,treated\n");
  expect(await rowsOf(at("a.csv"))).toEqual([
    ["plate.lif#0", "untreated", "untreated_plate_Control_1"],
    ["plate.lif#1", "untreated", "untreated_plate_Control_2"],
    ["plate.lif#Drug_02", "treated", "treated_plate_Drug_02"],
  ]);
  writeFileSync(at("b.csv"), "file,condition\nplate.lif#Wash*,x\n");
  await expect(readSampleSheet(at("b.csv"))).rejects.toThrow(
    /line 2, column file: expected a pattern that fits a series of plate\.lif \(Control 1, .*\), received "?Wash\*/,
  );
});

it("refuses a series that two lines have", async () => {
  writeFileSync(at("c.csv"), "file,condition\nplate.lif#*,x\nplate.lif#1,y\n");
  await expect(readSampleSheet(at("c.csv"))).rejects.toThrow(/expected each movie once/);
});
