/** What goes between the server and the thread that works for a project. */
import type { Config } from "../../pipeline/config/options.js";
import type { ModelSnapshot, PipelineEvent } from "../../pipeline/stage/events.js";
import type { RunStage } from "../../pipeline/stage/stagenames.js";
import type { Retrain } from "../../pipeline/store/folders.js";
import type { PlainError } from "../../workers/answer.js";

/** The work of a thread. */
export interface JobTask {
  /** Addresses of images, absolute. */
  readonly inputs: readonly string[];
  /** The run folder, absolute. */
  readonly out: string;
  readonly config: Config;
  /** The last stage that is made. */
  readonly until: RunStage;
  readonly retrain: Retrain;
  /** Seconds between two networks of a training that is looked into. */
  readonly snapshotSeconds: number;
}

/** To the thread: to end at once, or to end a training with what there is. */
export type JobCommand = "stop" | "finish";

/** From the thread; an answer is the last. */
export type JobMessage =
  | { readonly type: "event"; readonly event: PipelineEvent }
  | { readonly type: "snapshot"; readonly snapshot: ModelSnapshot }
  | { readonly type: "answer"; readonly error: PlainError | undefined };
