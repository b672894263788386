/** Links a movie under its own model: linked, fitted, linked again, until the model has settled. */
import { throwIfCancelled, type StageContext } from "../../core/progress.js";
import { mean } from "../../stats/average.js";
import { standardDeviation } from "../../stats/twosamples.js";
import type { Movie } from "../detections.js";
import { estimateDrift, noDrift, type Drift } from "../drift.js";
import { Forest } from "../forest.js";
import { movieScale, type MovieScale } from "../radius.js";
import type { TrackOptions } from "../settings.js";
import type { Normal } from "./density.js";
import { broadModel, fitModel } from "./fit.js";
import { solvePair, type PairDivision } from "./joint.js";
import { looksOf, type FrameSize, type Looks } from "./looks.js";
import type { MovieModel } from "./moviemodel.js";
import { pricesOf, type Prices } from "./prices.js";
import { bridgeSpans, type Spans } from "./spans.js";

/** A linked movie. Nuclei are positions in it. */
export interface LinkedMovie {
  readonly forest: Forest;
  readonly divisions: readonly (PairDivision & { readonly probability: number })[];
  readonly prices: Prices & { readonly scale: MovieScale };
  /** Tracks that go on after missing frames. */
  readonly bridged: number;
  /** By nucleus: see `TrackResult.margins`. */
  readonly margins: Float64Array;
}

/** Rounds of fitting; links hardly change after the second. */
const rounds = 4;

/** @throws Cancelled */
export function linkMovie(
  movie: Movie,
  size: FrameSize,
  options: TrackOptions,
  context: StageContext = {},
): LinkedMovie {
  const scale = movieScale(movie);
  const drift = scale.spacing > 0 ? estimateDrift(movie, scale.spacing) : noDrift(movie);
  const looks = looksOf(movie, scale.diameter, size);
  const farthest = options.radius ?? Math.min(4 * scale.diameter, 3 * scale.spacing);
  const density = movie.count / movie.frames / (size.height * size.width);
  let model = broadModel(looks, { area: usual(looks.area, 0.1), intensity: usual(looks.intensity, 0.05) }, density);
  for (let round = 1; ; round++) {
    const prices = pricesOf(movie, looks, model, drift, farthest);
    const found = linkOnce(prices, options, {
      ...context,
      onProgress: ({ done, total, message }) =>
        context.onProgress?.({ done: (round - 1) * total + done, total: rounds * total, message }),
    });
    const divisions = found.spans.divisions.map((division) => ({
      ...division,
      probability: 1 / (1 + Math.exp(-division.margin)),
    }));
    if (round === rounds) {
      const bridged = found.spans.missed + found.spans.hidden;
      return { forest: found.forest, divisions, prices: { ...prices, scale }, bridged, margins: found.margins };
    }
    model = fitModel(prices, found.forest, divisions, found.spans);
  }
}

/** What is usual among the values that are known. @param least deviation that is believed */
function usual(values: Float64Array, least: number): Normal {
  const known = [...values].filter((value) => !Number.isNaN(value));
  if (known.length < 2) return { mean: known[0] ?? 0, sd: 1 };
  return { mean: mean(known), sd: Math.max(least, standardDeviation(known)) };
}

function linkOnce(
  prices: Prices,
  { gap, divisions: withDivisions }: TrackOptions,
  context: StageContext,
): { forest: Forest; spans: Spans; margins: Float64Array } {
  const { movie } = prices;
  const forest = new Forest(movie.count);
  const divisions: PairDivision[] = [];
  const margins = new Float64Array(movie.count).fill(NaN);
  for (let t = 0; t + 1 < movie.frames; t++) {
    throwIfCancelled(context, "Tracking");
    const found = solvePair(prices, t, withDivisions);
    for (const [parent, child] of found.links) {
      forest.link(parent, child);
      expectOnward(prices, parent, child);
    }
    for (const division of found.divisions) {
      for (const daughter of division.daughters) forest.link(division.mother, daughter);
      divisions.push(division);
    }
    context.onProgress?.({ done: t + 1, total: movie.frames - 1, message: "linking" });
  }
  return { forest, spans: bridgeSpans(prices, forest, divisions, gap, withDivisions), margins };
}

/** Lets the child expect to go on as it came. */
function expectOnward({ movie, drift, expected, model }: Prices, parent: number, child: number): void {
  const go = (axis: Float64Array, shift: Float64Array): number =>
    shift[child]! + model.persistence * (axis[child]! - axis[parent]! - shift[parent]!);
  expected.dy[child] = go(movie.y, drift.dy);
  expected.dx[child] = go(movie.x, drift.dx);
}
