import { describe, expect, it } from "vitest";
import { emptyNuclei } from "./nuclei.js";
import { branchesOf, branchOfRow, childrenOfRow, parentOfRow } from "./tracks.js";

/** Nuclei by [frame, label], and links by row. */
function graphOf(
  rows: readonly (readonly [number, number])[],
  edges: readonly number[],
  frames: number,
): Parameters<typeof branchesOf>[0] {
  const nuclei = emptyNuclei(rows.length);
  rows.forEach(([frame, label], row) => {
    nuclei.frame[row] = frame;
    nuclei.label[row] = label;
  });
  return { nuclei, frames, edges: Uint32Array.from(edges) };
}

describe("branchesOf", () => {
  it("ends a branch at a division and names mother and root", () => {
    // Row 0 lives two frames, divides into rows 2 and 3; row 3 goes on; row 5 is alone.
    const graph = graphOf(
      [
        [0, 1],
        [1, 1],
        [2, 1],
        [2, 2],
        [3, 1],
        [1, 2],
      ],
      [0, 1, 1, 2, 1, 3, 3, 4],
      4,
    );
    expect(branchesOf(graph)).toEqual([
      { id: 1, parent: 0, rows: [0, 1], root: 1 },
      { id: 2, parent: 0, rows: [5], root: 2 },
      { id: 3, parent: 1, rows: [2], root: 1 },
      { id: 4, parent: 1, rows: [3, 4], root: 1 },
    ]);
    expect([...parentOfRow(graph)]).toEqual([-1, 0, 1, 1, 3, -1]);
    expect(childrenOfRow(graph)).toEqual([[1], [2, 3], [], [4], [], []]);
    expect([...branchOfRow(branchesOf(graph), 6)]).toEqual([1, 1, 3, 4, 4, 2]);
    expect([...branchOfRow([], 2)]).toEqual([0, 0]);
  });

  it("holds every nucleus once", () => {
    const graph = graphOf(
      [
        [0, 1],
        [0, 2],
        [1, 1],
        [2, 1],
      ],
      [0, 2, 2, 3],
      3,
    );
    expect(
      branchesOf(graph)
        .flatMap(({ rows }) => rows)
        .sort(),
    ).toEqual([0, 1, 2, 3]);
  });

  it("keeps one branch across a gap", () => {
    expect(
      branchesOf(
        graphOf(
          [
            [0, 1],
            [2, 1],
          ],
          [0, 1],
          3,
        ),
      ),
    ).toHaveLength(1);
  });

  it("of nothing is nothing", () => {
    expect(branchesOf(graphOf([], [], 0))).toEqual([]);
  });
});
