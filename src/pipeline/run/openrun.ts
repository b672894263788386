/** The output folder of a run that is being filled: its record, and stages that are done once. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { OutputError } from "../../core/errors.js";
import type { StageContext } from "../../core/progress.js";
import { differences } from "../config/config.js";
import { configurationOf, recordedConfig } from "../config/acting.js";
import type { Config } from "../config/options.js";
import type { OpenInputs } from "../source/opening.js";
import type { FileSource } from "../source/source.js";
import { notice, type PipelineContext, runStage, type StageResult } from "../stage/events.js";
import type { Stage } from "../stage/stage.js";
import { type RunStage, stageOutputs } from "../stage/stagenames.js";
import { makeFolder } from "../store/files.js";
import { assertReplaceable, writeFolder } from "../store/folders.js";
import {
  inputFrom,
  type InputRecord,
  ranOn,
  readRun,
  type RunRecord,
  runRecord,
  stageRecord,
  writeRun,
} from "../store/provenance.js";
import { removeState } from "../train/checkpoint.js";

/** Stages that fill an output folder, and what `run.json` says of them. */
export interface StageFolder<N extends string, R extends RunRecord> {
  readonly out: string;
  readonly record: R;
  path(stage: N): string;
  /** Runs a stage, unless it is finished and all before it were, and notes it in `run.json`. */
  perform(name: N, text: string, work: (stage: StageContext) => Promise<StageResult<unknown>>): Promise<void>;
  /** The same for a stage that fills a folder. */
  fill(stage: Stage<unknown, N>): Promise<void>;
  /** Notes sentences for the user, who has read them. */
  note(sentences: readonly string[]): Promise<void>;
  /** Changes the record, and forgets stages that it no longer holds for. */
  change(changed: Partial<R>, forgotten: readonly N[]): Promise<void>;
}

/**
 * @param outputs file or folder of each stage
 * @param first as it stands in `run.json`
 */
export function stageFolder<N extends string, R extends RunRecord>(
  out: string,
  outputs: Readonly<Record<N, string>>,
  first: R,
  context: PipelineContext,
): StageFolder<N, R> {
  let record = first;
  let made = false;
  const said = new Set<string>();
  const path = (stage: N): string => join(out, outputs[stage]);
  const note = async (sentences: readonly string[]): Promise<void> => {
    for (const sentence of sentences) said.add(sentence);
    record = { ...record, notices: [...new Set([...record.notices, ...sentences])] };
    await writeRun(out, record);
  };
  const perform: StageFolder<N, R>["perform"] = async (name, text, work) => {
    if (!made && name in record.stages && existsSync(path(name))) return;
    made = true;
    const result = await runStage(context, name, text, async (stage) => {
      const { notices = [], ...rest } = await work(stage);
      return { ...rest, notices: notices.filter((sentence) => !said.has(sentence)) };
    });
    const { environment } = ranOn(record, result.device);
    record = {
      ...record,
      environment,
      stages: { ...record.stages, [name]: stageRecord(result.seconds, result.text) },
    };
    await note(result.notices ?? []);
  };
  return {
    out,
    path,
    perform,
    note,
    get record() {
      return record;
    },
    fill: ({ name, text, fill: work }) =>
      perform(name, text, (stage) => writeFolder(path(name), (folder) => work(folder, stage))),
    async change(changed, forgotten) {
      const stages = Object.fromEntries(
        Object.entries(record.stages).filter(([name]) => !(forgotten as readonly string[]).includes(name)),
      );
      record = { ...record, ...changed, stages };
      await writeRun(out, record);
      for (const stage of forgotten) await rm(path(stage), { recursive: true, force: true });
    },
  };
}

export interface OpenRun extends StageFolder<RunStage, RunRecord> {
  readonly source: FileSource;
  readonly config: Config;
  readonly context: PipelineContext;
}

export interface OpenRunOptions {
  readonly overwrite: boolean;
  /** The files of a model that is used instead of one of its own; "later" where `useModel` will tell. */
  readonly model?: readonly InputRecord[] | "later" | undefined;
}

/**
 * Creates the output folder, or opens an earlier one that was made from the same inputs with the same
 * configuration.
 *
 * @throws OutputError when `out` holds something else
 */
export async function openRun(
  out: string,
  { source, records }: OpenInputs,
  config: Config,
  options: OpenRunOptions,
  context: PipelineContext,
): Promise<OpenRun> {
  const stages = stageFolder(
    out,
    stageOutputs,
    await beginRecord(out, config, records, options, context),
    context,
  );
  await stages.note(source.notices);
  return {
    ...stages,
    source,
    config,
    context,
    get record() {
      return stages.record;
    },
  };
}

