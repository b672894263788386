/**
 * Movement whose answer is known: straight lines, random walks, persistent random walks with and without
 * errors of the places, and flows.
 */
import { describe, expect, it } from "vitest";
import {
  field,
  localisationErrors,
  many,
  meanOf,
  movie,
  type Place,
  walkers,
  walking,
} from "../../../test/walkers.js";
import { random } from "../../core/random.js";
import { analyse, type Statistics } from "../analyse.js";

describe("movement", () => {
  it("of straight lines has exponent 2, and a correlation that does not fall", () => {
    const {
      summary,
      notes,
      meanSquaredDisplacement: msd,
      velocityAutocorrelation: c,
    } = analyse(
      movie(8, 13, (cell, t) => [100 * cell, 3 * t]),
      field,
    );
    expect([...msd.value]).toEqual([9, 36, 81, 144]);
    expect(summary.msdExponent).toBeCloseTo(2, 12);
    // 4 D = v².
    expect(summary.msdCoefficient).toBeCloseTo(9 / 4, 12);
    for (const value of c.normalised) expect(value).toBeCloseTo(1, 12);
    expect(summary.persistenceTime).toBeNaN();
    expect(notes.persistenceTime).toMatch(/longer/);
  });

  it(
    "of random walks has exponent 1 and diffusion coefficient s² / 2, each within its interval, " +
      "and no persistence",
    () => {
      const rng = random(3);
      const places = new Map<number, Place>();
      const walk = movie(300, 30, (cell, t) => {
        const [y, x] = places.get(cell) ?? [rng.uniform(0, 2000), rng.uniform(0, 2000)];
        const next: Place = t === 0 ? [y, x] : [y + 2 * rng.normal(), x + 2 * rng.normal()];
        places.set(cell, next);
        return next;
      });
      const { summary, intervals, notes } = analyse(walk, field);
      // MSD = 2 s² per frame along each axis = 4 D: D = s² / 2 = 2. The interval's half width is some 3 % of
      // it.
      expect(Math.abs(summary.msdExponent - 1)).toBeLessThan(0.05);
      expect(summary.msdCoefficient).toBeGreaterThan(1.9);
      expect(summary.msdCoefficient).toBeLessThan(2.1);
      expect(intervals.msdExponent.low).toBeLessThan(1);
      expect(intervals.msdExponent.high).toBeGreaterThan(1);
      expect(intervals.msdExponent.n).toBe(300);
      // Nothing is left at two frames: either said so, or not told from none.
      expect(summary.fluctuationPersistenceTime).toBeNaN();
      expect(notes.fluctuationPersistenceTime).toMatch(/^Not given/);
    },
  );

  it.each([
    [2, 0.8],
    [4, 2],
  ])(
    "of persistent random walks has the persistence time %d, and finds the error of the places, " +
      "%d px, that lag 1 falls short by",
    (persistence, error) => {
      const { summary, intervals } = analyse(walking({ ...many, persistence, error, seed: 11 }), {
        ...field,
        frameInterval: 300,
        pixelSize: 0.5,
      });
      // 600 tracks of 40 steps: the standard error is about 3 %. In min, a frame having 5; and in µm, a px
      // having 0.5.
      for (const key of ["persistenceTime", "fluctuationPersistenceTime"] as const) {
        expect(Math.abs(summary[key] / (5 * persistence) - 1)).toBeLessThan(0.1);
        expect(intervals[key].low).toBeLessThan(5 * persistence);
        expect(intervals[key].high).toBeGreaterThan(5 * persistence);
      }
      expect(Math.abs(summary.localisationError / (0.5 * error) - 1)).toBeLessThan(0.3);
    },
  );

  it.each([
    [2, 0.8, 0.126],
    [4, 2, 0.05],
  ])(
    "has an error of the places that is right on average (persistence %d, %d px), and spreads by %d px",
    (persistence, error, spread) => {
      // A small difference of large numbers. Over 40 data sets of this size the mean was 0.787 (standard error
      // 0.020) for 0.8 px and 1.996 (0.008) for 2 px, the deviation 0.126 and 0.050.
      const found = localisationErrors({ persistence, error }, 8);
      const mean = meanOf(found);
      expect(Math.abs(mean - error)).toBeLessThan((3 * spread) / Math.sqrt(found.length));
      for (const one of found) expect(Math.abs(one - error)).toBeLessThan(4 * spread);
    },
  );

  it("has an error of the places above 0 where there is none, for it is never below", () => {
    // Over 40 data sets: mean 0.16 px, deviation 0.22; some exactly 0.
    const found = localisationErrors({ persistence: 2, error: 0 }, 8);
    const mean = meanOf(found);
    expect(found).toContain(0);
    expect(mean).toBeGreaterThan(0);
    expect(mean).toBeLessThan(0.16 + (3 * 0.22) / Math.sqrt(found.length));
  });

  it("does not take the drift of the field for what nuclei do", () => {
    const own = walkers({ cells: 200, frames: 21, persistence: 3, speed: 2, error: 0, seed: 5 });
    const still = analyse(movie(200, 21, own), field);
    const drifting = analyse(
      movie(200, 21, (cell, t) => [own(cell, t)[0] + 7 * t, own(cell, t)[1] - 4 * t]),
      field,
    );
    const [a, b] = [still.velocityAutocorrelation, drifting.velocityAutocorrelation];
    b.fluctuation.forEach((value, lag) => expect(value).toBeCloseTo(a.fluctuation[lag]!, 9));
    expect(b.normalised[10]!).toBeGreaterThan(0.9);
    expect(a.normalised[10]!).toBeLessThan(0.3);
    expect(drifting.summary.fluctuationPersistenceTime).toBeCloseTo(
      still.summary.fluctuationPersistenceTime,
      6,
    );
  });

  it("gives the same numbers with the same seed, and scales with the units", () => {
    const graph = walking({ cells: 30, frames: 13, persistence: 2, speed: 3, error: 0.2, seed: 1 });
    const [a, b] = [analyse(graph, field), analyse(graph, { ...field, pixelSize: 0.5, frameInterval: 120 })];
    expect(analyse(graph, field).intervals).toEqual(a.intervals);
    expect(analyse(graph, field, { seed: 2 }).intervals.meanSpeed).not.toEqual(a.intervals.meanSpeed);
    const close = (x: number, y: number): void => expect(x / y).toBeCloseTo(1, 9);
    close(b.summary.meanSpeed, a.summary.meanSpeed / 4);
    close(b.summary.msdExponent, a.summary.msdExponent);
    close(b.summary.msdCoefficient, (a.summary.msdCoefficient * 0.25) / 2 ** a.summary.msdExponent);
    // Golden section is exact to about the root of double precision.
    expect(b.summary.persistenceTime / a.summary.persistenceTime).toBeCloseTo(2, 6);
    close(b.summary.meanStraightness, a.summary.meanStraightness);
    close(b.summary.medianNearest, a.summary.medianNearest / 2);
    close(b.intervals.meanSpeed.low, a.intervals.meanSpeed.low / 4);
    b.spatialCorrelation.fluctuation.forEach((value, k) =>
      expect(value).toBeCloseTo(a.spatialCorrelation.fluctuation[k]!, 9),
    );
    b.velocityField.mean.vx.forEach((value, k) =>
      expect(value).toBeCloseTo(a.velocityField.mean.vx[k]! / 4, 9),
    );
  });
});

