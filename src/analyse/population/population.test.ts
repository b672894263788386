/** Shapes, neighbours, divisions, cycles and broken tracks of small movies that can be counted by hand. */
import { describe, expect, it } from "vitest";
import { emptyNuclei, type Nuclei } from "../../core/nuclei.js";
import { numbersOf } from "../../core/table.js";
import { random } from "../../core/random.js";
import type { TrackGraph } from "../../core/tracks.js";
import { axesOf } from "../../stats/direction.js";
import { survivalOf } from "../../stats/survival.js";
import { analyse } from "../analyse.js";
import { alignmentOf } from "../lineage/orientation.js";
import { nucleiTable } from "../tables/nucleitable.js";
import { unitsOf } from "../units/units.js";
import { neighboursOf } from "./neighbours.js";

interface Spot {
  readonly frame: number;
  readonly y: number;
  readonly x: number;
  readonly values?: Partial<
    Record<
      | "area"
      | "majorAxis"
      | "minorAxis"
      | "eccentricity"
      | "solidity"
      | "meanIntensity"
      | "orientation"
      | "touchesEdge",
      number
    >
  >;
}

function graphOf(
  frames: number,
  spots: readonly Spot[],
  edges: readonly (readonly [number, number])[] = [],
): TrackGraph {
  const nuclei: Nuclei = emptyNuclei(spots.length);
  nuclei.area.fill(100);
  spots.forEach(({ frame, y, x, values = {} }, row) => {
    nuclei.frame[row] = frame;
    nuclei.label[row] = row + 1;
    nuclei.y[row] = y;
    nuclei.x[row] = x;
    for (const [key, value] of Object.entries(values) as [keyof typeof values, number][])
      nuclei[key][row] = value;
  });
  return { nuclei, frames, edges: Uint32Array.from(edges.flat()) };
}

const field = { height: 1000, width: 1000 };
const at = (frame: number, y: number, x: number, values: Spot["values"] = {}): Spot => ({
  frame,
  y,
  x,
  values,
});

describe("shapes", () => {
  const graph = graphOf(
    2,
    [
      at(0, 100, 100, {
        area: 100,
        majorAxis: 12,
        minorAxis: 6,
        eccentricity: 0.8,
        solidity: 0.9,
        meanIntensity: 50,
      }),
      at(0, 200, 200, {
        area: 300,
        majorAxis: 20,
        minorAxis: 20,
        eccentricity: 0,
        solidity: 1,
        meanIntensity: NaN,
      }),
      at(0, 0, 300, { area: 9999, majorAxis: 99, minorAxis: 1, touchesEdge: 1 }),
      at(1, 0, 300, { area: 9999, touchesEdge: 1 }),
    ],
    [[2, 3]],
  );

  it("leave out nuclei that touch the edge, and count them", () => {
    const { shapes, frames, summary, areas, branches } = analyse(graph, { ...field, pixelSize: 0.5 });
    expect([[...shapes.inside], [...shapes.atEdge]]).toEqual([
      [2, 0],
      [1, 1],
    ]);
    expect([
      shapes.mean.area[0],
      shapes.median.area[0],
      shapes.mean.majorAxis[0],
      shapes.mean.aspectRatio[0],
      shapes.mean.eccentricity[0],
    ]).toEqual([50, 50, 8, 1.5, 0.4]);
    // Brightness is averaged where it is known.
    expect([shapes.mean.meanIntensity[0], shapes.mean.solidity[0]]).toEqual([50, 0.95]);
    expect([shapes.mean.area[1], frames.meanArea[1], branches.meanArea[branches.id.indexOf(3)]]).toEqual([
      NaN,
      NaN,
      NaN,
    ]);
    expect([summary.nucleiAtEdge, summary.medianArea, ...areas]).toEqual([2, 50, 25, 75, NaN, NaN]);
  });

  it("are in the table of the nuclei, in its units, those at the edge marked", () => {
    const table = nucleiTable(analyse(graph, { ...field, pixelSize: 0.5, frameInterval: 60 }));
    const rows = table.part(1, 4);
    const column = (name: string): number[] => Array.from(numbersOf(rows, name));
    expect(table.rows).toBe(4);
    expect(column("area_um2")).toEqual([75, 2499.75, 2499.75]);
    expect(column("touches_edge")).toEqual([0, 1, 1]);
    expect([column("track"), column("time_min"), column("y_um")]).toEqual([
      [2, 3, 3],
      [0, 0, 1],
      [100, 0, 0],
    ]);
    expect(column("speed_um_per_min")).toEqual([NaN, NaN, 0]);
  });

  it("have the angle of the major axis as it is seen on the screen", () => {
    // 0.5 rad from x towards y, that is down: 180° - 28.6°.
    const table = nucleiTable(
      analyse(graphOf(1, [at(0, 5, 5, { orientation: 0.5 }), at(0, 50, 5, { orientation: -0.5 })]), field),
    );
    const angles = numbersOf(table.part(0, 2), "orientation_deg");
    expect(angles[0]).toBeCloseTo(180 - 28.6479, 3);
    expect(angles[1]).toBeCloseTo(28.6479, 3);
  });
});

