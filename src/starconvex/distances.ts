import { InvalidInput } from "../core/errors.js";
import type { LabelImage } from "../core/labels.js";

/**
 * Directions of the rays: ray k points to (y, x) = (sin, cos)(2 pi k / rays).
 *
 * @returns rays x 2, (sin, cos)
 * @throws InvalidInput for fewer than 3 rays
 */
export function rayDirections(rays: number): Float64Array {
  if (!Number.isInteger(rays) || rays < 3)
    throw new InvalidInput("rays", "an integer of at least 3", String(rays));
  const out = new Float64Array(2 * rays);
  for (let k = 0; k < rays; k++) {
    const angle = (2 * Math.PI * k) / rays;
    out[2 * k] = Math.sin(angle);
    out[2 * k + 1] = Math.cos(angle);
  }
  return out;
}

/**
 * The rays of a rectangle of grid cells in a label image: cell (i, j) looks from pixel (y + i * grid,
 * x + j * grid).
 */
export interface CellWindow {
  /** Directions, at least 3. */
  readonly rays: number;
  /** px per cell. */
  readonly grid: number;
  readonly y: number;
  readonly x: number;
  /** Cells, not px. */
  readonly rows: number;
  readonly columns: number;
}

/**
 * Distances from each grid cell to the border of the object it lies on, along each ray.
 *
 * Cell (i, j) sits at pixel (i * grid, j * grid). A ray samples the nearest pixel after every unit step until
 * the label changes or the image ends, then goes back to half a pixel beyond its last own sample, counted
 * along the ray's major axis.
 *
 * @param labels any label <= 0 gives zeros
 * @param rays number of directions, at least 3
 * @param grid px per cell
 * @returns rays x ceil(h / grid) x ceil(w / grid), px of the label image
 * @throws InvalidInput for fewer than 3 rays or a grid that is not a positive integer Source: Schmidt et al.
 *   2018, and `star_dist` of stardist 0.9. Deviation: positions along a ray are s * direction in double
 *   precision from a table, where the reference adds single precision steps to the absolute position; ours do
 *   not depend on where in the image the object lies.
 */
export function starDistances(labels: LabelImage, rays: number, grid: number): Float32Array {
  if (!Number.isInteger(grid) || grid < 1) throw new InvalidInput("grid", "a positive integer", String(grid));
  const window = {
    rays,
    grid,
    y: 0,
    x: 0,
    rows: Math.ceil(labels.height / grid),
    columns: Math.ceil(labels.width / grid),
  };
  const out = new Float32Array(rays * window.rows * window.columns);
  starDistancesInto(out, 0, labels, window);
  return out;
}

/**
 * The same for a window of a label image: rays leave the window freely, so that objects cut by it keep their
 * true distances.
 *
 * @param out receives rays x rows x columns from index `at` on, every value written
 */
export function starDistancesInto(
  out: Float32Array,
  at: number,
  labels: LabelImage,
  window: CellWindow,
): void {
  const { rays, grid, rows, columns } = window;
  const padded = withRing(labels);
  const stride = labels.width + 2;
  const longest = Math.ceil(Math.hypot(labels.height, labels.width)) + 2;
  const { offsets, length, first } = walkTable(rays, stride, longest);
  const plane = rows * columns;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const p = (window.y + i * grid + 1) * stride + window.x + j * grid + 1;
      const label = padded[p]!;
      let target = at + i * columns + j;
      for (let k = 0; k < rays; k++, target += plane) {
        if (label <= 0) {
          out[target] = 0;
          continue;
        }
        // No bounds to check: a step moves each rounded coordinate by at most 1, so that no ray jumps over
        // the ring.
        let s = k * length;
        while (padded[p + offsets[s]!] === label) s++;
        out[target] = s - k * length + first[k]!;
      }
    }
  }
}

/** Surrounds the labels by one pixel that belongs to nobody. */
function withRing({ height, width, data }: LabelImage): Int32Array {
  const out = new Int32Array((height + 2) * (width + 2));
  for (let y = 0; y < height; y++)
    out.set(data.subarray(y * width, (y + 1) * width), (y + 1) * (width + 2) + 1);
  return out;
}

interface WalkTable {
  /** rays x length: flat offset of the pixel under step 1, 2, ... */
  readonly offsets: Int32Array;
  readonly length: number;
  /** Distance if step 1 already leaves the object, per ray. */
  readonly first: Float64Array;
}

function walkTable(rays: number, stride: number, length: number): WalkTable {
  const directions = rayDirections(rays);
  const offsets = new Int32Array(rays * length);
  const first = new Float64Array(rays);
  for (let k = 0; k < rays; k++) {
    const dy = directions[2 * k]!;
    const dx = directions[2 * k + 1]!;
    first[k] = 0.5 / Math.max(Math.abs(dy), Math.abs(dx));
    for (let s = 0; s < length; s++) {
      // Halves go up, as roundf does for the coordinates >= 0 that matter.
      offsets[k * length + s] = Math.floor((s + 1) * dy + 0.5) * stride + Math.floor((s + 1) * dx + 0.5);
    }
  }
  return { offsets, length, first };
}
