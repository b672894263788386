/** A movie's model, fitted to its own events; broad priors stand in where there are few. */
import type { Movie } from "../places/detections.js";
import type { Forest } from "../places/forest.js";
import { evenlySpreadIndices } from "../../stats/evenly.js";
import {
  type Change,
  fitNormal,
  fitStudent,
  scaleFor,
  type Normal,
  type Student,
} from "../../stats/logdensity.js";
import type { Looks } from "./looks.js";
import type { DivisionModel, MovieModel, YoungModel } from "./moviemodel.js";
import type { Spans } from "./spans.js";
import { divisionShape, type DivisionShape, grown, type Prices, ratioNu, squaredMotion } from "./prices.js";

/** A division as found, by position in the movie. */
export interface WeightedDivision {
  readonly mother: number;
  readonly daughters: readonly [number, number];
  /** Probability, 0..1. */
  readonly probability: number;
}

/** Broad priors, each worth so many events. */
export const priors = {
  /** Diameters a frame. */
  motion: { sigma: 0.15, weight: 5 },
  area: { sigma: 0.1, weight: 5 },
  cutArea: { sigma: 0.4, weight: 5 },
  /** Of the spread of intensities in a frame. */
  intensity: { sigma: 0.4, weight: 5 },
  /** About as that of two nuclei that have nothing to do with each other. */
  elongation: { weight: 20 },
  end: { inside: 0.002, border: 0.05, weight: 200 },
  /** Share of the nuclei of a frame that are new. */
  appear: { inside: 0.002, border: 0.05, weight: 200 },
  divide: { chance: 0.01, weight: 100 },
  /** Diameters a frame; logarithms of ratios; the chance to divide over that of others. */
  young: {
    motion: { sigma: 0.25, weight: 6 },
    area: { sigma: 0.2, weight: 6 },
    intensity: { sigma: 0.7, weight: 6 },
    divide: { share: 0.2, weight: 300 },
  },
  miss: { chance: 0.01, weight: 100 },
  hide: { chance: 0.003, weight: 300 },
  split: { chance: 0.003, weight: 300 },
  division: {
    offset: { sigma: 0.25, weight: 4 },
    distance: { mean: Math.log(0.9), sd: 0.5, weight: 4 },
    areaSum: { mean: 0.1, sd: 0.4, weight: 4 },
    areaRatio: { mean: 0, sd: 0.3, weight: 4 },
    /** Of the spread of intensities in a frame. */
    intensity: { mean: 0, sd: 1.5, weight: 4 },
    intensityRatio: { mean: 0, sd: 0.8, weight: 4 },
    /** Of what is usual for any nucleus. */
    mother: 6,
  },
} as const;

/** The model before anything is known. @param density nuclei per px^2 and frame */
export function broadModel(
  looks: Looks,
  any: { area: Normal; intensity: Normal; elongation: Normal },
  density: number,
): MovieModel {
  const { division } = priors;
  return {
    motion: { sigma: priors.motion.sigma * looks.diameter, nu: 4 },
    area: { sigma: priors.area.sigma, nu: 4 },
    cutArea: { sigma: priors.cutArea.sigma, nu: 4 },
    intensity: { sigma: priors.intensity.sigma * any.intensity.sd, nu: 4 },
    anyArea: any.area,
    elongation: unrelated(any.elongation),
    anyElongation: any.elongation,
    anyIntensity: any.intensity,
    end: priors.end,
    appear: { inside: priors.appear.inside * density, border: priors.appear.border * density },
    divide: priors.divide.chance,
    miss: priors.miss.chance,
    hide: priors.hide.chance,
    split: priors.split.chance,
    division: {
      offset: { sigma: division.offset.sigma, nu: 4 },
      distance: division.distance,
      areaSum: division.areaSum,
      areaRatio: division.areaRatio.sd,
      intensity: { mean: 0, sd: division.intensity.sd * any.intensity.sd },
      intensityRatio: division.intensityRatio.sd * any.intensity.sd,
      motherArea: any.area,
      motherIntensity: any.intensity,
    },
    young: {
      motion: { sigma: priors.young.motion.sigma * looks.diameter, nu: youngNu },
      area: { mean: 0, sigma: priors.young.area.sigma, nu: youngNu },
      intensity: { mean: 0, sigma: priors.young.intensity.sigma * any.intensity.sd, nu: youngNu },
      divide: priors.young.divide.share * priors.divide.chance,
    },
    persistence: 0,
  };
}

/** The difference between two nuclei that have nothing to do with each other. */
const unrelated = ({ sd }: Normal): Student => ({ sigma: Math.SQRT2 * sd, nu: 30 });

/** Links that are enough to fit a distribution. */
const enoughLinks = 20_000;

/** Tails of the changes of the young: there are seldom enough of them to tell. */
const youngNu = 4;

/** What a model is fitted to. */
export interface FoundEvents {
  readonly prices: Prices;
  /** By frame: 1 where it was linked to the next one. */
  readonly linked: Uint8Array;
  readonly forest: Forest;
  readonly divisions: readonly WeightedDivision[];
  readonly spans: Pick<Spans, "missed" | "hidden" | "pieces">;
}

