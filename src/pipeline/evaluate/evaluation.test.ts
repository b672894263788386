import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labelImage } from "../../core/labels.js";
import { parseCsv } from "../../io/csv.js";
import { formatTracks } from "../../io/ctc.js";
import { formatComparison } from "../annotate/annotationtext.js";
import type { PipelineEvent } from "../stage/events.js";
import { writeLabels, writeLabels16 } from "../store/labelfiles.js";
import { evaluateLabels, evaluateTracks, formatTrackCsv, pairLabels } from "./evaluation.js";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-evaluation-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function folder(name: string, files: readonly string[]): string {
  mkdirSync(join(root, name));
  for (const file of files) writeFileSync(join(root, name, file), "");
  return join(root, name);
}

const pairs = (truth: readonly string[], predicted: readonly string[]): [string, string][] =>
  pairLabels(folder("truth", truth), folder("labels", predicted)).map(({ truth: left, predicted: right }) => [
    basename(left),
    basename(right),
  ]);

describe("pairLabels", () => {
  it("goes by name before it goes by number", () => {
    expect(pairs(["a1.tif", "a2.tif"], ["a2.png", "a1.png", "b1.tif"])).toEqual([
      ["a1.tif", "a1.png"],
      ["a2.tif", "a2.png"],
    ]);
  });

  it("takes the names of the Cell Tracking Challenge together, in the order of the numbers", () => {
    expect(pairs(["man_seg010.tif", "man_seg002.tif"], ["t2.tif", "mask010.tif", "t003.tif"])).toEqual([
      ["man_seg002.tif", "t2.tif"],
      ["man_seg010.tif", "mask010.tif"],
    ]);
  });

  it("never pairs by chance: not names without numbers, and not numbers that several share", () => {
    expect(() => pairs(["a.tif"], ["b.tif"])).toThrow(
      /expected labels for a, received 1 file, none with that name/,
    );
    rmSync(root, { recursive: true });
    mkdirSync(root);
    expect(() => pairs(["left_1.tif", "right_1.tif"], ["x_1.tif"])).toThrow(/labels for left_1/);
    rmSync(root, { recursive: true });
    mkdirSync(root);
    expect(() => pairs(["t1.tif"], ["x_1.tif", "y_1.tif"])).toThrow(/labels for t1/);
  });

  it("says what is wrong with the paths", () => {
    const truth = folder("truth", []);
    expect(() => pairLabels(join(root, "none"), truth)).toThrow(
      /none: expected a label image or a folder of them, received nothing there/,
    );
    expect(() => pairLabels(truth, truth)).toThrow(/expected label images \(TIFF.*\), received none/);
    writeFileSync(join(root, "a.tif"), "");
    expect(() => pairLabels(truth, join(root, "a.tif"))).toThrow(
      /two files or two folders, received a file and a folder/,
    );
    expect(() => pairLabels(folder("two", ["a.tif", "a.png"]), truth)).toThrow(/one label image of a name/);
  });
});

