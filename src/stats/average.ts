import { median } from "./percentile.js";

/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Median; NaN of nothing. */
export const medianOf = (values: Float64Array | readonly number[]): number =>
  values.length === 0 ? NaN : median(values);
