import type { Random } from "../core/random.js";
import { gaussian } from "../imgproc/gaussian.js";

/**
 * A smooth random field on a coarse grid: mean 0, variance 1, correlated over `sigma` px, read at any place
 * by bilinear interpolation.
 */
export interface Field {
  readonly rows: number;
  readonly columns: number;
  /** px between grid points; grid point (0, 0) lies at (-margin, -margin). */
  readonly step: number;
  readonly margin: number;
  readonly data: Float32Array;
}

/** The part of the plane that a field covers, px. */
export interface FieldSize {
  readonly height: number;
  readonly width: number;
  /** px that the field reaches beyond the image on every side. */
  readonly margin: number;
}

/** Normal noise smoothed with a Gaussian and scaled to mean 0 and variance 1 over the grid. */
export function smoothNoise(rows: number, columns: number, sigma: number, rng: Random): Float32Array {
  const noise = new Float32Array(rows * columns);
  for (let i = 0; i < noise.length; i++) noise[i] = rng.normal();
  return standardise(gaussian(noise, rows, columns, sigma));
}

/** Subtracts the mean and divides by the standard deviation, in place. */
export function standardise(data: Float32Array): Float32Array {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]!;
  const mean = sum / data.length;
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += (data[i]! - mean) ** 2;
  const scale = squares > 0 ? 1 / Math.sqrt(squares / data.length) : 0;
  for (let i = 0; i < data.length; i++) data[i] = (data[i]! - mean) * scale;
  return data;
}

/**
 * @param sigma px; the field's correlation falls as exp(-(distance / 2 sigma)^2). The variance over a grid
 *   that is small against sigma would be that of few independent values, so the noise is drawn, and scaled,
 *   on a grid at least 12 sigma wide and cut out of it.
 */
export function smoothField(size: FieldSize, sigma: number, rng: Random): Field {
  const step = sigma / 3;
  const rows = Math.ceil((size.height + 2 * size.margin) / step) + 2;
  const columns = Math.ceil((size.width + 2 * size.margin) / step) + 2;
  const [drawnRows, drawnColumns] = [Math.max(rows, 36), Math.max(columns, 36)];
  const drawn = smoothNoise(drawnRows, drawnColumns, 3, rng);
  const data = new Float32Array(rows * columns);
  for (let y = 0; y < rows; y++)
    data.set(drawn.subarray(y * drawnColumns, y * drawnColumns + columns), y * columns);
  return { rows, columns, step, margin: size.margin, data };
}

/** Value at (y, x) px; beyond the grid the border value. */
export function fieldAt(field: Field, y: number, x: number): number {
  const { rows, columns, data } = field;
  const v = Math.min(rows - 1.001, Math.max(0, (y + field.margin) / field.step));
  const u = Math.min(columns - 1.001, Math.max(0, (x + field.margin) / field.step));
  const i = Math.floor(v) * columns + Math.floor(u);
  const fy = v - Math.floor(v);
  const fx = u - Math.floor(u);
  return (
    (1 - fy) * ((1 - fx) * data[i]! + fx * data[i + 1]!) +
    fy * ((1 - fx) * data[i + columns]! + fx * data[i + columns + 1]!)
  );
}

/**
 * Moves a field on by one frame of an autoregressive process that keeps mean 0 and variance 1; `memory` 0..1.
 */
export function advanceField(field: Field, fresh: Field, memory: number): Field {
  const gain = Math.sqrt(1 - memory * memory);
  const data = field.data.map((value, i) => memory * value + gain * fresh.data[i]!);
  return { ...field, data };
}
