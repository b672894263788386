import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cancelled, InvalidInput } from "../core/errors.js";
import type { LabelImage } from "../core/labels.js";
import { components } from "../imgproc/components.js";
import { measure } from "../imgproc/regions.js";
import { validateCtc } from "../io/ctc.js";
import { median, percentiles } from "../stats/percentile.js";
import { simulatePresets, type SimulateOptions } from "./scene.js";
import { simulate, type SimulatedMovie } from "./simulate.js";

const small: SimulateOptions = { ...simulatePresets.mdck, height: 200, width: 240, frames: 8 };

const labelsIn = ({ data }: LabelImage): Set<number> => new Set([...data].filter((label) => label > 0));
const allLabels = (movie: SimulatedMovie): LabelImage[] =>
  Array.from({ length: movie.frames }, (_, t) => movie.labels(t));

const greyValues = (movie: SimulatedMovie): number[] => Array.from(movie.image(0).data);
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("simulate", () => {
  it("gives the same bytes again, and in any order of calls", () => {
    const forwards = simulate(small);
    const backwards = simulate(small);
    const last = backwards.image(7).data;
    const first = backwards.image(0).data;
    expect(forwards.image(0).data).toEqual(first);
    expect(forwards.image(7).data).toEqual(last);
    expect(forwards.image(7).data).toEqual(last);
    expect(forwards.labels(3).data).toEqual(backwards.labels(3).data);
    expect(forwards.tracks).toEqual(backwards.tracks);
  });

  it("gives another movie for another seed", () => {
    expect(simulate(small).image(0).data).not.toEqual(simulate({ ...small, seed: 2 }).image(0).data);
  });

  it("does not change the first frames when more are asked for", () => {
    const short = simulate({ ...small, frames: 3 });
    const long = simulate(small);
    expect(short.image(2).data).toEqual(long.image(2).data);
    expect([...labelsIn(short.labels(2))]).toEqual([...labelsIn(long.labels(2))]);
  });

  it("labels exactly the frames of each track, and a parent ends right before its children begin", () => {
    // Fast cells in a small field cross its border often, and short cycles divide often: the hard case for
    // this rule.
    const seeds = fc.integer({ min: 0, max: 1e6 });
    fc.assert(
      fc.property(seeds, fc.constantFrom("mdck", "crowded", "easy"), (seed, preset) => {
        const movie = simulate({
          ...simulatePresets[preset],
          height: 150,
          width: 130,
          frames: 12,
          seed,
          cycle: 40,
          speed: 7,
          deaths: 0.003,
        });
        const frames = allLabels(movie);
        frames.forEach((labels, t) => {
          const expected = movie.tracks
            .filter(({ begin, end }) => begin <= t && t <= end)
            .map(({ label }) => label);
          expect([...labelsIn(labels)].sort((a, b) => a - b)).toEqual(expected);
        });
        if (movie.tracks.length > 0) expect(validateCtc(movie.tracks, frames.map(labelsIn))).toEqual([]);
        for (const { parent, begin } of movie.tracks)
          if (parent > 0) expect(movie.tracks[parent - 1]!.end).toBe(begin - 1);
      }),
      { numRuns: 12 },
    );
  });

  it("makes every nucleus one connected piece of at least twelve pixels", () => {
    const movie = simulate({ ...simulatePresets.crowded, height: 300, width: 300, frames: 3 });
    for (const labels of allLabels(movie)) {
      for (const label of labelsIn(labels)) {
        const mask = Uint8Array.from(labels.data, (value) => (value === label ? 1 : 0));
        expect(mask.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(12);
        expect(components(mask, labels.height, labels.width, 4).count).toBe(1);
      }
    }
  });

  it(
    "divides at the rate that the cycle implies, into two daughters of similar size, on both " +
      "sides of the mother",
    () => {
      const movie = simulate({ ...small, height: 700, width: 700, frames: 20, cycle: 100, deaths: 0 });
      const children = new Map<number, number[]>();
      for (const { label, parent } of movie.tracks)
        if (parent > 0) children.set(parent, [...(children.get(parent) ?? []), label]);
      const pairs = [...children].filter(([, daughters]) => daughters.length === 2);
      // Exponential growth: ln 2 / cycle divisions per cell and frame; about 150 cells and 19 steps make 20.
      // Three Poisson deviations upwards; downwards fewer are seen, since the border hides some. model.test.ts
      // asks twenty populations for the rate itself.
      const cells = labelsIn(movie.labels(0)).size;
      const expected = (19 * cells * Math.LN2) / 100;
      expect(children.size).toBeGreaterThan(0.4 * expected);
      expect(children.size).toBeLessThan(expected + 3 * Math.sqrt(expected));
      expect(pairs.length).toBeGreaterThan(0.8 * children.size);
      for (const [parent, [a, b]] of pairs) {
        const { begin } = movie.tracks[a! - 1]!;
        const before = place(movie, begin - 1, parent);
        const [first, second] = [place(movie, begin, a!), place(movie, begin, b!)];
        if (before.edge || first.edge || second.edge) continue;
        expect(Math.max(first.area, second.area) / Math.min(first.area, second.area)).toBeLessThan(3);
        const separation = Math.hypot(first.y - second.y, first.x - second.x);
        const middle = Math.hypot((first.y + second.y) / 2 - before.y, (first.x + second.x) / 2 - before.x);
        expect(separation).toBeGreaterThan(10);
        expect(separation).toBeLessThan(60);
        // The longest of 750 moves of a mother was 12.2 px; a neighbour that covers a part shifts a centre by a
        // px or two.
        expect(middle).toBeLessThan(14);
      }
    },
  );

  it("moves cells at the speed asked for, neighbours alike", () => {
    const movie = simulate({ ...small, height: 900, width: 900, frames: 4, cycle: Infinity, deaths: 0 });
    const steps = displacements(movie, 2);
    const speed = median(steps.map(({ dy, dx }) => Math.hypot(dy, dx)));
    // Neighbours share their movement: the median of one step of one movie spreads by some 0.3 px, and these are
    // three of that. model.test.ts asks twenty populations for the speed itself.
    expect(speed).toBeGreaterThan(2.1);
    expect(speed).toBeLessThan(3.9);
    expect(likeness(steps, 0, 60)).toBeGreaterThan(0.25);
    expect(likeness(steps, 300, 500)).toBeLessThan(0.25);
  });

  it("stays within the calibration: area, shape, density, distances, grey values", () => {
    const movie = simulate({ ...small, height: 1024, width: 1024, frames: 1, seed: 4 });
    const labels = movie.labels(0);
    const nuclei = measure(labels);
    const whole = [...nuclei.area].filter((_, i) => nuclei.touchesEdge[i] === 0);
    // Five training masks of MDCK nuclei: medians 1259 to 1422 px, quartiles 1044 to 1702 px, 290 to 320
    // nuclei per megapixel.
    const [low, middle, high] = percentiles(whole, [25, 50, 75]);
    expect(middle!).toBeGreaterThan(1150);
    expect(middle!).toBeLessThan(1550);
    expect(low!).toBeGreaterThan(900);
    expect(high!).toBeLessThan(1900);
    expect(median(nuclei.eccentricity)).toBeGreaterThan(0.58);
    expect(median(nuclei.eccentricity)).toBeLessThan(0.72);
    expect(nuclei.count).toBeGreaterThan(260);
    expect(nuclei.count).toBeLessThan(380);
    const nearest = Array.from(nuclei.y, (y, i) =>
      Math.min(
        ...Array.from(nuclei.y, (v, j) =>
          i === j ? Infinity : Math.hypot(v - y, nuclei.x[j]! - nuclei.x[i]!),
        ),
      ),
    );
    // Real: median 43.8 to 45 px.
    expect(median(nearest)).toBeGreaterThan(41);
    expect(median(nearest)).toBeLessThan(49);
    // Frames of the movie: 8.7 to 9.4 % of the pixels 0, 1.1 to 2 % saturated, mean 54 to 58.
    const data = greyValues(movie);
    const share = (value: number): number =>
      data.reduce((n, grey) => n + (grey === value ? 1 : 0), 0) / data.length;
    expect(share(0)).toBeGreaterThan(0.05);
    expect(share(0)).toBeLessThan(0.13);
    expect(share(255)).toBeGreaterThan(0.008);
    expect(share(255)).toBeLessThan(0.03);
    expect(meanOf(data)).toBeGreaterThan(50);
    expect(meanOf(data)).toBeLessThan(72);
  });

  it("makes the noise that is asked for, and none when none is asked for", () => {
    const dark = {
      ...simulatePresets.easy,
      height: 128,
      width: 128,
      frames: 1,
      coverage: 0,
      bits: 16 as const,
      background: 50,
      shotNoise: 0.5,
    };
    // Variance 12^2 + 0.5 x 50 grey values, at 40 counts per grey value.
    const noisy = greyValues(simulate({ ...dark, readNoise: 12 }));
    const mean = meanOf(noisy);
    const deviation = Math.sqrt(meanOf(noisy.map((grey) => (grey - mean) ** 2)));
    expect(Math.abs(mean - (2000 + 40 * 50))).toBeLessThan(20);
    expect(deviation / (40 * 13)).toBeGreaterThan(0.97);
    expect(deviation / (40 * 13)).toBeLessThan(1.03);
    const clean = simulate({ ...dark, readNoise: 0, shotNoise: 0 }).image(0).data;
    expect(new Set(clean)).toEqual(new Set([4000]));
  });

  it("makes nuclei brighter than what surrounds them", () => {
    const movie = simulate({ ...simulatePresets.easy, height: 300, width: 300, frames: 1 });
    const image = movie.image(0);
    const labels = movie.labels(0);
    const inside = median([...image.data].filter((_, i) => labels.data[i]! > 0));
    const outside = median([...image.data].filter((_, i) => labels.data[i] === 0));
    expect(inside).toBeGreaterThan(3 * outside);
  });

  it("gives 16-bit pictures without saturation", () => {
    const movie = simulate({ ...small, bits: 16 });
    expect(movie.image(0).data).toBeInstanceOf(Uint16Array);
    expect(Math.max(...greyValues(movie))).toBeLessThan(65535);
    expect(Math.min(...greyValues(movie))).toBeGreaterThan(0);
  });

  it("scales with the diameter", () => {
    const area = (diameter: number): number =>
      median([
        ...measure(simulate({ ...small, height: 400, width: 400, frames: 1, diameter }).labels(0)).area,
      ]);
    expect(area(30) / area(15)).toBeGreaterThan(3.2);
    expect(area(30) / area(15)).toBeLessThan(4.8);
  });

  it("simulates an empty field", () => {
    const movie = simulate({ ...small, coverage: 0 });
    expect(movie.tracks).toEqual([]);
    expect(movie.labels(2).count).toBe(0);
    expect(movie.image(2).data).toHaveLength(200 * 240);
  });

  it("refuses options out of range, and names them", () => {
    expect(() => simulate({ ...small, coverage: 0.9 })).toThrow(InvalidInput);
    expect(() => simulate({ ...small, coverage: 0.9 })).toThrow(/simulate\.coverage.*0 to 0\.65.*0\.9/);
    expect(() => simulate({ ...small, frames: 1.5 })).toThrow(/whole number/);
    expect(() => simulate({ ...small, speed: NaN })).toThrow(/simulate\.speed/);
    expect(() => simulate({ ...small, cycle: 20, mitosis: 7 })).toThrow(/quarter of the cycle/);
    expect(() => simulate(small).image(8)).toThrow(RangeError);
  });

  it("stops when it is told to", () => {
    expect(() => simulate(small, { signal: AbortSignal.abort() })).toThrow(Cancelled);
  });
});

function place(
  movie: SimulatedMovie,
  t: number,
  label: number,
): { y: number; x: number; area: number; edge: boolean } {
  const { data, height, width } = movie.labels(t);
  let [y, x, area, edge] = [0, 0, 0, false];
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== label) continue;
    const [row, column] = [Math.floor(i / width), i % width];
    y += row;
    x += column;
    area++;
    edge ||= row === 0 || column === 0 || row === height - 1 || column === width - 1;
  }
  return { y: y / area, x: x / area, area, edge };
}

