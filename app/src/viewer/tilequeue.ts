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

/** Makes a queue. */
export function tileQueue({ most, mostIdle, pause, failed, arrived }: QueueOptions): TileQueue {
  const running = new Map<string, Running>();
  const wishes = new Map<object, readonly TileJob[]>();
  const failures = new Map<string, number>();

  const start = (job: TileJob, isNeeded: boolean): Running => {
    const controller = new AbortController();
    const run: Running = { job, controller, isNeeded, done: job.load(controller.signal) };
    running.set(job.key, run);
    run.done.then(
      () => arrived(),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        failures.set(job.key, Date.now());
        if (!run.isNeeded) failed(error);
        arrived();
      },
    ).finally(() => {
      if (running.get(job.key) === run) running.delete(job.key);
      fill();
    });
    return run;
  };

  const hasRoom = (job: TileJob): boolean => {
    if (running.size >= most) return false;
    if (job.isVisible) return true;
    let idle = 0;
    for (const run of running.values()) {
      if (run.job.isVisible) return false;
      idle++;
    }
    return idle < mostIdle;
  };

  function fill(): void {
    const now = Date.now();
    for (const jobs of wishes.values()) {
      for (const job of jobs) {
        if (running.has(job.key) || job.isThere() || now - (failures.get(job.key) ?? -Infinity) < pause) continue;
        if (!hasRoom(job)) break;
        start(job, false);
      }
    }
  }

  return {
    want(owner, jobs) {
      if (jobs.length === 0) wishes.delete(owner);
      else wishes.set(owner, jobs);
      const wanted = new Set([...wishes.values()].flat().map(({ key }) => key));
      for (const [key, run] of running) {
        if (run.isNeeded || wanted.has(key)) continue;
        running.delete(key);
        run.controller.abort();
      }
      fill();
    },
    need(job) {
      const run = running.get(job.key) ?? start(job, true);
      run.isNeeded = true;
      return run.done;
    },
    get running() {
      return running.size;
    },
  };
}
