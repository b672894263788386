/** One thread that stays and answers requests, one at a time, for as long as somebody asks. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Cancelled, ThreadLost } from "../core/errors.js";
import { type Answer, valueOf } from "./answer.js";
import { quietSince } from "./quiet.js";
import { workerFile } from "./workerfile.js";

/** The tasks of a thread, by name: what each takes and gives. Plain data, arrays without a second owner. */
export type ServiceTasks = Readonly<Record<string, (input: never, signal: AbortSignal) => unknown>>;

/** To the thread. */
export type ServiceRequest =
  | { readonly id: number; readonly name: string; readonly input: unknown }
  /** Nobody waits for the answer any more. */
  | { readonly id: number; readonly cancel: true };

/** From the thread. */
export interface ServiceAnswer {
  readonly id: number;
  readonly answer: Answer<unknown>;
}

/** A thread that stays. */
export interface WorkerService<T extends ServiceTasks> {
  /**
   * Does a task after those that were asked for before.
   *
   * @param signal aborted, it ends the wait at once; a task that looks at its own signal ends, too, and one that
   *   has not begun never does
   * @throws Cancelled; the errors of the task, by kind; ThreadLost where the thread is lost, and the next request
   *   starts another one
   */
  run<N extends keyof T & string>(
    name: N,
    input: Parameters<T[N]>[0],
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<T[N]>>>;
  /**
   * Ends the thread, once it is done with its task. Who still waits gets Cancelled at once, and so does who asks
   * later.
   */
  close(): Promise<void>;
}

interface Waiting {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
  /** Once; later answers are dropped. */
  readonly settle: (work: () => unknown) => void;
}

/** A thread and what it is to do. */
interface Line {
  /** See `workerFile`. */
  readonly file: string;
  /** What the thread does, for errors. */
  readonly work: string;
  worker: Worker | undefined;
  running: Waiting | undefined;
  readonly queue: Waiting[];
  asked: number;
  /** When the thread last answered, ms, by `performance.now()`. */
  answered: number;
  closed: boolean;
}

/**
 * A thread for the tasks of a module. It is started at the first request.
 *
 * @param file see `workerFile`
 * @param work what it does, for errors: "draws previews"
 */
export function workerService<T extends ServiceTasks>(file: string, work: string): WorkerService<T> {
  const line: Line = {
    file,
    work,
    worker: undefined,
    running: undefined,
    queue: [],
    asked: 0,
    answered: -Infinity,
    closed: false,
  };
  return {
    run: (name, input, signal) => ask(line, name, input, signal) as Promise<never>,
    close: () => close(line),
  };
}

function ask(line: Line, name: string, input: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (line.closed || signal?.aborted) return reject(new Cancelled());
    const id = ++line.asked;
    const settle = (work: () => unknown): void => {
      signal?.removeEventListener("abort", onAbort);
      new Promise((done) => done(work())).then(resolve, reject);
    };
    const onAbort = (): void => {
      forget(line, id);
      settle(cancelled);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    line.queue.push({ id, name, input, settle });
    next(line);
  });
}

const cancelled = (): never => {
  throw new Cancelled();
};

/** Gives the thread what waits, if it is free. */
function next(line: Line): void {
  if (line.running !== undefined) return;
  const waiting = line.queue.shift();
  // The process may end while the thread has nothing to do.
  if (waiting === undefined) return line.worker?.unref();
  line.worker ??= start(line);
  line.worker.ref();
  line.running = waiting;
  const { id, name, input } = waiting;
  line.worker.postMessage({ id, name, input } satisfies ServiceRequest);
}

function start(line: Line): Worker {
  const worker = new Worker(new URL(workerFile(line.file)));
  worker.on("message", ({ id, answer }: ServiceAnswer) => {
    line.answered = performance.now();
    if (line.running?.id !== id) return;
    const { settle } = line.running;
    line.running = undefined;
    settle(() => valueOf(answer));
    next(line);
  });
  const onLost = (error: unknown): void => {
    if (line.worker !== worker) return;
    const { running } = line;
    line.worker = undefined;
    line.running = undefined;
    running?.settle(() => {
      throw new ThreadLost(line.work, error);
    });
    next(line);
  };
  worker.on("error", onLost);
  worker.on("exit", (code) => onLost(new Error(`it ended with code ${code}`)));
  return worker;
}

function forget({ queue, running, worker }: Line, id: number): void {
  const at = queue.findIndex((waiting) => waiting.id === id);
  if (at >= 0) queue.splice(at, 1);
  else if (running?.id === id) worker?.postMessage({ id, cancel: true } satisfies ServiceRequest);
}

async function close(line: Line): Promise<void> {
  const { worker, running, queue } = line;
  line.closed = true;
  line.worker = undefined;
  line.running = undefined;
  for (const { settle } of [...(running === undefined ? [] : [running]), ...queue.splice(0)])
    settle(cancelled);
  if (worker === undefined) return;
  if (running !== undefined) await lastAnswer(worker, running.id);
  await quietSince(line.answered);
  await worker.terminate();
}

/** How long a thread that is to end may go on with its task, ms. */
const patience = 30_000;

/** Waits until a thread has done, or left, what it does: see `quietSince` for why it is not ended at once. */
async function lastAnswer(worker: Worker, id: number): Promise<void> {
  worker.postMessage({ id, cancel: true } satisfies ServiceRequest);
  const waiting = new AbortController();
  const over = { signal: AbortSignal.any([waiting.signal, AbortSignal.timeout(patience)]) };
  try {
    await Promise.race([once(worker, "message", over), once(worker, "exit", over)]);
  } catch {
    // The thread is lost, or out of time: it is ended as it is.
  } finally {
    waiting.abort();
  }
}

/** Gives signals of which each new one aborts the one before. */
export type Supersede = (lane: string, signal?: AbortSignal) => AbortSignal;

/**
 * Requests of which only the newest counts.
 *
 * @returns called with a lane, aborts what was asked for in it before; `signal` aborts the new one, too
 */
export function superseding(): Supersede {
  const newest = new Map<string, AbortController>();
  return (lane, signal) => {
    newest.get(lane)?.abort();
    const controller = new AbortController();
    newest.set(lane, controller);
    return signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]);
  };
}
