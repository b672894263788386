import { describe, expect, it } from "vitest";
import { stepTo } from "./trackwords.js";

describe("stepTo", () => {
  it("goes to the next and the one before, and stays at the ends", () => {
    expect([-1, 0, 1, 2].map((at) => stepTo("ArrowDown", at, 3))).toEqual([0, 1, 2, 2]);
    expect([-1, 0, 1, 2].map((at) => stepTo("ArrowLeft", at, 3))).toEqual([0, 0, 0, 1]);
    expect(stepTo("ArrowRight", 0, 3)).toBe(stepTo("ArrowDown", 0, 3));
    expect(stepTo("ArrowUp", 2, 3)).toBe(stepTo("ArrowLeft", 2, 3));
  });

  it("leads nowhere by other keys, and in an empty list", () => {
    expect(stepTo("Enter", 0, 3)).toBeUndefined();
    expect(stepTo("a", 0, 3)).toBeUndefined();
    expect(stepTo("ArrowDown", -1, 0)).toBeUndefined();
  });
});
