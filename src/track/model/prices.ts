/** Log likelihood ratios of links and divisions, against their nuclei ending and appearing by themselves. */
import type { Movie } from "../places/detections.js";
import type { Drift } from "../places/drift.js";
import {
  logAny,
  logChange,
  type LogDensity,
  logNormal,
  logStudent,
  logStudentPlane,
  squaredWhere,
  type Student,
} from "../../stats/logdensity.js";
import type { Looks } from "./looks.js";
import type { MovieModel } from "./moviemodel.js";

/** Everything that the price of an event depends on. Nuclei are positions in the movie. */
export interface Prices {
  readonly movie: Movie;
  readonly looks: Looks;
  readonly model: MovieModel;
  readonly drift: Drift;
  /** Displacement expected of each nucleus to the next frame, px: the drift, and what goes on of its own. */
  readonly expected: Drift;
  /** Frames since the birth of each nucleus by a division; `grown` or more where it is older, or unknown. */
  readonly age: Uint8Array;
  /** Log chance of each nucleus to end, and to go on as one. */
  readonly logEnd: Float64Array;
  readonly logStay: Float64Array;
  /** Log density of a nucleus to appear at the place of each. */
  readonly logAppear: Float64Array;
  /** Of the area and the intensity of each nucleus among all. */
  readonly logArea: Float64Array;
  readonly logIntensity: Float64Array;
  readonly logElongation: LogDensity;
  /** Of changes over 1, 2, ... frames. */
  readonly changes: readonly Changes[];
  /** Of changes of the young over a frame. */
  readonly young: Changes;
  readonly division: DivisionDensities;
  /** Longest link, px. */
  readonly reach: number;
  /** Farthest that a daughter lies from her mother's expected place, px. */
  readonly daughterReach: number;
}

/** Log densities of what changes in a nucleus over a number of frames. */
export interface Changes {
  /** Of the squared distance to the expected place, px^2. */
  readonly motion: LogDensity;
  /** Of the logarithm of the ratio of areas, and the same where the border of the image cuts one. */
  readonly area: LogDensity;
  readonly cutArea: LogDensity;
  readonly intensity: LogDensity;
  readonly elongation: LogDensity;
}

/** Log densities of the parts of a division; see `DivisionModel`. */
interface DivisionDensities {
  readonly chance: number;
  /** Of a mother that is young herself. */
  readonly youngChance: number;
  readonly offset: LogDensity;
  readonly distance: LogDensity;
  readonly areaSum: LogDensity;
  readonly areaRatio: LogDensity;
  readonly cutAreaSum: LogDensity;
  readonly cutAreaRatio: LogDensity;
  readonly intensity: LogDensity;
  readonly intensityRatio: LogDensity;
  readonly motherArea: LogDensity;
  readonly motherIntensity: LogDensity;
}

/** From this age on, in frames, a nucleus is not young any more. */
export const grown = 4;

/** Frames over which changes are compared at most. */
const longestChange = 16;

/** Daughters lie within so many diameters of their mother's expected place. */
const farthestDaughter = 2.5;

/** Degrees of freedom of how unlike daughters are: some are cut short by a bad outline. */
export const ratioNu = 4;

/** @param farthest no link is longer, px */
export function pricesOf(
  movie: Movie,
  looks: Looks,
  model: MovieModel,
  drift: Drift,
  farthest: number,
): Prices {
  const byPlace = (inside: number, border: number): Float64Array =>
    Float64Array.from(looks.border, (flag) => (flag === 1 ? border : inside));
  const { end, appear, divide } = model;
  const anyIntensity = logAny(model.anyIntensity);
  return {
    movie,
    looks,
    model,
    drift,
    expected: { dy: drift.dy.slice(), dx: drift.dx.slice() },
    age: new Uint8Array(movie.count).fill(grown),
    logEnd: byPlace(Math.log(end.inside), Math.log(end.border)),
    logStay: byPlace(Math.log(1 - end.inside - divide), Math.log(1 - end.border - divide)),
    logAppear: byPlace(Math.log(appear.inside), Math.log(appear.border)),
    logArea: looks.area.map(logAny(model.anyArea)),
    logIntensity: looks.intensity.map((value) => (Number.isNaN(value) ? 0 : anyIntensity(value))),
    logElongation: logAny(model.anyElongation),
    changes: Array.from({ length: longestChange }, (_, k) => changesOver(model, k + 1)),
    young: {
      ...changesOver(model, 1),
      motion: logStudentPlane(model.young.motion),
      area: logChange(model.young.area),
      intensity: logChange(model.young.intensity),
    },
    division: divisionDensities(model),
    reach: Math.min(farthest, reachOf(looks, model)),
    daughterReach: farthestDaughter * looks.diameter,
  };
}

