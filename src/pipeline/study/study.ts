/**
 * Several movies of several conditions: annotated one by one, learned from together, segmented by one
 * network, and compared with the movie as the unit.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Comparison, compareConditions } from "../../analyse/compare/conditions.js";
import { measuresOf, type MovieMeasures } from "../../analyse/compare/movies.js";
import { InvalidInput } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import { readAnnotation } from "../annotate/annotation.js";
import { differences } from "../config/config.js";
import { type Config, configurationOf } from "../config/options.js";
import { numbersOf } from "../report/results.js";
import {
  comparable,
  inputDifferences,
  madeDifferently,
  modelDifferences,
  openRun,
  type OpenRun,
  sameFiles,
  stageFolder,
  useModel,
} from "../run/openrun.js";
import { annotateRun, assertFeasible, finishRun } from "../run/run.js";
import { trainStage } from "../run/stages.js";
import { openInputs, type OpenInputs } from "../source/opening.js";
import { hashFiles, isTrackable } from "../source/source.js";
import { notice, type PipelineContext, runStage } from "../stage/events.js";
import { studyOutputs, type StudyStage } from "../stage/stagenames.js";
import { makeFolder } from "../store/files.js";
import { assertReplaceable, type OutputOptions, writeFolder } from "../store/folders.js";
import { modelFiles } from "../store/modelfolder.js";
import {
  inputFrom,
  type InputRecord,
  readRun,
  type RunRecord,
  runRecord,
  writeRun,
} from "../store/provenance.js";
import { removeState, stateFolder } from "../train/checkpoint.js";
import { initialModelOf, scaleRule } from "../train/training.js";
import { writeComparison } from "./comparing.js";
import { readSampleSheet, type SampleRow } from "./samplesheet.js";
import { drawImages, drawnFiles, writeSharedSet } from "./sharedset.js";
import { writeStudyReport } from "./studyreporting.js";

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

export interface StudyRecord extends RunRecord {
  readonly samples: readonly SampleRecord[];
  /** Fingerprints of what the training set, the model and the comparison were made from. */
  readonly basis: {
    readonly set?: string | undefined;
    readonly train?: string | undefined;
    readonly compare?: string | undefined;
  };
}

export interface StudyResult {
  readonly folder: string;
  readonly report: string;
  readonly comparison: Comparison;
  readonly record: StudyRecord;
}

/** A sample with its images open. */
interface OpenSample {
  readonly row: SampleRow;
  readonly config: Config;
  readonly context: PipelineContext;
  readonly inputs: OpenInputs;
}

/**
 * Does what `run` does for each movie of a table of samples, with one network for all of them, and compares
 * their conditions.
 *
 * @param sheet path of the table, see `readSampleSheet`
 * @throws InvalidInput when the table or a movie is not as it must be, or the movies cannot be compared;
 *   OutputError when `out` holds something else
 */
