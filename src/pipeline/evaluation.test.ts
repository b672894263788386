import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labelImage } from "../core/labels.js";
import { formatTracks } from "../io/ctc.js";
import { parseCsv } from "../io/csv.js";
import type { PipelineEvent } from "./events.js";
import { evaluateLabels, evaluateTracks, formatTrackCsv, pairLabels } from "./evaluation.js";
import { writeLabels, writeLabels16 } from "./labelfiles.js";

let root = "";
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "karyon-evaluation-")); });
afterEach(() => rmSync(root, { recursive: true }));

function folder(name: string, files: readonly string[]): string {
  mkdirSync(join(root, name));
  for (const file of files) writeFileSync(join(root, name, file), "");
  return join(root, name);
}

const pairs = (truth: readonly string[], predicted: readonly string[]): [string, string][] =>
  pairLabels(folder("truth", truth), folder("labels", predicted)).map(({ truth: left, predicted: right }) => [basename(left), basename(right)]);

describe("pairLabels", () => {
  it("goes by name before it goes by number", () => {
    expect(pairs(["a1.tif", "a2.tif"], ["a2.png", "a1.png", "b1.tif"])).toEqual([["a1.tif", "a1.png"], ["a2.tif", "a2.png"]]);
  });

  it("takes the names of the Cell Tracking Challenge together, in the order of the numbers", () => {
    expect(pairs(["man_seg010.tif", "man_seg002.tif"], ["t2.tif", "mask010.tif", "t003.tif"])).toEqual([["man_seg002.tif", "t2.tif"], ["man_seg010.tif", "mask010.tif"]]);
  });

  it("never pairs by chance: not names without numbers, and not numbers that several share", () => {
    expect(() => pairs(["a.tif"], ["b.tif"])).toThrow(/expected labels for a, received 1 file, none of that name/);
    rmSync(root, { recursive: true });
    mkdirSync(root);
    expect(() => pairs(["left_1.tif", "right_1.tif"], ["x_1.tif"])).toThrow(/labels for left_1/);
    rmSync(root, { recursive: true });
    mkdirSync(root);
    expect(() => pairs(["t1.tif"], ["x_1.tif", "y_1.tif"])).toThrow(/labels for t1/);
  });

  it("says what is wrong with the paths", () => {
    const truth = folder("truth", []);
    expect(() => pairLabels(join(root, "none"), truth)).toThrow(/none: expected a label image or a folder of them, received nothing there/);
    expect(() => pairLabels(truth, truth)).toThrow(/expected label images \(TIFF or PNG\), received none/);
    writeFileSync(join(root, "a.tif"), "");
    expect(() => pairLabels(truth, join(root, "a.tif"))).toThrow(/two files or two folders, received a file and a folder/);
    expect(() => pairLabels(folder("two", ["a.tif", "a.png"]), truth)).toThrow(/one image of a name/);
  });
});

describe("evaluateLabels", () => {
  it("scores the pairs, and says which labels it left out", async () => {
    const labels = labelImage(4, 4, Int32Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : 0)));
    await writeLabels(join(root, "truth", "t0.tif"), labels);
    for (const name of ["t0.tif", "t1.tif"]) await writeLabels(join(root, "labels", name), labels);
    const events: PipelineEvent[] = [];
    const { names, scores } = await evaluateLabels(join(root, "truth"), join(root, "labels"), { onEvent: (event) => events.push(event) });
    expect(names).toEqual(["t0"]);
    expect(scores.pooled.thresholds[0]!.f1).toBe(1);
    expect(events).toContainEqual({ event: "notice", text: `1 label image of ${join(root, "labels")} without a truth is left out.` });
    await writeLabels(join(root, "labels", "t0.tif"), labelImage(2, 2, new Int32Array(4)));
    await expect(evaluateLabels(join(root, "truth"), join(root, "labels"))).rejects.toThrow(/expected 4 x 4 px as .*, received 2 x 2 px/);
  });
});

describe("evaluateTracks", () => {
  const write = async (name: string, file: string, mask: string): Promise<string> => {
    const labels = labelImage(4, 4, Int32Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : 0)));
    for (const t of [0, 1]) await writeLabels16(join(root, name, `${mask}00${t}.tif`), labels);
    writeFileSync(join(root, name, file), formatTracks([{ label: 1, begin: 0, end: 1, parent: 0 }]));
    return join(root, name);
  };

  it("gives a table of one score a line, empty where there is none", async () => {
    const scores = await evaluateTracks(await write("truth", "man_track.txt", "man_track"), await write("result", "res_track.txt", "mask"));
    const { header, rows } = parseCsv(formatTrackCsv(scores));
    const table = new Map(rows.map(([name, value]) => [name, value]));
    expect(header).toEqual(["score", "value"]);
    expect(["DET", "SEG", "TRA", "CT", "CCA", "divisions_found"].map((name) => table.get(name))).toEqual(["1", "1", "1", "1", "", "0"]);
    expect(table.has("BC(1)")).toBe(true);
  });

  it("takes SEG over the true outlines beside the tracks, where there are any", async () => {
    const truth = await write("01_GT/TRA", "man_track.txt", "man_track");
    const result = await write("result", "res_track.txt", "mask");
    // Half of the object that both tracking masks show.
    await writeLabels16(join(root, "01_GT", "SEG", "man_seg001.tif"), labelImage(4, 4, Int32Array.from({ length: 16 }, (_, i) => (i < 6 ? 7 : 0))));
    const { SEG, TRA } = await evaluateTracks(truth, result);
    expect([SEG, TRA]).toEqual([0.75, 1]);
  });

  it("says which file is missing", async () => {
    await expect(evaluateTracks(await write("truth", "man_track.txt", "man_track"), join(root, "none"))).rejects.toThrow(/none: expected tracks of the Cell Tracking Challenge.*no res_track\.txt/);
  });
});
