/** What the pipeline tells while it works; the command line draws it, or prints it as JSON lines. */
import type { StageContext } from "../../core/progress.js";
import type { TrainingRecord } from "../../model/train.js";
import type { LockWait } from "../store/lock.js";
import type { StageResult, StageWork } from "./stage.js";
import type { TrainingWatch } from "./trainingwatch.js";

export type { ModelSnapshot, TrainingWatch } from "./trainingwatch.js";

/** Something that happened: a sentence for people in `text`, the same as plain data beside it. */
export type PipelineEvent =
  | { readonly event: "stage"; readonly stage: string; readonly text: string }
  | {
      readonly event: "progress";
      readonly stage: string;
      readonly done: number;
      readonly total: number;
      readonly message?: string | undefined;
    }
  /**
   * An epoch of a training, as data only: there is no sentence. A training that goes on after a stop first tells
   * again the epochs before it. JSON writes null for what is NaN.
   */
  | { readonly event: "epoch"; readonly stage: string; readonly record: TrainingRecord }
  | {
      readonly event: "done";
      readonly stage: string;
      readonly seconds: number;
      readonly text: string;
      readonly data?: Readonly<Record<string, unknown>> | undefined;
    }
  /** A stage that is finished already: `text` is what came out of it then, `finished` when. */
  | { readonly event: "skipped"; readonly stage: string; readonly text: string; readonly finished: string }
  | {
      readonly event: "notice";
      readonly text: string;
      readonly stage?: string | undefined;
      readonly data?: Readonly<Record<string, unknown>> | undefined;
    };

/** How a caller follows and stops the work. */
export interface PipelineContext {
  /** Stops the work when it is aborted; nothing half-made is left behind. */
  readonly signal?: AbortSignal | undefined;
  /** Called for every event, in order. */
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined;
  /** How a training is looked into, and ended early. */
  readonly training?: TrainingWatch | undefined;
}

/** Tells the user something, one sentence. */
export const notice = (context: PipelineContext, text: string, stage?: string): void =>
  context.onEvent?.(stage === undefined ? { event: "notice", text } : { event: "notice", text, stage });

/** How a stage waits for what another machine may still write. */
export const lockWait = (context: PipelineContext): LockWait => ({
  signal: context.signal,
  tell: (text) => notice(context, text),
});

/** The context handed to one stage: its progress and what it tells become events of that stage. */
export const stageContext = (context: PipelineContext, stage: string): StageContext => ({
  signal: context.signal,
  onProgress: ({ done, total, message }) =>
    context.onEvent?.({ event: "progress", stage, done, total, message }),
});

/**
 * Announces a stage, runs it, and says what came out and how long it took.
 *
 * @param out where its result will lie, if it has one
 */
export async function runStage<M>(
  context: PipelineContext,
  name: string,
  text: string,
  work: (stage: StageWork) => Promise<StageResult<M>>,
  out = "",
): Promise<StageResult<M> & { readonly seconds: number }> {
  context.onEvent?.({ event: "stage", stage: name, text });
  const start = performance.now();
  const tell = (sentence: string): void => notice(context, sentence, name);
  const result = await work({
    ...stageContext(context, name),
    out,
    tell,
    onEpoch: (record) => context.onEvent?.({ event: "epoch", stage: name, record }),
    training: context.training,
  });
  const seconds = secondsSince(start);
  for (const sentence of result.notices ?? []) tell(sentence);
  context.onEvent?.({ event: "done", stage: name, seconds, text: result.text, data: result.data });
  return { ...result, seconds };
}

/** Seconds since a time of `performance.now()`, to hundredths. */
export const secondsSince = (start: number): number => Math.round((performance.now() - start) / 10) / 100;
