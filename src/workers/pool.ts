/** Worker threads for work on single frames: typed requests, answers in the order of the requests. */
import { Tinypool } from "tinypool";
import { Cancelled } from "../core/errors.js";
import { type Answer, valueOf } from "./answer.js";
import type { FrameTask, FrameTaskName } from "./tasks.js";

export interface FramePool {
  run<N extends FrameTaskName>(
    name: N,
    input: Parameters<FrameTask[N]>[0],
    signal?: AbortSignal,
  ): Promise<ReturnType<FrameTask[N]>>;
  close(): Promise<void>;
}

/**
 * Modules of worker threads are compiled JavaScript, also where this file itself is run as TypeScript by the
 * tests.
 */
export const workerFile = (name: string): string =>
  new URL(
    name,
    import.meta.url.endsWith(".ts") ? new URL("../../dist/workers/", import.meta.url) : import.meta.url,
  ).href;

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

/**
 * Runs `task` for 0..count-1, at most `atOnce` at a time, and returns the results in order. The first error
 * stops the rest, and it is the error of the lowest index among those that failed, whatever the timing.
 */
export async function mapOrdered<T>(
  count: number,
  atOnce: number,
  task: (index: number) => Promise<T>,
): Promise<T[]> {
  const results = new Array<T>(count);
  let next = 0;
  const failures: { index: number; error: unknown }[] = [];
  const worker = async (): Promise<void> => {
    while (next < count && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await task(index);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  failures.sort((a, b) => a.index - b.index);
  if (failures.length > 0) throw failures[0]!.error;
  return results;
}
