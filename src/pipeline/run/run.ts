/**
 * The main job: images in, a folder out, stage by stage; running again goes on after the last finished stage.
 */
import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { diametersOf, readAnnotation } from "../annotate/annotation.js";
import { chooseDevice } from "../config/device.js";
import type { Config } from "../config/options.js";
import { figuresStage } from "../report/figures.js";
import { writeReport } from "../report/reporting.js";
import { numbersOnce } from "../report/results.js";
import { readSegmentation } from "../segment/segmentation.js";
import { openInputs } from "../source/opening.js";
import { hashFiles, isTrackable } from "../source/source.js";
import { notice, type PipelineContext } from "../stage/events.js";
import type { OutputOptions } from "../store/folders.js";
import { modelFiles } from "../store/modelfolder.js";
import type { RunRecord } from "../store/provenance.js";
import { removeState, stateFolder } from "../train/checkpoint.js";
import { initialModelOf, trainingSettings } from "../train/training.js";
import { openRun, type OpenRun } from "./openrun.js";
import { analyseStage, annotateStage, segmentStage, trackStage, trainStage } from "./stages.js";

export interface RunResult {
  readonly folder: string;
  readonly report: string;
  readonly record: RunRecord;
}

/**
 * Annotates, trains, segments, tracks, analyses and reports; with a given model (`run.model`), only what
 * comes after the training.
 *
 * @throws OutputError when `out` holds something else; the errors of the stages
 */
export async function run(
  inputs: readonly string[],
  out: string,
  config: Config,
  { overwrite }: OutputOptions,
  context: PipelineContext = {},
): Promise<RunResult> {
  await assertFeasible(out, config);
  const given = config.run.model;
  const model = given === undefined ? undefined : await hashFiles(modelFiles(given), context);
  const open = await openRun(
    out,
    await openInputs(inputs, out, config, context),
    config,
    { overwrite, model },
    context,
  );
  if (given === undefined) {
    await annotateRun(open);
    await open.fill(
      trainStage(open.path("annotate"), config, {
        folder: stateFolder(open.path("train")),
        say: (text) => notice(context, text),
      }),
    );
    await removeState(open.path("train"));
  }
  await finishRun(open, given ?? open.path("train"));
  return { folder: out, report: open.path("report"), record: open.record };
}

/** Refuses what would stop a later stage, before the work that leads up to it. @throws InvalidInput */
export async function assertFeasible(out: string, config: Config): Promise<void> {
  const {
    general,
    train,
    run: { model },
  } = config;
  assertOutside(out, "train.from", train.from);
  assertOutside(out, "run.model", model);
  if (model === undefined) trainingSettings(train, general.seed, 1, initialModelOf(train)?.description);
  else if (train.from !== undefined)
    throw new InvalidInput(
      "run.model",
      "either a model to use (--model) or one to train further (--from)",
      "both",
      "leave one of them out",
    );
  if (general.device !== "auto") await chooseDevice(config);
}

export const annotateRun = (open: OpenRun): Promise<void> =>
  open.fill(annotateStage(open.source, open.config));

/** Segments with the model in the folder `model`, and does all that follows. */
export async function finishRun(open: OpenRun, model: string): Promise<void> {
  const { out, source, config, context } = open;
  const annotation = open.path("annotate");
  await open.fill(
    segmentStage(
      model,
      source,
      config,
      existsSync(join(annotation, "annotation.json"))
        ? () => diametersOf(readAnnotation(annotation))
        : undefined,
    ),
  );
  if (isTrackable(source)) {
    await open.fill(trackStage(open.path("segment"), config));
    await open.fill(
      analyseStage(open.path("track"), config, {
        source,
        labels: readSegmentation(open.path("segment")).labels,
      }),
    );
  } else
    notice(
      context,
      source.frames === 1
        ? "A single image: there is nothing to track."
        : "Independent images: tracking is skipped.",
    );
  const numbers = numbersOnce(out, source, config);
  await open.fill(figuresStage(out, () => open.record, source, config, numbers));
  await open.perform("report", "pictures, plots, tables", async () => ({
    value: undefined,
    text: await writeReport(out, open.record, source, config, numbers),
  }));
}

/** @throws InvalidInput for a model that would be removed before it is read */
function assertOutside(out: string, option: string, from: string | undefined): void {
  if (from === undefined) return;
  const path = relative(resolve(out), resolve(from));
  if (path.startsWith("..") || isAbsolute(path)) return;
  throw new InvalidInput(
    option,
    `a model outside of the output folder ${out}, whose model is replaced`,
    from,
    "choose another folder with -o, or copy the model",
  );
}
