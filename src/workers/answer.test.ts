import { describe, expect, it } from "vitest";
import {
  Cancelled,
  CorruptFile,
  InvalidInput,
  isKaryonError,
  type KaryonError,
  OutputError,
  StageError,
  TrainingDiverged,
  UnsupportedFormat,
} from "../core/errors.js";
import { answerError, valueOf } from "./answer.js";

const across = (error: unknown): unknown => {
  try {
    return valueOf(structuredClone(answerError(error)));
  } catch (arrived) {
    return arrived;
  }
};

describe("errors across threads", () => {
  it("keep kind and message of those a user can meet", () => {
    for (const error of [
      new InvalidInput("patch", "a multiple of 16", "50"),
      new TrainingDiverged(12, NaN),
      new Cancelled("Training"),
    ]) {
      const arrived = across(error);
      expect(isKaryonError(arrived)).toBe(true);
      expect((arrived as KaryonError).kind).toBe(error.kind);
      expect((arrived as KaryonError).message).toBe(error.message);
    }
  });

  it("keep class and fields, so that a kind narrows after a worker, too", () => {
    const invalid = across(new InvalidInput("train.patch", "a multiple of 16", "50", "for example 64"));
    if (!isKaryonError(invalid, "InvalidInput")) throw new Error("not recognised");
    const { argument, expected, received, remedy } = invalid;
    expect([argument, expected, received, remedy]).toEqual([
      "train.patch",
      "a multiple of 16",
      "50",
      "for example 64",
    ]);
    expect(invalid).toBeInstanceOf(InvalidInput);
    expect(isKaryonError(invalid, "Cancelled")).toBe(false);
    const diverged = across(new TrainingDiverged(12, NaN)) as TrainingDiverged;
    expect([diverged.step, diverged.loss, diverged.name]).toEqual([12, NaN, "TrainingDiverged"]);
  });

  it("of every class arrive as they were", () => {
    const inner = new CorruptFile("a.tif", 8, "the header is cut", "copy it again");
    for (const error of [
      inner,
      new UnsupportedFormat("a.tif", "JPEG", "export it without"),
      new OutputError("out is full."),
      new StageError("Reading", "t000", inner, "leave it out"),
      new Cancelled(),
      new InvalidInput("z", "1", "2"),
      new TrainingDiverged(1, 2),
    ]) {
      const arrived = across(error) as KaryonError;
      expect(arrived.constructor).toBe(error.constructor);
      expect({ ...arrived }).toEqual({ ...error });
      expect([arrived.message, arrived.cause]).toEqual([error.message, error.cause]);
    }
  });

  it("keep bugs bugs, with the place where they happened", () => {
    const bug = new TypeError("x is undefined");
    const arrived = across(bug);
    expect(isKaryonError(arrived)).toBe(false);
    expect((arrived as Error).message).toBe("x is undefined");
    expect((arrived as Error).stack).toBe(bug.stack);
    expect((across("text") as Error).message).toBe("text");
  });

  it("leave values alone, empty ones too", () => {
    expect(valueOf({ value: undefined })).toBeUndefined();
    expect(valueOf({ value: 0 })).toBe(0);
  });
});