interface Step {
  y: number;
  x: number;
  dy: number;
  dx: number;
}

/** Displacements from frame t to t + 1 of the nuclei that do not touch the border. */
function displacements(movie: SimulatedMovie, t: number): Step[] {
  const [a, b] = [measure(movie.labels(t)), measure(movie.labels(t + 1))];
  const rowOf = new Map(Array.from(b.label, (label, row) => [label, row]));
  return Array.from(a.label, (label, i) => ({ i, j: rowOf.get(label) }))
    .filter(
      ({ i, j }) =>
        j !== undefined &&
        a.area[i]! > 0 &&
        b.area[j]! > 0 &&
        a.touchesEdge[i] === 0 &&
        b.touchesEdge[j] === 0,
    )
    .map(({ i, j }) => ({ y: a.y[i]!, x: a.x[i]!, dy: b.y[j!]! - a.y[i]!, dx: b.x[j!]! - a.x[i]! }));
}

/** Correlation of the displacements of pairs whose distance is in the range. */
function likeness(steps: readonly Step[], low: number, high: number): number {
  let [products, pairs] = [0, 0];
  for (const a of steps) {
    for (const b of steps) {
      const distance = Math.hypot(a.y - b.y, a.x - b.x);
      if (a === b || distance < low || distance >= high) continue;
      products += a.dy * b.dy + a.dx * b.dx;
      pairs++;
    }
  }
  return products / pairs / (steps.reduce((sum, { dy, dx }) => sum + dy * dy + dx * dx, 0) / steps.length);
}
