import { describe, expect, it } from "vitest";
import { nucleiOf, type Spot } from "../../test/spots.js";
import { random } from "../core/random.js";
import { movieOf } from "./detections.js";
import { type Drift, estimateDrift } from "./drift.js";

type Move = (t: number, y: number, x: number) => readonly [number, number];

const frames = 5;

/**
 * Nuclei with places of their own, 20 px apart, that move independently and as told.
 *
 * @param own deviation of the own movement, px a frame
 */
function drifting(
  n: number,
  own: number,
  move: Move = () => [0, 0],
  seed = 1,
): { spots: Spot[]; drift: Drift } {
  const rng = random(seed);
  const homes = Array.from({ length: n * n }, (_, k) => [
    20 * Math.floor(k / n) + rng.uniform(-6, 6),
    20 * (k % n) + rng.uniform(-6, 6),
  ]);
  const spots = Array.from({ length: frames }, (_, t) =>
    homes.map(([y, x]): Spot => {
      const [dy, dx] = move(t, y!, x!);
      return { t, y: y! + dy + rng.normal(0, own), x: x! + dx + rng.normal(0, own) };
    }),
  ).flat();
  return { spots, drift: estimateDrift(movieOf(nucleiOf(spots), frames), 17) };
}

/** Drift of the nuclei of a frame, by their order in the movie. */
const ofFrame = ({ dy, dx }: Drift, t: number, count: number): [number, number][] =>
  Array.from({ length: count }, (_, k) => [dy[t * count + k]!, dx[t * count + k]!]);

const none = ({ dy, dx }: Drift): boolean => [...dy, ...dx].every((value) => value === 0);

describe("estimateDrift", () => {
  it.each([3, 4, 6, 12])("finds none where %i x itself nuclei move independently", (n) => {
    for (const own of [0.5, 2, 3])
      for (let seed = 0; seed < 4; seed++)
        expect(none(drifting(n, own, undefined, seed).drift), `own ${own}, seed ${seed}`).toBe(true);
  });

  it("finds none in too few nuclei, and in a movie without any", () => {
    expect(none(drifting(2, 0.2, (t) => [5 * t, 0]).drift)).toBe(true);
    expect(estimateDrift(movieOf(nucleiOf([]), 3), 17).dy.length).toBe(0);
  });

  it("finds a jump of the stage in the one pair of frames in which it is", () => {
    const [n, jump] = [7, [13, -22]] as const;
    const { drift } = drifting(n, 1, (t) => (t > 2 ? jump : [0, 0]));
    for (const t of [0, 1, 3, 4])
      expect(ofFrame(drift, t, n * n).every(([y, x]) => y === 0 && x === 0)).toBe(true);
    for (const [y, x] of ofFrame(drift, 2, n * n)) {
      // The median of 49 steps of deviation 1.4 px is known to 0.25 px.
      expect(Math.hypot(y - jump[0], x - jump[1])).toBeLessThan(1);
    }
  });

  it("finds a shift longer than the distance of neighbours in all frames", () => {
    const n = 9;
    const { drift } = drifting(n, 1, (t) => [26 * t, -9 * t]);
    for (let t = 0; t + 1 < frames; t++)
      for (const [y, x] of ofFrame(drift, t, n * n)) expect(Math.hypot(y - 26, x + 9)).toBeLessThan(1);
    for (const last of ofFrame(drift, frames - 1, n * n)) expect(last).toEqual([0, 0]);
  });

  it("follows a flow that turns about the middle", () => {
    const [n, turn] = [14, 0.05];
    const flow: Move = (t, y, x) => [turn * t * (x - 130), -turn * t * (y - 130)];
    const { spots, drift } = drifting(n, 0.7, flow);
    const movie = movieOf(nucleiOf(spots), frames);
    let [error, still] = [0, 0];
    const count = n * n;
    for (let k = 0; k < count; k++) {
      const { y, x } = { y: movie.y[k]!, x: movie.x[k]! };
      const [dy, dx] = flow(1, y, x);
      error += Math.hypot(drift.dy[k]! - dy, drift.dx[k]! - dx) / count;
      still += Math.hypot(dy, dx) / count;
    }
    expect(error).toBeLessThan(0.25 * still);
  });

  it("is the same wherever the image begins", () => {
    const { spots, drift } = drifting(8, 1, (t, y) => [4 * t, 0.05 * t * y]);
    const moved = spots.map((spot) => ({ ...spot, y: spot.y + 1024, x: spot.x - 512 }));
    const other = estimateDrift(movieOf(nucleiOf(moved), frames), 17);
    drift.dy.forEach((value, k) => expect(other.dy[k]).toBeCloseTo(value, 6));
    drift.dx.forEach((value, k) => expect(other.dx[k]).toBeCloseTo(value, 6));
  });
});
