/** Links a movie under its own model: linked, fitted, linked again, until the model has settled. */
import { throwIfCancelled, type StageContext } from "../../core/progress.js";
import { mean } from "../../stats/average.js";
import { evenlySpreadIndices } from "../../stats/evenly.js";
import { standardDeviation } from "../../stats/twosamples.js";
import type { Movie } from "../places/detections.js";
import { type Drift, estimateDrift, noDrift } from "../places/drift.js";
import { Forest } from "../places/forest.js";
import { movieScale, type MovieScale } from "../places/radius.js";
import type { TrackOptions } from "./settings.js";
import { divisionProbability } from "./certainty.js";
import type { Normal } from "../../stats/logdensity.js";
import { broadModel, fitModel } from "./fitmodel.js";
import { solvePair, type PairDivision } from "./joint.js";
import { type FrameSize, type Looks, looksOf } from "./looks.js";
import type { MovieModel } from "./moviemodel.js";
import { grown, pricesOf, type Prices } from "./prices.js";
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

/** Rounds of fitting before the last links are made; the model hardly changes after the second. */
const rounds = 3;

/** Detections that are enough to fit a model: frame pairs are left out of the fit where there are more. */
const enoughDetections = 150_000;

/** Frame pairs that are fitted together where not all are, so that what spans frames is seen, too. */
const stretch = 4;

/** What is known of a movie before anything is linked. */
export interface Beginning {
  readonly scale: MovieScale;
  readonly drift: Drift;
  readonly looks: Looks;
  /** No link is longer, px. */
  readonly farthest: number;
  readonly model: MovieModel;
}

/** Measures the movie; the model is the broad one. */
export function beginLinking(movie: Movie, size: FrameSize, { radius }: TrackOptions): Beginning {
  const scale = movieScale(movie);
  const looks = looksOf(movie, scale.diameter, size);
  const any = {
    area: usual(looks.area, 0.1),
    intensity: usual(looks.intensity, 0.05),
    elongation: usual(looks.elongation, 0.05),
  };
  return {
    scale,
    drift: scale.spacing > 0 ? estimateDrift(movie, scale.spacing) : noDrift(movie),
    looks,
    farthest: radius ?? Math.min(4 * scale.diameter, 3 * scale.spacing),
    model: broadModel(looks, any, movie.count / movie.frames / (size.height * size.width)),
  };
}

/** @throws Cancelled */
export function linkMovie(
  movie: Movie,
  size: FrameSize,
  options: TrackOptions,
  context: StageContext = {},
): LinkedMovie {
  const { scale, drift, looks, farthest, ...begun } = beginLinking(movie, size, options);
  let { model } = begun;
  const [sample, whole] = [samplePairs(movie), allPairs(movie)];
  const total = rounds * sample.length + whole.length;
  let done = 0;
  const work: StageContext = {
    ...context,
    onProgress: () => context.onProgress?.({ done: ++done, total, message: "linking" }),
  };
  for (let round = 0; ; round++) {
    const prices = pricesOf(movie, looks, model, drift, farthest);
    const isLast = round === rounds;
    const found = linkOnce(prices, options, isLast ? whole : sample, work);
    const divisions = found.spans.divisions.map((division) => ({
      ...division,
      // The model is fitted to what it believes itself; what is told is measured on other movies.
      probability: isLast ? divisionProbability(division.margin) : 1 / (1 + Math.exp(-division.margin)),
    }));
    if (isLast) {
      for (const { daughters, margin } of divisions)
        for (const daughter of daughters) found.margins[daughter] = margin;
      for (const [start, gain] of found.spans.bridges) found.margins[start] = gain;
      const bridged = found.spans.missed + found.spans.hidden;
      return {
        forest: found.forest,
        divisions,
        prices: { ...prices, scale },
        bridged,
        margins: found.margins,
      };
    }
    const fitted = fitModel({
      prices,
      linked: found.linked,
      forest: found.forest,
      divisions,
      spans: found.spans,
    });
    // Links that are chosen by shape have like shapes: how alike it is told by links that were not.
    model = round + 1 < rounds ? { ...fitted, elongation: model.elongation } : fitted;
  }
}

const allPairs = ({ frames }: Movie): number[] =>
  Array.from({ length: Math.max(0, frames - 1) }, (_, t) => t);

/** First frames of the pairs that the model is fitted to: all, or stretches evenly spread over the movie. */
function samplePairs(movie: Movie): number[] {
  const pairs = allPairs(movie);
  const perPair = movie.count / Math.max(1, movie.frames);
  const wanted = Math.max(1, Math.round(enoughDetections / perPair / stretch));
  if (wanted * stretch >= pairs.length) return pairs;
  const starts = evenlySpreadIndices(Math.floor(pairs.length / stretch), wanted);
  return starts.flatMap((k) => pairs.slice(k * stretch, (k + 1) * stretch));
}

/** What is usual among the values that are known. @param least deviation that is believed */
function usual(values: Float64Array, least: number): Normal {
  const known = [...values].filter((value) => !Number.isNaN(value));
  if (known.length < 2) return { mean: known[0] ?? 0, sd: 1 };
  return { mean: mean(known), sd: Math.max(least, standardDeviation(known)) };
}

/**
 * Links the movie once, under given prices.
 *
 * @param pairs first frames of the pairs to link
 * @throws Cancelled
 */
export function linkOnce(
  prices: Prices,
  { gap, divisions: withDivisions }: TrackOptions,
  pairs: readonly number[],
  context: StageContext,
): { forest: Forest; linked: Uint8Array; spans: Spans; margins: Float64Array } {
  const { movie } = prices;
  const forest = new Forest(movie.count);
  const divisions: PairDivision[] = [];
  const margins = new Float64Array(movie.count).fill(NaN);
  const linked = new Uint8Array(movie.frames);
  for (const t of pairs) {
    throwIfCancelled(context, "Tracking");
    const found = solvePair(prices, t, withDivisions);
    found.links.forEach(([parent, child], k) => {
      forest.link(parent, child);
      margins[child] = found.margins[k]!;
      expectOnward(prices, parent, child);
    });
    for (const division of found.divisions) {
      for (const daughter of division.daughters) {
        forest.link(division.mother, daughter);
        prices.age[daughter] = 0;
      }
      divisions.push(division);
    }
    linked[t] = 1;
    context.onProgress?.({ done: 0, total: 1 });
  }
  const spans = bridgeSpans({ prices, linked, forest }, divisions, gap, withDivisions);
  return { forest, linked, spans, margins };
}

/** Lets the child expect to go on as it came, a frame older. */
function expectOnward({ movie, drift, expected, age, model }: Prices, parent: number, child: number): void {
  age[child] = Math.min(grown, age[parent]! + 1);
  const go = (axis: Float64Array, shift: Float64Array): number =>
    shift[child]! + model.persistence * (axis[child]! - axis[parent]! - shift[parent]!);
  expected.dy[child] = go(movie.y, drift.dy);
  expected.dx[child] = go(movie.x, drift.dx);
}
