import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyNuclei, type Nuclei } from "../core/nuclei.js";
import type { TrackGraph } from "../core/tracks.js";
import { analyse } from "./analyse.js";

type Spot = readonly [
  frame: number,
  label: number,
  y: number,
  x: number,
  area?: number,
  touchesEdge?: number,
];

function nucleiOf(spots: readonly Spot[]): Nuclei {
  const nuclei = emptyNuclei(spots.length);
  spots.forEach(([frame, label, y, x, area = 100, edge = 0], row) => {
    nuclei.frame[row] = frame;
    nuclei.label[row] = label;
    nuclei.y[row] = y;
    nuclei.x[row] = x;
    nuclei.area[row] = area;
    nuclei.touchesEdge[row] = edge;
  });
  return nuclei;
}

const graphOf = (
  frames: number,
  spots: readonly Spot[],
  edges: readonly (readonly [number, number])[],
): TrackGraph => ({ nuclei: nucleiOf(spots), frames, edges: Uint32Array.from(edges.flat()) });

const field = { height: 1000, width: 500 };

describe("analyse", () => {
  it("gives a cell that moves by (3, 4) px a frame the speed 5 px/frame", () => {
    const graph = graphOf(
      3,
      [
        [0, 1, 10, 10],
        [1, 1, 13, 14],
        [2, 1, 16, 18],
      ],
      [
        [0, 1],
        [1, 2],
      ],
    );
    const { branches, steps, units, frames } = analyse(graph, field);
    expect(units).toMatchObject({ length: "px", time: "frame", speed: "px/frame" });
    expect(units.notices).toHaveLength(2);
    expect([...steps.speed]).toEqual([5, 5]);
    expect([...branches.meanSpeed, ...branches.medianSpeed, ...branches.maxSpeed]).toEqual([5, 5, 5]);
    expect([
      branches.length[0],
      branches.displacement[0],
      branches.straightness[0],
      branches.duration[0],
    ]).toEqual([10, 10, 1, 2]);
    // Down and to the right on the screen: below 0°, at 360° - atan(3 / 4).
    expect(branches.direction[0]).toBeCloseTo(360 - 36.8699, 3);
    expect([...frames.meanSpeed]).toEqual([NaN, 5, 5]);
  });

  it("converts to µm, min and mm²", () => {
    const graph = graphOf(
      2,
      [
        [0, 1, 10, 10, 50],
        [0, 2, 90, 90, 150],
        [1, 1, 13, 14, 50],
      ],
      [[0, 2]],
    );
    const { units, steps, frames, areas, summary, branches } = analyse(graph, {
      ...field,
      pixelSize: 0.5,
      frameInterval: 300,
    });
    expect(units).toMatchObject({
      length: "µm",
      area: "µm²",
      time: "min",
      speed: "µm/min",
      density: "1/mm²",
      notices: [],
    });
    // 5 px x 0.5 µm in 5 min.
    expect(steps.speed[0]).toBe(0.5);
    expect([...frames.time]).toEqual([0, 5]);
    // 1000 x 500 px of 0.25 µm² are 125 000 µm² = 0.125 mm².
    expect([...frames.density]).toEqual([16, 8]);
    expect([...frames.meanArea]).toEqual([25, 12.5]);
    expect([...areas]).toEqual([12.5, 37.5, 12.5]);
    expect([branches.startX[0], branches.endY[0]]).toEqual([5, 6.5]);
    expect(summary).toMatchObject({
      frames: 2,
      nuclei: 3,
      branches: 2,
      lineages: 2,
      divisions: 0,
      meanSpeed: 0.5,
      meanDensity: 12,
    });
  });

  it("counts density per megapixel where the pixel size is unknown", () => {
    expect(analyse(graphOf(1, [[0, 1, 5, 5]], []), { height: 1000, width: 500 }).frames.density[0]).toBe(2);
  });

  it("divides a step over a closed gap by the real time", () => {
    const { steps, branches, frames } = analyse(
      graphOf(
        4,
        [
          [0, 1, 0, 0],
          [3, 1, 0, 12],
        ],
        [[0, 1]],
      ),
      { ...field, frameInterval: 60 },
    );
    expect([steps.length[0], steps.duration[0], steps.speed[0], steps.frame[0]]).toEqual([12, 3, 4, 3]);
    expect([branches.detections[0], branches.duration[0]]).toEqual([2, 3]);
    expect([...frames.nuclei]).toEqual([1, 0, 0, 1]);
    expect(frames.meanArea[1]).toBeNaN();
  });

  const dividing = graphOf(
    4,
    [
      [0, 1, 50, 50],
      [1, 1, 50, 52],
      [1, 2, 0, 0],
      [2, 1, 44, 52],
      [2, 2, 52, 58],
      [3, 1, 44, 52, 100, 1],
    ],
    // Rows: 0 mother, 1 mother, 2 stranger, 3 first daughter, 4 second daughter, 5 first daughter.
    [
      [0, 1],
      [1, 3],
      [1, 4],
      [3, 5],
    ],
  );

  it("keeps the branches of a dividing lineage apart", () => {
    const { branches, steps, divisions, frames, branchOfNucleus, summary } = analyse(dividing, field);
    expect([...branches.id]).toEqual([1, 2, 3, 4]);
    expect([...branches.parent]).toEqual([0, 0, 1, 1]);
    expect([...branches.root]).toEqual([1, 2, 1, 1]);
    expect([...branches.generation]).toEqual([0, 0, 1, 1]);
    expect(branches.fate).toEqual(["divided", "lost", "end of movie", "lost"]);
    // The mother moved 2 px; the way to her daughters is no migration.
    expect([...steps.length]).toEqual([2, 0]);
    expect([...branches.length]).toEqual([2, 0, 0, 0]);
    expect(branches.straightness[2]).toBeNaN();
    expect([...branchOfNucleus]).toEqual([1, 1, 2, 3, 4, 3]);
    expect(divisions).toMatchObject({ count: 1 });
    expect([
      divisions.frame[0],
      divisions.daughterFrame[0],
      divisions.mother[0],
      divisions.daughter1[0],
      divisions.daughter2[0],
    ]).toEqual([1, 2, 1, 3, 4]);
    expect([divisions.y[0], divisions.x[0], divisions.distance[0]]).toEqual([50, 52, 10]);
    // From (44, 52) to (52, 58): 8 down, 6 right, a line that falls to the right.
    expect(divisions.orientation[0]).toBeCloseTo(180 - 53.1301, 3);
    expect([...frames.divisions]).toEqual([0, 1, 0, 0]);
    expect([...frames.dividingShare]).toEqual([0, 0.5, 0, NaN]);
    // One division in 1 + 0 + 1 + 0 frames of following.
    expect(summary.divisionRate).toBe(0.5);
  });

  it("names a branch that ends at the border", () => {
    expect(analyse(graphOf(2, [[0, 1, 0, 0, 100, 1]], []), field).branches.fate).toEqual(["at border"]);
  });

  it("averages squared displacements over all pairs of a lag", () => {
    // x = 0, 1, 3: lag 1 gives (1 + 4) / 2, lag 2 gives 9.
    const graph = graphOf(
      3,
      [
        [0, 1, 0, 0],
        [1, 1, 0, 1],
        [2, 1, 0, 3],
      ],
      [
        [0, 1],
        [1, 2],
      ],
    );
    const msd = analyse(graph, { ...field, pixelSize: 2 }, { lags: 2 }).meanSquaredDisplacement;
    expect([...msd.value]).toEqual([10, 36]);
    expect([...msd.pairs]).toEqual([2, 1]);
    expect([...msd.branches]).toEqual([1, 1]);
  });

  it("takes a set of images without tracks, each with its own field", () => {
    const statistics = analyse(
      graphOf(
        2,
        [
          [0, 1, 1, 1],
          [0, 2, 9, 9],
          [1, 1, 1, 1],
        ],
        [],
      ),
      field,
      { tracked: false, fieldAreas: [1e6, 2e6] },
    );
    expect([...statistics.frames.density]).toEqual([2, 0.5]);
    expect(statistics.branches.count).toBe(0);
    expect(statistics.steps.count).toBe(0);
    expect(statistics.trackDirections.total).toBe(0);
    expect(statistics.meanSquaredDisplacement.count).toBe(0);
    expect([...statistics.branchOfNucleus]).toEqual([0, 0, 0]);
  });

  it("takes a movie without nuclei", () => {
    const { frames, branches, summary, trackDirections } = analyse(graphOf(3, [], []), field);
    expect([...frames.nuclei]).toEqual([0, 0, 0]);
    expect([...frames.density]).toEqual([0, 0, 0]);
    expect(branches.count).toBe(0);
    expect(summary.meanSpeed).toBeNaN();
    expect(trackDirections.meanDirection).toBeNaN();
  });

  it("refuses a calibration that is none", () => {
    expect(() => analyse(graphOf(1, [], []), { ...field, pixelSize: 0 })).toThrow(/pixel size/);
    expect(() => analyse(graphOf(1, [], []), { ...field, frameInterval: NaN })).toThrow(/frame interval/);
    expect(() => analyse(graphOf(1, [], []), field, { fieldAreas: [1, 2] })).toThrow(/field areas/);
  });

  it("is consistent for any random walk", () => {
    const walk = fc.array(
      fc.tuple(
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: 1, max: 3 }),
      ),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(walk, fc.double({ min: 0.1, max: 10, noNaN: true }), (moves, pixelSize) => {
        let [t, y, x] = [0, 0, 0];
        const spots: Spot[] = [
          [0, 1, 0, 0],
          ...moves.map(([dy, dx, dt]): Spot => [(t += dt), 1, (y += dy), (x += dx)]),
        ];
        const edges = moves.map((_, i) => [i, i + 1] as const);
        const { branches, steps, stepDirections } = analyse(graphOf(t + 1, spots, edges), {
          ...field,
          pixelSize,
        });
        expect(branches.displacement[0]).toBeCloseTo(Math.hypot(y, x) * pixelSize, 6);
        expect(branches.displacement[0]!).toBeLessThanOrEqual(branches.length[0]! + 1e-9);
        expect(branches.meanSpeed[0]!).toBeLessThanOrEqual(branches.maxSpeed[0]! + 1e-9);
        expect(steps.duration.reduce((a, b) => a + b, 0)).toBeCloseTo(branches.duration[0]!, 9);
        expect(stepDirections.total).toBe(moves.filter(([dy, dx]) => dy !== 0 || dx !== 0).length);
      }),
    );
  });
});
