/** An exponential decay y = amplitude exp(-x / scale). */
export interface Decay {
  /** NaN where fewer than three values were given. */
  readonly amplitude: number;
  /**
   * NaN where fewer than three values were given; 0 where the values show no correlation, or one that is gone
   * within half a step of x; infinity where it does not fall within the values: the scale would be more than
   * twice the largest x, which the values cannot tell from any larger one.
   */
  readonly scale: number;
}

const none: Decay = { amplitude: NaN, scale: NaN };

/**
 * Least squares in y, weighted: for each scale the best amplitude has a closed form, and the scale is sought
 * between half the smallest step of x and twice the largest x, first on a logarithmic grid, then by golden
 * section. Fitted to the values, not their logarithms, so that values around 0 count as what they are.
 *
 * @param x ascending; pairs whose weight is 0 or whose y is NaN are left out
 */
export function fitDecay(x: ArrayLike<number>, y: ArrayLike<number>, weights: ArrayLike<number>): Decay {
  const used = Array.from({ length: x.length }, (_, i) => i).filter(
    (i) => weights[i]! > 0 && !Number.isNaN(y[i]!),
  );
  if (used.length < 3) return none;
  const [xs, ys, ws] = [x, y, weights].map((values) => Float64Array.from(used, (i) => values[i]!)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let step = Infinity;
  for (let i = 1; i < xs.length; i++) step = Math.min(step, xs[i]! - xs[i - 1]!);
  const [low, high] = [Math.log(step / 2), Math.log(2 * xs[xs.length - 1]!)];
  const amplitudeAt = (scale: number): number => {
    let [top, bottom] = [0, 0];
    for (let i = 0; i < xs.length; i++) {
      // Relative to the first x: far from 0 the exponentials would vanish.
      const e = Math.exp((xs[0]! - xs[i]!) / scale);
      top += ws[i]! * ys[i]! * e;
      bottom += ws[i]! * e * e;
    }
    return top / bottom;
  };
  const errorAt = (logScale: number): number => {
    const scale = Math.exp(logScale);
    const amplitude = Math.max(0, amplitudeAt(scale));
    let error = 0;
    for (let i = 0; i < xs.length; i++)
      error += ws[i]! * (ys[i]! - amplitude * Math.exp((xs[0]! - xs[i]!) / scale)) ** 2;
    return error;
  };
  const nodes = 40;
  const node = (k: number): number => low + ((high - low) * k) / nodes;
  let best = 0;
  let bestError = Infinity;
  for (let k = 0; k <= nodes; k++) {
    const error = errorAt(node(k));
    if (error < bestError) [best, bestError] = [k, error];
  }
  if (best === nodes) return { amplitude: amplitudeAt(Math.exp(high)), scale: Infinity };
  if (best === 0 || amplitudeAt(Math.exp(node(best))) <= 0)
    return { amplitude: Math.max(0, ys[0]!), scale: 0 };
  const scale = Math.exp(minimum(errorAt, node(best - 1), node(best + 1)));
  return { amplitude: amplitudeAt(scale) * Math.exp(xs[0]! / scale), scale };
}

/** Golden section search of a function with one minimum between `low` and `high`. */
function minimum(of: (x: number) => number, low: number, high: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [c, d] = [b - golden * (b - a), a + golden * (b - a)];
  let [fc, fd] = [of(c), of(d)];
  for (let i = 0; i < 40; i++) {
    if (fc <= fd) {
      [b, d, fd] = [d, c, fc];
      c = b - golden * (b - a);
      fc = of(c);
    } else {
      [a, c, fc] = [c, d, fd];
      d = a + golden * (b - a);
      fd = of(d);
    }
  }
  return (a + b) / 2;
}
