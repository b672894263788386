import { screenAngle } from "../../stats/direction.js";
import type { Recording } from "../units/recording.js";
import type { Steps, StepsByFrame } from "./steps.js";

/** Mean velocities on a regular grid. */
export interface VelocityField {
  readonly rows: number;
  readonly columns: number;
  /** Size of a cell, in the unit of length. */
  readonly cellHeight: number;
  readonly cellWidth: number;
  /** Cells with a step, frame by frame, then by row and column. */
  readonly frames: FieldCells;
  /** The same over all frames together, every step weighing the same; `frame` is -1. */
  readonly mean: FieldCells;
}

/** One row a cell. */
export interface FieldCells {
  readonly count: number;
  /** Frame of arrival. */
  readonly frame: Int32Array;
  /** Centre of the cell, in the unit of length, from the centre of the top left pixel. */
  readonly y: Float64Array;
  readonly x: Float64Array;
  /** Steps averaged. */
  readonly steps: Int32Array;
  /** Mean velocity along y (down) and x, in the unit of speed. */
  readonly vy: Float64Array;
  readonly vx: Float64Array;
  /** Its length, and its direction in degrees as of `screenAngle`. */
  readonly speed: Float64Array;
  readonly direction: Float64Array;
}

/** Edge of a cell in median distances to the nearest nucleus, about: cells divide the field evenly. */
const cellSpacings = 4;

/**
 * Velocity field: the mean velocity of the steps of one frame that end in a cell.
 *
 * @param byFrame the steps by frame of arrival
 * @param spacing median distance to the nearest nucleus, in the unit of length; a field without has one cell
 */
export function velocityField(
  { nuclei, height, width, units }: Recording,
  steps: Steps,
  { starts, order }: StepsByFrame,
  spacing: number,
): VelocityField {
  const edge = spacing > 0 ? (cellSpacings * spacing) / units.perPixel : Infinity;
  const [rows, columns] = [Math.max(1, Math.round(height / edge)), Math.max(1, Math.round(width / edge))];
  const cells = rows * columns;
  const cellOf = (step: number): number => {
    const [y, x] = [nuclei.y[steps.to[step]!]! + 0.5, nuclei.x[steps.to[step]!]! + 0.5];
    return (
      clamp(Math.floor((y * rows) / height), rows) * columns +
      clamp(Math.floor((x * columns) / width), columns)
    );
  };
  const geometry: Geometry = {
    rows,
    columns,
    height: (height * units.perPixel) / rows,
    width: (width * units.perPixel) / columns,
    half: units.perPixel / 2,
  };
  const whole = emptySums(cells);
  const parts: Sums[] = [];
  for (let frame = 0; frame + 1 < starts.length; frame++) {
    const here = emptySums(cells);
    for (const step of order.subarray(starts[frame], starts[frame + 1])) {
      const cell = cellOf(step);
      for (const sums of [here, whole]) {
        sums.n[cell]!++;
        sums.vy[cell]! += steps.vy[step]!;
        sums.vx[cell]! += steps.vx[step]!;
      }
    }
    parts.push(here);
  }
  return {
    rows,
    columns,
    cellHeight: geometry.height,
    cellWidth: geometry.width,
    frames: cellsOf(parts, (part) => part, geometry),
    mean: cellsOf([whole], () => -1, geometry),
  };
}

const clamp = (index: number, count: number): number => Math.min(count - 1, Math.max(0, index));

interface Geometry {
  readonly rows: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
  /** Half a pixel: the field begins so far before the centre of its first pixel. */
  readonly half: number;
}

interface Sums {
  readonly n: Int32Array;
  readonly vy: Float64Array;
  readonly vx: Float64Array;
}

const emptySums = (cells: number): Sums => ({
  n: new Int32Array(cells),
  vy: new Float64Array(cells),
  vx: new Float64Array(cells),
});

function cellsOf(
  parts: readonly Sums[],
  frameOf: (part: number) => number,
  { columns, height, width, half }: Geometry,
): FieldCells {
  const count = parts.reduce(
    (sum, { n }) => sum + n.reduce((filled, steps) => filled + (steps > 0 ? 1 : 0), 0),
    0,
  );
  const floats = (): Float64Array => new Float64Array(count);
  const out = {
    count,
    frame: new Int32Array(count),
    y: floats(),
    x: floats(),
    steps: new Int32Array(count),
    vy: floats(),
    vx: floats(),
    speed: floats(),
    direction: floats(),
  };
  let at = 0;
  parts.forEach(({ n, vy, vx }, part) => {
    for (let cell = 0; cell < n.length; cell++) {
      if (n[cell] === 0) continue;
      out.frame[at] = frameOf(part);
      out.y[at] = (Math.floor(cell / columns) + 0.5) * height - half;
      out.x[at] = ((cell % columns) + 0.5) * width - half;
      out.steps[at] = n[cell]!;
      out.vy[at] = vy[cell]! / n[cell]!;
      out.vx[at] = vx[cell]! / n[cell]!;
      out.speed[at] = Math.hypot(out.vy[at]!, out.vx[at]!);
      out.direction[at] = screenAngle(out.vy[at]!, out.vx[at]!);
      at++;
    }
  });
  return out;
}
