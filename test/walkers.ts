/** Movies of nuclei whose movement is known. */
import { emptyNuclei } from "../src/core/nuclei.js";
import { random } from "../src/core/random.js";
import type { TrackGraph } from "../src/core/tracks.js";
import { analyse } from "../src/analyse/analyse.js";

/** A place, px. */
export type Place = readonly [y: number, x: number];

/** Nuclei that are all seen in all frames. @param place of a nucleus in a frame, px */
export function movie(
  cells: number,
  frames: number,
  place: (cell: number, frame: number) => Place,
): TrackGraph {
  const nuclei = emptyNuclei(cells * frames);
  const edges: number[] = [];
  for (let t = 0; t < frames; t++) {
    for (let c = 0; c < cells; c++) {
      const row = t * cells + c;
      [nuclei.y[row], nuclei.x[row]] = place(c, t) as [number, number];
      nuclei.frame[row] = t;
      nuclei.label[row] = c + 1;
      nuclei.area[row] = 100;
      if (t > 0) edges.push(row - cells, row);
    }
  }
  return { nuclei, frames, edges: Uint32Array.from(edges) };
}

/** Walkers that are simulated. */
export interface Walkers {
  readonly cells: number;
  readonly frames: number;
  /** Time in which a velocity forgets itself, frames. */
  readonly persistence: number;
  /** px per frame. */
  readonly speed: number;
  /** Standard deviation of the error of a place along each axis, px. */
  readonly error: number;
  readonly seed: number;
}

/** A movie of walkers: an Ornstein-Uhlenbeck process of the velocity, in steps of a twentieth of a frame. */
export const walking = (options: Walkers): TrackGraph =>
  movie(options.cells, options.frames, walkers(options));

/** The places of walkers. */
export function walkers(options: Walkers): (cell: number, frame: number) => Place {
  const { cells, frames, persistence, speed, error, seed } = options;
  const rng = random(seed);
  const substeps = 20;
  const [keep, kick] = [
    Math.exp(-1 / substeps / persistence),
    Math.sqrt(1 - Math.exp(-2 / substeps / persistence)),
  ];
  const paths = Array.from({ length: cells }, () => {
    let [y, x] = [rng.uniform(0, 2000), rng.uniform(0, 2000)];
    let [vy, vx] = [(rng.normal() * speed) / Math.SQRT2, (rng.normal() * speed) / Math.SQRT2];
    return Array.from({ length: frames }, (): Place => {
      const seen: Place = [y + error * rng.normal(), x + error * rng.normal()];
      for (let k = 0; k < substeps; k++) {
        y += vy / substeps;
        x += vx / substeps;
        vy = keep * vy + (kick * speed * rng.normal()) / Math.SQRT2;
        vx = keep * vx + (kick * speed * rng.normal()) / Math.SQRT2;
      }
      return seen;
    });
  });
  return (cell, frame) => paths[cell]![frame]!;
}

/** The image of the walkers, px. */
export const field = { height: 2000, width: 2000 };
/** Walkers enough for the persistence to be found within some 3 %. */
export const many = { cells: 600, frames: 41, speed: 5 };

/** The errors of the places that are found in movies of many walkers, one for each seed from 100 on. */
export const localisationErrors = (
  walkers: Pick<Walkers, "persistence" | "error">,
  dataSets: number,
): number[] =>
  Array.from(
    { length: dataSets },
    (_, k) =>
      analyse(walking({ ...many, ...walkers, seed: 100 + k }), field, { resamples: 0 }).summary
        .localisationError,
  );

/** Mean. */
export const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