/** Notes the files of a model that comes from elsewhere; what was made with another one is forgotten. */
export async function useModel(open: OpenRun, files: readonly InputRecord[]): Promise<void> {
  const model = files.map((file) => inputFrom(open.out, file));
  if (!sameFiles(open.record.model ?? [], model))
    await open.change({ model }, ["segment", "track", "analyse", "figures", "report"]);
}

async function beginRecord(
  out: string,
  config: Config,
  inputs: readonly InputRecord[],
  { overwrite, model }: OpenRunOptions,
  context: PipelineContext,
): Promise<RunRecord> {
  const fresh = {
    ...runRecord("run", out, configurationOf("run", config), inputs),
    ...(model === undefined || model === "later" ? {} : { model: model.map((file) => inputFrom(out, file)) }),
  };
  const earlier = readRun(out);
  if (earlier?.command !== "run") assertReplaceable(out, "run", overwrite);
  else {
    const changed = [
      // First, since without a model there are many options that otherwise do nothing.
      ...(model === "later" ? [] : modelDifferences(earlier.model, fresh.model)),
      // How a network from elsewhere was trained is its own affair: `useModel` sees whether it is another.
      ...differences(
        ...([earlier, fresh].map(({ configuration }) => ({
          ...comparable(configuration),
          ...(model === "later" ? { train: undefined } : {}),
        })) as [unknown, unknown]),
      ),
      ...inputDifferences(earlier.inputs, fresh.inputs),
    ];
    if (changed.length === 0) {
      const finished = Object.keys(earlier.stages);
      if (finished.length > 0)
        notice(context, `${out} holds finished stages (${finished.join(", ")}): going on after them.`);
      return model === "later" ? { ...earlier, configuration: fresh.configuration } : earlier;
    }
    if (!overwrite) throw madeDifferently(out, changed);
    for (const name of [...Object.values(stageOutputs), "run.json"])
      await rm(join(out, name), { recursive: true, force: true });
    await removeState(join(out, stageOutputs.train));
  }
  await makeFolder(out);
  await writeRun(out, fresh);
  return fresh;
}

/** @param changed what, one phrase each */
export const madeDifferently = (out: string, changed: readonly string[]): OutputError =>
  new OutputError(
    `${out} was made differently: ` +
      `${changed.slice(0, 4).join("; ")}${changed.length > 4 ? `; and ${changed.length - 4} more` : ""}; ` +
      "choose another folder with -o, or give --overwrite.",
  );

/**
 * A run may go on with another number of threads, on another device, with other memory, and with a model that
 * was moved; all else must be equal.
 */
export const comparable = (configuration: unknown): object => {
  const plain = JSON.parse(JSON.stringify(recordedConfig("study", configuration, "run.json"))) as Config;
  return {
    ...plain,
    general: { ...plain.general, threads: undefined, device: undefined },
    segment: { ...plain.segment, memory: undefined },
    run: undefined,
  };
};

/** Files are the same when names and contents are, in the same order; where they lie does not matter. */
export const sameFiles = (before: readonly InputRecord[], now: readonly InputRecord[]): boolean =>
  before.length === now.length &&
  before.every(
    ({ file, sha256 }, i) => basename(file) === basename(now[i]!.file) && sha256 === now[i]!.sha256,
  );

export function inputDifferences(before: readonly InputRecord[], now: readonly InputRecord[]): string[] {
  if (sameFiles(before, now)) return [];
  const known = new Map(before.map(({ file, sha256 }) => [file, sha256]));
  const changed = now
    .filter(({ file, sha256 }) => known.get(file) !== sha256)
    .map(({ file }) => (known.has(file) ? `the input ${file} has changed` : `the input ${file} is new`));
  const present = new Set(now.map(({ file }) => file));
  const gone = before
    .filter(({ file }) => !present.has(file))
    .map(({ file }) => `the input ${file} is no longer there`);
  return changed.length + gone.length > 0 ? [...changed, ...gone] : ["the inputs are in another order"];
}

export function modelDifferences(
  before: readonly InputRecord[] | undefined,
  now: readonly InputRecord[] | undefined,
): string[] {
  if (before === undefined && now === undefined) return [];
  if (before === undefined || now === undefined)
    return [
      now === undefined
        ? "a model of one's own (--model) before, none now"
        : "no model given before, one (--model) now",
    ];
  return sameFiles(before, now) ? [] : ["another model (--model) before"];
}
