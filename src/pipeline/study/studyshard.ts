/**
 * Some of the movies of a study, for several machines. The study is planned first (`planStudy`); a shard then
 * opens only its own movies, writes only their folders, and holds only their locks.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput, OutputError } from "../../core/errors.js";
import { annotateStage } from "../annotate/annotatestage.js";
import { configurationOf } from "../config/acting.js";
import { differences } from "../config/config.js";
import { readCorrections } from "../correct/corrections.js";
import { shareOf } from "../run/estimate.js";
import { finishRun, givenModel, type RunStart } from "../run/flow.js";
import { hashModel } from "../run/hashmodel.js";
import {
  comparable,
  madeDifferently,
  modelDifferences,
  type OpenRun,
  sameFiles,
  useModel,
} from "../run/openrun.js";
import { assertFeasible, tellUntracked } from "../run/run.js";
import { partOfFlow, partsIn } from "../run/runpart.js";
import { announce, estimateStages } from "../run/spacecheck.js";
import { hashFiles } from "../source/source.js";
import { lockWait, type PipelineContext } from "../stage/events.js";
import { type MakeStage, upTo } from "../stage/stage.js";
import { mergedStage, type PartRequest, removeParts } from "../stage/stageparts.js";
import { type RunStage, studyOutputs } from "../stage/stagenames.js";
import { withOutputLock } from "../store/lock.js";
import { modelFiles } from "../store/modelfiles.js";
import { inputFrom, type InputRecord, readRun } from "../store/provenance.js";
import { type OpenSample, openSamples } from "./opensamples.js";
import { sampleFolder, type StudyRecord } from "./openstudy.js";
import type { SampleRow } from "./samplerow.js";
import { readSampleSheet } from "./samplesheet.js";
import { estimateMovies, needless, openSampleRun, type StudyOptions } from "./study.js";

/** Some of the movies of a study, and how far they are made. */
export interface StudyShardOptions extends StudyOptions {
  /** Each of `count` movies from movie `index` (from 0) on, or the one of that name. */
  readonly movies: { readonly index: number; readonly count: number } | { readonly name: string };
  /** The last stage; default: the report of each movie. */
  readonly until?: RunStage | undefined;
}

/**
 * Annotates some of the movies of a planned study, or does all that comes after its training.
 *
 * @returns the names of the movies
 * @throws OutputError when the study is not planned, planned otherwise, or not trained yet; InvalidInput for a
 *   movie that the table does not hold; FolderBusy
 */
export async function studyShard(
  options: StudyShardOptions,
  context: PipelineContext = {},
): Promise<string[]> {
  const { out, until } = options;
  const { samples, network } = await openMovies(options, context);
  await announce(out, await estimateMovies(out, samples, until), context);
  for (const sample of samples)
    await withOutputLock({ out: sampleFolder(out, sample.row.name), ...lockWait(context) }, async () => {
      const run = await openSampleRun(sample, out);
      await makeMovie({ run, network, until, make: run.stage }, sample.context);
    });
  return samples.map(({ row }) => row.name);
}

/** A stage of one movie of a study, made in parts. */
export interface SampleRequest {
  /** The movie. */
  readonly name: string;
  /** The stage that is made in parts; those before it are finished. */
  readonly until: RunStage;
  /** The part that is made, or the number of parts that are merged. */
  readonly request: PartRequest;
}

/**
 * Makes a part of a stage of one movie of a planned study, some of its frames, or the stage of all parts.
 *
 * @returns what came out, in one line
 * @throws as `studyShard`; InvalidInput when a stage before it is not finished, or a part is missing
 */
export async function samplePart(
  options: StudyOptions & SampleRequest,
  context: PipelineContext = {},
): Promise<string> {
  const { out, name, until, request } = options;
  const { samples, network } = await openMovies({ ...options, movies: { name } }, context);
  const [sample] = samples as [OpenSample];
  const folder = sampleFolder(out, name);
  const estimate = await estimateStages([until], sample.inputs.source, sample.config);
  await announce(out, shareOf(estimate, request), context);
  if ("part" in request) {
    const corrections = await readCorrections(folder, sample.inputs.source.frameNames);
    const start = { out: folder, inputs: sample.inputs, config: sample.config, corrections };
    const { part } = request;
    return partOfFlow(start, { until, part }, (make, run) => flowOf(make, network, run), sample.context);
  }
  return withOutputLock({ out: folder, ...lockWait(context) }, async () => {
    const run = await openSampleRun(sample, out);
    const make: MakeStage<RunStage> = (stage) =>
      run.stage(stage.name === until ? mergedStage(stage, partsIn(folder), request.merge) : stage);
    await makeMovie({ run, network, until, make }, sample.context);
    await removeParts(partsIn(folder), until);
    return `${until} of ${name}: ${run.record().stages[until]!.text}`;
  });
}

