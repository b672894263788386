/** The main job: images in, a folder out, stage by stage; what is finished already is not made again. */
import { rm } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { chooseDevice } from "../config/device.js";
import type { Config } from "../config/options.js";
import { openInputs } from "../source/opening.js";
import { isTrackable } from "../source/source.js";
import { lockWait, notice, type PipelineContext } from "../stage/events.js";
import { type MakeStage, upTo } from "../stage/stage.js";
import { mergedStage, removeParts } from "../stage/stageparts.js";
import { type RunStage, stageOutputs } from "../stage/stagenames.js";
import type { OutputOptions } from "../store/folders.js";
import { withOutputLock } from "../store/lock.js";
import type { RunRecord } from "../store/provenance.js";
import { initialModelOf, trainingSettings } from "../train/training.js";
import { shareOf } from "./estimate.js";
import { makeRun } from "./flow.js";
import { openRun, type OpenRun } from "./openrun.js";
import { announce, estimateRun } from "./spacecheck.js";
import { hashModel } from "./hashmodel.js";
import { partsIn } from "./runpart.js";

/** What a run is asked for. */
export interface RunOptions extends OutputOptions {
  /** Files, folders or patterns of images. */
  readonly inputs: readonly string[];
  /** The output folder. */
  readonly out: string;
  readonly config: Config;
  /** The last stage that is made; default: all are. */
  readonly until?: RunStage | undefined;
  /** Number of the parts (`runPart`) of which the last stage is made, where it was parted. */
  readonly merge?: number | undefined;
}

/** What a run leaves. */
export interface RunResult {
  readonly folder: string;
  /** Path of `report.html`; it is there when all stages are. */
  readonly report: string;
  /** As `run.json` has it. */
  readonly record: RunRecord;
}

/**
 * Annotates, trains, segments, tracks, analyses and reports; with a given model (`run.model`), only what
 * comes after the training.
 *
 * @throws OutputError when `out` holds something else; the errors of the stages
 */
export async function run(options: RunOptions, context: PipelineContext = {}): Promise<RunResult> {
  const { out, config } = options;
  await assertFeasible(out, config);
  const model = await hashModel(config.run.model, context);
  const initialModel = await hashModel(config.train.from, context);
  const { until, merge } = options;
  const trust = merge === undefined ? undefined : out;
  const inputs = await openInputs(options.inputs, out, config, context, { trust });
  const estimate = await estimateRun(out, inputs.source, config, until);
  await announce(out, merge === undefined ? estimate : shareOf(estimate, { merge }), context);
  return withOutputLock({ out, ...lockWait(context) }, async () => {
    const open = await openRun({ ...options, inputs, model, initialModel }, context);
    tellUntracked(inputs.source, context);
    const asked = new Set<string>();
    const make: MakeStage<RunStage> = (stage) => {
      asked.add(stage.name);
      const isMerged = merge !== undefined && stage.name === until;
      return open.stage(isMerged ? mergedStage(stage, partsIn(out), merge) : stage);
    };
    await upTo(until, make, (made) => makeRun(made, open));
    if (merge !== undefined) await removeParts(partsIn(out), until!);
    if (until === undefined) await removeUncorrected(open, asked);
    return { folder: out, report: open.path("report"), record: open.record() };
  });
}

/** Stages that exist only where something is corrected by hand, by what they correct. */
const correctionStages = {
  annotate: "correctAnnotation",
  segment: "correctLabels",
  track: "correctTracks",
} as const;

/** Removes corrected results that nothing is made from, since all edits were taken back. */
async function removeUncorrected(open: OpenRun, asked: ReadonlySet<string>): Promise<void> {
  const { stages } = open.record();
  const unused = Object.entries(correctionStages)
    .filter(([corrected, name]) => asked.has(corrected) && !asked.has(name) && name in stages)
    .map(([, name]) => name);
  if (unused.length === 0) return;
  const kept = Object.entries(stages).filter(([name]) => !unused.some((other) => other === name));
  await open.amend({ stages: Object.fromEntries(kept) });
  for (const name of unused) await rm(open.path(name), { recursive: true, force: true });
}

/** Refuses what would stop a later stage, before the work that leads up to it. @throws InvalidInput */
export async function assertFeasible(out: string, config: Config): Promise<void> {
  const { general, train } = config;
  const { model } = config.run;
  assertKept(out, "train.from", train.from);
  assertKept(out, "run.model", model);
  if (model === undefined) trainingSettings(train, general.seed, 1, initialModelOf(train)?.description);
  else if (train.from !== undefined)
    throw new InvalidInput(
      "run.model",
      "either a model to use (run.model) or one to train further (train.from)",
      "both",
      "leave one of them out",
    );
  if (general.device !== "auto") await chooseDevice(config);
}

/** @throws InvalidInput for a model that would be removed before it is read */
function assertKept(out: string, option: string, from: string | undefined): void {
  if (from === undefined) return;
  const path = relative(resolve(out, stageOutputs.train), resolve(from));
  if (path.startsWith("..") || isAbsolute(path)) return;
  throw new InvalidInput(
    option,
    `a model outside of ${join(out, stageOutputs.train)}, which is replaced`,
    from,
    "choose another output folder, or copy the model",
  );
}

/** Says why the results of a run hold no tracks. */
export function tellUntracked(
  { frames, kind }: Parameters<typeof isTrackable>[0],
  context: PipelineContext,
): void {
  if (isTrackable({ frames, kind })) return;
  notice(
    context,
    frames === 1 ? "A single image: there is nothing to track." : "Independent images: tracking is skipped.",
  );
}
