/** Student's t distribution: tail probabilities and quantiles for any real number of degrees of freedom. */

/** Coefficients of the series for g = 7. Source: Lanczos 1964; digits as computed by Godfrey 2001. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** Natural logarithm of the gamma function of x > 0, to about 1e-13 of its size. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  const series = lanczos.reduce<number>(
    (sum, coefficient, k) => (k === 0 ? coefficient : sum + coefficient / (x - 1 + k)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * Regularised incomplete beta function I_x(a, b), a, b > 0, x in 0..1, by its continued fraction.
 *
 * Source: Abramowitz & Stegun 1964, 26.5.8, evaluated as Lentz 1976.
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  // The fraction converges fast on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front =
    Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const away = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let [c, d] = [1, 1 / away(1 - ((a + b) * x) / (a + 1))];
  let fraction = d;
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** Probability that a t of `df` degrees of freedom is as far from zero as `t`, or farther, on either side. */
export function twoSidedP(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return NaN;
  // In t² / (df + t²) for small t, where the other form would cancel.
  const share = (t * t) / (df + t * t);
  return share < 0.5
    ? 1 - incompleteBeta(0.5, df / 2, share)
    : incompleteBeta(df / 2, 0.5, df / (df + t * t));
}

/**
 * The t > 0 that is reached or passed, on either side, with probability `p` (0..1): 4.303 for p 0.05 and 2
 * degrees of freedom.
 */
export function criticalT(p: number, df: number): number {
  if (!(df > 0) || !(p > 0 && p < 1)) return NaN;
  let [low, high] = [0, 1];
  while (twoSidedP(high, df) > p) [low, high] = [high, 2 * high];
  // Halving ends when no number lies between the two.
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (twoSidedP(middle, df) > p) low = middle;
    else high = middle;
  }
  return high;
}
