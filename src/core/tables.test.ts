import { describe, expect, it } from "vitest";
import { CorruptFile, InvalidInput, isKaryonError, StageError } from "./errors.js";
import { labelImage, relabelSequential } from "./labels.js";
import { concatNuclei, emptyNuclei, nucleiColumns } from "./nuclei.js";

describe("relabelSequential", () => {
  it("numbers labels by their first pixel and keeps what is unknown", () => {
    const labels = labelImage(2, 3, Int32Array.of(7, 0, -1, 3, 7, 9));
    expect(labels.count).toBe(9);
    const { data, count } = relabelSequential(labels);
    expect([[...data], count]).toEqual([[1, 0, -1, 2, 1, 3], 3]);
  });
});

describe("concatNuclei", () => {
  it("joins every column in order", () => {
    const [a, b] = [emptyNuclei(2), emptyNuclei(1)];
    for (const column of nucleiColumns) {
      a[column].set([1, 2]);
      b[column].set([3]);
    }
    const joined = concatNuclei([a, emptyNuclei(0), b]);
    for (const column of nucleiColumns) expect(Array.from(joined[column]), column).toEqual([1, 2, 3]);
    expect(new Set([...nucleiColumns, "count"])).toEqual(new Set(Object.keys(joined)));
  });
});

describe("errors", () => {
  it("say what, where, expected, received and what to do, in one sentence", () => {
    expect(new InvalidInput("train.patch", "a multiple of 16", "50", "try 64").message).toBe(
      "train.patch: expected a multiple of 16, received 50; try 64.",
    );
    expect(new CorruptFile("a.tif", 12, "the strip ends early").message).toBe(
      "a.tif: the strip ends early (at byte 12); copy or export the file again.",
    );
    expect(
      new StageError("segment", "t003", new Error("out of memory."), "use a smaller --tile").message,
    ).toBe("segment stopped at t003: out of memory; use a smaller --tile.");
  });

  it("are told from bugs", () => {
    expect([isKaryonError(new InvalidInput("a", "b", "c")), isKaryonError(new TypeError("x"))]).toEqual([
      true,
      false,
    ]);
  });
});
