import type { Nuclei } from "../../core/nuclei.js";
import { mean } from "../../stats/average.js";
import { median } from "../../stats/percentile.js";
import type { Units } from "../units/units.js";

/**
 * What is averaged of each frame's nuclei, and the power of the pixel's edge that turns it into the unit of
 * length or area.
 */
export const shapeMeasures = {
  area: 2,
  majorAxis: 1,
  minorAxis: 1,
  aspectRatio: 0,
  eccentricity: 0,
  solidity: 0,
  meanIntensity: 0,
} as const;
/** Name of a measure of shape or brightness. */
export type ShapeMeasure = keyof typeof shapeMeasures;

/**
 * Shape and brightness of the nuclei of each frame; nuclei that touch the edge of the image are cut off and
 * left out.
 */
export interface ShapeStatistics {
  /** Nuclei that do not touch the edge, which the others are made from, and those that do. */
  readonly inside: Int32Array;
  readonly atEdge: Int32Array;
  /** By measure, one value a frame; NaN where a frame has no nucleus inside, or the brightness is unknown. */
  readonly mean: Readonly<Record<ShapeMeasure, Float64Array>>;
  readonly median: Readonly<Record<ShapeMeasure, Float64Array>>;
}

/** Major axis / minor axis, 1 for a circle; NaN for a line. */
export const aspectRatio = (nuclei: Nuclei, row: number): number =>
  nuclei.minorAxis[row]! > 0 ? nuclei.majorAxis[row]! / nuclei.minorAxis[row]! : NaN;

/**
 * Averages shape and brightness over the nuclei of each frame.
 *
 * @param frames number of frames of the movie
 */
export function shapesOf(nuclei: Nuclei, frames: number, units: Units): ShapeStatistics {
  const inside = new Int32Array(frames);
  const atEdge = new Int32Array(frames);
  for (let row = 0; row < nuclei.count; row++)
    (nuclei.touchesEdge[row] === 1 ? atEdge : inside)[nuclei.frame[row]!]!++;
  const starts = new Int32Array(frames + 1);
  for (let frame = 0; frame < frames; frame++) starts[frame + 1] = starts[frame]! + inside[frame]!;
  const columns = (Object.keys(shapeMeasures) as ShapeMeasure[]).map((measure) => {
    const scale = units.perPixel ** shapeMeasures[measure];
    const values = new Float64Array(starts[frames]!);
    const next = starts.slice();
    for (let row = 0; row < nuclei.count; row++) {
      if (nuclei.touchesEdge[row] === 1) continue;
      values[next[nuclei.frame[row]!]!++] =
        scale * (measure === "aspectRatio" ? aspectRatio(nuclei, row) : nuclei[measure][row]!);
    }
    const perFrame = (average: (values: Float64Array) => number): Float64Array =>
      Float64Array.from({ length: frames }, (_, frame) =>
        average(values.subarray(starts[frame], starts[frame + 1]).filter((value) => !Number.isNaN(value))),
      );
    return [measure, perFrame(mean), perFrame(median)] as const;
  });
  const record = (column: 1 | 2): Record<ShapeMeasure, Float64Array> =>
    Object.fromEntries(columns.map((entry) => [entry[0], entry[column]])) as Record<
      ShapeMeasure,
      Float64Array
    >;
  return { inside, atEdge, mean: record(1), median: record(2) };
}
