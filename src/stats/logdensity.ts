/** Log densities, and how they are fitted to few or many values. */
import { logGamma } from "./student.js";

/** Student's t about 0: a normal distribution of that scale where `nu` is large, heavy tails where it is small. */
export interface Student {
  readonly sigma: number;
  /** Degrees of freedom. */
  readonly nu: number;
}

/** A change about its mean, with Student's tails. */
export interface Change extends Student {
  readonly mean: number;
}

/** A normal distribution. */
export interface Normal {
  readonly mean: number;
  readonly sd: number;
}

/** A log density: of a squared distance from the centre in the plane, or of a value on the line. */
export type LogDensity = (value: number) => number;

/** In the plane, of a squared distance from the centre. */
export function logStudentPlane({ sigma, nu }: Student): LogDensity {
  const [peak, power, scale] = [-Math.log(2 * Math.PI * sigma * sigma), (nu + 2) / 2, nu * sigma * sigma];
  return (squared) => peak - power * Math.log1p(squared / scale);
}

/** On the line. */
export function logStudent({ sigma, nu }: Student): LogDensity {
  const peak = logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * Math.log(nu * Math.PI * sigma * sigma);
  const [power, scale] = [(nu + 1) / 2, nu * sigma * sigma];
  return (x) => peak - power * Math.log1p((x * x) / scale);
}

/** On the line, about the mean. */
export function logChange({ mean, ...student }: Change): LogDensity {
  const log = logStudent(student);
  return (x) => log(x - mean);
}

/** On the line. */
export function logNormal({ mean, sd }: Normal): LogDensity {
  const [peak, scale] = [-0.5 * Math.log(2 * Math.PI * sd * sd), 2 * sd * sd];
  return (x) => peak - ((x - mean) * (x - mean)) / scale;
}

/** A normal distribution of which a tenth is three times as wide, for what may be something else. */
export function logAny({ mean, sd }: Normal): LogDensity {
  const [most, rest] = [logNormal({ mean, sd }), logNormal({ mean, sd: 3 * sd })];
  const [logMost, logRest] = [Math.log(0.9), Math.log(0.1)];
  return (x) => {
    const [a, b] = [logMost + most(x), logRest + rest(x)];
    // Far away both densities are less than the smallest number, though their logarithms are not.
    return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
  };
}

/** Squared distance at which the density in the plane has fallen to that log density; 0 if it is nowhere so high. */
export const squaredWhere = (logDensity: number, { sigma, nu }: Student): number => {
  const fall = -Math.log(2 * Math.PI * sigma * sigma) - logDensity;
  return fall <= 0 ? 0 : nu * sigma * sigma * Math.expm1((2 * fall) / (nu + 2));
};

const degrees = [1.5, 2, 3, 4, 6, 10, 30];

/**
 * The scale and degrees of freedom under which squared values are likeliest, with the prior's scale counted
 * as `weight` further values.
 *
 * @param dimensions of what was squared
 */
export function fitStudent(
  squares: readonly number[],
  dimensions: 1 | 2,
  prior: { readonly sigma: number; readonly weight: number },
): Student {
  let best: Student = { sigma: prior.sigma, nu: 4 };
  let likelihood = -Infinity;
  for (const nu of degrees) {
    const fitted = scaleFor(squares, dimensions, nu, prior);
    const log = ofSquares(fitted, dimensions);
    let sum = prior.weight * log(prior.sigma ** 2 / 2);
    for (const squared of squares) sum += log(squared);
    if (sum <= likelihood) continue;
    likelihood = sum;
    best = fitted;
  }
  return best;
}

function ofSquares(student: Student, dimensions: 1 | 2): LogDensity {
  if (dimensions === 2) return logStudentPlane(student);
  const log = logStudent(student);
  return (squared) => log(Math.sqrt(squared));
}

/** The likeliest scale for given degrees of freedom, by expectation and maximisation. */
export function scaleFor(
  squares: readonly number[],
  dimensions: 1 | 2,
  nu: number,
  prior: { readonly sigma: number; readonly weight: number },
): Student {
  let variance = prior.sigma ** 2;
  for (let round = 0; round < 30; round++) {
    let sum = prior.weight * dimensions * prior.sigma ** 2;
    for (const squared of squares) sum += ((nu + dimensions) / (nu + squared / variance)) * squared;
    const next = Math.max(sum / (dimensions * (squares.length + prior.weight)), 1e-12);
    const settled = Math.abs(next - variance) < 1e-4 * variance;
    variance = next;
    if (settled) break;
  }
  return { sigma: Math.sqrt(variance), nu };
}

/** Mean and deviation of weighted values, with the prior counted as `weight` further values about its mean. */
export function fitNormal(
  values: readonly number[],
  weights: readonly number[],
  prior: Normal & { readonly weight: number },
): Normal {
  let [total, sum] = [prior.weight, prior.weight * prior.mean];
  values.forEach((value, k) => {
    total += weights[k]!;
    sum += weights[k]! * value;
  });
  const mean = sum / total;
  let squares = prior.weight * (prior.sd ** 2 + (prior.mean - mean) ** 2);
  values.forEach((value, k) => (squares += weights[k]! * (value - mean) ** 2));
  return { mean, sd: Math.sqrt(squares / total) };
}