export async function study(
  sheet: string,
  out: string,
  config: Config,
  { overwrite }: OutputOptions,
  context: PipelineContext = {},
): Promise<StudyResult> {
  await assertFeasible(out, config);
  const given = config.run.model;
  const givenFiles = given === undefined ? undefined : await hashFiles(modelFiles(given), context);
  const samples = await openSamples(await readSampleSheet(sheet), out, config, context);
  checkAlike(samples, sheet);
  const stages = stageFolder<StudyStage, StudyRecord>(
    out,
    studyOutputs,
    await openStudy(out, config, samples, givenFiles, overwrite, context),
    context,
  );
  const runs: OpenRun[] = [];
  // The study's own record has decided what may be replaced.
  for (const { row, inputs, config: own, context: named } of samples)
    runs.push(
      await openRun(sampleFolder(out, row.name), inputs, own, { overwrite: true, model: "later" }, named),
    );
  if (given === undefined) {
    for (const run of runs) await annotateRun(run);
    await trainTogether(stages, samples, runs, config, context);
    await removeState(stages.path("train"));
  }
  const network = given ?? stages.path("train");
  const files = await hashFiles(modelFiles(network), context);
  for (const run of runs) {
    await useModel(run, files);
    await finishRun(run, network);
  }
  const movies = runs.map((run, i): MovieMeasures =>
    measuresOf(samples[i]!.row, numbersOf(run.out, run.source, run.config).statistics),
  );
  const finished = runs.map(({ record }) => Object.values(record.stages).map((stage) => stage.finished));
  const labels = samples.map(({ row: { name, condition, replicate } }) => ({ name, condition, replicate }));
  const compare = digest({ labels, finished, paired: config.study.paired ?? "when asked" });
  if (stages.record.basis.compare !== compare)
    await stages.change({ basis: { ...stages.record.basis, compare } }, ["compare", "report"]);
  const comparison = compareConditions(movies, { paired: config.study.paired, seed: config.general.seed });
  const warnings = [...comparison.warnings, ...calibrationWarnings(runs)];
  await stages.fill({
    name: "compare",
    text: `${counted(samples.length, "movie")} of ${counted(comparison.conditions.length, "condition")}`,
    fill: async (folder) => {
      await writeComparison(
        folder,
        movies,
        samples.map(({ row }) => row.file),
        comparison,
      );
      return {
        value: comparison,
        text: comparisonText(comparison),
        notices: [...warnings, ...comparison.notes],
      };
    },
  });
  await stages.perform("report", "samples, plots, tests", async () => {
    const rows = samples.map(({ row }, i) => ({ row, run: runs[i]! }));
    return {
      value: undefined,
      text: await writeStudyReport(stages.path("report"), {
        record: stages.record,
        config,
        model: network,
        rows,
        movies,
        comparison,
        warnings,
      }),
    };
  });
  return { folder: out, report: stages.path("report"), comparison, record: stages.record };
}

/** What makes movies differ beside their conditions. */
function calibrationWarnings(runs: readonly OpenRun[]): string[] {
  const range = (
    values: readonly (number | undefined)[],
    tolerance: number,
  ): [low: number, high: number] | undefined => {
    const known = values.filter((value) => value !== undefined);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    return known.length > 0 && high > low * tolerance ? [low, high] : undefined;
  };
  const sources = runs.map(({ source }) => source);
  const sizes = range(
    sources.map(({ pixelSize }) => pixelSize),
    1.01,
  );
  const movies = sources.filter(isTrackable);
  const intervals = range(
    movies.map(({ frameInterval }) => frameInterval),
    1.01,
  );
  const frames = range(
    movies.map((source) => source.frames),
    1.2,
  );
  return [
    ...(sizes
      ? [
          `The movies differ in pixel size (${sizes[0]} to ${sizes[1]} µm): areas and small movements ` +
            "are measured less exactly where pixels are larger.",
        ]
      : []),
    ...(intervals
      ? [
          `The movies differ in their frame interval (${intervals[0]} to ${intervals[1]} s): speeds, ` +
            "straightness and what else is measured from step to step depend on it, so that conditions " +
            "are comparable only where each has the same intervals.",
        ]
      : []),
    ...(frames
      ? [
          `The movies have ${frames[0]} to ${frames[1]} frames: durations of tracks and what else ` +
            "grows with the length of a movie is comparable only among equally long ones.",
        ]
      : []),
  ];
}

const sampleFolder = (out: string, name: string): string => join(out, "samples", name);

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");

const comparisonText = ({ conditions, quantities, tests, design }: Comparison): string =>
  `${counted(quantities.length, "quantity").replace("quantitys", "quantities")}, ` +
  `${conditions.join(", ")}${tests.length === 0 ? "" : `, ${counted(tests.length, "test")} of ` + `${design === "paired" ? "pairs of replicates" : "independent movies"}`}`;

/** Events of a sample, with its name before what they say. */
const namedContext = (context: PipelineContext, name: string): PipelineContext => ({
  signal: context.signal,
  onEvent: (event) =>
    context.onEvent?.(
      event.event === "progress"
        ? { ...event, message: `${name}${event.message === undefined ? "" : `, ${event.message}`}` }
        : { ...event, text: `${name}: ${event.text}` },
    ),
});

