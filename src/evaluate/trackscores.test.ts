import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { itWithShared, sharedData } from "../../test/shared.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { memorySource } from "../io/bytes.js";
import { parseTracks } from "../io/ctc.js";
import { openTiff } from "../io/tiff/open.js";
import {
  divisionScore,
  formatTrackTable,
  matchSequences,
  scoreTracks,
  type LabelledSequence,
} from "./trackscores.js";

/** Frames of one row of pixels, one character a pixel; tracks as lines "L B E P". */
const sequence = (frames: readonly string[], tracks: string): LabelledSequence => ({
  frames: frames.length,
  tracks: parseTracks(tracks.replaceAll("; ", "\n"), "test"),
  labels: (t) =>
    labelImage(
      1,
      frames[t]!.length,
      Int32Array.from(frames[t]!, (c) => (c === "." ? 0 : Number(c))),
    ),
});

/**
 * Nucleus 1 stays; nucleus 2 divides into 3 and 4 after frame 1. 10 objects, 6 links within tracks, 2 to a
 * parent.
 */
const truth = sequence(
  ["111..222", "111..222", "111.3344", "111.3344"],
  "1 0 3 0; 2 0 1 0; 3 2 3 2; 4 2 3 2",
);

describe("scoreTracks", () => {
  it("is 1 throughout for the truth itself, whatever the labels", async () => {
    const renamed = sequence(
      ["444..111", "444..111", "444.9977", "444.9977"],
      "4 0 3 0; 1 0 1 0; 9 2 3 1; 7 2 3 1",
    );
    expect(await scoreTracks(truth, renamed)).toMatchObject({
      DET: 1,
      SEG: 1,
      TRA: 1,
      LNK: 1,
      CT: 1,
      TF: 1,
      CCA: null,
      BC: [1, 1, 1, 1],
      BIO: [1, 1, 1, 1],
      OP_CSB: 1,
      OP_CTB: 1,
      OP_CLB: [1, 1, 1, 1],
      CHOTA: 1,
      operations: { ns: 0, fn: 0, fp: 0, ed: 0, ea: 0, ec: 0, nodes: 10, edges: 8, AOGM: 0 },
    });
  });

  it("counts a missed object and its links", async () => {
    const missing = sequence(
      ["111..222", ".....222", "555.3344", "555.3344"],
      "1 0 0 0; 5 2 3 0; 2 0 1 0; 3 2 3 2; 4 2 3 2",
    );
    const scores = await scoreTracks(truth, missing);
    expect(scores.operations).toMatchObject({ fn: 1, fp: 0, ns: 0, ea: 2, ed: 0 });
    expect(scores.DET).toBeCloseTo(1 - 10 / 100, 12);
    expect(scores.TRA).toBeCloseTo(1 - 13 / (100 + 12), 12);
    expect(scores.SEG).toBeCloseTo(9 / 10, 12);
  });

  it("counts a surplus object, two true objects under one label, and half-covered ones", async () => {
    const surplus = await scoreTracks(
      truth,
      sequence(
        ["111.9222", "111..222", "111.3344", "111.3344"],
        "1 0 3 0; 2 0 1 0; 3 2 3 2; 4 2 3 2; 9 0 0 0",
      ),
    );
    expect(surplus.operations).toMatchObject({ fp: 1, AOGM: 1 });
    const merged = await scoreTracks(
      truth,
      sequence(["111..222", "111..222", "111.3333", "111.3344"], "1 0 3 0; 2 0 1 0; 3 2 3 2; 4 3 3 2"),
    );
    // Label 3 of frame 2 holds true 3 and 4: one split; its links count neither way, so that four true links
    // are missing; that of 4 to its parent skips a frame, which no true link does.
    expect(merged.operations).toMatchObject({ ns: 1, fn: 0, fp: 0, ed: 1, ea: 4 });
    // Exactly half of a true object is not enough.
    const half = await scoreTracks(sequence(["1111"], "1 0 0 0"), sequence(["11.."], "1 0 0 0"));
    expect(half).toMatchObject({ DET: 0, SEG: 0, operations: { fn: 1, fp: 1 } });
  });

  it("tells a swapped identity from a wrong kind of link", async () => {
    const truthPair = sequence(["1.2", "1.2", "1.2"], "1 0 2 0; 2 0 2 0");
    const swapped = await scoreTracks(truthPair, sequence(["1.2", "1.2", "2.1"], "1 0 2 0; 2 0 2 0"));
    expect(swapped.operations).toMatchObject({ ed: 2, ea: 2, ec: 0 });
    expect([swapped.CT, swapped.TF]).toEqual([0, expect.closeTo(2 / 3, 12)]);
    const renewed = await scoreTracks(
      truthPair,
      sequence(["1.2", "1.2", "3.2"], "1 0 1 0; 2 0 2 0; 3 2 2 1"),
    );
    expect(renewed.operations).toMatchObject({ ed: 0, ea: 0, ec: 1 });
    expect(renewed.CHOTA).toBe(1);
  });

  it("compares cell cycles", async () => {
    // Both have one complete cycle, of length 1 and of length 0: the distributions differ by 1.
    const long = sequence(
      ["22222222", "33334444", "33334444", "55664444"],
      "2 0 0 0; 3 1 2 2; 4 1 3 2; 5 3 3 3; 6 3 3 3",
    );
    const short = sequence(
      ["22222222", "33334444", "55664444", "55664444"],
      "2 0 0 0; 3 1 1 2; 4 1 3 2; 5 2 3 3; 6 2 3 3",
    );
    expect((await scoreTracks(long, long)).CCA).toBe(1);
    expect((await scoreTracks(long, short)).CCA).toBe(0);
    expect(
      (
        await scoreTracks(
          long,
          sequence(
            ["2", "2", "2", "2"].map((c) => c.repeat(8)),
            "2 0 3 0",
          ),
        )
      ).CCA,
    ).toBe(0);
  });

  it("forgives a division that is late by no more than the tolerance", async () => {
    const late = sequence(
      ["111..222", "111..222", "111.2222", "111.3344"],
      "1 0 3 0; 2 0 2 0; 3 3 3 2; 4 3 3 2",
    );
    const match = await matchSequences(truth, late);
    expect(divisionScore(match, 0)).toMatchObject({ tp: 0, fp: 1, fn: 1, f1: 0 });
    expect(divisionScore(match, 1)).toEqual({ tp: 1, fp: 0, fn: 0, precision: 1, recall: 1, f1: 1 });
  });

  it("leaves undefined what an empty truth does not define", async () => {
    const scores = await scoreTracks(sequence(["..", ".."], ""), sequence(["..", ".."], ""));
    expect(scores).toMatchObject({
      DET: null,
      SEG: null,
      TRA: null,
      LNK: null,
      CT: null,
      TF: null,
      CHOTA: null,
    });
    expect(formatTrackTable(scores)).toContain("0 true and 0 computed tracks in 2 frames");
  });

  it("refuses sequences of different length", async () => {
    await expect(scoreTracks(truth, sequence(["1"], "1 0 0 0"))).rejects.toThrow(/4 frames as the truth/);
  });
});

