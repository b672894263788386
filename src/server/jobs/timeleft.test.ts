import { describe, expect, it } from "vitest";
import { timeLeft } from "./timeleft.js";

describe("the time that is left", () => {
  it("follows from what was done since the first look, not before", () => {
    const left = timeLeft();
    expect(left.note(0, 500, 1000)).toBeNull();
    expect(left.note(1000, 510, 1000)).toBeNull();
    // 10 a second.
    expect(left.note(2000, 520, 1000)).toBeCloseTo(48, 9);
    expect(left.note(52_000, 1000, 1000)).toBe(0);
  });

  it("follows the present rate, and begins anew with other work", () => {
    const left = timeLeft();
    for (let second = 0; second <= 60; second++) left.note(1000 * second, second, 1000);
    let now: number | null = null;
    // Twice as fast.
    for (let second = 61; second <= 120; second++)
      now = left.note(1000 * second, 60 + 2 * (second - 60), 1000);
    expect(now).toBeCloseTo((1000 - 180) / 2, 6);
    expect(left.note(121_000, 0, 50)).toBeNull();
    expect(left.note(131_000, 0, 50)).toBeNull();
  });
});
