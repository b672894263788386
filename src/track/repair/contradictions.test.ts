import { describe, expect, it } from "vitest";
import { nucleiOf, type Spot, spotPrices } from "../../../test/spots.js";
import type { LinkOverlaps } from "../maskoverlaps.js";
import { type Contradiction, contradictions, isLost } from "./contradictions.js";
import { neighboursOf } from "./timeneighbours.js";

interface Case {
  readonly spots: readonly Spot[];
  /** Parent row and child row. */
  readonly edges: readonly (readonly [number, number])[];
  /** Of all links; default plain. */
  readonly margin?: number;
  /** Of frames t and t + 1: labels and shared pixels. */
  readonly overlaps?: readonly (readonly [t: number, from: number, to: number, shared: number])[];
}

function found({ spots, edges, margin = 20, overlaps = [] }: Case): Contradiction[] {
  const frames = Math.max(...spots.map(({ t }) => t)) + 1;
  const nuclei = nucleiOf(spots);
  const sorted = [...edges].sort((a, b) => a[1] - b[1]);
  const shares: LinkOverlaps = Array.from({ length: frames - 1 }, (_, t) => {
    const here = overlaps.filter(([frame]) => frame === t);
    return {
      from: Int32Array.from(here, ([, from]) => from),
      to: Int32Array.from(here, ([, , to]) => to),
      shared: Float64Array.from(here, ([, , , shared]) => shared),
    };
  });
  const { model } = spotPrices({ spots });
  return contradictions(neighboursOf({ nuclei, frames, edges: Uint32Array.from(sorted.flat()) }), shares, {
    margins: new Float64Array(spots.length).fill(margin),
    model: { ...model, area: { sigma: 0.08, nu: 4 } },
  });
}

const at = (t: number, area = 100, x = 50): Spot => ({ t, y: 50, x, area });

describe("contradictions: tracks that skip frames", () => {
  const skipping = (area = 100): Case => ({
    spots: [at(0, area), at(1, area), at(3, area)],
    edges: [
      [0, 1],
      [1, 2],
    ],
  });

  it("are found where the link is plain", () => {
    expect(found(skipping())).toEqual([{ kind: "skipped", before: 1, after: 2 }]);
    expect(found({ ...skipping(), margin: 1 })).toEqual([]);
    expect(found({ ...skipping(), margin: Number.NaN })).toEqual([]);
  });

  it("are none where the nucleus is so small that it may be out of focus", () => {
    expect(found(skipping(25))).toEqual([]);
  });

  it("are none where no frame is missing", () => {
    expect(
      found({
        spots: [at(0), at(1), at(2)],
        edges: [
          [0, 1],
          [1, 2],
        ],
      }),
    ).toEqual([]);
  });

  it("are mothers where two nuclei come after, found once", () => {
    const mother: Case = {
      spots: [at(0), at(1), at(3, 50, 45), at(3, 50, 55)],
      edges: [
        [0, 1],
        [1, 2],
        [1, 3],
      ],
    };
    expect(found(mother)).toEqual([{ kind: "mother", before: 1, after: 2, sister: 3 }]);
    expect(found({ ...mother, margin: 1 })).toEqual([]);
  });

  it("come in the order of the frames in which they end", () => {
    const late = [at(2, 100, 20), at(5, 100, 20)];
    const early = [at(0, 100, 80), at(2, 100, 80)];
    const spots = [...late, ...early];
    expect(
      found({
        spots,
        edges: [
          [0, 1],
          [2, 3],
        ],
      }).map(({ before }) => before),
    ).toEqual([2, 0]);
  });
});

describe("contradictions: pieces", () => {
  /** Rows 0, 1, 2, 4: a nucleus, of which row 3 is a piece in frame 2. */
  const cut = ({ main = 60, piece = 40, after = 100 } = {}): Case => ({
    spots: [at(0), at(1), at(2, main, 48), at(2, piece, 56), at(3, after)],
    edges: [
      [0, 1],
      [1, 2],
      [2, 4],
    ],
    overlaps: [
      [1, 1, 1, 50],
      [1, 1, 2, 38],
    ],
  });

  it("are found where the nucleus has both areas before and after", () => {
    expect(found(cut())).toEqual([{ kind: "piece", before: 1, after: 4, parts: [{ main: 2, piece: 3 }] }]);
  });

  it("are none where the nucleus has its area without them", () => {
    expect(found(cut({ main: 100 }))).toEqual([]);
    expect(found(cut({ main: 130, piece: 70, after: 140 }))).toEqual([]);
  });

  it("are none that lie on no nucleus, have a parent, or live on", () => {
    expect(found({ ...cut(), overlaps: [] })).toEqual([]);
    const other: Case = { ...cut(), spots: [...cut().spots, at(1, 40, 70)] };
    expect(found({ ...other, edges: [...cut().edges, [5, 3]] })).toEqual([]);
    const alive: Case = { ...cut(), spots: [...cut().spots, ...[3, 4, 5].map((t) => at(t, 40, 56))] };
    expect(found({ ...alive, edges: [...cut().edges, [3, 5], [5, 6], [6, 7]] })).toEqual([]);
  });

  it("live for some frames", () => {
    const two: Case = {
      spots: [at(1), at(2, 60, 48), at(2, 40, 56), at(3, 60, 48), at(3, 40, 56), at(4)],
      edges: [
        [0, 1],
        [1, 3],
        [2, 4],
        [3, 5],
      ],
      overlaps: [[1, 1, 2, 38]],
    };
    expect(found(two)).toEqual([
      {
        kind: "piece",
        before: 0,
        after: 5,
        parts: [
          { main: 1, piece: 2 },
          { main: 3, piece: 4 },
        ],
      },
    ]);
  });
});

describe("isLost", () => {
  it("is a frame with less than half of the nuclei of both its neighbours", () => {
    const rows = [10, 4, 9, 9, 3, 7].map(
      (count) => new Map(Array.from({ length: count }, (_, k) => [k + 1, k])),
    );
    expect(rows.map((_, frame) => isLost(rows, frame))).toEqual([false, true, false, false, true, false]);
  });
});
