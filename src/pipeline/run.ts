/** The main job: images in, a folder out, stage by stage; running again goes on after the last finished stage. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { InvalidInput, OutputError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { diametersOf, readAnnotation } from "./annotation.js";
import { removeState, stateFolder } from "./checkpoint.js";
import { differences } from "./config.js";
import { chooseDevice } from "./device.js";
import { notice, type PipelineContext, runStage, type StageResult } from "./events.js";
import { figuresStage } from "./figures.js";
import { makeFolder } from "./files.js";
import { assertReplaceable, type OutputOptions, writeFolder } from "./folders.js";
import { type RunStage, stageOutputs } from "./layout.js";
import { openInputs } from "./opening.js";
import { type Config, configurationOf } from "./options.js";
import { type InputRecord, ranOn, readRun, type RunRecord, runRecord, stageRecord, writeRun } from "./provenance.js";
import { writeReport } from "./reporting.js";
import { analyseStage, annotateStage, isTrackable, segmentStage, type Stage, trackStage, trainStage } from "./stages.js";
import { foundationOf, trainingSettings } from "./training.js";

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
export async function run(inputs: readonly string[], out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<RunResult> {
  // What would stop the training is refused before the work that leads up to it.
  assertOutside(out, config.train.from);
  trainingSettings(config.train, config.general.seed, 1, foundationOf(config.train)?.description);
  if (config.general.device !== "auto") await chooseDevice(config);
  const { source, records } = await openInputs(inputs, out, config, context);
  let record = await openRun(out, config, records, overwrite, context);
  let made = false;
  const said = new Set<string>();
  const path = (stage: RunStage): string => join(out, stageOutputs[stage]);
  const note = async (sentences: readonly string[]): Promise<void> => {
    for (const sentence of sentences) said.add(sentence);
    record = { ...record, notices: [...new Set([...record.notices, ...sentences])] };
    await writeRun(out, record);
  };
  /** Runs a stage, unless it is finished and all before it were, and notes it in `run.json`. */
  const perform = async (name: RunStage, text: string, work: (stage: StageContext) => Promise<StageResult<unknown>>): Promise<void> => {
    if (!made && name in record.stages && existsSync(path(name))) return;
    made = true;
    const result = await runStage(context, name, text, async (stage) => {
      const { notices = [], ...rest } = await work(stage);
      return { ...rest, notices: notices.filter((sentence) => !said.has(sentence)) };
    });
    record = { ...ranOn(record, result.device), stages: { ...record.stages, [name]: stageRecord(result.seconds, result.text) } };
    await note(result.notices ?? []);
  };
  const fill = ({ name, text, fill: work }: Stage<unknown, RunStage>): Promise<void> => perform(name, text, (stage) => writeFolder(path(name), (folder) => work(folder, stage)));

  await note(source.notices);
  await fill(annotateStage(source, config));
  await fill(trainStage(path("annotate"), config, { folder: stateFolder(path("train")), say: (text) => notice(context, text) }));
  await removeState(path("train"));
  await fill(segmentStage(path("train"), source, config, () => diametersOf(readAnnotation(path("annotate")))));
  if (isTrackable(source)) {
    await fill(trackStage(path("segment"), config));
    await fill(analyseStage(path("track"), config));
  } else notice(context, source.frames === 1 ? "A single image: there is nothing to track." : "Independent images: tracking is skipped.");
  await fill(figuresStage(out, source, config));
  await perform("report", "pictures, plots, tables", async () => ({ value: undefined, text: await writeReport(out, record, source, config) }));
  return { folder: out, report: path("report"), record };
}

/** @throws InvalidInput for a model that would be removed before it is read */
function assertOutside(out: string, from: string | undefined): void {
  if (from === undefined) return;
  const path = relative(resolve(out), resolve(from));
  if (path.startsWith("..") || isAbsolute(path)) return;
  throw new InvalidInput("train.from", `a model outside of the output folder ${out}, whose model is replaced`, from, "choose another folder with -o, or copy the model");
}

/** Creates the output folder, or opens an earlier one that was made from the same inputs with the same configuration. */
async function openRun(out: string, config: Config, inputs: readonly InputRecord[], overwrite: boolean, context: PipelineContext): Promise<RunRecord> {
  const fresh = runRecord("run", out, configurationOf("run", config), inputs);
  const earlier = readRun(out);
  if (earlier?.command !== "run") assertReplaceable(out, "run", overwrite);
  else {
    const changed = [...differences(comparable(earlier.configuration), comparable(fresh.configuration)), ...inputDifferences(earlier.inputs, fresh.inputs)];
    if (changed.length === 0) {
      const finished = Object.keys(earlier.stages);
      if (finished.length > 0) notice(context, `${out} holds finished stages (${finished.join(", ")}): going on after them.`);
      return earlier;
    }
    if (!overwrite) throw new OutputError(`${out} was made differently: ${changed.slice(0, 4).join("; ")}${changed.length > 4 ? `; and ${changed.length - 4} more` : ""}; choose another folder with -o, or give --overwrite.`);
    for (const name of [...Object.values(stageOutputs), "run.json"]) await rm(join(out, name), { recursive: true, force: true });
    await removeState(join(out, stageOutputs.train));
  }
  await makeFolder(out);
  await writeRun(out, fresh);
  return fresh;
}

/** A run may go on with another number of threads, on another device and with other memory; all else must be equal. */
const comparable = (configuration: unknown): unknown => {
  const plain = JSON.parse(JSON.stringify(configuration)) as Config;
  return { ...plain, general: { ...plain.general, threads: undefined, device: undefined }, segment: { ...plain.segment, memory: undefined } };
};

/** Inputs are the same when names and contents are, in the same order; where they lie does not matter. */
function inputDifferences(before: readonly InputRecord[], now: readonly InputRecord[]): string[] {
  const same = before.length === now.length && before.every(({ file, sha256 }, i) => basename(file) === basename(now[i]!.file) && sha256 === now[i]!.sha256);
  if (same) return [];
  const known = new Map(before.map(({ file, sha256 }) => [file, sha256]));
  const changed = now.filter(({ file, sha256 }) => known.get(file) !== sha256).map(({ file }) => (known.has(file) ? `the input ${file} has changed` : `the input ${file} is new`));
  const present = new Set(now.map(({ file }) => file));
  const gone = before.filter(({ file }) => !present.has(file)).map(({ file }) => `the input ${file} is no longer there`);
  return changed.length + gone.length > 0 ? [...changed, ...gone] : ["the inputs are in another order"];
}
