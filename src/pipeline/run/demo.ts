/** The main job on a simulated movie whose truth is known. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { InstanceScores } from "../../evaluate/instances.js";
import type { TrackScores } from "../../evaluate/trackscores.js";
import { defaultSimulateOptions } from "../../simulate/scene.js";
import { mergeConfigs, resolveConfig } from "../config/config.js";
import { type Config, configurationOf } from "../config/options.js";
import { evaluateLabels, evaluateTracks } from "../evaluate/evaluation.js";
import { simulateTo } from "../simulate/simulation.js";
import type { PipelineContext } from "../stage/events.js";
import { assertReplaceable } from "../store/folders.js";
import { runRecord, writeRun } from "../store/provenance.js";
import { run } from "./run.js";

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
      train: { steps: 1400, patch: 64, filters: 32, learningRate: 1e-3 },
    }),
    "the demo",
  );

const demoMovie = { ...defaultSimulateOptions, height: 512, width: 512, frames: 10, cycle: 40 };

/**
 * Simulates, runs everything into `out`, and scores the result against the truth. An earlier demo in that
 * folder, and nothing else, is replaced.
 */
export async function demo(out: string, config: Config, context: PipelineContext = {}): Promise<DemoResult> {
  assertReplaceable(out, "demo", true);
  const [movie, results] = [join(out, "movie"), join(out, "results")];
  for (const folder of [movie, results]) await rm(folder, { recursive: true, force: true });
  // First of all, so that an interrupted demo is known as one.
  await writeRun(out, runRecord("demo", out, configurationOf("demo", config), []));
  await simulateTo(movie, { ...demoMovie, seed: config.general.seed }, { overwrite: false }, context);
  const { report } = await run(
    { inputs: [join(movie, "01")], out: results, config: demoConfig(config), overwrite: false },
    context,
  );
  const instances = await evaluateLabels(join(movie, "01_GT", "SEG"), join(results, "labels"), context);
  const tracks = await evaluateTracks(join(movie, "01_GT", "TRA"), join(results, "tracks"), context);
  return { report, instances: instances.scores, tracks };
}
