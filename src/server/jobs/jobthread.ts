/** Work in a thread of its own, seen from the server. */
import { Worker } from "node:worker_threads";
import { OutputError } from "../../core/errors.js";
import type { ModelSnapshot, PipelineEvent } from "../../pipeline/stage/events.js";
import { removeLockOfThread } from "../../pipeline/store/lock.js";
import { errorFrom } from "../../workers/answer.js";
import { quietSince } from "../../workers/quiet.js";
import { workerFile } from "../../workers/workerfile.js";
import type { JobCommand, JobMessage, JobTask } from "./jobtask.js";

/** Who hears what a thread tells. */
export interface JobListener {
  readonly onEvent: (event: PipelineEvent) => void;
  readonly onSnapshot: (snapshot: ModelSnapshot) => void;
}

/** Work that goes on in a thread. */
export interface JobThread {
  /** Ends the work at once; a training keeps its state. */
  readonly stop: () => void;
  /** Ends a training with what there is. */
  readonly finish: () => void;
  /** Ends the thread, whatever it does. */
  readonly kill: () => Promise<void>;
  /**
   * Fulfilled when the work is done.
   *
   * @throws Cancelled when it was stopped; the errors of the work, by kind; OutputError where the thread died
   */
  readonly ended: Promise<void>;
}

/** Starts work in a thread of its own. */
export type StartThread = (task: JobTask, listener: JobListener) => JobThread;

/** The pipeline in a thread. */
export const startJobThread: StartThread = (task, listener) => {
  const worker = new Worker(new URL(workerFile("../server/jobs/jobworker.js")), { workerData: task });
  const { threadId } = worker;
  const send = (command: JobCommand): void => worker.postMessage(command);
  const ended = new Promise<void>((resolve, reject) => {
    worker.on("message", (message: JobMessage) => {
      if (message.type === "event") listener.onEvent(message.event);
      else if (message.type === "snapshot") listener.onSnapshot(message.snapshot);
      else if (message.error === undefined) resolve();
      else reject(errorFrom(message.error));
    });
    // Of what comes after the answer nobody hears.
    worker.on("error", (error) => reject(deathOf(error)));
    worker.on("exit", (code) => reject(deathOf(new Error(`code ${code}`))));
  });
  const tidied = ended.finally(async () => {
    await quietSince(performance.now());
    await worker.terminate();
    // A thread that died has not given back the folder, and this process lives on.
    removeLockOfThread(task.out, threadId);
  });
  return {
    stop: () => send("stop"),
    finish: () => send("finish"),
    kill: async () => void (await worker.terminate()),
    ended: tidied,
  };
};

/** Why a thread is no more, as one sentence. */
function deathOf(error: Error): Error {
  const isMemory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
  const [what, remedy] = isMemory
    ? ["there was not enough memory", "close other programs, or lower segment.memory, and start it again"]
    : [error.message.replace(/\.$/, ""), "start it again"];
  return new OutputError(
    `The work ended before it was done (${what}); finished stages are kept, so ${remedy}.`,
    error,
  );
}
