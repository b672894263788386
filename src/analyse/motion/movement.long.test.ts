/** The error of the places over as many movies as its mean and spread were recorded for. */
import { describe, expect, it } from "vitest";
import { localisationErrors, meanOf } from "../../../test/walkers.js";

/** Standard deviation of values. */
function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

describe("the error of the places over 40 movies", { timeout: 600_000 }, () => {
  // Recorded over the same movies. Another order of sums moves them by less than their last digit.
  it.each([
    { persistence: 2, error: 0.8, mean: 0.787, deviation: 0.126 },
    { persistence: 4, error: 2, mean: 1.996, deviation: 0.05 },
    { persistence: 2, error: 0, mean: 0.16, deviation: 0.22 },
  ])("persistence $persistence, $error px", ({ persistence, error, mean, deviation }) => {
    const found = localisationErrors({ persistence, error }, 40);
    expect({ mean: meanOf(found), deviation: deviationOf(found) }).toEqual({
      mean: expect.closeTo(mean, 2) as number,
      deviation: expect.closeTo(deviation, 2) as number,
    });
  });
});
