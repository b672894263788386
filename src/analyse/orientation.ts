import { type AxialDirections, axesOf, type Rose } from "./direction.js";
import type { Divisions } from "./divisions.js";
import type { FieldCells, VelocityField } from "./velocityfield.js";

/** Axes of divisions beside the image and beside the movement. */
export interface DivisionOrientations {
  /** Angle between the axis of each division and the mean direction of all steps, degrees 0 (along) to 90 (across); NaN without either. */
  readonly toMeanDirection: Float64Array;
  /** The same beside the mean velocity of the mother's cell of the velocity field in her last frame; NaN where fewer than three steps ended there. */
  readonly toLocalDirection: Float64Array;
  /** Mean axis and Rayleigh test of the axes themselves, and of their angles from either direction. */
  readonly axes: AxialDirections;
  readonly fromMeanDirection: AxialDirections;
  readonly fromLocalDirection: AxialDirections;
}

/** Fewest steps in a cell of the field whose mean direction is used. */
const fewestSteps = 3;

/** @param steps directions of all steps */
export function orientationsOf(divisions: Divisions, steps: Rose, field: VelocityField, halfPixel: number): DivisionOrientations {
  const mean = divisions.orientation.map((axis) => turned(axis - steps.meanDirection));
  const index = cellIndex(field);
  const local = divisions.orientation.map((axis, i) => {
    const cell = index(divisions.frame[i]!, divisions.y[i]! + halfPixel, divisions.x[i]! + halfPixel);
    return cell < 0 || field.frames.steps[cell]! < fewestSteps ? NaN : turned(axis - field.frames.direction[cell]!);
  });
  return {
    toMeanDirection: mean.map(acute), toLocalDirection: local.map(acute),
    axes: axesOf(divisions.orientation), fromMeanDirection: axesOf(mean), fromLocalDirection: axesOf(local),
  };
}

/** Degrees in [0, 180). */
const turned = (angle: number): number => ((angle % 180) + 180) % 180;

const acute = (angle: number): number => Math.min(angle, 180 - angle);

/** Finds the row of a frame and place; -1 where no step ended in that cell. */
function cellIndex({ rows, columns, cellHeight, cellWidth, frames }: VelocityField): (frame: number, y: number, x: number) => number {
  const rowOf = new Map<number, number>();
  const place = (frame: number, y: number, x: number): number => {
    const row = Math.min(rows - 1, Math.max(0, Math.floor(y / cellHeight)));
    return (frame * rows + row) * columns + Math.min(columns - 1, Math.max(0, Math.floor(x / cellWidth)));
  };
  const { count, frame, y, x }: FieldCells = frames;
  for (let i = 0; i < count; i++) rowOf.set(place(frame[i]!, y[i]!, x[i]!), i);
  return (at, atY, atX) => rowOf.get(place(at, atY, atX)) ?? -1;
}
