/** The main job on a simulated movie whose truth is known. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { InstanceScores } from "../../evaluate/instances.js";
import type { TrackScores } from "../../evaluate/trackscores.js";
import { defaultSimulateOptions, type SimulateOptions } from "../../simulate/scene.js";
import { mergeConfigs, resolveConfig } from "../config/config.js";
import { configurationOf } from "../config/acting.js";
import type { Config } from "../config/options.js";
import { evaluateLabels, evaluateTracks } from "../evaluate/evaluation.js";
import { simulateOptionsOf, simulateTo } from "../simulate/simulation.js";
import type { PipelineContext } from "../stage/events.js";
import { assertReplaceable } from "../store/folders.js";
import { withOutputLock } from "../store/lock.js";
import { runRecord, writeRun } from "../store/provenance.js";
import { run } from "./run.js";

/** The report of a demo, and its scores against the truth. */
export interface DemoResult {
  readonly report: string;
  readonly instances: InstanceScores;
  readonly tracks: TrackScores;
}

/** A smaller movie and a shorter training than by default, so that two cores need less than three minutes. */
const demoConfig = (config: Config): Config =>
  resolveConfig(
    mergeConfigs({
      general: config.general,
      train: { steps: config.train.steps ?? 1400, patch: 64, filters: 32, learningRate: 1e-3 },
    }),
    "the demo",
  );

/** A movie of short cell cycles, of the asked number and size of frames. */
function demoMovie(config: Config): SimulateOptions {
  const { height, width, frames, seed } = simulateOptionsOf(config);
  return { ...defaultSimulateOptions, height, width, frames, seed, cycle: 40 };
}

/**
 * Simulates, runs everything into `out`, and scores the result against the truth. An earlier demo in that
 * folder, and nothing else, is replaced.
 *
 * @throws OutputError when `out` holds something else, or another process writes it
 */
export const demo = (out: string, config: Config, context: PipelineContext = {}): Promise<DemoResult> =>
  withOutputLock(out, () => demoInto(out, config, context));

async function demoInto(out: string, config: Config, context: PipelineContext): Promise<DemoResult> {
  assertReplaceable(out, "demo", true);
  const [movie, results] = [join(out, "movie"), join(out, "results")];
  for (const folder of [movie, results]) await rm(folder, { recursive: true, force: true });
  // First of all, so that an interrupted demo is known as one.
  await writeRun(out, runRecord("demo", out, configurationOf("demo", config), []));
  await simulateTo(movie, demoMovie(config), { overwrite: false }, context);
  const { report } = await run(
    { inputs: [join(movie, "01")], out: results, config: demoConfig(config), overwrite: false },
    context,
  );
  const instances = await evaluateLabels(join(movie, "01_GT", "SEG"), join(results, "labels"), context);
  const tracks = await evaluateTracks(join(movie, "01_GT", "TRA"), join(results, "tracks"), context);
  return { report, instances: instances.scores, tracks };
}
