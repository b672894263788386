import { type AxialDirections, axesOf, type Rose } from "../../stats/direction.js";
import type { FieldCells, VelocityField } from "../motion/velocityfield.js";
import type { Divisions } from "./divisions.js";

/** Axes of divisions beside the image and beside the movement. */
export interface DivisionOrientations {
  /**
   * Angle between the axis of each division and the mean direction of all steps, degrees 0 (along) to 90
   * (across); NaN without either.
   */
  readonly toMeanDirection: Float64Array;
  /**
   * The same beside the mean velocity of the mother's cell of the velocity field in her last frame; NaN where
   * fewer than three steps ended there.
   */
  readonly toLocalDirection: Float64Array;
  /** Mean axis and Rayleigh test of the axes themselves. */
  readonly axes: AxialDirections;
  readonly alongMeanDirection: Alignment;
  readonly alongLocalDirection: Alignment;
}

/** How far axes lie along a direction that was known beforehand. */
export interface Alignment {
  readonly total: number;
  /**
   * Mean of cos 2a over the angles a to the direction: 1 all along, -1 all across, 0 without preference; NaN
   * without angles.
   */
  readonly value: number;
  /** Two-sided P value of the V test against "all axes are equally likely". */
  readonly p: number;
}

/**
 * V test of doubled angles: under the hypothesis sqrt(2 n) times the mean cosine is normal with deviation 1,
 * well enough from some ten angles on.
 *
 * @param angles degrees; NaN is left out
 * Source: Zar 2010, Biostatistical Analysis, 5th edition, section 27.1b.
 */
export function alignmentOf(angles: Float64Array): Alignment {
  const known = angles.filter((angle) => !Number.isNaN(angle));
  const value = known.reduce((sum, angle) => sum + Math.cos((angle * Math.PI) / 90), 0) / known.length;
  return { total: known.length, value, p: complementaryError(Math.abs(value) * Math.sqrt(known.length)) };
}

/** erfc(x), x >= 0, to 1.5e-7. Source: Abramowitz & Stegun 1964, equation 7.1.26. */
function complementaryError(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  return (
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp(-x * x)
  );
}

/** Fewest steps in a cell of the field whose mean direction is used. */
const fewestSteps = 3;

/** @param steps directions of all steps */
export function orientationsOf(
  divisions: Divisions,
  steps: Rose,
  field: VelocityField,
  halfPixel: number,
): DivisionOrientations {
  const mean = divisions.orientation.map((axis) => turned(axis - steps.meanDirection));
  const index = cellIndex(field);
  const local = divisions.orientation.map((axis, i) => {
    const cell = index(divisions.frame[i]!, divisions.y[i]! + halfPixel, divisions.x[i]! + halfPixel);
    return cell < 0 || field.frames.steps[cell]! < fewestSteps
      ? NaN
      : turned(axis - field.frames.direction[cell]!);
  });
  return {
    toMeanDirection: mean.map(acute),
    toLocalDirection: local.map(acute),
    axes: axesOf(divisions.orientation),
    alongMeanDirection: alignmentOf(mean),
    alongLocalDirection: alignmentOf(local),
  };
}

/** Degrees in [0, 180). */
const turned = (angle: number): number => ((angle % 180) + 180) % 180;

const acute = (angle: number): number => Math.min(angle, 180 - angle);

/** Finds the row of a frame and place; -1 where no step ended in that cell. */
function cellIndex({
  rows,
  columns,
  cellHeight,
  cellWidth,
  frames,
}: VelocityField): (frame: number, y: number, x: number) => number {
  const rowOf = new Map<number, number>();
  const place = (frame: number, y: number, x: number): number => {
    const row = Math.min(rows - 1, Math.max(0, Math.floor(y / cellHeight)));
    return (frame * rows + row) * columns + Math.min(columns - 1, Math.max(0, Math.floor(x / cellWidth)));
  };
  const { count, frame, y, x }: FieldCells = frames;
  for (let i = 0; i < count; i++) rowOf.set(place(frame[i]!, y[i]!, x[i]!), i);
  return (at, atY, atX) => rowOf.get(place(at, atY, atX)) ?? -1;
}
