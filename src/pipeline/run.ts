/** The main job: images in, a folder out, stage by stage; running again goes on after the last finished stage. */
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, OutputError } from "../core/errors.js";
import type { ImageSource } from "../core/image.js";
import { annotateInto, diametersOf, readAnnotation } from "./annotation.js";
import { statisticsOf, writeStatistics } from "./analysis.js";
import { differences } from "./config.js";
import { notice, type PipelineContext, runStage } from "./events.js";
import { assertReplaceable, writeFolder } from "./folders.js";
import { type RunStage, stageOutputs } from "./layout.js";
import { loadModel } from "./modelfiles.js";
import type { Config } from "./options.js";
import { type InputRecord, readRun, type RunRecord, runRecord, stageRecord, writeRun } from "./provenance.js";
import { writeReport } from "./reporting.js";
import { segmentInto } from "./segmentation.js";
import { hashInputs, openSource } from "./source.js";
import { threadsOf } from "./threads.js";
import { radiusText, trackInto } from "./tracking.js";
import { trainInto } from "./training.js";

export interface RunOptions {
  /** Replace an earlier result made from other inputs or another configuration. */
  readonly overwrite: boolean;
}

export interface RunResult {
  readonly folder: string;
  readonly report: string;
  readonly record: RunRecord;
}

/**
 * Annotates, trains, segments, tracks, analyses and reports.
 *
 * @throws OutputError when `out` holds something else; the errors of the stages
 */
export async function run(inputs: readonly string[], out: string, config: Config, options: RunOptions, context: PipelineContext = {}): Promise<RunResult> {
  const source = await openSource(inputs, config.input);
  for (const text of source.notices) notice(context, text);
  const record = await openRun(out, config, await hashInputs(source), options.overwrite, context);
  const job = new RunJob(out, config, source, record, context);
  await job.annotate();
  await job.train();
  await job.segment();
  if (job.isMovie()) {
    await job.track();
    await job.analyse();
  } else notice(context, "Independent images: tracking is skipped.");
  await job.report();
  return { folder: out, report: join(out, stageOutputs.report), record: job.record };
}

/** Creates the output folder, or opens an earlier one that was made from the same inputs with the same configuration. */
async function openRun(out: string, config: Config, inputs: readonly InputRecord[], overwrite: boolean, context: PipelineContext): Promise<RunRecord> {
  const fresh = runRecord("run", config, inputs);
  const earlier = readRun(out);
  if (earlier === undefined) assertReplaceable(out, "run.json", overwrite);
  else {
    const changed = [...differences(comparable(earlier.configuration), comparable(fresh.configuration)), ...inputDifferences(earlier.inputs, inputs)];
    if (changed.length === 0) {
      const finished = Object.keys(earlier.stages);
      if (finished.length > 0) notice(context, `${out} holds finished stages (${finished.join(", ")}): going on after them.`);
      return earlier;
    }
    if (!overwrite) throw new OutputError(`${out} was made differently: ${changed.slice(0, 4).join("; ")}${changed.length > 4 ? `; and ${changed.length - 4} more` : ""}; choose another folder with -o, or give --overwrite.`);
    await removeStages(out);
  }
  try {
    await mkdir(out, { recursive: true });
  } catch (error) {
    throw new OutputError(`${out} cannot be made (${messageOf(error)}); choose another folder with -o.`, error);
  }
  await writeRun(out, fresh);
  return fresh;
}

/** The number of threads does not decide what is made. */
const comparable = (configuration: unknown): unknown => {
  const plain = JSON.parse(JSON.stringify(configuration)) as Config;
  return { ...plain, general: { ...plain.general, threads: undefined } };
};

function inputDifferences(before: readonly InputRecord[], now: readonly InputRecord[]): string[] {
  const known = new Map(before.map(({ file, sha256 }) => [file, sha256]));
  const changed = now.filter(({ file, sha256 }) => known.get(file) !== sha256).map(({ file }) => (known.has(file) ? `the input ${file} has changed` : `the input ${file} is new`));
  const present = new Set(now.map(({ file }) => file));
  return [...changed, ...before.filter(({ file }) => !present.has(file)).map(({ file }) => `the input ${file} is no longer there`)];
}

async function removeStages(out: string): Promise<void> {
  for (const name of [...Object.values(stageOutputs), "run.json"]) await rm(join(out, name), { recursive: true, force: true });
}

class RunJob {
  readonly #out: string;
  readonly #config: Config;
  readonly #source: ImageSource;
  readonly #context: PipelineContext;
  /** True once a stage has run: what follows is then made again, too. */
  #made = false;
  record: RunRecord;