/** Nuclei on a jittered grid that take one step in the flow. */
function flowing(flow: (y: number, x: number) => Place, noise: number, seed: number, frames = 2): Statistics {
  const rng = random(seed);
  const edge = 40;
  const places = Array.from({ length: edge * edge }, (_, c): Place => [
    (Math.floor(c / edge) + 0.5 + rng.uniform(-0.2, 0.2)) * 50,
    ((c % edge) + 0.5 + rng.uniform(-0.2, 0.2)) * 50,
  ]);
  return analyse(
    movie(places.length, frames, (cell, t) => {
      if (t > 0) {
        const [y, x] = places[cell]!;
        const [vy, vx] = flow(y, x);
        places[cell] = [y + vy + noise * rng.normal(), x + vx + noise * rng.normal()];
      }
      return places[cell]!;
    }),
    field,
  );
}

describe("flows", () => {
  it("have the velocity field that made them", () => {
    // A vortex about the middle.
    const {
      velocityField: { mean, frames, rows, columns, cellWidth },
    } = flowing((y, x) => [(x - 1000) / 200, -(y - 1000) / 200], 0, 1);
    expect([rows, columns, rows * cellWidth]).toEqual([rows, rows, 2000]);
    expect(rows * columns).toBe(mean.count);
    expect(frames.count).toBe(mean.count);
    mean.vy.forEach((vy, k) => {
      // The nuclei of a cell are not in its middle on average, by half a spacing of 50 px, and began their
      // step up to 7 px away.
      expect(Math.abs(vy - (mean.x[k]! - 1000) / 200)).toBeLessThan(32 / 200);
      expect(Math.abs(mean.vx[k]! + (mean.y[k]! - 1000) / 200)).toBeLessThan(32 / 200);
      expect(mean.steps[k]).toBeGreaterThan(5);
    });
    // To the right of the middle it goes down on the screen, 270°.
    const right = Array.from(mean.x.keys()).find(
      (k) => mean.x[k]! > 1700 && Math.abs(mean.y[k]! - 1000) < 130,
    )!;
    expect(Math.abs(mean.direction[right]! - 270)).toBeLessThan(12);
  });

  it("are correlated over the length of their waves, their noise in no bin", () => {
    // <v v'> of waves along x with a wavelength of 600 px: half of cos(2 pi dx / 600) for a place and one at
    // distance r in any direction is J0(2 pi r / 600).
    const { spatialCorrelation: c } = flowing((_, x) => [4 * Math.sin((2 * Math.PI * x) / 600), 0], 2, 2);
    const signal = 8 / (8 + 2 * 4);
    const bessel = (z: number): number =>
      Array.from({ length: 400 }, (_, k) => Math.cos(z * Math.sin((Math.PI * (k + 0.5)) / 400))).reduce(
        (a, b) => a + b,
      ) / 400;
    expect(c.count).toBe(12);
    c.value.forEach((value, k) => {
      if (c.pairs[k]! > 2000)
        expect(Math.abs(value - signal * bessel((2 * Math.PI * c.distance[k]!) / 600))).toBeLessThan(0.05);
    });
  });

  it("of a common drift are fully correlated, and not at all beside it", () => {
    const { spatialCorrelation: c, summary, notes } = flowing(() => [0, 20], 1, 3);
    for (let k = 1; k < c.count; k++) {
      expect(c.value[k]).toBeGreaterThan(0.98);
      expect(Math.abs(c.fluctuation[k]!)).toBeLessThan(0.05);
    }
    expect(summary.correlationLength).toBeNaN();
    expect(notes.correlationLength).toMatch(/^Not given/);
  });
});
