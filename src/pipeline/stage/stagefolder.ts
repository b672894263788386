/** An output folder that stages fill one after the other: the one way in which work is resumed. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { OutputError } from "../../core/errors.js";
import { type Retrain, writeFolder } from "../store/folders.js";
import type { RunRecord, StageRecord } from "../store/provenance.js";
import { notice, type PipelineContext, runStage } from "./events.js";
import { openLedger } from "./ledger.js";
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
  /**
   * What becomes of a precious result (a trained network) that was made from something else: it is replaced, or
   * (false) an error, or used as it is.
   */
  readonly retrain: Retrain;
}

/**
 * Opens an output folder for its stages.
 *
 * A stage is made again when its basis differs from the recorded one, when its result is gone, or when a
 * result that it takes was made again. Its `stage` throws OutputError where a precious result would be lost, unless
 * `retrain` says otherwise.
 */
export function stageFolder<N extends string, R extends RunRecord>(
  out: string,
  { outputs, record, retrain }: StageFolderOptions<N, R>,
  context: PipelineContext,
): StageFolder<N, R> {
  const ledger = openLedger(out, record);
  const remade = new Set<string>();
  const path = (stage: N): string => join(out, outputs[stage]);

  const make = async <T, M>(stage: Stage<T, N, M>): Promise<Result<T>> => {
    remade.add(stage.name);
    const place = path(stage.name);
    const work = async (stageWork: StageWork): Promise<StageResult<M>> => {
      const made = await makeAt(place, (temporary) => stage.make(temporary, stageWork));
      return { ...made, notices: (made.notices ?? []).filter((sentence) => !ledger.isTold(sentence)) };
    };
    const result = await runStage(context, stage.name, stage.text, work, place);
    await stage.settle?.(place);
    await ledger.enter(stage, result);
    // Only now: who stops a training keeps the labels of the network before.
    for (const name of await ledger.forgetDependents(stage.name))
      await rm(path(name as N), { recursive: true, force: true });
    return openedOnce(stage.name, basisOf(stage), () => stage.open(place, result.value));
  };

  const stage = async <T, M>(asked: Stage<T, N, M>): Promise<Result<T>> => {
    const place = path(asked.name);
    const basis = basisOf(asked);
    const earlier = ledger.record().stages[asked.name];
    const present = earlier !== undefined && existsSync(place);
    const equal = present && earlier.basis === basis;
    const isOther = present && !equal && asked.precious === true;
    if (isOther && retrain === false) throw wouldReplaceModel(place);
    if (isOther && retrain === "keep") return opened(asked, earlier);
    if (!equal || asked.from.some((result) => remade.has(result.stage))) return make(asked);
    return opened(asked, earlier);
  };

  const opened = <T, M>(asked: Stage<T, N, M>, { text, finished, basis = "" }: StageRecord): Result<T> => {
    context.onEvent?.({ event: "skipped", stage: asked.name, text, finished });
    return openedOnce(asked.name, basis, () => asked.open(path(asked.name), undefined));
  };

  return { out, path, stage, record: ledger.record, amend: ledger.amend, note: ledger.note };
}

/** A result that is one file gets its name from its stage; a folder is there whole or not at all. */
export const makeAt = <M>(
  path: string,
  make: (path: string) => Promise<StageResult<M>>,
): Promise<StageResult<M>> => (path.endsWith(".html") ? make(path) : writeFolder(path, make));

/** @param path of the trained network */
export const wouldReplaceModel = (path: string): OutputError =>
  new OutputError(
    `${path} holds a network that was trained on other data; give overwrite: true and retrain: true to ` +
      "replace it, or choose another output folder.",
  );

/** Says what an earlier run has finished, where it has finished something. */
export function tellFinished(out: string, { stages }: RunRecord, context: PipelineContext): void {
  const finished = Object.keys(stages);
  if (finished.length > 0)
    notice(
      context,
      `${out} holds finished stages (${finished.join(", ")}), and the work continues after them.`,
    );
}
