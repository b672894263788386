import { describe, expect, it } from "vitest";
import { frameTiming } from "./frametiming.js";

describe("frameTiming", () => {
  it("counts from the first frame, and gives the interval of even ones without a word", () => {
    expect(frameTiming([5, 15, 25.05])).toEqual({
      frameTimes: [0, 10, 20.05],
      frameInterval: 10.025,
      notices: [],
    });
  });

  it("gives the median of uneven ones, and says so", () => {
    expect(frameTiming([0, 600, 1200, 2400])).toEqual({
      frameTimes: [0, 600, 1200, 2400],
      frameInterval: 600,
      notices: ["The time between frames varies from 600 to 1200 s; its median, 600 s, is used"],
    });
  });

  it("shares the time among frames that have none", () => {
    expect(frameTiming([NaN, 3, NaN, 7])).toEqual({
      frameTimes: [NaN, 0, NaN, 4],
      frameInterval: 2,
      notices: [],
    });
  });

  it("knows no times that do not rise, of one frame, or of none", () => {
    for (const times of [[0, 5, 5], [0, 5, 4], [3], [NaN, NaN], [], [NaN, 4, NaN]])
      expect(frameTiming(times)).toBeUndefined();
  });
});
