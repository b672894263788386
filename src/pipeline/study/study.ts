/**
 * Several movies of several conditions: annotated one by one, learned from together, segmented by one
 * network, and compared with the movie as the unit.
 */
import type { Comparison } from "../../analyse/compare/conditions.js";
import type { Config } from "../config/options.js";
import type { Annotation } from "../annotate/annotatestage.js";
import { annotateStage } from "../annotate/annotatestage.js";
import { finishRun, givenModel, type Network } from "../run/flow.js";
import { openRun, type OpenRun, useModel } from "../run/openrun.js";
import { hashModel } from "../run/hashmodel.js";
import { type Estimate, sumOfEstimates } from "../run/estimate.js";
import { announce, estimateRun } from "../run/spacecheck.js";
import { assertFeasible, tellUntracked } from "../run/run.js";
import { hashFiles } from "../source/source.js";
import type { PipelineContext } from "../stage/events.js";
import type { Result } from "../stage/stage.js";
import type { StageFolder } from "../stage/stagefolder.js";
import type { StudyStage } from "../stage/stagenames.js";
import type { OutputOptions } from "../store/folders.js";
import { withOutputLock } from "../store/lock.js";
import { modelFiles } from "../store/modelfiles.js";
import { type InputRecord, readRun } from "../store/provenance.js";
import { openStudy, sampleFolder, type StudyRecord } from "./openstudy.js";
import { checkAlike, type OpenSample, openSamples } from "./opensamples.js";
import type { FinishedSample } from "./compared.js";
import { readSampleSheet } from "./samplesheet.js";
import { drawnFiles } from "./sharedset.js";
import { compare, compareStage, drawnOf, drawStage, learnStage, studyReportStage } from "./studystages.js";

/** What a study is asked for. */
export interface StudyOptions extends OutputOptions {
  /** Path of the table of samples, see `readSampleSheet`. */
  readonly samples: string;
  /** The output folder. */
  readonly out: string;
  readonly config: Config;
}

/** What a study leaves. */
export interface StudyResult {
  readonly folder: string;
  /** Path of `report.html`. */
  readonly report: string;
  readonly comparison: Comparison;
  /** As `run.json` has it. */
  readonly record: StudyRecord;
}

/** A sample whose run is open. */
interface SampleRun {
  readonly sample: OpenSample;
  readonly run: OpenRun;
}

/**
 * Does what `run` does for each movie of a table of samples, with one network for all of them, and compares
 * their conditions.
 *
 * @throws InvalidInput when the table or a movie is not as it must be, or the movies cannot be compared;
 *   OutputError when `out` holds something else
 */
export async function study(options: StudyOptions, context: PipelineContext = {}): Promise<StudyResult> {
  const { out, config } = options;
  const { samples, model } = await opened(options, context);
  await announce(out, await estimateStudy(out, samples, config), context);
  return withOutputLock(out, () => studySamples({ ...options, samples }, model, context));
}

/**
 * Reads the table and its images, and writes what is planned, for machines that each make some of the movies.
 *
 * @throws as `study`
 */
export async function planStudy(options: StudyOptions, context: PipelineContext = {}): Promise<StudyRecord> {
  const { out, config } = options;
  const { samples, model } = await opened(options, context);
  return withOutputLock(out, async () => {
    const folder = await openStudy({ out, config, overwrite: options.overwrite, samples, model }, context);
    await folder.amend({});
    return folder.record();
  });
}

/**
 * Annotates what is not annotated yet, and trains the network of a study.
 *
 * @throws as `study`
 */
export async function trainStudy(options: StudyOptions, context: PipelineContext = {}): Promise<StudyRecord> {
  const { out, config } = options;
  const { samples, model } = await opened(options, context);
  return withOutputLock(out, async () => {
    const folder = await openStudy({ ...options, samples, model }, context);
    return withSampleLocks(out, samples, async () => {
      const runs: SampleRun[] = [];
      for (const sample of samples) runs.push({ sample, run: await openSampleRun(sample, out) });
      if (model === undefined) await learnTogether(folder, runs, config, context);
      return folder.record();
    });
  });
}

interface Opened {
  readonly samples: readonly OpenSample[];
  readonly model: readonly InputRecord[] | undefined;
}

/** What a study starts from, open and checked. */
async function opened(
  { out, config, samples: sheet }: StudyOptions,
  context: PipelineContext,
): Promise<Opened> {
  await assertFeasible(out, config);
  const model = await hashModel(config.run.model, context);
  const samples = await openSamples(await readSampleSheet(sheet), out, config, context);
  checkAlike(samples, sheet);
  return { samples, model };
}