/** Refits the model to the events found under it. */
export function fitModel(found: FoundEvents): MovieModel {
  const { prices, forest, divisions } = found;
  const children = singleLinks(prices.movie, forest);
  const isYoung = (child: number): boolean => prices.age[forest.parent[child]!]! < grown;
  const rates = fitRates(found);
  return {
    ...prices.model,
    ...fitLinks(prices, forest, spread(children.filter((child) => !isYoung(child)))),
    ...rates,
    young: fitYoung(found, children.filter(isYoung), rates.divide),
    division: fitDivisions(prices, divisions),
    persistence: fitPersistence(prices, forest, spread(children)),
  };
}

const rateOf = (count: number, of: number, { chance, weight }: { chance: number; weight: number }): number =>
  (count + weight * chance) / (of + weight);

/** Regression of the displacement beside the drift on the one before. */
function fitPersistence({ movie, drift }: Prices, forest: Forest, children: readonly number[]): number {
  let [product, square, count] = [0, 0, 0];
  for (const child of children) {
    const parent = forest.parent[child]!;
    const before = forest.parent[parent]!;
    if (before < 0 || forest.second[before]! >= 0 || movie.frame[before]! + 1 !== movie.frame[parent]!)
      continue;
    const own = (from: number, to: number): [number, number] => [
      movie.y[to]! - movie.y[from]! - drift.dy[from]!,
      movie.x[to]! - movie.x[from]! - drift.dx[from]!,
    ];
    const [y0, x0] = own(before, parent);
    const [y1, x1] = own(parent, child);
    product += y0 * y1 + x0 * x1;
    square += y0 * y0 + x0 * x0;
    count++;
  }
  return square === 0 ? 0 : Math.min(1, Math.max(0, (product / square) * (count / (count + enoughPairs))));
}

/** Pairs of displacements that count as much as the prior that nothing goes on. */
const enoughPairs = 20;

/** As many as are enough, evenly spread. */
const spread = (children: readonly number[]): readonly number[] =>
  children.length <= enoughLinks
    ? children
    : evenlySpreadIndices(children.length, enoughLinks).map((k) => children[k]!);

/** Children of undivided nuclei of the frame before. */
function singleLinks(movie: Movie, forest: Forest): number[] {
  const found: number[] = [];
  for (let child = 0; child < movie.count; child++) {
    const parent = forest.parent[child]!;
    if (parent >= 0 && forest.second[parent]! < 0 && movie.frame[parent]! + 1 === movie.frame[child])
      found.push(child);
  }
  return found;
}

function fitLinks(
  prices: Prices,
  forest: Forest,
  children: readonly number[],
): Pick<MovieModel, "motion" | "area" | "cutArea" | "intensity" | "elongation"> {
  const { looks, model } = prices;
  const squares: number[] = [];
  const areas: number[] = [];
  const cutAreas: number[] = [];
  const intensities: number[] = [];
  const elongations: number[] = [];
  for (const child of children) {
    const parent = forest.parent[child]!;
    squares.push(squaredMotion(prices, parent, child));
    const isCut = looks.cut[child] === 1 || looks.cut[parent] === 1;
    (isCut ? cutAreas : areas).push((looks.area[child]! - looks.area[parent]!) ** 2);
    const turn = looks.elongation[child]! - looks.elongation[parent]!;
    if (!Number.isNaN(turn) && !isCut) elongations.push(turn * turn);
    const change = looks.intensity[child]! - looks.intensity[parent]!;
    if (!Number.isNaN(change)) intensities.push(change * change);
  }
  const { motion, area, cutArea, intensity } = priors;
  return {
    motion: fitStudent(squares, 2, { ...motion, sigma: motion.sigma * looks.diameter }),
    area: fitStudent(areas, 1, area),
    cutArea: fitStudent(cutAreas, 1, cutArea),
    elongation: fitStudent(elongations, 1, {
      ...priors.elongation,
      sigma: unrelated(model.anyElongation).sigma,
    }),
    intensity: fitStudent(intensities, 1, { ...intensity, sigma: intensity.sigma * model.anyIntensity.sd }),
  };
}