function changesOver(model: MovieModel, frames: number): Changes {
  const wider = ({ sigma, nu }: Student): Student => ({ sigma: sigma * Math.sqrt(frames), nu });
  return {
    motion: logStudentPlane(wider(model.motion)),
    area: logStudent(wider(model.area)),
    cutArea: logStudent(wider(model.cutArea)),
    intensity: logStudent(wider(model.intensity)),
    elongation: logStudent(wider(model.elongation)),
  };
}

function divisionDensities({ division, divide, young, cutArea }: MovieModel): DivisionDensities {
  const { areaSum, areaRatio } = division;
  return {
    chance: Math.log(divide),
    youngChance: Math.log(young.divide),
    offset: logStudentPlane(division.offset),
    distance: logNormal(division.distance),
    areaSum: logNormal(areaSum),
    areaRatio: logStudent({ sigma: areaRatio, nu: ratioNu }),
    cutAreaSum: logNormal({ mean: areaSum.mean, sd: Math.hypot(areaSum.sd, cutArea.sigma) }),
    cutAreaRatio: logStudent({ sigma: Math.hypot(areaRatio, cutArea.sigma), nu: ratioNu }),
    intensity: logNormal(division.intensity),
    intensityRatio: logStudent({ sigma: division.intensityRatio, nu: ratioNu }),
    motherArea: logAny(division.motherArea),
    motherIntensity: logAny(division.motherIntensity),
  };
}

/** Distance at which even nuclei that look the same are likelier two, px. */
function reachOf(looks: Looks, model: MovieModel): number {
  const sameArea = logStudent(model.area)(0) - logNormal(model.anyArea)(model.anyArea.mean);
  const sameIntensity = looks.intensity.some((value) => !Number.isNaN(value))
    ? logStudent(model.intensity)(0) - logNormal(model.anyIntensity)(model.anyIntensity.mean)
    : 0;
  const apart = Math.log(model.end.inside) + Math.log(model.appear.inside);
  return Math.sqrt(squaredWhere(apart - sameArea - sameIntensity, model.motion));
}

/** How a nucleus changes over some frames. */
const changesOf = ({ changes, young, age }: Prices, from: number, frames: number): Changes =>
  frames === 1 && age[from]! < grown ? young : changes[frames - 1]!;

/** Log likelihood ratio of the looks of two nuclei being those of one, `frames` apart. */
export function alike(prices: Prices, from: number, to: number, frames = 1): number {
  const { looks, logArea, logIntensity } = prices;
  const changes = changesOf(prices, from, frames);
  const isCut = looks.cut[from] === 1 || looks.cut[to] === 1;
  const growth = looks.area[to]! - looks.area[from]!;
  const area = (isCut ? changes.cutArea(growth) : changes.area(growth)) - logArea[to]!;
  const change = looks.intensity[to]! - looks.intensity[from]!;
  return (
    area +
    sameShape(prices, from, to, frames) +
    (Number.isNaN(change) ? 0 : changes.intensity(change) - logIntensity[to]!)
  );
}

/** The same of their elongations; 0 where the border of the image cuts one. */
function sameShape(
  { looks, changes, logElongation }: Prices,
  from: number,
  to: number,
  frames: number,
): number {
  const change = looks.elongation[to]! - looks.elongation[from]!;
  if (Number.isNaN(change) || looks.cut[from] === 1 || looks.cut[to] === 1) return 0;
  return changes[frames - 1]!.elongation(change) - logElongation(looks.elongation[to]!);
}