async function openSamples(
  rows: readonly SampleRow[],
  out: string,
  config: Config,
  context: PipelineContext,
): Promise<OpenSample[]> {
  const samples: OpenSample[] = [];
  for (const row of rows) {
    const { pixelSize = config.input.pixelSize, frameInterval = config.input.frameInterval } = row;
    const own: Config = { ...config, input: { ...config.input, pixelSize, frameInterval } };
    const named = namedContext(context, row.name);
    samples.push({
      row,
      config: own,
      context: named,
      inputs: await openInputs([row.input], out, own, named),
    });
  }
  return samples;
}

/** Refuses what cannot be compared, before any work. */
function checkAlike(samples: readonly OpenSample[], sheet: string): void {
  const [first, ...others] = samples as readonly [OpenSample, ...OpenSample[]];
  const at = ({ row }: OpenSample): string => `${sheet}, line ${row.line} (${row.name})`;
  const lines = new Map(first.inputs.source.files.map((file) => [resolve(file), first.row.line]));
  for (const sample of others) {
    const [one, other] = [first.inputs.source, sample.inputs.source];
    for (const file of other.files) {
      const line = lines.get(resolve(file));
      if (line !== undefined)
        throw new InvalidInput(
          at(sample),
          "images of its own",
          `${file}, which line ${line} holds, too`,
          "give each image to one movie",
        );
      lines.set(resolve(file), sample.row.line);
    }
    if (isTrackable(one) !== isTrackable(other)) {
      const kind = (trackable: boolean): string =>
        trackable ? "a movie" : "images without a course in time";
      throw new InvalidInput(
        at(sample),
        `${kind(isTrackable(one))}, as in line ${first.row.line}`,
        kind(isTrackable(other)),
        "compare movies with movies, in a table of their own",
      );
    }
    const known = (value: number | undefined, unit: string): string =>
      value === undefined ? "none" : `${value} ${unit}`;
    if ((one.pixelSize === undefined) !== (other.pixelSize === undefined)) {
      throw new InvalidInput(
        at(sample),
        `lengths in the unit of line ${first.row.line} (pixel size ${known(one.pixelSize, "µm")})`,
        `a pixel size of ${known(other.pixelSize, "µm")}`,
        "px and µm cannot be compared; give all movies a pixel_size_um",
      );
    }
    if (isTrackable(one) && (one.frameInterval === undefined) !== (other.frameInterval === undefined)) {
      throw new InvalidInput(
        at(sample),
        `times in the unit of line ${first.row.line} (frame interval ${known(one.frameInterval, "s")})`,
        `a frame interval of ${known(other.frameInterval, "s")}`,
        "frames and minutes cannot be compared; give all movies a frame_interval_s",
      );
    }
  }
}

/**
 * Creates the output folder, or opens an earlier one that was made from the same samples with the same
 * configuration.
 */
