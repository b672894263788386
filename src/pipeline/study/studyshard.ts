/**
 * Some of the movies of a study, for several machines. The study is planned first (`planStudy`); a shard then
 * opens only its own movies, writes only their folders, and holds only their locks.
 */
import { existsSync } from "node:fs";
import { InvalidInput, OutputError } from "../../core/errors.js";
import { annotateStage } from "../annotate/annotatestage.js";
import { configurationOf } from "../config/acting.js";
import { differences } from "../config/config.js";
import { finishRun, givenModel } from "../run/flow.js";
import { hashModel } from "../run/hashmodel.js";
import { comparable, madeDifferently, modelDifferences, sameFiles, useModel } from "../run/openrun.js";
import { assertFeasible, tellUntracked } from "../run/run.js";
import { hashFiles } from "../source/source.js";
import type { PipelineContext } from "../stage/events.js";
import { type MakeStage, upTo } from "../stage/stage.js";
import { type RunStage, studyOutputs } from "../stage/stagenames.js";
import { withOutputLock } from "../store/lock.js";
import { modelFiles } from "../store/modelfiles.js";
import { inputFrom, type InputRecord, readRun } from "../store/provenance.js";
import { join } from "node:path";
import { type OpenSample, openSamples } from "./opensamples.js";
import { sampleFolder, type StudyRecord } from "./openstudy.js";
import type { SampleRow } from "./samplerow.js";
import { readSampleSheet } from "./samplesheet.js";
import { openSampleRun, type StudyOptions } from "./study.js";

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
  const { out, config, until } = options;
  await assertFeasible(out, config);
  const rows = rowsOf(await readSampleSheet(options.samples), options);
  const record = readRun(out) as StudyRecord | undefined;
  if (record?.command !== "study")
    throw new OutputError(`${out} holds no planned study; run the same command with --plan first.`);
  const model = await hashModel(config.run.model, context);
  assertPlanned(options, record, model);
  const learned = until === "annotate" ? [] : await networkOf(options, record, model, context);
  for (const sample of await openSamples(rows, out, config, context)) {
    assertSame(out, record, sample);
    await withOutputLock(sampleFolder(out, sample.row.name), () => makeSample(options, sample, learned));
  }
  return rows.map(({ name }) => name);
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

async function makeSample(
  { out, config, until }: StudyShardOptions,
  sample: OpenSample,
  files: readonly InputRecord[],
): Promise<void> {
  const run = await openSampleRun(sample, out);
  const make: MakeStage<RunStage> = run.stage;
  if (until === "annotate") return void (await make(annotateStage(run.inputs, run.config)));
  tellUntracked(run.inputs.source, sample.context);
  const given = config.run.model;
  const model = givenModel(given ?? join(out, studyOutputs.train), files);
  const annotation = given === undefined ? await make(annotateStage(run.inputs, run.config)) : undefined;
  await useModel(run, files);
  await upTo<RunStage>(until, make, (made) => finishRun(made, { model, annotation }, run));
}