describe("neighbours", () => {
  const triangular = graphOf(
    1,
    Array.from({ length: 81 }, (_, i) =>
      at(0, 100 + 17.3205 * Math.floor(i / 9), 100 + 20 * (i % 9) + 10 * (Math.floor(i / 9) % 2)),
    ),
  ).nuclei;

  it("are six in a triangular lattice, whose density is known", () => {
    const { count, nearest, density, atHull, spacing, meanCount } = neighboursOf(
      triangular,
      1,
      unitsOf({ ...field, pixelSize: 0.5 }),
    );
    const middle = 40;
    expect([count[middle], atHull[middle], atHull[0]]).toEqual([6, 0, 1]);
    expect([nearest[middle], spacing]).toEqual([expect.closeTo(10, 3), expect.closeTo(10, 3)]);
    // One nucleus per 20 x 17.32 px² of 0.25 µm².
    expect(density[middle]! / (1e6 / (20 * 17.3205 * 0.25))).toBeCloseTo(1, 4);
    expect(density[0]).toBeNaN();
    expect(meanCount[0]).toBeGreaterThan(4.5);
  });

  it("do not reach across a gap, do not mix frames, and are none for a lone nucleus", () => {
    const two = graphOf(3, [
      at(0, 0, 0),
      at(0, 0, 10),
      at(0, 12, 5),
      at(0, 0, 500),
      at(0, 9, 505),
      at(1, 0, 0),
      at(2, 50, 50),
      at(2, 50, 60),
      at(2, 50, 71),
    ]).nuclei;
    const { count, nearest } = neighboursOf(two, 3, unitsOf(field));
    expect([...count]).toEqual([2, 2, 2, 1, 1, 0, 1, 2, 1]);
    expect(nearest[5]).toBeNaN();
    // On one line there are no triangles, but neighbours.
    expect([nearest[6], nearest[7], nearest[8]]).toEqual([10, 10, 11]);
  });

  it("do not depend on the order of the rows", () => {
    const rng = random(2);
    const spots = Array.from({ length: 60 }, (_, i) => at(i % 2, rng.uniform(0, 300), rng.uniform(0, 300)));
    const [a, b] = [spots, [...spots].reverse()].map((list) =>
      neighboursOf(graphOf(2, list).nuclei, 2, unitsOf(field)),
    );
    expect([...b!.count].reverse()).toEqual([...a!.count]);
    expect([...b!.nearest].reverse()).toEqual([...a!.nearest]);
  });
});

/**
 * A mother in frames 0..1, her daughters from 2; the first divides after frame 5, the second is lost in the
 * middle of the field after 3.
 */
