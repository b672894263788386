/** A record is done again: each command from what its `run.json` says. */
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { recordedConfig } from "../config/acting.js";
import type { Config } from "../config/options.js";
import { analyseTracks, annotate, segmentImages, trackLabels, train } from "../run/commands.js";
import { run } from "../run/run.js";
import { type PipelineContext, stageContext } from "../stage/events.js";
import { type RunStage, stageOutputs } from "../stage/stagenames.js";
import { studioFiles } from "../store/folders.js";
import type { RunRecord } from "../store/provenance.js";
import { study } from "../study/study.js";
import { findRecorded } from "./recordedfiles.js";

/** A result that is made again. */
export interface RecordedJob {
  /** Where it lies. */
  readonly folder: string;
  /** Where its inputs lie, if they were moved; of a study the table of samples. */
  readonly inputs?: string | undefined;
  /** Where it is made again. */
  readonly out: string;
  readonly record: RunRecord;
}

/** What a command is done again with. */
interface Again {
  readonly files: readonly string[];
  readonly out: string;
  readonly config: Config;
  readonly overwrite: false;
}

type Redo = (again: Again, job: RecordedJob, context: PipelineContext) => Promise<unknown>;

/** Commands whose record says enough. */
const redo: Readonly<Record<string, Redo>> = {
  run: redoRun,
  study: redoStudy,
  annotate: (again, _, context) => annotate({ ...again, inputs: again.files }, context),
  train: ({ files, config, ...rest }, _, context) => {
    const { from } = config.train;
    const further = { ...config, train: { ...config.train, from: dirname(files.at(-1)!) } };
    const asked = from === undefined ? config : further;
    return train({ ...rest, config: asked, dataset: dirname(dirname(files[0]!)) }, context);
  },
  segment: ({ files, ...rest }, _, context) =>
    segmentImages({ ...rest, model: dirname(files[0]!), inputs: files.slice(2) }, context),
  track: ({ files, ...rest }, _, context) => {
    const labels = files.length === 1 ? files[0]! : dirname(files[0]!);
    return trackLabels({ ...rest, labels }, context);
  },
  analyse: ({ files, config, ...rest }, _, context) => {
    const [tracks, , ...images] = files;
    const place = images.length > 1 ? dirname(images[0]!) : (images[0] ?? "");
    const measured = { ...config, measure: { ...config.measure, images: place } };
    const asked = images.length === 0 ? config : measured;
    return analyseTracks({ ...rest, config: asked, tracks: dirname(tracks!) }, context);
  },
};

/**
 * Makes a recorded result again, with the inputs and options of its record, after a check that the inputs are the
 * same.
 *
 * @throws InvalidInput when the record does not say enough, or an input is gone or has changed; the errors of the
 *   command
 */
export async function doAgain(job: RecordedJob, context: PipelineContext): Promise<void> {
  const { folder, out, record, inputs } = job;
  const again = Object.hasOwn(redo, record.command) ? redo[record.command]! : undefined;
  if (again === undefined)
    throw new InvalidInput(
      folder,
      `the result of ${Object.keys(redo).join(", ")}`,
      `that of ${record.command}`,
      "its run.json does not say enough to make it again",
    );
  const where = join(folder, "run.json");
  const config = recordedConfig(record.command as "run", record.configuration, where);
  const moved = record.command === "study" ? undefined : inputs;
  const files = await findRecorded(record.inputs, { folder, moved }, stageContext(context, "read"));
  await again({ files, out, config, overwrite: false }, job, context);
}

async function redoRun(again: Again, job: RecordedJob, context: PipelineContext): Promise<void> {
  const { folder, out, record, inputs: moved } = job;
  const stage = stageContext(context, "read");
  const place = { folder, moved };
  const model = await findRecorded(record.model ?? [], place, stage);
  const initial = await findRecorded(record.initialModel ?? [], place, stage);
  const config = {
    ...again.config,
    ...(model.length > 0 && { run: { ...again.config.run, model: dirname(model[0]!) } }),
    ...(initial.length > 0 && { train: { ...again.config.train, from: dirname(initial[0]!) } }),
  };
  const corrections = join(folder, studioFiles.corrections);
  if (existsSync(corrections)) await cp(corrections, join(out, studioFiles.corrections), { recursive: true });
  await run({ ...again, config, inputs: again.files, until: lastStage(record) }, context);
}

/** As far as the run went; undefined where all of it is there. */
function lastStage({ stages }: RunRecord): RunStage | undefined {
  const made = (Object.keys(stageOutputs) as RunStage[]).filter((name) => name in stages);
  return made.at(-1) === "report" ? undefined : made.at(-1);
}

async function redoStudy(
  { out, config }: Again,
  { folder, record, inputs }: RecordedJob,
  context: PipelineContext,
): Promise<void> {
  if (inputs === undefined)
    throw new InvalidInput(
      folder,
      "the table of samples of the study with --inputs",
      "none",
      "its run.json does not say where that lies",
    );
  const stage = stageContext(context, "read");
  const model = await findRecorded(record.model ?? [], { folder }, stage);
  const asked =
    model.length === 0 ? config : { ...config, run: { ...config.run, model: dirname(model[0]!) } };
  await study({ samples: inputs, out, config: asked, overwrite: false }, context);
}
