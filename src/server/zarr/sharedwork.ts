/** Work that several requests wait for: done once, and stopped when the last of them has gone. */
import { Cancelled } from "../../core/errors.js";

/** Does work, or waits for the same work that goes on. */
export type SharedWork = <T>(
  key: string,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

interface Going {
  readonly result: Promise<unknown>;
  readonly stop: AbortController;
  waiting: number;
}

/** No work, at first. */
export function sharedWork(): SharedWork {
  const all = new Map<string, Going>();
  return async <T>(
    key: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    if (signal?.aborted) throw new Cancelled("The request");
    const going = all.get(key) ?? begin(all, key, work);
    going.waiting++;
    try {
      return (await untilAborted(going.result, signal)) as T;
    } finally {
      going.waiting--;
      if (going.waiting === 0) {
        going.stop.abort();
        if (all.get(key) === going) all.delete(key);
      }
    }
  };
}

function begin(all: Map<string, Going>, key: string, work: (signal: AbortSignal) => Promise<unknown>): Going {
  const stop = new AbortController();
  const going: Going = { result: work(stop.signal), stop, waiting: 0 };
  all.set(key, going);
  const end = (): void => {
    if (all.get(key) === going) all.delete(key);
  };
  going.result.then(end, end);
  return going;
}

function untilAborted(result: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal === undefined) return result;
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Cancelled("The request"));
    signal.addEventListener("abort", gone, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener("abort", gone));
  });
}

/** Lets a few do their work at once; the others wait for their turn. @param most how many */
export function inTurn(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (busy < most) busy++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) busy--;
      else next();
    }
  };
}
