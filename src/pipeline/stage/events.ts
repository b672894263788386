import type { StageContext } from "../../core/progress.js";

/** What the pipeline tells while it works; the command line draws it, or prints it as JSON lines. */
export type PipelineEvent =
  | { readonly event: "stage"; readonly stage: string; readonly text: string }
  | {
      readonly event: "progress";
      readonly stage: string;
      readonly done: number;
      readonly total: number;
      readonly message?: string | undefined;
    }
  | { readonly event: "done"; readonly stage: string; readonly seconds: number; readonly text: string }
  | { readonly event: "notice"; readonly text: string };

export interface PipelineContext {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined;
}

export const notice = (context: PipelineContext, text: string): void =>
  context.onEvent?.({ event: "notice", text });

/** The context handed to one stage: its progress becomes events of that stage. */
const stageContext = (context: PipelineContext, stage: string): StageContext => ({
  signal: context.signal,
  onProgress: ({ done, total, message }) =>
    context.onEvent?.({ event: "progress", stage, done, total, message }),
});

export interface StageResult<T> {
  readonly value: T;
  /** What came out, in one line. */
  readonly text: string;
  /** What the user should know of it, one sentence each. */
  readonly notices?: readonly string[];
  /** What its network ran on, where it has one. */
  readonly device?: string;
}

/** Announces a stage, runs it, and says what came out and how long it took. */
export async function runStage<T>(
  context: PipelineContext,
  stage: string,
  text: string,
  work: (stage: StageContext) => Promise<StageResult<T>>,
): Promise<StageResult<T> & { readonly seconds: number }> {
  context.onEvent?.({ event: "stage", stage, text });
  const start = performance.now();
  const result = await work(stageContext(context, stage));
  const seconds = secondsSince(start);
  for (const sentence of result.notices ?? []) notice(context, sentence);
  context.onEvent?.({ event: "done", stage, seconds, text: result.text });
  return { ...result, seconds };
}

/** To hundredths. */
export const secondsSince = (start: number): number => Math.round((performance.now() - start) / 10) / 100;
