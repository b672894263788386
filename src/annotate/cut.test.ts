import { describe, expect, it } from "vitest";
import { labelImage } from "../core/labels.js";
import { cutCandidates, withoutCut } from "./cut.js";
import type { Decision } from "./types.js";

const closed = { top: false, bottom: false, left: false, right: false };
// 1 to 4 at the four sides, 5 inside, 6 in a corner.
const labels = labelImage(
  5,
  5,
  Int32Array.of(0, 1, 1, 0, 6, 3, 0, 0, 0, 4, 3, 0, 5, 0, 4, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0),
);

describe("candidates of a window", () => {
  it.each([
    ["top", [1, 6]],
    ["bottom", [2]],
    ["left", [3]],
    ["right", [4, 6]],
  ] as const)("are cut at the %s where the image goes on there", (side, expected) => {
    const cut = cutCandidates(labels, { ...closed, [side]: true });
    expect([...cut].flatMap((value, i) => (value === 1 ? [i + 1] : []))).toEqual(expected);
  });

  it("are whole at the edge of the image", () => {
    expect([...cutCandidates(labels, closed)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("are not kept when cut, and what was rejected keeps its reason", () => {
    const kept: Decision = { kept: true, score: 0.95, reason: "" };
    const small: Decision = { kept: false, score: 0.2, reason: "area 3 px (least 20)", cause: "small" };
    const [first, second, third] = withoutCut([kept, kept, small], Uint8Array.of(0, 1, 1));
    expect([first, third]).toEqual([kept, small]);
    expect(second).toMatchObject({ kept: false, score: 0.95, cause: "cut" });
    expect(second!.reason).toMatch(/edge of the window/);
  });
});
