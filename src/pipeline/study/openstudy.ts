/** The output folder of a study: new, or an earlier one that is gone on with. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { differences } from "../config/config.js";
import { configurationOf } from "../config/acting.js";
import type { Config } from "../config/options.js";
import {
  comparable,
  inputDifferences,
  madeDifferently,
  modelDifferences,
  sameFiles,
  versionDifferences,
} from "../run/openrun.js";
import type { PipelineContext } from "../stage/events.js";
import { stageFolder, type StageFolder, tellFinished, wouldReplaceModel } from "../stage/stagefolder.js";
import { studyOutputs, type StudyStage } from "../stage/stagenames.js";
import { makeFolder } from "../store/files.js";
import { assertReplaceable, type OutputOptions } from "../store/folders.js";
import { assertNotLocked } from "../store/lock.js";
import {
  inputFrom,
  type InputRecord,
  readRun,
  type RunRecord,
  runRecord,
  writeRun,
} from "../store/provenance.js";
import { renameInPlace } from "../store/renaming.js";
import { removeState } from "../train/checkpoint.js";
import type { OpenSample } from "./opensamples.js";

/** A movie of a study, as `run.json` of the study has it. */
export interface SampleRecord {
  /** Folder in `samples/`. */
  readonly name: string;
  /** As the table names it. */
  readonly file: string;
  readonly condition: string;
  readonly replicate?: string | undefined;
  readonly pixelSize?: number | undefined;
  readonly frameInterval?: number | undefined;
  /** How many of `inputs` are its. */
  readonly inputs: number;
}

/** `run.json` of a study. */
export interface StudyRecord extends RunRecord {
  readonly samples: readonly SampleRecord[];
}

/** What a study is opened with. */
export interface OpenStudyOptions extends OutputOptions {
  readonly out: string;
  readonly config: Config;
  readonly samples: readonly OpenSample[];
  /** The files of a model that is used instead of one of its own. */
  readonly model: readonly InputRecord[] | undefined;
}

/**
 * Creates the output folder, or opens an earlier one.
 *
 * @throws OutputError when `out` holds something else, or was made from something else and is not to be
 *   replaced
 */
export async function openStudy(
  options: OpenStudyOptions,
  context: PipelineContext,
): Promise<StageFolder<StudyStage, StudyRecord>> {
  const { out, retrain = false } = options;
  const record = await beginRecord(options, context);
  return stageFolder<StudyStage, StudyRecord>(out, { outputs: studyOutputs, record, retrain }, context);
}

async function beginRecord(options: OpenStudyOptions, context: PipelineContext): Promise<StudyRecord> {
  const { out, overwrite, retrain = false } = options;
  const fresh = freshRecord(options);
  const earlier = readRun(out) as StudyRecord | undefined;
  if (earlier?.command !== "study") {
    assertReplaceable(out, "study", overwrite);
    await makeFolder(out);
    await writeRun(out, fresh);
    return fresh;
  }
  const made = whatChanged(earlier, fresh);
  const table = differences(plainSamples(earlier), plainSamples(fresh), "samples");
  // How the conditions are compared may change at any time.
  if (made.length + table.length === 0) {
    tellFinished(out, earlier, context);
    return { ...earlier, configuration: fresh.configuration };
  }
  const network = join(out, studyOutputs.train);
  const learned = made.length > 0 && "train" in earlier.stages && existsSync(network);
  if (!overwrite) {
    const redone = Object.keys(earlier.stages).filter((stage) => stage !== "train" || learned);
    throw madeDifferently(out, [...made, ...table], { redone, kept: [] });
  }
  if (learned && !retrain) throw wouldReplaceModel(network);
  // A shard holds the lock of its movie, not that of the study.
  for (const { name } of earlier.samples) assertNotLocked(sampleFolder(out, name));
  await renameSamples(out, earlier, fresh);
  if (made.length > 0) await removeState(network);
  const record = { ...fresh, stages: earlier.stages };
  await writeRun(out, record);
  return record;
}

function freshRecord({ out, config, samples, model }: OpenStudyOptions): StudyRecord {
  const inputs = samples.flatMap((sample) => sample.inputs.records);
  return {
    ...runRecord("study", out, configurationOf("study", config), inputs),
    ...(model === undefined ? {} : { model: model.map((file) => inputFrom(out, file)) }),
    samples: samples.map(({ row, inputs: { records } }) => ({
      name: row.name,
      file: row.file,
      condition: row.condition,
      replicate: row.replicate,
      pixelSize: row.pixelSize,
      frameInterval: row.frameInterval,
      inputs: records.length,
    })),
  };
}

/** What the study was made from, and is to be made from now, where the two differ: a phrase each. */
function whatChanged(earlier: StudyRecord, fresh: StudyRecord): string[] {
  const settings = ({ configuration }: StudyRecord): unknown => ({
    ...comparable(configuration),
    study: undefined,
  });
  return [
    ...versionDifferences(earlier),
    ...differences(settings(earlier), settings(fresh)),
    ...inputDifferences(earlier.inputs, fresh.inputs),
    ...modelDifferences(earlier.model, fresh.model),
  ];
}

/** Folder of the run of a sample. */
export const sampleFolder = (out: string, name: string): string => join(out, "samples", name);

/** What the table says of the movies. */
const plainSamples = ({ samples }: StudyRecord): unknown =>
  JSON.parse(JSON.stringify(samples.map((sample) => ({ ...sample, file: undefined }))));

/** Movies that have another name now keep their results; what belongs to none is removed. */
async function renameSamples(out: string, earlier: StudyRecord, fresh: StudyRecord): Promise<void> {
  const inputsOf = ({ samples, inputs }: StudyRecord): InputRecord[][] => {
    let at = 0;
    return samples.map(({ inputs: count }) => inputs.slice(at, (at += count)));
  };
  const [before, now] = [inputsOf(earlier), inputsOf(fresh)];
  const names = earlier.samples.map(
    (_, i) => fresh.samples[now.findIndex((files) => sameFiles(before[i]!, files))]?.name,
  );
  // By way of names that nobody has: two movies may change places.
  for (const [i, name] of names.entries()) {
    const folder = sampleFolder(out, earlier.samples[i]!.name);
    if (name === undefined) await rm(folder, { recursive: true, force: true });
    else if (existsSync(folder)) await renameInPlace(folder, sampleFolder(out, `.${i}.renamed`));
  }
  for (const [i, name] of names.entries())
    if (name !== undefined && existsSync(sampleFolder(out, `.${i}.renamed`)))
      await renameInPlace(sampleFolder(out, `.${i}.renamed`), sampleFolder(out, name));
}
