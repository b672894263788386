import type { StageContext } from "../core/progress.js";
import { simulatePresets, type SimulateOptions } from "../simulate/scene.js";
import { simulate as simulateMovie, type SimulatedMovie } from "../simulate/simulate.js";

/** Options of `simulate`: a scene, and whatever of it is to be otherwise. */
export interface SimulationOptions extends Partial<SimulateOptions>, StageContext {
  /** What is simulated. Default `mdck`. */
  readonly scene?: keyof typeof simulatePresets | undefined;
}

/**
 * Simulates a movie of fluorescent nuclei whose truth is known. Frames are drawn when they are asked for.
 *
 * @throws InvalidInput when an option is out of range; Cancelled
 */
export async function simulate({
  scene = "mdck",
  signal,
  onProgress,
  ...options
}: SimulationOptions = {}): Promise<SimulatedMovie> {
  return simulateMovie({ ...simulatePresets[scene], ...options }, { signal, onProgress });
}