const family = graphOf(
  9,
  [
    at(0, 500, 500),
    at(1, 500, 500),
    at(2, 500, 480),
    at(2, 500, 520),
    at(3, 500, 480),
    at(3, 500, 520),
    at(4, 500, 480),
    at(5, 500, 480),
    at(6, 480, 480),
    at(6, 520, 480),
    at(7, 480, 480),
    at(7, 520, 480),
    at(8, 480, 480),
    at(8, 520, 480),
    at(4, 300, 300),
    at(5, 300, 300),
    at(6, 3, 300),
  ],
  [
    [0, 1],
    [1, 2],
    [1, 3],
    [2, 4],
    [3, 5],
    [4, 6],
    [6, 7],
    [7, 8],
    [7, 9],
    [8, 10],
    [9, 11],
    [10, 12],
    [11, 13],
    [14, 15],
    [15, 16],
  ],
);

describe("cell cycles", () => {
  it("run from division to division, and what was not seen to end counts as longer", () => {
    const { cycles, summary, divisions } = analyse(family, { ...field, frameInterval: 600 });
    expect([...divisions.frame]).toEqual([1, 5]);
    const rows = Array.from({ length: cycles.count }, (_, i) => [
      cycles.birthFrame[i],
      cycles.endFrame[i],
      cycles.time[i],
      cycles.divided[i],
    ]);
    expect(rows).toEqual([
      [2, 6, 40, 1],
      [2, 3, 10, 0],
      [6, 8, 20, 0],
      [6, 8, 20, 0],
    ]);
    expect([...cycles.root]).toEqual([1, 1, 1, 1]);
    // Only one is still at risk at 40 min: after it none is left undivided.
    expect([[...cycles.survival.time], [...cycles.survival.atRisk], [...cycles.survival.share]]).toEqual([
      [40],
      [1],
      [0],
    ]);
    expect([summary.medianCycle, summary.begunCycles, summary.wholeCycles]).toEqual([40, 4, 1]);
    // Two divisions among the 17 nuclei less the two of the last frame.
    expect(summary.mitoticIndex).toBeCloseTo(2 / 15, 12);
  });

  it("have no median where less than half were seen to end", () => {
    expect(survivalOf(Float64Array.of(3, 5, 5, 6), Uint8Array.of(1, 0, 0, 0)).median).toBe(Infinity);
    expect(survivalOf(Float64Array.of(3, 5, 5, 6), Uint8Array.of(1, 0, 1, 0)).share[1]).toBeCloseTo(
      0.75 * (2 / 3),
      12,
    );
    expect(survivalOf(new Float64Array(0), new Uint8Array(0))).toMatchObject({ count: 0, median: Infinity });
  });

  it("of a movie shorter than many cycles are not biased, as the mean of the whole ones is", () => {
    const rng = random(9);
    const n = 4000;
    const cycle = Float64Array.from({ length: n }, () => rng.normal(20, 4));
    const follow = Float64Array.from({ length: n }, () => rng.uniform(0, 26));
    const { median } = survivalOf(
      cycle.map((time, i) => Math.min(time, follow[i]!)),
      Uint8Array.from(cycle, (time, i) => (time <= follow[i]! ? 1 : 0)),
    );
    const whole = cycle.filter((time, i) => time <= follow[i]!);
    expect(Math.abs(median - 20)).toBeLessThan(0.5);
    expect(whole.reduce((a, b) => a + b, 0) / whole.length).toBeLessThan(19);
  });
});