describe("pairLabels of a part", () => {
  const part = (truth: string, predicted: string): [string, string, string][] =>
    pairLabels(truth, predicted, { partial: true }).map(({ name, truth: left, predicted: right }) => [
      name,
      basename(left),
      basename(right),
    ]);

  it("leaves truths without labels unused, which is refused without the option", () => {
    const [truth, labels] = [
      folder("truth", ["frame00.tif", "frame01.tif", "frame02.tif", "other.tif"]),
      folder("labels", ["frame01.tif", "x7.tif"]),
    ];
    expect(part(truth, labels)).toEqual([["frame01", "frame01.tif", "frame01.tif"]]);
    expect(() => pairLabels(truth, labels)).toThrow(/expected labels for frame00/);
  });

  it("goes by number as for wholes, and never by one that several truths share", () => {
    const labels = folder("labels", ["t1.tif", "t2.tif", "t3.tif"]);
    expect(part(folder("truth", ["man_seg001.tif", "man_seg003.tif", "a_2.tif", "b_2.tif"]), labels)).toEqual(
      [
        ["man_seg001", "man_seg001.tif", "t1.tif"],
        ["man_seg003", "man_seg003.tif", "t3.tif"],
      ],
    );
  });

  it("takes one file for the only label image whatever its name, and else for the one of its name or number", () => {
    const [truth, one, two] = [
      join(folder("files", ["hand drawn.tif"]), "hand drawn.tif"),
      folder("one", ["cells.tif"]),
      folder("two", ["t1.tif", "t2.tif"]),
    ];
    expect(part(truth, one)).toEqual([["cells", "hand drawn.tif", "cells.tif"]]);
    expect(part(join(folder("more", ["man_seg002.tif"]), "man_seg002.tif"), two)).toEqual([
      ["man_seg002", "man_seg002.tif", "t2.tif"],
    ]);
    expect(() => part(truth, two)).toThrow(
      /hand drawn\.tif: expected a truth for one of t1, t2, with its name, or the only one with its number, received hand drawn; give the truth/,
    );
    expect(() => part(two, truth)).toThrow(/a file and a folder/);
    for (const labels of [one, two])
      expect(() => pairLabels(truth, labels)).toThrow(
        /two files or two folders, received a file and a folder/,
      );
  });

  it("says so where no truth fits", () => {
    expect(() =>
      part(folder("truth", ["a.tif", "b.tif", "c.tif", "d.tif"]), folder("labels", ["e.tif"])),
    ).toThrow(/expected a truth for one of e, .*received a, b, c and 1 more/);
  });
});

describe("evaluateLabels", () => {
  it("scores the pairs, and says which labels it left out", async () => {
    const labels = labelImage(
      4,
      4,
      Int32Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : 0)),
    );
    await writeLabels(join(root, "truth", "t0.tif"), labels);
    for (const name of ["t0.tif", "t1.tif"]) await writeLabels(join(root, "labels", name), labels);
    const events: PipelineEvent[] = [];
    const { names, scores } = await evaluateLabels(join(root, "truth"), join(root, "labels"), {
      onEvent: (event) => events.push(event),
    });
    expect(names).toEqual(["t0"]);
    expect(scores.pooled.thresholds[0]!.f1).toBe(1);
    expect(events).toContainEqual({
      event: "notice",
      stage: "evaluate",
      text: `1 label image of ${join(root, "labels")} without a truth is left out.`,
    });
    await writeLabels(join(root, "labels", "t0.tif"), labelImage(2, 2, new Int32Array(4)));
    await expect(evaluateLabels(join(root, "truth"), join(root, "labels"))).rejects.toThrow(
      /expected 4 x 4 px as .*, received 2 x 2 px/,
    );
  });
});

describe("label values up to 2147483647", () => {
  const image = (...values: number[]): ReturnType<typeof labelImage> =>
    labelImage(1, values.length, Int32Array.from(values));

  it("are scored without a table of that length, and errors name them", async () => {
    await writeLabels(join(root, "truth.tif"), image(0, 2147483647, 2147483647, 0, 0, 5, 5));
    await writeLabels(join(root, "labels.tif"), image(0, 2000000000, 2000000000, 0, 1999999999, 0, 0));
    const { scores, errors } = await evaluateLabels(join(root, "truth.tif"), join(root, "labels.tif"));
    expect(scores.pooled.thresholds[0]).toMatchObject({ tp: 1, fp: 1, fn: 1 });
    expect(errors.missed.map(({ label, x }) => [label, x])).toEqual([[5, 5.5]]);
    expect(errors.spurious.map(({ label, x }) => [label, x])).toEqual([[1999999999, 4]]);
  });

  it("are named in a window of a larger truth, where cut nuclei are left out", async () => {
    const whole = image(1, 0, 2147483647, 2147483647, 0, 2000000000, 2000000000, 2000000000);
    await writeLabels(join(root, "truth", "big.tif"), whole);
    await writeLabels(join(root, "labels", "part.tif"), image(0, 0, 0, 0, 3, 3));
    const window = { y: 0, x: 1, height: 1, width: 6 };
    const { errors } = await evaluateLabels(join(root, "truth"), join(root, "labels"), {}, [0.5], {
      partial: true,
      windows: new Map([["part", { source: "big", window }]]),
    });
    expect(errors.missed.map(({ label }) => label)).toEqual([2147483647]);
    expect(errors.spurious.map(({ label }) => label)).toEqual([3]);
  });

  it("in masks of tracks break the rules, by their own number", async () => {
    const labels = image(1, 1, 2147483647);
    await writeLabels(join(root, "truth", "man_track000.tif"), labels);
    writeFileSync(join(root, "truth", "man_track.txt"), "1 0 0 0\n");
    await writeLabels(join(root, "result", "mask000.tif"), labels);
    writeFileSync(join(root, "result", "res_track.txt"), "1 0 0 0\n");
    await expect(evaluateTracks(join(root, "truth"), join(root, "result"))).rejects.toThrow(
      /Label 2147483647 is in the mask of frame 0/,
    );
  });
});

