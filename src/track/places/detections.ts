import { InvalidInput } from "../../core/errors.js";
import type { Nuclei } from "../../core/nuclei.js";
import { PointIndex } from "./points.js";

/**
 * Nuclei ordered by frame and place. `row` numbers used by the tracker's steps are positions in this order,
 * not rows of the table.
 */
export interface Movie {
  readonly count: number;
  readonly frames: number;
  /** Row of the nuclei table for each position. */
  readonly rowOf: Int32Array;
  /** First position of each frame; frames + 1 entries. */
  readonly start: Int32Array;
  readonly frame: Int32Array;
  readonly label: Int32Array;
  readonly y: Float64Array;
  readonly x: Float64Array;
  readonly area: Float64Array;
  /** NaN where unknown. */
  readonly intensity: Float64Array;
  /** Major over minor axis; NaN where unknown. */
  readonly elongation: Float64Array;
  /** 1 where the border of the image cuts the nucleus. */
  readonly cut: Uint8Array;
  /** Per frame: the points, indexed from `start[frame]`. */
  readonly points: readonly PointIndex[];
}

/**
 * Orders nuclei by frame, then y, x and label, so that the result of tracking does not depend on the order of
 * the table.
 *
 * @throws InvalidInput when a frame is outside the movie or a centroid or area is no number
 */
export function movieOf(nuclei: Nuclei, frames: number): Movie {
  for (let row = 0; row < nuclei.count; row++) {
    const frame = nuclei.frame[row]!;
    if (!(frame >= 0 && frame < frames))
      throw new InvalidInput("nuclei", `frames within 0 to ${frames - 1}`, `frame ${frame} in row ${row}`);
    if (!Number.isFinite(nuclei.y[row]!) || !Number.isFinite(nuclei.x[row]!) || !(nuclei.area[row]! > 0)) {
      throw new InvalidInput(
        "nuclei",
        "finite centroids and areas above 0",
        `y ${nuclei.y[row]}, x ${nuclei.x[row]}, area ${nuclei.area[row]} in row ${row}`,
      );
    }
  }
  const { y, x, label, frame } = nuclei;
  const rowOf = Int32Array.from({ length: nuclei.count }, (_, row) => row).sort(
    (a, b) => frame[a]! - frame[b]! || y[a]! - y[b]! || x[a]! - x[b]! || label[a]! - label[b]!,
  );
  const start = new Int32Array(frames + 1);
  for (const row of rowOf) start[frame[row]! + 1]!++;
  for (let t = 0; t < frames; t++) start[t + 1]! += start[t]!;
  const floats = (column: Float64Array): Float64Array => Float64Array.from(rowOf, (row) => column[row]!);
  const [ys, xs] = [floats(y), floats(x)];
  return {
    count: nuclei.count,
    frames,
    rowOf,
    start,
    y: ys,
    x: xs,
    area: floats(nuclei.area),
    intensity: floats(nuclei.meanIntensity),
    elongation: Float64Array.from(rowOf, (row) =>
      nuclei.minorAxis[row]! > 0 ? nuclei.majorAxis[row]! / nuclei.minorAxis[row]! : NaN,
    ),
    frame: Int32Array.from(rowOf, (row) => frame[row]!),
    label: Int32Array.from(rowOf, (row) => label[row]!),
    cut: Uint8Array.from(rowOf, (row) => nuclei.touchesEdge[row]!),
    points: Array.from(
      { length: frames },
      (_, t) => new PointIndex(ys.subarray(start[t], start[t + 1]), xs.subarray(start[t], start[t + 1])),
    ),
  };
}
