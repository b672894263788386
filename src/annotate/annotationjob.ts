/** What the passes over a movie share: where images come from, who works on them, how far the work is. */
import type { AnnotateOptions } from "./movieoptions.js";
import type { Image, ImageSource, Window } from "../core/image.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import type { Spill } from "../core/spill.js";
import type { AnnotatedFrame, FrameWork, LabelledFrame } from "./singleframe.js";
import type { View } from "./views.js";

/** What the passes over a movie share. */
export interface AnnotationJob<F extends LabelledFrame = AnnotatedFrame> {
  readonly source: ImageSource;
  readonly options: AnnotateOptions;
  /** Who does the work on single frames. */
  readonly work: FrameWork<F>;
  /** Where candidates wait until all are judged. */
  readonly spill: Spill;
  readonly signal: AbortSignal | undefined;
  readonly steps: Steps;
}

/** How far the passes are. */
export interface Steps {
  /** Says, before the first step, how many there will be. */
  readonly begin: (total: number) => void;
  /** One more is done. */
  readonly done: (message: string) => void;
  /** Something goes on that is not a step. */
  readonly note: (message: string, total: number) => void;
}

/**
 * Counts steps for a context.
 *
 * @param more steps that the caller adds after those of the passes
 */
export function stepsFor({ onProgress }: StageContext, more = 0): Steps {
  let [done, total] = [0, 0];
  return {
    begin: (count) => {
      total = count + more;
    },
    done: (message) => onProgress?.({ done: ++done, total, message }),
    note: (message, count) => onProgress?.({ done: 0, total: count, message }),
  };
}

/** A frame, or a rectangle of it, at the channel and slice that are annotated. @throws Cancelled */
export async function readFrame(
  { source, options: { channel, z }, signal }: Pick<AnnotationJob, "source" | "options" | "signal">,
  frame: number,
  window: Window | undefined,
): Promise<Image> {
  throwIfCancelled({ signal }, "Annotation");
  return window === undefined
    ? source.read(frame, { channel, z, signal })
    : source.readWindow(frame, window, { channel, z, signal });
}

/** The image of a view. @throws Cancelled */
export const readView = (
  job: Pick<AnnotationJob, "source" | "options" | "signal">,
  { frame, window }: View,
): Promise<Image> => readFrame(job, frame, window);