describe("orientation of divisions", () => {
  it("is an axis: doubled angles, mean and test", () => {
    const { meanAxis, resultant, total } = axesOf([10, 170, NaN]);
    expect(Math.min(meanAxis, 180 - meanAxis)).toBeCloseTo(0, 9);
    expect(resultant).toBeCloseTo(Math.cos((20 * Math.PI) / 180), 12);
    expect(total).toBe(2);
    expect(axesOf([0, 90]).resultant).toBeCloseTo(0, 12);
  });

  it("lies along a direction, or across it, as the V test says", () => {
    expect(alignmentOf(Float64Array.of(0, 180, NaN, 0)).value).toBeCloseTo(1, 12);
    expect(alignmentOf(Float64Array.of(90, 90)).value).toBeCloseTo(-1, 12);
    // 8 of cos 120° = -1/2: sqrt(16) / 2 = 2 standard deviations.
    expect(alignmentOf(new Float64Array(8).fill(60)).p).toBeCloseTo(0.0455, 4);
    const rng = random(6);
    const low = Array.from(
      { length: 2000 },
      () => alignmentOf(Float64Array.from({ length: 20 }, () => 180 * rng.next())).p,
    ).filter((p) => p < 0.1).length;
    // Binomial: 200 ± 13; three standard deviations.
    expect(Math.abs(low - 200)).toBeLessThan(40);
  });

  it("is measured from the movement, 0 along and 90 across", () => {
    // Twelve nuclei move to the right; a mother among them divides vertically, another along.
    const cells = 12;
    const spots: Spot[] = [];
    const edges: [number, number][] = [];
    for (let t = 0; t < 2; t++)
      for (let c = 0; c < cells; c++) {
        if (t > 0) edges.push([spots.length - cells, spots.length]);
        spots.push(at(t, 400 + 40 * Math.floor(c / 4), 400 + 40 * (c % 4) + 6 * t));
      }
    spots.push(at(2, 395, 410), at(2, 407, 410), at(2, 440, 440), at(2, 440, 452));
    edges.push([12, 24], [12, 25], [17, 26], [17, 27]);
    const { divisions, orientations } = analyse(graphOf(3, spots, edges), field);
    expect([...divisions.orientation]).toEqual([90, 0]);
    expect([...orientations.toMeanDirection]).toEqual([expect.closeTo(90, 9), expect.closeTo(0, 9)]);
    expect([...orientations.toLocalDirection]).toEqual([expect.closeTo(90, 9), expect.closeTo(0, 9)]);
  });
});

describe("broken tracks", () => {
  it("begin or end in the middle of the field and of the movie", () => {
    const { reliability, branches, summary } = analyse(family, field);
    // Branch 1 mother, 2 and 3 daughters, 4 begins late inside and leaves over the edge, 5 and 6
    // granddaughters.
    expect([...branches.firstFrame]).toEqual([0, 2, 2, 4, 6, 6]);
    expect([...reliability.beginsInside]).toEqual([0, 0, 0, 1, 0, 0]);
    expect([...reliability.endsInside]).toEqual([0, 0, 1, 0, 0, 0]);
    expect(summary.beginsInside).toBeCloseTo(1 / 6, 12);
    // Followed for 1 + 3 + 1 + 2 + 2 + 2 frames, with one break.
    expect(summary.timeBetweenBreaks).toBe(11);
  });

  it("and divisions that were not seen are bounded from above", () => {
    const spots = Array.from({ length: 20 }, (_, i) =>
      at(Math.floor(i / 10), 100, 80 * (i % 10) + 100 + Math.floor(i / 10)),
    );
    const { intervals } = analyse(
      graphOf(
        2,
        spots,
        Array.from({ length: 10 }, (_, i) => [i, i + 10] as const),
      ),
      field,
    );
    // Ten nuclei followed for one frame: with 0.369 divisions a nucleus and frame none would be seen in 1 of
    // 40 movies.
    expect(intervals.divisionRate).toEqual({ low: 0, high: expect.closeTo(0.3689, 4) as number, n: 10 });
    expect(intervals.endsInside.high).toBeCloseTo(0.3689, 4);
    expect(intervals.timeBetweenBreaks).toEqual({
      low: expect.closeTo(10 / 3.689, 3) as number,
      high: Infinity,
      n: 10,
    });
  });

  it("show in the steps that are far too long", () => {
    const spots = Array.from({ length: 10 }, (_, t) => at(t, 500, 500 + t + (t === 9 ? 100 : 0)));
    const { summary } = analyse(
      graphOf(
        10,
        spots,
        spots.slice(1).map((_, t) => [t, t + 1] as const),
      ),
      field,
    );
    expect(summary.fastSteps).toBeCloseTo(1 / 9, 12);
  });
});