/** Gain of a nucleus being the same after some frames. @param squared distance to the expected place, px^2 */
export function stayGain(prices: Prices, from: number, to: number, squared: number, frames = 1): number {
  const { logStay, logEnd, logAppear } = prices;
  const place = changesOf(prices, from, frames).motion(squared);
  return logStay[from]! + place + alike(prices, from, to, frames) - logEnd[from]! - logAppear[to]!;
}

/** Squared distance of a nucleus of the next frame to where it is expected, px^2. */
export function squaredMotion({ movie, expected }: Prices, from: number, to: number): number {
  const dy = movie.y[to]! - movie.y[from]! - expected.dy[from]!;
  const dx = movie.x[to]! - movie.x[from]! - expected.dx[from]!;
  return dy * dy + dx * dx;
}

/** Gain of a link to the next frame. */
export const linkGain = (prices: Prices, from: number, to: number): number =>
  stayGain(prices, from, to, squaredMotion(prices, from, to));

/** The parts of a division that its gain is made of; see `DivisionModel`. */
export interface DivisionShape {
  /** Squared distance from the mother's expected place to the middle of the daughters, diameters^2. */
  readonly offset: number;
  readonly distance: number;
  readonly areaSum: number;
  readonly areaRatio: number;
  /** NaN where unknown. */
  readonly intensity: number;
  readonly intensityRatio: number;
  readonly motherArea: number;
  readonly motherIntensity: number;
  /** Whether the border of the image cuts one of them. */
  readonly isCut: boolean;
}

/** Measures a division. */
export function divisionShape(
  { movie, looks, expected }: Prices,
  mother: number,
  a: number,
  b: number,
): DivisionShape {
  const { diameter, area, intensity, cut } = looks;
  const y = (movie.y[a]! + movie.y[b]!) / 2 - movie.y[mother]! - expected.dy[mother]!;
  const x = (movie.x[a]! + movie.x[b]!) / 2 - movie.x[mother]! - expected.dx[mother]!;
  const apart = Math.hypot(movie.y[a]! - movie.y[b]!, movie.x[a]! - movie.x[b]!);
  return {
    offset: (y * y + x * x) / (diameter * diameter),
    distance: Math.log(Math.max(apart / diameter, 0.1)),
    areaSum: Math.log(movie.area[a]! + movie.area[b]!) - area[mother]!,
    areaRatio: area[a]! - area[b]!,
    intensity: (intensity[a]! + intensity[b]!) / 2 - intensity[mother]!,
    intensityRatio: intensity[a]! - intensity[b]!,
    motherArea: area[mother]!,
    motherIntensity: intensity[mother]!,
    isCut: cut[mother] === 1 || cut[a] === 1 || cut[b] === 1,
  };
}

/** Gain of a division into two nuclei of a later frame. */
export function divisionGain(prices: Prices, mother: number, a: number, b: number): number {
  const { looks, logEnd, logAppear, logArea, logIntensity, division } = prices;
  const shape = divisionShape(prices, mother, a, b);
  // Densities are per px^2: of the middle, and of the vector between the daughters, in either order.
  const place =
    division.offset(shape.offset) +
    division.distance(shape.distance) -
    2 * shape.distance -
    4 * Math.log(looks.diameter) -
    Math.log(Math.PI);
  const area = shape.isCut
    ? division.cutAreaSum(shape.areaSum) + division.cutAreaRatio(shape.areaRatio)
    : division.areaSum(shape.areaSum) +
      division.areaRatio(shape.areaRatio) +
      division.motherArea(shape.motherArea) -
      logArea[mother]!;
  const intensity = Number.isNaN(shape.intensity)
    ? 0
    : division.intensity(shape.intensity) +
      division.intensityRatio(shape.intensityRatio) +
      division.motherIntensity(shape.motherIntensity) -
      logIntensity[mother]! -
      logIntensity[a]! -
      logIntensity[b]!;
  return (
    (prices.age[mother]! < grown ? division.youngChance : division.chance) +
    place +
    area -
    logArea[a]! -
    logArea[b]! +
    intensity -
    logEnd[mother]! -
    logAppear[a]! -
    logAppear[b]!
  );
}