/** How the young change, and how seldom they divide. @param divide chance of any nucleus to divide */
function fitYoung(
  { prices, linked, forest, divisions }: FoundEvents,
  children: readonly number[],
  divide: number,
): YoungModel {
  const { movie, looks, age, model } = prices;
  const prior = priors.young;
  const change = (values: Float64Array, { sigma, weight }: { sigma: number; weight: number }): Change => {
    const known = children
      .filter((child) => looks.cut[child] === 0 && looks.cut[forest.parent[child]!] === 0)
      .map((child) => values[child]! - values[forest.parent[child]!]!)
      .filter((value) => !Number.isNaN(value));
    const mean = known.reduce((sum, value) => sum + value, 0) / (known.length + weight);
    const squares = known.map((value) => (value - mean) ** 2);
    return { mean, ...scaleFor(squares, 1, youngNu, { sigma, weight }) };
  };
  const squares = children.map((child) => squaredMotion(prices, forest.parent[child]!, child));
  let lived = 0;
  for (let i = 0; i < movie.count; i++) if (age[i]! < grown && linked[movie.frame[i]!] === 1) lived++;
  const again = divisions.reduce(
    (sum, { mother, probability }) => sum + (age[mother]! < grown ? probability : 0),
    0,
  );
  const motionPrior = { ...prior.motion, sigma: prior.motion.sigma * looks.diameter };
  return {
    motion: scaleFor(squares, 2, youngNu, motionPrior),
    area: change(looks.area, prior.area),
    intensity: change(looks.intensity, {
      ...prior.intensity,
      sigma: prior.intensity.sigma * model.anyIntensity.sd,
    }),
    divide: rateOf(again, lived, { chance: prior.divide.share * divide, weight: prior.divide.weight }),
  };
}

/** Chances of nuclei to end, appear and divide. */
function fitRates({
  prices: { movie, looks },
  linked,
  forest,
  divisions,
  spans,
}: FoundEvents): Pick<MovieModel, "end" | "appear" | "divide" | "miss" | "hide" | "split"> {
  const ends = [0, 0];
  const lived = [0, 0];
  const starts = [0, 0];
  for (let i = 0; i < movie.count; i++) {
    const place = looks.border[i]!;
    const frame = movie.frame[i]!;
    if (linked[frame] === 1) {
      lived[place]!++;
      if (forest.first[i]! < 0) ends[place]!++;
    }
    if (frame > 0 && linked[frame - 1] === 1 && forest.parent[i]! < 0) starts[place]!++;
  }
  const pairs = linked.reduce((sum, flag) => sum + flag, 0);
  const nuclei = lived[0]! + lived[1]!;
  const density = movie.count / movie.frames / (looks.insideArea + looks.borderArea);
  const chance = (count: number, of: number, prior: number, weight: number): number =>
    Math.min(0.5, (count + weight * prior) / (of + weight));
  const { end, appear, divide } = priors;
  const rate = (place: number, area: number, prior: number): number =>
    (starts[place]! + appear.weight * prior) / (pairs * area + appear.weight / density);
  return {
    end: {
      inside: chance(ends[0]!, lived[0]!, end.inside, end.weight),
      border: chance(ends[1]!, lived[1]!, end.border, end.weight),
    },
    appear: {
      inside: rate(0, looks.insideArea, appear.inside),
      border: rate(1, looks.borderArea, appear.border),
    },
    divide: chance(
      divisions.reduce((sum, { probability }) => sum + probability, 0),
      nuclei,
      divide.chance,
      divide.weight,
    ),
    miss: rateOf(spans.missed, nuclei, priors.miss),
    hide: rateOf(spans.hidden, nuclei, priors.hide),
    split: rateOf(spans.pieces, nuclei, priors.split),
  };
}

function fitDivisions(prices: Prices, divisions: readonly WeightedDivision[]): DivisionModel {
  const found = divisions.map(({ mother, daughters: [a, b], probability }) => ({
    ...divisionShape(prices, mother, a, b),
    probability,
  }));
  type Key = Exclude<keyof DivisionShape, "isCut">;
  const values = (key: Key): { values: number[]; weights: number[] } => {
    const isArea = key === "areaSum" || key === "areaRatio" || key === "motherArea";
    const known = found.filter((shape) => !Number.isNaN(shape[key]) && !(isArea && shape.isCut));
    return { values: known.map((shape) => shape[key]), weights: known.map((shape) => shape.probability) };
  };
  const normal = (key: Key, prior: Normal & { weight: number }): Normal => {
    const { values: known, weights } = values(key);
    return fitNormal(known, weights, prior);
  };
  /** Scale about 0. */
  const spread = (key: Key, { sd, weight }: { sd: number; weight: number }): number =>
    scaleFor(
      values(key).values.map((value) => value * value),
      1,
      ratioNu,
      { sigma: sd, weight },
    ).sigma;
  const prior = priors.division;
  const usual = prices.model.anyIntensity.sd;
  const offsets = found.filter(({ probability }) => probability > 0.5).map(({ offset }) => offset);
  return {
    offset: scaleFor(offsets, 2, prices.model.motion.nu, prior.offset),
    distance: normal("distance", prior.distance),
    areaSum: normal("areaSum", prior.areaSum),
    areaRatio: spread("areaRatio", prior.areaRatio),
    intensity: normal("intensity", { ...prior.intensity, sd: prior.intensity.sd * usual }),
    intensityRatio: spread("intensityRatio", {
      ...prior.intensityRatio,
      sd: prior.intensityRatio.sd * usual,
    }),
    motherArea: normal("motherArea", { ...prices.model.anyArea, weight: prior.mother }),
    motherIntensity: normal("motherIntensity", { ...prices.model.anyIntensity, weight: prior.mother }),
  };
}