/** The sequences that py-ctcmetrics scored. */
const sequences = [
  "tiny/perfect",
  "tiny/missing_one_node",
  "tiny/one_false_positive",
  "tiny/late_split",
  "tiny/missed_division",
  "tiny/one_daughter_linked",
  "tiny/id_switch",
  "tiny/fragmented_track",
  "tiny/fragmented_but_linked",
  "tiny/eroded_masks",
  "tiny/eroded_masks_2px",
  "tiny/dilated_masks",
  "tiny/oversegmented",
  "java_test_data",
];
const shared = sharedData("ctc_metric_fixtures");
const itWithSequences = itWithShared("ctc_metric_fixtures");
const readExpected = (): Record<string, Record<string, number | null>> =>
  JSON.parse(readFileSync(join(shared, "expected_py_ctcmetrics.json"), "utf8")) as Record<
    string,
    Record<string, number | null>
  >;

async function readMask(path: string): Promise<LabelImage> {
  const file = await openTiff(memorySource(readFileSync(path)), path);
  const { height, width, data } = await file.read(0);
  return labelImage(height, width, Int32Array.from(data as ArrayLike<number>));
}

describe("scoreTracks against py-ctcmetrics", () => {
  itWithSequences("covers all sequences", () => expect(Object.keys(readExpected())).toEqual(sequences));

  itWithSequences.each(sequences)("%s", async (name) => {
    const expected = readExpected()[name]!;
    const [gt, result] = name.startsWith("tiny/")
      ? ["tiny/GT", `tiny/RES_${name.slice(5)}`]
      : [`${name}/GT`, `${name}/res`];
    const files = (folder: string): string[] =>
      readdirSync(join(shared, folder))
        .filter((f) => f.endsWith(".tif"))
        .sort()
        .map((f) => join(shared, folder, f));
    const open = (folder: string, table: string): LabelledSequence => {
      const masks = files(folder);
      return {
        frames: masks.length,
        labels: (t) => readMask(masks[t]!),
        tracks: parseTracks(readFileSync(join(shared, folder, table), "utf8"), table),
      };
    };
    const outlines = files(`${gt}/SEG`).map((path) => ({
      frame: Number(/(\d+)\.tif$/.exec(path)![1]),
      labels: () => readMask(path),
    }));
    const scores = await scoreTracks(
      open(`${gt}/TRA`, "man_track.txt"),
      open(result, "res_track.txt"),
      outlines,
    );
    const { operations: o } = scores;
    const ours: Record<string, number | null> = {
      DET: scores.DET,
      SEG: scores.SEG,
      TRA: scores.TRA,
      LNK: scores.LNK,
      CT: scores.CT,
      TF: scores.TF,
      CHOTA: scores.CHOTA,
      OP_CSB: scores.OP_CSB,
      OP_CTB: scores.OP_CTB,
      AOGM: o.AOGM,
      AOGM_NS: o.ns,
      AOGM_FN: o.fn,
      AOGM_FP: o.fp,
      AOGM_ED: o.ed,
      AOGM_EA: o.ea,
      AOGM_EC: o.ec,
    };
    scores.divisions.forEach(({ tp, fp, fn, f1 }, i) =>
      Object.assign(ours, {
        [`tp_div(${i})`]: tp,
        [`fp_div(${i})`]: fp,
        [`fn_div(${i})`]: fn,
        [`BC(${i})`]: f1,
        [`BIO(${i})`]: scores.BIO[i],
        [`OP_CLB(${i})`]: scores.OP_CLB[i],
      }),
    );
    for (const [key, value] of Object.entries(ours)) {
      expect(value, key).not.toBeNull();
      expect(Math.abs(value! - expected[key]!), `${key}: ${value} for ${expected[key]}`).toBeLessThan(1e-6);
    }
    expect(scores.CCA).toBe(expected["CCA"] ?? null);
  });
});