/** Nobody else writes one of the movies in the meantime. Their folders come after the record of the study. */
const withSampleLocks = <T>(
  out: string,
  samples: readonly OpenSample[],
  work: () => Promise<T>,
): Promise<T> => {
  const locked = ([first, ...others]: readonly string[]): Promise<T> =>
    first === undefined ? work() : withOutputLock(first, () => locked(others));
  return locked(samples.map(({ row }) => sampleFolder(out, row.name)));
};

/** The movies one by one, and one training. */
async function estimateStudy(out: string, samples: readonly OpenSample[], config: Config): Promise<Estimate> {
  const isTrained = config.run.model !== undefined || "train" in (readRun(out)?.stages ?? {});
  const estimates: Estimate[] = [];
  for (const [i, { row, inputs, config: own }] of samples.entries()) {
    // There is one training: it is counted with the first movie.
    const elsewhere = isTrained || i > 0;
    estimates.push(await estimateRun(sampleFolder(out, row.name), inputs.source, own, undefined, elsewhere));
  }
  return sumOfEstimates(estimates);
}

/** A study whose samples are open. */
type OpenStudy = Omit<StudyOptions, "samples"> & { readonly samples: readonly OpenSample[] };

async function studySamples(
  options: OpenStudy,
  model: readonly InputRecord[] | undefined,
  context: PipelineContext,
): Promise<StudyResult> {
  const { out, samples } = options;
  const folder = await openStudy({ ...options, model }, context);
  return withSampleLocks(out, samples, () => makeSamples(folder, options, model, context));
}

/** All of a study whose record is written. */
async function makeSamples(
  folder: StageFolder<StudyStage, StudyRecord>,
  { out, config, samples }: OpenStudy,
  model: readonly InputRecord[] | undefined,
  context: PipelineContext,
): Promise<StudyResult> {
  const runs: SampleRun[] = [];
  for (const sample of samples) runs.push({ sample, run: await openSampleRun(sample, out) });

  const networks =
    model === undefined
      ? await learnTogether(folder, runs, config, context)
      : runs.map(() => ({ model: givenModel(config.run.model!, model), files: model }));
  const finished: FinishedSample[] = [];
  for (const [i, { sample, run }] of runs.entries()) {
    tellUntracked(run.inputs.source, sample.context);
    await useModel(run, networks[i]!.files);
    finished.push({ row: sample.row, results: await finishRun(run.stage, networks[i]!, run) });
  }
  const compared = await compare(finished, config);
  const comparison = await folder.stage(compareStage(finished, compared, config));
  const parts = { record: folder.record, config, samples: finished, compared };
  await folder.stage(studyReportStage(comparison, parts));
  return {
    folder: out,
    report: folder.path("report"),
    comparison: compared.comparison,
    record: folder.record(),
  };
}

/** The record of the study has decided what may be replaced; the networks of its runs are its own. */
export const openSampleRun = ({ row, inputs, config, context }: OpenSample, out: string): Promise<OpenRun> =>
  openRun({ out: sampleFolder(out, row.name), inputs, config, overwrite: true, partOfStudy: true }, context);

/** A network with the files that tell it from others. */
interface FileNetwork extends Network {
  readonly files: readonly InputRecord[];
}

/** Annotates every movie, draws one training set from all, and trains one network on it. */
async function learnTogether(
  folder: StageFolder<StudyStage, StudyRecord>,
  runs: readonly SampleRun[],
  config: Config,
  context: PipelineContext,
): Promise<FileNetwork[]> {
  const annotations: Result<Annotation>[] = [];
  for (const { run } of runs) annotations.push(await run.stage(annotateStage(run.inputs, run.config)));
  const annotated = runs.map(({ sample }, i) => ({ row: sample.row, annotation: annotations[i]! }));
  const drawn = await drawnOf(annotated, config);
  const hashed = await hashFiles(drawn.flatMap(drawnFiles), context);
  const initialModel = await hashModel(config.train.from, context);

  const set = await folder.stage(drawStage(annotated, drawn, hashed));
  await folder.stage(learnStage(set, config, { hashed, initialModel }));

  // What the runs take is the network itself, however it came to be.
  const network = folder.path("train");
  const files = await hashFiles(modelFiles(network), context);
  const model = givenModel(network, files);
  return annotations.map((annotation) => ({ model, annotation, files }));
}