/** Movies of a study, open, and what they are measured with. */
interface OpenMovies {
  readonly samples: readonly OpenSample[];
  readonly network: StudyNetwork;
}

/** The network of a study. */
interface StudyNetwork {
  readonly folder: string;
  /** That tell it from others; none where it is not needed yet. */
  readonly files: readonly InputRecord[];
  /** Whether it was made elsewhere: nothing is annotated then. */
  readonly isGiven: boolean;
}

async function openMovies(options: StudyShardOptions, context: PipelineContext): Promise<OpenMovies> {
  const { out, config, until } = options;
  await assertFeasible(out, config);
  const rows = rowsOf(await readSampleSheet(options.samples), options);
  const record = readRun(out) as StudyRecord | undefined;
  if (record?.command !== "study")
    throw new OutputError(`${out} holds no planned study; run the same command with --plan first.`);
  const model = await hashModel(config.run.model, context);
  assertPlanned(options, record, model);
  if (model !== undefined && until === "annotate") throw needless(until);
  const files = until === "annotate" ? [] : await networkOf(options, record, model, context);
  const samples = await openSamples(rows, out, config, context, out);
  for (const sample of samples) assertSame(out, record, sample);
  const folder = config.run.model ?? join(out, studyOutputs.train);
  return { samples, network: { folder, files, isGiven: model !== undefined } };
}

function rowsOf(rows: readonly SampleRow[], { samples, movies }: StudyShardOptions): SampleRow[] {
  if ("index" in movies) return rows.filter((_, row) => row % movies.count === movies.index);
  const chosen = rows.filter(({ name }) => name === movies.name);
  if (chosen.length > 0) return chosen;
  const names = rows.map(({ name }) => name).join(", ");
  throw new InvalidInput("--sample", `a movie of ${samples} (${names})`, movies.name);
}

/** @throws OutputError when the plan has other options */
function assertPlanned(
  { out, config }: StudyShardOptions,
  record: StudyRecord,
  model: readonly InputRecord[] | undefined,
): void {
  const changed = [
    ...differences(comparable(record.configuration), comparable(configurationOf("study", config))),
    ...modelDifferences(record.model, model),
  ];
  if (changed.length > 0) throw madeDifferently(out, changed, { redone: [], kept: [] });
}

/** @throws OutputError when the plan has other images of a movie */
function assertSame(
  out: string,
  { samples, inputs }: StudyRecord,
  { row, inputs: { records } }: OpenSample,
): void {
  let at = 0;
  for (const { name, inputs: count } of samples) {
    const planned = inputs.slice(at, (at += count));
    const fresh = records.map((record) => inputFrom(out, record));
    if (name === row.name && sameFiles(planned, fresh)) return;
  }
  throw new OutputError(
    `${out} was planned with other images of ${row.name}; run the same command with --plan and ` +
      "overwrite: true first.",
  );
}

/** The files of the network that the movies are measured with. */
async function networkOf(
  { out, until }: StudyShardOptions,
  { stages }: StudyRecord,
  model: readonly InputRecord[] | undefined,
  context: PipelineContext,
): Promise<readonly InputRecord[]> {
  if (model !== undefined) return model;
  const network = join(out, studyOutputs.train);
  if (!("train" in stages) || !existsSync(network))
    throw new OutputError(
      `${out} holds no trained network yet, which ${until ?? "the movies"} takes; run the same command with ` +
        "--until train first.",
    );
  return hashFiles(modelFiles(network), context);
}

/** A movie whose run is open, and how far it is made. */
interface OpenMovie {
  readonly run: OpenRun;
  readonly network: StudyNetwork;
  readonly until: RunStage | undefined;
  readonly make: MakeStage<RunStage>;
}

async function makeMovie({ run, network, until, make }: OpenMovie, context: PipelineContext): Promise<void> {
  if (until !== "annotate") {
    tellUntracked(run.inputs.source, context);
    await useModel(run, network.files);
  }
  await upTo(until, make, (made) => flowOf(made, network, run));
}

/** All that is made of one movie; the network is asked for after its annotation. */
async function flowOf(
  make: MakeStage<RunStage>,
  { folder, files, isGiven }: StudyNetwork,
  start: RunStart,
): Promise<unknown> {
  const annotation = isGiven ? undefined : await make(annotateStage(start.inputs, start.config));
  return finishRun(make, { model: givenModel(folder, files), annotation }, start);
}
