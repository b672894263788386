/** Worker threads for work on single frames: typed requests, answers in the order of the requests. */
import { Tinypool } from "tinypool";
import { Cancelled, ThreadLost } from "../core/errors.js";
import { type Answer, valueOf } from "./answer.js";
import { quietSince } from "./quiet.js";
import type { FrameTask, FrameTaskName } from "./tasks.js";
import { workerFile } from "./workerfile.js";

export { mapOrdered } from "../core/ordered.js";

/** Threads that do tasks on single frames. */
export interface FramePool {
  /**
   * Does a task in a thread that is free.
   *
   * @throws Cancelled when the signal was aborted; ThreadLost when the thread ends in the middle of its work; the
   *   errors of the task, by kind
   */
  run<N extends FrameTaskName>(
    name: N,
    input: Parameters<FrameTask[N]>[0],
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<FrameTask[N]>>>;
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
  const losses = watchLosses(pool);
  const watchExits = exitWatch(pool);
  let answered = -Infinity;
  return {
    run: (name, input, signal) =>
      new Promise<unknown>((resolve, reject) => {
        const forget = losses.tell(reject);
        pool
          .run({ name, input }, signal ? { signal } : {})
          .then(resolve, reject)
          .then(forget, forget);
        watchExits();
      }).then(
        (answer) => {
          answered = performance.now();
          return valueOf(answer as Answer<never>);
        },
        (error: unknown) => {
          throw signal?.aborted ? new Cancelled() : lossOf(name, error);
        },
      ),
    close: async () => {
      await quietSince(answered);
      bearErrors(pool);
      // A thread that fails while it is ended has ended, too.
      await pool.destroy().catch(() => undefined);
    },
  };
}

/** The tasks, in words, for errors. */
const taskWords: Readonly<Record<FrameTaskName, string>> = {
  estimate: "measures the size of nuclei",
  propose: "looks for nuclei",
  labelling: "labels nuclei",
  paper: "annotates by the paper's method",
  alone: "annotates a frame",
  preview: "draws a preview",
  touching: "pastes touching nuclei together",
  outline: "outlines nuclei",
  labelOverlay: "draws overlays",
};

/** A task answers with its errors: what is thrown is of the thread itself. */
const lossOf = (name: FrameTaskName, error: unknown): unknown =>
  error instanceof Error ? new ThreadLost(taskWords[name], error) : error;

/**
 * The pool hears of errors of its threads, but not of a thread that exits: its task would never be answered.
 *
 * @returns to be called when threads may have been started
 */
function exitWatch(pool: Tinypool): () => void {
  const watched = new WeakSet<object>();
  return () => {
    for (const thread of pool.threads) {
      if (watched.has(thread)) continue;
      watched.add(thread);
      thread.once("exit", (code: unknown) => {
        // One that the pool ends by itself is no longer of it.
        if (pool.threads.includes(thread))
          thread.emit("error", new Error(`it ended with code ${String(code)}`));
      });
    }
  };
}

/**
 * The pool waits for the end of its threads with `once` of node:events, which takes its listeners back when a
 * thread fails meanwhile, such as for lack of memory. The pool's threads (tinypool 2.2) cannot do that: the process
 * would end with "removeListener is not a function".
 */
function bearErrors(pool: Tinypool): void {
  for (const thread of pool.threads) Object.assign(thread, { removeListener: () => thread });
}

interface Losses {
  /** Calls `reject` when a thread is lost. @returns ends this */
  readonly tell: (reject: (error: Error) => void) => () => void;
}

/** A thread that is lost before it has a task: an event of the pool, which would end the process. */
function watchLosses(pool: Tinypool): Losses {
  const waiting = new Set<(error: Error) => void>();
  let lost: Error | undefined;
  pool.on("error", (error: Error) => {
    lost ??= error;
    for (const reject of waiting) reject(error);
  });
  return {
    tell: (reject) => {
      if (lost !== undefined) reject(lost);
      waiting.add(reject);
      return () => waiting.delete(reject);
    },
  };
}
