/** Log likelihood ratios of links and divisions, against their nuclei ending and appearing by themselves. */
import type { Drift } from "../drift.js";
import type { Movie } from "../detections.js";
import { logAny, logNormal, logStudent, logStudentPlane, squaredWhere, type Student } from "./density.js";
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
  /** Log chance of each nucleus to end, and to go on as one. */
  readonly logEnd: Float64Array;
  readonly logStay: Float64Array;
  /** Log density of each nucleus to appear as it is. */
  readonly logNew: Float64Array;
  /** Of the area and the intensity of each nucleus among all. */
  readonly logArea: Float64Array;
  readonly logIntensity: Float64Array;
  /** Longest link, px. */
  readonly reach: number;
  /** Farthest that a daughter lies from her mother's expected place, px. */
  readonly daughterReach: number;
}

/** @param farthest no link is longer, px */
export function pricesOf(
  movie: Movie,
  looks: Looks,
  model: MovieModel,
  drift: Drift,
  farthest: number,
): Prices {
  const { border } = looks;
  const logArea = looks.area.map((value) => logAny(value, model.anyArea));
  const logIntensity = looks.intensity.map((value) =>
    Number.isNaN(value) ? 0 : logAny(value, model.anyIntensity),
  );
  const byPlace = (inside: number, atBorder: number): Float64Array =>
    Float64Array.from(border, (flag) => (flag === 1 ? atBorder : inside));
  const { end, appear, divide } = model;
  const logNew = byPlace(Math.log(appear.inside), Math.log(appear.border));
  for (let i = 0; i < movie.count; i++) logNew[i]! += logArea[i]! + logIntensity[i]!;
  const bestArea = logStudent(0, model.area) - logNormal(model.anyArea.mean, model.anyArea);
  const bestIntensity = looks.intensity.some((value) => !Number.isNaN(value))
    ? logStudent(0, model.intensity) - logNormal(model.anyIntensity.mean, model.anyIntensity)
    : 0;
  const dearest = Math.log(end.inside) + Math.log(appear.inside) - bestArea - bestIntensity;
  const reach = Math.min(farthest, Math.sqrt(squaredWhere(dearest, model.motion)));
  return {
    movie,
    looks,
    model,
    drift,
    expected: { dy: drift.dy.slice(), dx: drift.dx.slice() },
    logEnd: byPlace(Math.log(end.inside), Math.log(end.border)),
    logStay: byPlace(Math.log(1 - end.inside - divide), Math.log(1 - end.border - divide)),
    logNew,
    logArea,
    logIntensity,
    reach,
    daughterReach: Math.min(farthest, 2.5 * looks.diameter),
  };
}

/** Log likelihood ratio of the looks of two nuclei being those of one, `frames` apart. */
export function alike(
  { looks, model, logArea, logIntensity }: Prices,
  from: number,
  to: number,
  frames = 1,
): number {
  const wider = ({ sigma, nu }: Student): Student => ({ sigma: sigma * Math.sqrt(frames), nu });
  const cut = looks.cut[from] === 1 || looks.cut[to] === 1;
  const growth = looks.area[to]! - looks.area[from]!;
  const area = logStudent(growth, wider(cut ? model.cutArea : model.area)) - logArea[to]!;
  const change = looks.intensity[to]! - looks.intensity[from]!;
  return area + (Number.isNaN(change) ? 0 : logStudent(change, wider(model.intensity)) - logIntensity[to]!);
}

/** Gain of a link to the next frame. */
export function linkGain(prices: Prices, from: number, to: number): number {
  const { movie, expected, model, logStay, logEnd, logNew, logArea, logIntensity } = prices;
  const dy = movie.y[to]! - movie.y[from]! - expected.dy[from]!;
  const dx = movie.x[to]! - movie.x[from]! - expected.dx[from]!;
  const place = logStudentPlane(dy * dy + dx * dx, model.motion);
  const background = logNew[to]! - logArea[to]! - logIntensity[to]!;
  return logStay[from]! + place + alike(prices, from, to) - logEnd[from]! - background;
}

/** The parts of a division that its gain is made of. */
export interface DivisionShape {
  /** Squared distance from the mother's expected place to the middle of the daughters, diameters^2. */
  readonly offset: number;
  /** Logarithms. */
  readonly distance: number;
  readonly areaSum: number;
  readonly areaRatio: number;
  readonly intensity: number;
  readonly intensityRatio: number;
  readonly motherArea: number;
  readonly motherIntensity: number;
  /** Whether the border of the image cuts one of them. */
  readonly isCut: boolean;
}

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
  const isCut = cut[mother] === 1 || cut[a] === 1 || cut[b] === 1;
  return {
    offset: (y * y + x * x) / (diameter * diameter),
    distance: Math.log(Math.max(apart / diameter, 0.1)),
    isCut,
    areaSum: Math.log(Math.exp(area[a]!) + Math.exp(area[b]!)) - area[mother]!,
    areaRatio: area[a]! - area[b]!,
    motherArea: area[mother]!,
    motherIntensity: intensity[mother]!,
    intensity: (intensity[a]! + intensity[b]!) / 2 - intensity[mother]!,
    intensityRatio: intensity[a]! - intensity[b]!,
  };
}

const ratioNu = 4;

/** Gain of a division into two nuclei of the next frame. */
export function divisionGain(prices: Prices, mother: number, a: number, b: number): number {
  const { looks, model, logEnd, logNew, logArea, logIntensity } = prices;
  const shape = divisionShape(prices, mother, a, b);
  const { division } = model;
  const { diameter } = looks;
  // Densities are per px^2: of the middle, and of the vector between the daughters, in either order.
  const place =
    logStudentPlane(shape.offset, division.offset) -
    2 * Math.log(diameter) +
    logNormal(shape.distance, division.distance) -
    2 * shape.distance -
    2 * Math.log(diameter) -
    Math.log(Math.PI);
  const background = (node: number): number => logNew[node]! - logArea[node]! - logIntensity[node]!;
  const more = shape.isCut ? model.cutArea.sigma : 0;
  const area =
    logNormal(shape.areaSum, { mean: division.areaSum.mean, sd: Math.hypot(division.areaSum.sd, more) }) +
    logStudent(shape.areaRatio, { sigma: Math.hypot(division.areaRatio, more), nu: ratioNu }) -
    logArea[a]! -
    logArea[b]! +
    (shape.isCut ? 0 : logAny(shape.motherArea, division.motherArea) - logArea[mother]!);
  const intensity = Number.isNaN(shape.intensity)
    ? 0
    : logNormal(shape.intensity, division.intensity) +
      logStudent(shape.intensityRatio, { sigma: division.intensityRatio, nu: ratioNu }) -
      logIntensity[a]! -
      logIntensity[b]! +
      logAny(shape.motherIntensity, division.motherIntensity) -
      logIntensity[mother]!;
  return Math.log(model.divide) + place + area + intensity - logEnd[mother]! - background(a) - background(b);
}
