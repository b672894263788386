import { describe, expect, it } from "vitest";
import { InvalidInput, TrainingDiverged } from "../../core/errors.js";
import { inFlags } from "./wording.js";

describe("inFlags", () => {
  it("prints flags for the keys of options", () => {
    expect(inFlags(new InvalidInput("train.patch", "a multiple of 16", "50").message)).toBe(
      "--patch: expected a multiple of 16, received 50.",
    );
    expect(inFlags(new TrainingDiverged(3, NaN).message)).toMatch(
      /learning rate \(--learning-rate\) or check/,
    );
    expect(inFlags("Lower segment.memory, or set train.learningRate.")).toBe(
      "Lower --memory, or set --learning-rate.",
    );
    expect(inFlags("or give overwrite: true to replace it.")).toBe("or give --overwrite to replace it.");
  });

  it("prints the flag that turns an option on or off for yes and no", () => {
    expect(inFlags("Set study.paired: true, or study.paired: false.")).toBe("Set --paired, or --no-paired.");
    expect(inFlags("train.steps: expected a whole number.")).toBe("--steps: expected a whole number.");
  });

  it("prints the flags of arguments that no configuration file holds, where an error names them", () => {
    expect(inFlags(new InvalidInput("authors", "names", "none").message)).toBe(
      "--author: expected names, received none.",
    );
    for (const text of ["The name: expected nothing", "names: expected one", "out: of memory"])
      expect(inFlags(text)).toBe(text);
  });

  it("leaves paths, quotations and unknown keys alone", () => {
    for (const text of [
      "/data/input.z/t000.tif: no",
      "train.steps.csv: no",
      "my-train.steps: no",
      'key "train.steps": no',
      "train.stepz: no",
    ])
      expect(inFlags(text)).toBe(text);
  });
});
