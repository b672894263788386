/**
 * Several movies of several conditions: annotated one by one, learned from together, segmented by one
 * network, and compared with the movie as the unit.
 */
import { InvalidInput } from "../../core/errors.js";
import type { Comparison } from "../../analyse/compare/conditions.js";
import type { Config } from "../config/options.js";
import type { Annotation } from "../annotate/annotatestage.js";
import { annotateStage } from "../annotate/annotatestage.js";
import { finishRun, givenModel, type Network } from "../run/flow.js";
import { openRun, type OpenRun, useModel } from "../run/openrun.js";
import { unlessDoubtful } from "../run/sureannotation.js";
import { hashModel } from "../run/hashmodel.js";
import { type Estimate, sumOfEstimates } from "../run/estimate.js";
import { announce, estimateRun } from "../run/spacecheck.js";
import { assertFeasible, tellUntracked } from "../run/run.js";
import { hashFiles } from "../source/source.js";
import { lockWait, type PipelineContext } from "../stage/events.js";
import type { Result } from "../stage/stage.js";
import { partText } from "../stage/stageparts.js";
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
  /** Number of the shards (`studyShard`) that make the movies: where one is missing that is an error. */
  readonly merge?: number | undefined;
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
  const { out } = options;
  const { samples, model } = await opened(options, context);
  assertMade(options, samples, "report");
  const isTrained = model !== undefined || isTrainedIn(out);
  await announce(out, await estimateMovies(out, samples, undefined, !isTrained), context);
  return withOutputLock({ out, ...lockWait(context) }, () =>
    studySamples({ ...options, samples }, model, context),
  );
}

/**
 * Reads the table and its images, and writes what is planned, for machines that each make some of the movies.
 *
 * @throws as `study`
 */
export async function planStudy(options: StudyOptions, context: PipelineContext = {}): Promise<StudyRecord> {
  const { out, config } = options;
  const { samples, model } = await opened(options, context);
  return withOutputLock({ out, ...lockWait(context) }, async () => {
    const folder = await openStudy({ out, config, overwrite: options.overwrite, samples, model }, context);
    await folder.amend({});
    return folder.record();
  });
}

/**
 * Annotates what is not annotated yet, and trains the network of a study.
 *
 * @throws as `study`; InvalidInput where a network is given
 */
export async function trainStudy(options: StudyOptions, context: PipelineContext = {}): Promise<StudyRecord> {
  const { out, config } = options;
  const { samples, model } = await opened(options, context, out);
  if (model !== undefined) throw needless("train");
  assertMade(options, samples, "annotate");
  await announce(out, await estimateMovies(out, samples, "train", !isTrainedIn(out)), context);
  return withOutputLock({ out, ...lockWait(context) }, async () => {
    const folder = await openStudy({ ...options, samples, model }, context);
    return withSampleLocks(out, samples, async () => {
      const runs: SampleRun[] = [];
      for (const sample of samples) runs.push({ sample, run: await openSampleRun(sample, out) });
      await learnTogether(folder, runs, config, context);
      return folder.record();
    });
  });
}

/** @throws InvalidInput where shards were to make all movies as far as a stage, and have not */
function assertMade(
  { out, merge }: StudyOptions,
  samples: readonly OpenSample[],
  until: "annotate" | "report",
): void {
  if (merge === undefined) return;
  const missing = samples.flatMap(({ row: { name } }, i) =>
    until in (readRun(sampleFolder(out, name))?.stages ?? {})
      ? []
      : [`${name} (${partText({ index: i % merge, count: merge })})`],
  );
  if (missing.length > 0)
    throw new InvalidInput(
      `The movies in ${out}`,
      `all ${samples.length} as far as ${until}`,
      `none of ${missing.slice(0, 6).join(", ")}${missing.length > 6 ? `, and ${missing.length - 6} more` : ""}`,
      "make the missing parts first",
    );
}

/** With a network that was made elsewhere there is nothing to annotate and to train. */
export const needless = (until: string): InvalidInput =>
  new InvalidInput(
    "--until",
    "a stage of this study, whose network is given (run.model)",
    until,
    "leave it out",
  );

interface Opened {
  readonly samples: readonly OpenSample[];
  readonly model: readonly InputRecord[] | undefined;
}

/** What a study starts from, open and checked. @param trust a folder whose record is trusted (`openInputs`) */
async function opened(
  { out, config, samples: sheet }: StudyOptions,
  context: PipelineContext,
  trust?: string,
): Promise<Opened> {
  await assertFeasible(out, config);
  const model = await hashModel(config.run.model, context);
  const samples = await openSamples(await readSampleSheet(sheet), out, config, context, trust);
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

/** Whether the network of a study is there. */
const isTrainedIn = (out: string): boolean => "train" in (readRun(out)?.stages ?? {});

/**
 * What movies of a study take, one by one.
 *
 * @param until the last stage
 * @param withTraining whether the one training of all is done, too
 */
export async function estimateMovies(
  out: string,
  samples: readonly OpenSample[],
  until?: string,
  withTraining = false,
): Promise<Estimate> {
  const estimates: Estimate[] = [];
  for (const [i, { row, inputs, config }] of samples.entries()) {
    // It is counted with the first movie.
    const elsewhere = !withTraining || i > 0;
    const folder = sampleFolder(out, row.name);
    estimates.push(await estimateRun(folder, inputs.source, config, until, elsewhere));
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
  const learning = learnStage(set, config, { hashed, initialModel });
  await folder.stage(unlessDoubtful(learning, annotations, config));

  // What the runs take is the network itself, however it came to be.
  const network = folder.path("train");
  const files = await hashFiles(modelFiles(network), context);
  const model = givenModel(network, files);
  return annotations.map((annotation) => ({ model, annotation, files }));
}
