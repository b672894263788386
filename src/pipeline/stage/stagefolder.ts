/** An output folder that stages fill one after the other: the one way in which work is resumed. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { OutputError } from "../../core/errors.js";
import { writeFolder } from "../store/folders.js";
import { ranOn, type RunRecord, stageRecord, writeRun } from "../store/provenance.js";
import { notice, type PipelineContext, runStage } from "./events.js";
import {
  basisOf,
  type MakeStage,
  openedOnce,
  type Result,
  type Stage,
  type StageResult,
  type StageWork,
} from "./stage.js";

/** Stages that fill an output folder, and what `run.json` says of them. */
export interface StageFolder<N extends string, R extends RunRecord> {
  /** The output folder. */
  readonly out: string;
  /** `run.json` as it stands. */
  readonly record: () => R;
  /** Where the result of a stage lies. */
  readonly path: (stage: N) => string;
  /** Makes the result of a stage, or takes that of an earlier run which was made from the same. */
  readonly stage: MakeStage<N>;
  /** Changes `run.json`. */
  readonly amend: (changed: Partial<R>) => Promise<void>;
  /** Keeps sentences for the user, who has read them, in `run.json`. */
  readonly note: (sentences: readonly string[]) => Promise<void>;
}

/** What a stage folder is opened with. */
export interface StageFolderOptions<N extends string, R extends RunRecord> {
  /** Name of the file or folder of each stage. */
  readonly outputs: Readonly<Record<N, string>>;
  /** As it stands in `run.json`. */
  readonly record: R;
  /** Whether a precious result (a trained network) may be replaced. */
  readonly retrain: boolean;
}

/**
 * Opens an output folder for its stages.
 *
 * A stage is made again when its basis differs from the recorded one, when its result is gone, or when a
 * result that it takes was made again. Its `stage` throws OutputError where a precious result would be lost.
 */
export function stageFolder<N extends string, R extends RunRecord>(
  out: string,
  { outputs, record: first, retrain }: StageFolderOptions<N, R>,
  context: PipelineContext,
): StageFolder<N, R> {
  let record = first;
  const remade = new Set<string>();
  const told = new Set<string>();
  const path = (stage: N): string => join(out, outputs[stage]);

  const note = async (sentences: readonly string[]): Promise<void> => {
    for (const sentence of sentences) told.add(sentence);
    record = { ...record, notices: [...new Set([...record.notices, ...sentences])] };
    await writeRun(out, record);
  };

  const amend = async (changed: Partial<R>): Promise<void> => {
    record = { ...record, ...changed };
    await writeRun(out, record);
  };

  /** Removes the results that were made from that of a stage, which is made again; never a trained network. */
  const forgetDependents = async (stage: { readonly name: N }): Promise<void> => {
    const dependents = dependentsOf(record.stages, stage.name);
    const stale = dependents.filter((name) => record.stages[name]!.precious !== true);
    if (stale.length === 0) return;
    record = { ...record, stages: stale.reduce(without, record.stages) };
    await writeRun(out, record);
    for (const name of stale) await rm(path(name as N), { recursive: true, force: true });
  };

  const make = async <T, M>(stage: Stage<T, N, M>, basis: string): Promise<Result<T>> => {
    remade.add(stage.name);
    await forgetDependents(stage);
    const place = path(stage.name);
    const work = async (stageWork: StageWork): Promise<StageResult<M>> => {
      const made = await makeAt(place, (temporary) => stage.make(temporary, stageWork));
      return { ...made, notices: (made.notices ?? []).filter((sentence) => !told.has(sentence)) };
    };
    const result = await runStage(context, stage.name, stage.text, work, place);
    await stage.settle?.(place);
    const from = stage.from.map((result) => result.stage).filter((name) => name !== "");
    const entry = {
      ...stageRecord(result.seconds, result.text),
      basis,
      from,
      ...(stage.precious && { precious: true }),
    };
    const { environment } = ranOn(record, result.device);
    record = {
      ...record,
      environment,
      stages: { ...without(record.stages, stage.name), [stage.name]: entry },
    };
    await note(result.notices ?? []);
    return openedOnce(stage.name, basis, () => stage.open(place, result.value));
  };

  return {
    out,
    path,
    note,
    amend,
    record: () => record,
    stage: async (stage) => {
      const basis = basisOf(stage);
      const earlier = record.stages[stage.name];
      const present = earlier !== undefined && existsSync(path(stage.name));
      const equal = present && earlier.basis === basis;
      if (present && !equal && stage.precious && !retrain) throw wouldReplaceModel(path(stage.name));
      if (!equal || stage.from.some((result) => remade.has(result.stage))) return make(stage, basis);
      const { text, finished } = earlier;
      context.onEvent?.({ event: "skipped", stage: stage.name, text, finished });
      return openedOnce(stage.name, basis, () => stage.open(path(stage.name), undefined));
    },
  };
}

const without = (stages: RunRecord["stages"], name: string): RunRecord["stages"] =>
  Object.fromEntries(Object.entries(stages).filter(([other]) => other !== name));

/** The recorded stages that were made from the result of another, directly or by way of others. */
function dependentsOf(stages: RunRecord["stages"], name: string): string[] {
  const found = new Set([name]);
  // Stages are recorded in the order in which they were made.
  for (const [other, { from = [] }] of Object.entries(stages)) {
    if (from.some((source) => found.has(source))) found.add(other);
  }
  found.delete(name);
  return [...found];
}

/** A result that is one file gets its name from its stage; a folder is there whole or not at all. */
export const makeAt = <M>(
  path: string,
  make: (path: string) => Promise<StageResult<M>>,
): Promise<StageResult<M>> => (path.endsWith(".html") ? make(path) : writeFolder(path, make));

/** @param path of the trained network */
export const wouldReplaceModel = (path: string): OutputError =>
  new OutputError(
    `${path} holds a network that was trained on something else; give --overwrite and --retrain to ` +
      "replace it, or choose another folder with -o.",
  );

/** Says what an earlier run has finished, where it has finished something. */
export function tellFinished(out: string, { stages }: RunRecord, context: PipelineContext): void {
  const finished = Object.keys(stages);
  if (finished.length > 0)
    notice(context, `${out} holds finished stages (${finished.join(", ")}): going on after them.`);
}