  constructor(out: string, config: Config, source: ImageSource, record: RunRecord, context: PipelineContext) {
    this.#out = out;
    this.#config = config;
    this.#source = source;
    this.#context = context;
    this.record = record;
  }

  isMovie(): boolean {
    return this.#source.kind === "movie" && this.#source.frames > 1;
  }

  path(stage: RunStage): string {
    return join(this.#out, stageOutputs[stage]);
  }

  async annotate(): Promise<void> {
    await this.#stage("annotate", `${this.#source.frames} ${this.isMovie() ? "frames" : "images"}, preset ${this.#config.annotate.preset}`, async (stage) => {
      const summary = await writeFolder(this.path("annotate"), (folder) => annotateInto(folder, this.#source, this.#config, stage));
      for (const text of summary.warnings) notice(this.#context, text);
      const [kept, candidates] = [sum(summary.images, "kept"), sum(summary.images, "candidates")];
      const acquisitions = new Map(summary.images.map(({ acquisition, diameter }) => [acquisition, diameter]));
      const sizes = [...acquisitions.values()].slice(0, 5).map((diameter) => `${diameter.toFixed(0)} px`).join(", ");
      return `${kept} of ${candidates} objects are certain nuclei, diameter ${sizes}${acquisitions.size > 5 ? " ..." : ""}`;
    });
  }

  async train(): Promise<void> {
    await this.#stage("train", `a StarDist network from scratch, preset ${this.#config.train.preset}`, async (stage) => {
      const { history, description } = await writeFolder(this.path("train"), (folder) => trainInto(folder, this.path("annotate"), this.#config, stage));
      const last = history.at(-1);
      return `${last?.step ?? 0} steps, loss ${last?.loss.toFixed(3)}, thresholds ${description.thresholds.probability.toFixed(2)} and ${description.thresholds.overlap.toFixed(2)}`;
    });
  }

  async segment(): Promise<void> {
    await this.#stage("segment", `${this.#source.frames} ${this.isMovie() ? "frames" : "images"}`, async (stage) => {
      const model = await loadModel(this.path("train"), threadsOf(this.#config));
      const diameters = diametersOf(readAnnotation(this.path("annotate")));
      try {
        const summary = await writeFolder(this.path("segment"), (folder) => segmentInto(folder, this.#source, model, this.#config, stage, diameters));
        for (const text of summary.warnings) notice(this.#context, text);
        return `${sum(summary.images, "nuclei")} nuclei`;
      } finally {
        await model.predictor.release();
      }
    });
  }

  async track(): Promise<void> {
    await this.#stage("track", "linking nuclei through time", async (stage) => {
      const { summary } = await writeFolder(this.path("track"), (folder) => trackInto(folder, this.path("segment"), this.#config, stage));
      return `${summary.branches} tracks, ${summary.divisions} divisions, radius ${radiusText(summary)}`;
    });
  }

  async analyse(): Promise<void> {
    await this.#stage("analyse", "density, speed, direction, divisions", async () => {
      const statistics = statisticsOf(this.path("track"), this.#config);
      await writeFolder(this.path("analyse"), (folder) => writeStatistics(folder, statistics));
      const { summary, units } = statistics;
      return `${summary.meanNucleiPerFrame.toFixed(0)} nuclei a frame, mean speed ${summary.meanSpeed.toFixed(3)} ${units.length}/${units.time}`;
    });
  }

  async report(): Promise<void> {
    await this.#stage("report", "pictures, plots, tables", async () => {
      await writeReport(this.#out, this.record, this.#source, this.#config);
      return this.path("report");
    });
  }

  /** Runs a stage unless its output is there, and notes it in `run.json` when it is done. */
  async #stage(name: RunStage, text: string, work: (stage: Parameters<Parameters<typeof runStage>[3]>[0]) => Promise<string>): Promise<void> {
    if (!this.#made && name in this.record.stages && existsSync(this.path(name))) return;
    this.#made = true;
    let line = "";
    const { seconds } = await runStage(this.#context, name, text, async (stage) => {
      line = await work(stage);
      return { value: undefined, text: line };
    });
    this.record = { ...this.record, stages: { ...this.record.stages, [name]: stageRecord(seconds, line) } };
    await writeRun(this.#out, this.record);
  }
}

const sum = <K extends string>(rows: readonly Readonly<Record<K, number>>[], key: K): number => rows.reduce((total, row) => total + row[key], 0);
