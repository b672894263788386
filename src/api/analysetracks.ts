import { analyse as analyseGraph, type Statistics } from "../analyse/analyse.js";
import type { Calibration } from "../analyse/units/units.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import type { TrackGraph } from "../core/tracks.js";

/** Options of `analyse`: the size of the frames and what a pixel and a frame stand for, and more. */
export interface AnalyseOptions extends Calibration, StageContext {
  /** Of divisions that they are, 0..1, by row of the mother in her last frame. */
  readonly probabilities?: ReadonlyMap<number, number> | undefined;
  /** False for independent images: then there are only statistics of frames. Default true. */
  readonly tracked?: boolean | undefined;
  /** Resamples of the bootstrap that intervals come from; 0: no intervals. Default 300. */
  readonly resamples?: number | undefined;
  /** Seed of the bootstrap. Default 1. */
  readonly seed?: number | undefined;
}

/**
 * Statistics of tracks: density, speed, direction, divisions, with intervals, in the units that the
 * calibration allows.
 *
 * @throws InvalidInput for a calibration that is not positive; Cancelled
 */
export async function analyse(
  graph: TrackGraph,
  {
    signal,
    onProgress,
    probabilities,
    tracked = true,
    resamples = 300,
    seed = 1,
    ...calibration
  }: AnalyseOptions,
): Promise<Statistics> {
  throwIfCancelled({ signal }, "The analysis");
  const statistics = analyseGraph(graph, calibration, { probabilities, tracked, resamples, seed });
  onProgress?.({ done: 1, total: 1 });
  return statistics;
}
