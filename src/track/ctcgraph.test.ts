import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyNuclei } from "../core/nuclei.js";
import type { TrackGraph } from "../core/tracks.js";
import { validateCtc } from "../io/ctc.js";
import { toCtc } from "./ctcgraph.js";
import { track } from "./track.js";

/** One nucleus a frame number given, labelled by its row. */
function graphOf(
  frames: number,
  frame: readonly number[],
  edges: readonly (readonly [number, number])[],
): TrackGraph {
  const nuclei = emptyNuclei(frame.length);
  nuclei.frame.set(frame);
  nuclei.label.set(frame.map((_, row) => row + 1));
  return { nuclei, frames, edges: Uint32Array.from([...edges].sort((a, b) => a[1] - b[1]).flat()) };
}

const labelsPerFrame = (graph: TrackGraph, labelOfRow: Int32Array): number[][] =>
  Array.from({ length: graph.frames }, (_, t) =>
    [...labelOfRow].filter((_, row) => graph.nuclei.frame[row] === t),
  );

describe("toCtc", () => {
  it("writes a division as a parent and two children", () => {
    const { tracks, labelOfRow } = toCtc(
      graphOf(
        3,
        [0, 1, 2, 2],
        [
          [0, 1],
          [1, 2],
          [1, 3],
        ],
      ),
    );
    expect(tracks).toEqual([
      { label: 1, begin: 0, end: 1, parent: 0 },
      { label: 2, begin: 2, end: 2, parent: 1 },
      { label: 3, begin: 2, end: 2, parent: 1 },
    ]);
    expect([...labelOfRow]).toEqual([1, 1, 2, 3]);
  });

  it("splits a track at a gap, and hangs daughters on the last piece", () => {
    const { tracks } = toCtc(
      graphOf(
        5,
        [0, 2, 3, 4, 4],
        [
          [0, 1],
          [1, 2],
          [2, 3],
          [2, 4],
        ],
      ),
    );
    expect(tracks.map(({ label, begin, end, parent }) => [label, begin, end, parent])).toEqual([
      [1, 0, 0, 0],
      [2, 2, 3, 1],
      [3, 4, 4, 2],
      [4, 4, 4, 2],
    ]);
  });

  it("keeps lone nuclei, and gives nothing for nothing", () => {
    expect(toCtc(graphOf(2, [1], [])).tracks).toEqual([{ label: 1, begin: 1, end: 1, parent: 0 }]);
    expect(toCtc(graphOf(2, [], [])).tracks).toEqual([]);
  });

  it("refuses more tracks than 16-bit labels", () => {
    expect(() => toCtc(graphOf(1, new Array<number>(65536).fill(0), []))).toThrow(/65535 tracks at most/);
  });

  it("is valid for whatever the tracker finds", () => {
    const spot = fc.record({
      t: fc.integer({ min: 0, max: 5 }),
      y: fc.double({ min: 0, max: 60, noNaN: true }),
      x: fc.double({ min: 0, max: 60, noNaN: true }),
      area: fc.integer({ min: 30, max: 90 }),
    });
    fc.assert(
      fc.property(
        fc.array(spot, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 0, max: 3 }),
        (spots, gap) => {
          const nuclei = emptyNuclei(spots.length);
          spots.forEach(({ t, y, x, area }, row) => {
            [nuclei.frame[row], nuclei.label[row], nuclei.y[row], nuclei.x[row], nuclei.area[row]] = [
              t,
              row + 1,
              y,
              x,
              area,
            ];
          });
          const { graph } = track(nuclei, 6, { gap });
          const { tracks, labelOfRow } = toCtc(graph);
          expect(validateCtc(tracks, labelsPerFrame(graph, labelOfRow))).toEqual([]);
        },
      ),
    );
  });
});
