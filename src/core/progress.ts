import { Cancelled } from "./errors.js";

/** What every stage takes as its last argument: how to be stopped, and how to say how far it is. */
export interface StageContext {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** How far a stage is: `done` of `total`, in its own unit. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** A few words on the present state, such as "loss 0.213". */
  readonly message?: string | undefined;
}

/** @throws Cancelled when the signal was aborted. */
export function throwIfCancelled(context: StageContext, what?: string): void {
  if (context.signal?.aborted) throw new Cancelled(what);
}
