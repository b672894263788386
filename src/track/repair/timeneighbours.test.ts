import { describe, expect, it } from "vitest";
import { nucleiOf } from "../../../test/spots.js";
import { type Neighbours, neighboursOf, nextOf, previousOf, rowAt } from "./timeneighbours.js";

/** A track of frames 0, 1, 2, 4 and 5 (rows 0 to 4) that divides into rows 5 and 6 of frame 6; 5 goes on. */
const links = (): Neighbours => {
  const times = [0, 1, 2, 4, 5, 6, 6, 7];
  const nuclei = nucleiOf(times.map((t, k) => ({ t, y: 10, x: 10 * k })));
  const edges = Uint32Array.of(0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 4, 6, 5, 7);
  return neighboursOf({ nuclei, frames: 8, edges });
};

describe("neighboursOf", () => {
  it("knows the only child, and how many there are", () => {
    const { child, children, parent, rows } = links();
    expect([...child]).toEqual([1, 2, 3, 4, -1, 7, -1, -1]);
    expect([...children]).toEqual([1, 1, 1, 1, 2, 1, 0, 0]);
    expect([...parent]).toEqual([-1, 0, 1, 2, 3, 4, 4, 5]);
    expect(rows.map((of) => [...of])).toEqual([
      [[1, 0]],
      [[1, 1]],
      [[1, 2]],
      [],
      [[1, 3]],
      [[1, 4]],
      [
        [1, 5],
        [2, 6],
      ],
      [[1, 7]],
    ]);
  });

  it("goes to the next and the previous frame only, not over gaps or divisions", () => {
    const at = links();
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((row) => nextOf(at, row))).toEqual([1, 2, -1, 4, -1, 7, -1, -1]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((row) => previousOf(at, row))).toEqual([-1, 0, 1, -1, 3, -1, -1, 5]);
  });
});

describe("rowAt", () => {
  it("follows the undivided track in both directions", () => {
    const at = links();
    expect([rowAt(at, 0, 2), rowAt(at, 2, 0), rowAt(at, 1, 1), rowAt(at, 5, 7), rowAt(at, 4, 4)]).toEqual([
      2, 0, 1, 7, 3,
    ]);
  });

  it("finds none beyond a gap, a division or an end", () => {
    const at = links();
    for (const [row, frame] of [
      [0, 3],
      [0, 4],
      [3, 2],
      [4, 6],
      [5, 5],
      [7, 4],
      [6, 7],
      [0, 7],
    ] as const)
      expect(rowAt(at, row, frame)).toBe(-1);
  });
});