describe("evaluateLabels of a part", () => {
  it(
    "scores what there is, counts and tells the truths left unused, and takes unknown pixels of " +
      "the labels for background",
    async () => {
      const [whole, half] = [8, 4].map((size) =>
        labelImage(
          4,
          4,
          Int32Array.from({ length: 16 }, (_, i) => (i < size ? 1 : i < 12 ? -1 : 0)),
        ),
      );
      for (const name of ["t0", "t1", "t2"])
        await writeLabels(
          join(root, "truth", `${name}.tif`),
          labelImage(
            4,
            4,
            whole!.data.map((label) => Math.max(0, label)),
          ),
        );
      await writeLabels(join(root, "labels", "t1.tif"), half!);
      const events: PipelineEvent[] = [];
      const found = await evaluateLabels(
        join(root, "truth"),
        join(root, "labels"),
        { onEvent: (event) => events.push(event) },
        [0.5, 0.75],
        { partial: true },
      );
      expect([found.names, found.unused]).toEqual([["t1"], 2]);
      // Half of the object is found, the other half is unknown.
      expect(found.scores.pooled.thresholds.map(({ tp, fn }) => [tp, fn])).toEqual([
        [1, 0],
        [0, 1],
      ]);
      expect(found.scores.pooled.pixels).toMatchObject({ truth: 8, predicted: 4, shared: 4 });
      expect(events).toContainEqual({
        event: "notice",
        stage: "evaluate",
        text: `2 true label images of ${join(root, "truth")} are left unused: there are no labels for them.`,
      });
      const text = formatComparison(found);
      expect(text[0]).toBe(
        "Kept nuclei of 1 image against the truth; 2 true label images unused, whose image was not annotated.",
      );
      expect(text[1]).toMatch(/^Unknown pixels of the annotation \(-1\) count as background here/);
      expect(text[2]).toMatch(
        /object scores, by the minimum IoU of a match:\n +IoU +TP[\s\S]*\npixel scores: Dice 0\.667, IoU 0\.500 \(foreground against background/,
      );
      expect(formatComparison({ ...found, unused: 0 })[0]).toBe("Kept nuclei of 1 image against the truth.");
      await expect(evaluateLabels(join(root, "truth"), join(root, "labels"))).rejects.toThrow(
        /labels for t0/,
      );
      expect(
        (
          await evaluateLabels(join(root, "truth", "t0.tif"), join(root, "labels"), {}, [0.5], {
            partial: true,
          })
        ).unused,
      ).toBe(0);
    },
  );
});

describe("evaluateTracks", () => {
  const write = async (name: string, file: string, mask: string): Promise<string> => {
    const labels = labelImage(
      4,
      4,
      Int32Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : 0)),
    );
    for (const t of [0, 1]) await writeLabels16(join(root, name, `${mask}00${t}.tif`), labels);
    writeFileSync(join(root, name, file), formatTracks([{ label: 1, begin: 0, end: 1, parent: 0 }]));
    return join(root, name);
  };

  it("gives a table of one score a line, empty where there is none", async () => {
    const scores = await evaluateTracks(
      await write("truth", "man_track.txt", "man_track"),
      await write("result", "res_track.txt", "mask"),
    );
    const { header, rows } = parseCsv(formatTrackCsv(scores));
    const table = new Map(rows.map(([name, value]) => [name, value]));
    expect(header).toEqual(["score", "value"]);
    expect(["DET", "SEG", "TRA", "CT", "CCA", "divisions_found"].map((name) => table.get(name))).toEqual([
      "1",
      "1",
      "1",
      "1",
      "",
      "0",
    ]);
    expect(table.has("BC(1)")).toBe(true);
  });

  it("takes SEG over the true outlines beside the tracks, where there are any", async () => {
    const truth = await write("01_GT/TRA", "man_track.txt", "man_track");
    const result = await write("result", "res_track.txt", "mask");
    // Half of the object that both tracking masks show.
    await writeLabels16(
      join(root, "01_GT", "SEG", "man_seg001.tif"),
      labelImage(
        4,
        4,
        Int32Array.from({ length: 16 }, (_, i) => (i < 6 ? 7 : 0)),
      ),
    );
    const { SEG, TRA } = await evaluateTracks(truth, result);
    expect([SEG, TRA]).toEqual([0.75, 1]);
  });

  it("names the invalid folder and the rule that it breaks, be it result or truth", async () => {
    const [truth, result] = [
      await write("truth", "man_track.txt", "man_track"),
      await write("result", "res_track.txt", "mask"),
    ];
    const breaks = async (lines: string, message: RegExp): Promise<void> => {
      writeFileSync(join(result, "res_track.txt"), lines);
      await expect(evaluateTracks(truth, result)).rejects.toThrow(message);
    };
    await breaks(
      "1 0 0 0\n",
      /result: expected tracks valid .* 1 breach: Label 1 is in the mask of frame 1, but its track does not cover that frame/,
    );
    await breaks("1 0 1 0\n2 1 1 0\n", /result: .*Track 2 covers frame 1, but its label is not in that mask/);
    await breaks("1 0 1 5\n", /result: .*Track 1 has the parent 5, which does not exist/);
    await breaks("1 0 1 1\n", /result: .*Track 1 begins \(frame 0\) before its parent 1 has ended/);
    await breaks("1 0 1 0\n1 0 1 0\n", /result: .*Label 1 belongs to more than one track/);
    writeFileSync(join(truth, "man_track.txt"), "1 0 2 0\n");
    await expect(evaluateTracks(truth, result)).rejects.toThrow(
      /truth: .*Track 1 \(frames 0 to 2\) reaches outside the movie \(frames 0 to 1\)/,
    );
    rmSync(join(result, "mask000.tif"));
    await expect(evaluateTracks(truth, result)).rejects.toThrow(
      /result: expected one mask for each frame, numbered from 0 without a gap, received mask001 as number 0/,
    );
  });

  it("scores a result in which nothing was found", async () => {
    const [truth, result] = [
      await write("truth", "man_track.txt", "man_track"),
      await write("result", "res_track.txt", "mask"),
    ];
    for (const t of [0, 1])
      await writeLabels16(join(result, `mask00${t}.tif`), labelImage(4, 4, new Int32Array(16)));
    writeFileSync(join(result, "res_track.txt"), "");
    expect(await evaluateTracks(truth, result)).toMatchObject({ DET: 0, TRA: 0, resultTracks: 0 });
  });

  it("says which file is missing", async () => {
    await expect(
      evaluateTracks(await write("truth", "man_track.txt", "man_track"), join(root, "none")),
    ).rejects.toThrow(/none: expected tracks of the Cell Tracking Challenge.*no res_track\.txt/);
  });
});
