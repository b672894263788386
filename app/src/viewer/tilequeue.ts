/** Fetches tiles: a few at a time, in the order of the wishes, and gives up those that nobody wants any more. */

/** A tile to fetch. */
export interface TileJob {
  /** The same for the same tile. */
  readonly key: string;
  /** Whether it is needed for the picture of now; others only fill idle time. */
  readonly isVisible: boolean;
  /** Whether it has come already. */
  readonly isThere: () => boolean;
  readonly load: (signal: AbortSignal) => Promise<void>;
}

/** Tiles on their way. */
export interface TileQueue {
  /** Replaces the wishes of a view, the first ones first. */
  want(owner: object, jobs: readonly TileJob[]): void;
  /** Fetches one whatever the views want, before all others. */
  need(job: TileJob): Promise<void>;
  /** Number on their way. */
  readonly running: number;
}

/** Settings of a queue. */
export interface QueueOptions {
  /** Fetches at a time. */
  readonly most: number;
  /** Of these for idle time. */
  readonly mostIdle: number;
  /** A tile that failed is not tried again for so long, ms. */
  readonly pause: number;
  readonly failed: (error: unknown) => void;
  /** Called after each tile that has come. */
  readonly arrived: () => void;
}

interface Running {
  readonly job: TileJob;
  readonly controller: AbortController;
  readonly done: Promise<void>;
  isNeeded: boolean;
}

interface Queue extends QueueOptions {
  readonly running: Map<string, Running>;
  readonly wishes: Map<object, readonly TileJob[]>;
  /** When a tile failed. */
  readonly failures: Map<string, number>;
}

function start(queue: Queue, job: TileJob, isNeeded: boolean): Running {
  const controller = new AbortController();
  const run: Running = { job, controller, isNeeded, done: job.load(controller.signal) };
  queue.running.set(job.key, run);
  const end = (): void => {
    if (queue.running.get(job.key) === run) queue.running.delete(job.key);
    if (!controller.signal.aborted) queue.arrived();
    fill(queue);
  };
  run.done.then(end, (error: unknown) => {
    if (!controller.signal.aborted) {
      queue.failures.set(job.key, Date.now());
      if (!run.isNeeded) queue.failed(error);
      setTimeout(queue.arrived, queue.pause);
    }
    end();
  });
  return run;
}

function hasRoom({ running, most, mostIdle }: Queue, job: TileJob): boolean {
  if (running.size >= most) return false;
  if (job.isVisible) return true;
  return running.size < mostIdle && [...running.values()].every((run) => !run.job.isVisible);
}

function fill(queue: Queue): void {
  const now = Date.now();
  for (const jobs of queue.wishes.values()) {
    for (const job of jobs) {
      const failed = queue.failures.get(job.key) ?? -Infinity;
      if (queue.running.has(job.key) || job.isThere() || now - failed < queue.pause) continue;
      if (!hasRoom(queue, job)) break;
      start(queue, job, false);
    }
  }
}

function want(queue: Queue, owner: object, jobs: readonly TileJob[]): void {
  const { wishes, running } = queue;
  if (jobs.length === 0) wishes.delete(owner);
  else wishes.set(owner, jobs);
  const wanted = new Set([...wishes.values()].flat().map(({ key }) => key));
  for (const [key, run] of running) {
    if (run.isNeeded || wanted.has(key)) continue;
    running.delete(key);
    run.controller.abort();
  }
  fill(queue);
}

/** Makes a queue. */
export function tileQueue(options: QueueOptions): TileQueue {
  const queue: Queue = { ...options, running: new Map(), wishes: new Map(), failures: new Map() };
  return {
    want: (owner, jobs) => want(queue, owner, jobs),
    need(job) {
      const run = queue.running.get(job.key) ?? start(queue, job, true);
      run.isNeeded = true;
      return run.done;
    },
    get running() {
      return queue.running.size;
    },
  };
}
