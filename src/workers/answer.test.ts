import { describe, expect, it } from "vitest";
import {
  Cancelled,
  InvalidInput,
  isKaryonError,
  type KaryonError,
  TrainingDiverged,
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