async function openStudy(
  out: string,
  config: Config,
  samples: readonly OpenSample[],
  model: readonly InputRecord[] | undefined,
  overwrite: boolean,
  context: PipelineContext,
): Promise<StudyRecord> {
  const fresh: StudyRecord = {
    ...runRecord(
      "study",
      out,
      configurationOf("study", config),
      samples.flatMap(({ inputs }) => inputs.records),
    ),
    ...(model === undefined ? {} : { model: model.map((file) => inputFrom(out, file)) }),
    samples: samples.map(
      ({ row: { name, file, condition, replicate, pixelSize, frameInterval }, inputs }) => ({
        name,
        file,
        condition,
        replicate,
        pixelSize,
        frameInterval,
        inputs: inputs.records.length,
      }),
    ),
    basis: {},
  };
  const earlier = readRun(out) as StudyRecord | undefined;
  if (earlier?.command === "study") {
    const settings = (record: StudyRecord): unknown => ({
      ...comparable(record.configuration),
      study: undefined,
    });
    const made = [
      ...differences(settings(earlier), settings(fresh)),
      ...inputDifferences(earlier.inputs, fresh.inputs),
      ...modelDifferences(earlier.model, fresh.model),
    ];
    const table = differences(plainSamples(earlier), plainSamples(fresh), "samples");
    // How the conditions are compared may change at any time.
    if (made.length + table.length === 0) {
      const finished = Object.keys(earlier.stages);
      if (finished.length > 0)
        notice(context, `${out} holds finished stages (${finished.join(", ")}): going on after them.`);
      return { ...earlier, configuration: fresh.configuration };
    }
    if (!overwrite) throw madeDifferently(out, [...made, ...table]);
    await renameSamples(out, earlier, fresh);
    // Other labels of the same movies leave the training as it was, as long as the same images are drawn.
    const kept =
      made.length === 0
        ? {
            basis: { train: earlier.basis.train },
            stages: Object.fromEntries(Object.entries(earlier.stages).filter(([name]) => name === "train")),
          }
        : {};
    for (const [stage, name] of Object.entries(studyOutputs))
      if (made.length > 0 || stage !== "train") await rm(join(out, name), { recursive: true, force: true });
    if (made.length > 0) await removeState(join(out, studyOutputs.train));
    const record = { ...fresh, ...kept };
    await writeRun(out, record);
    return record;
  }
  assertReplaceable(out, "study", overwrite);
  await makeFolder(out);
  await writeRun(out, fresh);
  return fresh;
}

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
    else if (existsSync(folder)) await rename(folder, sampleFolder(out, `.${i}.renamed`));
  }
  for (const [i, name] of names.entries())
    if (name !== undefined && existsSync(sampleFolder(out, `.${i}.renamed`)))
      await rename(sampleFolder(out, `.${i}.renamed`), sampleFolder(out, name));
}

/** Draws the training set, where it is not the one that is there, and trains. */
async function trainTogether(
  stages: ReturnType<typeof stageFolder<StudyStage, StudyRecord>>,
  samples: readonly OpenSample[],
  runs: readonly OpenRun[],
  config: Config,
  context: PipelineContext,
): Promise<void> {
  const movies = runs.map((run, i) => ({
    name: samples[i]!.row.name,
    condition: samples[i]!.row.condition,
    folder: run.path("annotate"),
    summary: readAnnotation(run.path("annotate")),
  }));
  const drawn = drawImages(movies, {
    scaleOf: scaleRule(config.train, initialModelOf(config.train)?.description),
    wanted: config.train.trainingImages,
  });
  const hashes = (await hashFiles(drawn.flatMap(drawnFiles), context)).map(({ sha256 }) => sha256);
  const [set, train] = [
    digest([drawn.map(({ name, movie }) => [name, movie.condition]), hashes]),
    digest(hashes),
  ];
  if (stages.record.basis.set !== set || !existsSync(stages.path("draw"))) {
    const by = new Map<string, number>();
    for (const { movie } of drawn) by.set(movie.condition, (by.get(movie.condition) ?? 0) + 1);
    await runStage(
      context,
      "draw",
      `images to learn from, of ${counted(movies.length, "movie")}`,
      async () => {
        const { images } = await writeFolder(stages.path("draw"), (folder) => writeSharedSet(folder, drawn));
        return {
          value: undefined,
          text:
            `${counted(images.length, "image")}: ` +
            `${[...by].map(([condition, count]) => `${count} of ${condition}`).join(", ")}`,
        };
      },
    );
    await stages.change({ basis: { ...stages.record.basis, set } }, []);
    const none = [...new Set(movies.map(({ condition }) => condition))].filter(
      (condition) => !by.has(condition),
    );
    if (none.length > 0) {
      const sentence =
        `Nothing to learn from was found in ${none.join(", ")}: the network knows only the other ` +
        "conditions.";
      notice(context, sentence);
      await stages.note([sentence]);
    }
  }
  if (stages.record.basis.train !== train)
    await stages.change({ basis: { ...stages.record.basis, train } }, ["train", "compare", "report"]);
  const all: Config = { ...config, train: { ...config.train, trainingImages: drawn.length } };
  const stage = trainStage(stages.path("draw"), all, {
    folder: stateFolder(stages.path("train")),
    say: (text) => notice(context, text),
  });
  await stages.fill({ ...stage, name: "train" });
}
