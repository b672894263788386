import { mean } from "../../stats/average.js";
import { median } from "../../stats/percentile.js";
import type { Divisions } from "../lineage/divisions.js";
import type { Steps } from "../motion/steps.js";
import type { Recording } from "../units/recording.js";
import type { ShapeStatistics } from "./shape.js";

/** One row a frame; NaN where a frame has nothing to average. */
export interface FrameStatistics {
  readonly count: number;
  /** Frame, from 0. */
  readonly frame: Int32Array;
  /** Time since frame 0, in the unit of time. */
  readonly time: Float64Array;
  /** Nuclei in the frame. */
  readonly nuclei: Int32Array;
  /** Nuclei per mm² of the field, or per megapixel where the pixel size is unknown. */
  readonly density: Float64Array;
  /** Of the nuclei that do not touch the edge of the image. */
  readonly meanArea: Float64Array;
  readonly medianArea: Float64Array;
  /** Mean and median speed of the steps that arrive in this frame; NaN in the first frame. */
  readonly meanSpeed: Float64Array;
  readonly medianSpeed: Float64Array;
  /** Nuclei of this frame that have divided when they are next seen. */
  readonly divisions: Int32Array;
  /**
   * divisions / nuclei: the share of this frame's nuclei that divide before the next one. It is the mitotic
   * index where mitosis lasts one frame; where it lasts m frames, the index is about m times as large. NaN in
   * the last frame, after which nothing is seen.
   */
  readonly dividingShare: Float64Array;
}

/** What the numbers of a frame are made from, beside the nuclei. */
export interface FrameParts {
  readonly steps: Steps;
  readonly divisions: Divisions;
  readonly shapes: ShapeStatistics;
}

/**
 * Counts, density, areas, speeds and divisions of every frame. Density = nuclei / field, the field being
 * `fieldOf(frame)` px.
 *
 * @param parts steps, divisions and shapes of the same nuclei
 * @param fieldOf area of a frame's field, px²
 */
export function frameStatistics(
  { nuclei, frames, units }: Recording,
  { steps, divisions, shapes }: FrameParts,
  fieldOf: (frame: number) => number,
): FrameStatistics {
  const counts = new Int32Array(frames);
  for (let row = 0; row < nuclei.count; row++) counts[nuclei.frame[row]!]!++;
  const speeds = grouped(steps.frame, steps.speed, frames);
  const dividing = new Int32Array(frames);
  for (const frame of divisions.frame) dividing[frame]!++;
  const perFrame = (value: (frame: number) => number): Float64Array =>
    Float64Array.from({ length: frames }, (_, frame) => value(frame));
  // 1 mm² = 10^6 µm², 1 Mpx = 10^6 px²: one factor serves both.
  const density = (frame: number): number => (counts[frame]! / (fieldOf(frame) * units.perPixel ** 2)) * 1e6;
  return {
    count: frames,
    frame: Int32Array.from({ length: frames }, (_, frame) => frame),
    time: perFrame((frame) => frame * units.perFrame),
    nuclei: counts,
    density: perFrame(density),
    meanArea: shapes.mean.area,
    medianArea: shapes.median.area,
    meanSpeed: perFrame((frame) => mean(speeds[frame]!)),
    medianSpeed: perFrame((frame) => median(speeds[frame]!)),
    divisions: dividing,
    dividingShare: perFrame((frame) =>
      frame === frames - 1 || counts[frame] === 0 ? NaN : dividing[frame]! / counts[frame]!,
    ),
  };
}

function grouped(group: Int32Array, values: Float64Array, groups: number): number[][] {
  const lists: number[][] = Array.from({ length: groups }, () => []);
  for (let i = 0; i < group.length; i++) lists[group[i]!]!.push(values[i]!);
  return lists;
}
