import { describe, expect, it } from "vitest";
import { divisionProbability } from "./certainty.js";

describe("divisionProbability", () => {
  it("keeps the order of the margins, and stays between 0 and 1", () => {
    const margins = [-1e6, -3, 0, 0.5, 3, 8, 20, 60, 1e6];
    const all = margins.map(divisionProbability);
    all.slice(1).forEach((p, k) => expect(p).toBeGreaterThan(all[k]! - 1e-15));
    for (const p of all) expect(p >= 0 && p <= 1).toBe(true);
    expect(divisionProbability(NaN)).toBeNaN();
  });

  it("doubts what was hardly worth more than links, and says less than the margin claims", () => {
    expect(divisionProbability(0)).toBeLessThan(0.5);
    for (const margin of [1, 5, 10, 20])
      expect(divisionProbability(margin)).toBeLessThan(1 / (1 + Math.exp(-margin)));
    expect(divisionProbability(25)).toBeGreaterThan(0.99);
  });
});
