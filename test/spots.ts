/** Movies of nuclei that are only places, areas and intensities, and what the tracker's model makes of them. */
import { emptyNuclei, type Nuclei } from "../src/core/nuclei.js";
import { movieOf } from "../src/track/places/detections.js";
import { type Drift, noDrift } from "../src/track/places/drift.js";
import { broadModel } from "../src/track/model/fitmodel.js";
import { type FrameSize, looksOf } from "../src/track/model/looks.js";
import type { MovieModel } from "../src/track/model/moviemodel.js";
import { type Prices, pricesOf } from "../src/track/model/prices.js";

/** A nucleus in a frame. */
export interface Spot {
  readonly t: number;
  readonly y: number;
  readonly x: number;
  /** Default 100 px. */
  readonly area?: number;
  /** Mean intensity; default unknown. */
  readonly mean?: number;
  /** Whether the border of the image cuts it. */
  readonly cut?: boolean;
}

/** A table of the spots in the order given; labels count up within each frame. */
export function nucleiOf(spots: readonly Spot[]): Nuclei {
  const nuclei = emptyNuclei(spots.length);
  const labels = new Map<number, number>();
  spots.forEach(({ t, y, x, area, mean, cut }, row) => {
    labels.set(t, (labels.get(t) ?? 0) + 1);
    nuclei.frame[row] = t;
    nuclei.label[row] = labels.get(t)!;
    nuclei.y[row] = y;
    nuclei.x[row] = x;
    nuclei.area[row] = area ?? 100;
    nuclei.meanIntensity[row] = mean ?? Number.NaN;
    nuclei.touchesEdge[row] = cut === true ? 1 : 0;
  });
  return nuclei;
}

/** What prices are made for. */
export interface SpotMovie {
  readonly spots: readonly Spot[];
  readonly frames?: number;
  /** Default: 200 x 200 px. */
  readonly size?: FrameSize;
  /** Changes of the broad model. */
  readonly model?: Partial<MovieModel>;
  readonly drift?: Drift;
  /** Longest link, px; default 40. */
  readonly farthest?: number;
}

/** Diameter that all lengths are compared with, px: that of a nucleus of 100 px. */
export const spotDiameter = 2 * Math.sqrt(100 / Math.PI);

/** Prices under the broad model. */
export function spotPrices({
  spots,
  frames = Math.max(...spots.map(({ t }) => t)) + 1,
  size = { height: 200, width: 200 },
  model = {},
  drift,
  farthest = 40,
}: SpotMovie): Prices {
  const movie = movieOf(nucleiOf(spots), frames);
  const looks = looksOf(movie, spotDiameter, size);
  const any = {
    area: { mean: Math.log(100), sd: 0.4 },
    intensity: { mean: 0, sd: 0.5 },
    elongation: { mean: 0.3, sd: 0.2 },
  };
  const density = movie.count / frames / (size.height * size.width);
  return pricesOf(
    movie,
    looks,
    { ...broadModel(looks, any, density), ...model },
    drift ?? noDrift(movie),
    farthest,
  );
}

/** Position in the movie of each spot, by its index in the list. */
export function positionsOf({ movie }: Pick<Prices, "movie">): number[] {
  const out: number[] = [];
  movie.rowOf.forEach((row, position) => (out[row] = position));
  return out;
}
