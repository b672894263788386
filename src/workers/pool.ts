/** Worker threads for work on single frames: typed requests, answers in the order of the requests. */
import { Tinypool } from "tinypool";
import { Cancelled } from "../core/errors.js";
import { type Answer, valueOf } from "./answer.js";
import type { FrameTask, FrameTaskName } from "./tasks.js";
import { workerFile } from "./workerfile.js";

export { mapOrdered } from "../core/ordered.js";

/** Threads that do tasks on single frames. */
export interface FramePool {
  /**
   * Does a task in a thread that is free.
   *
   * @throws Cancelled when the signal was aborted, and the errors of the task, by kind
   */
  run<N extends FrameTaskName>(
    name: N,
    input: Parameters<FrameTask[N]>[0],
    signal?: AbortSignal,
  ): Promise<ReturnType<FrameTask[N]>>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** Starts up to so many threads, as they are needed. */
export function framePool(threads: number): FramePool {
  const pool = new Tinypool({
    filename: workerFile("entry.js"),
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: 1000,
  });
  return {
    run: (name, input, signal) =>
      pool.run({ name, input }, signal ? { signal } : {}).then(
        (answer) => valueOf(answer as Answer<never>),
        (error: unknown) => {
          throw signal?.aborted ? new Cancelled() : error;
        },
      ),
    close: () => pool.destroy(),
  };
}
