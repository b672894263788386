/** Signs of life of a lock, for machines that share a file system and cannot ask each other's processes. */
import { rmSync, statSync, writeFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { forget, temporaryBeside } from "./temporaries.js";

/** How often a lock shows that its process lives, and when it counts as left behind; ms. */
export interface LockTimes {
  readonly beat: number;
  /** Longest silence of a living process: several beats, and more than any work that blocks its main thread. */
  readonly silence: number;
  /** How long apart another machine looks. */
  readonly look: number;
}

/** Times of the locks of a run. */
export const lockTimes: LockTimes = { beat: 30_000, silence: 300_000, look: 2_000 };

/**
 * Rewrites the first byte of a lock file again and again, which moves its time of change.
 *
 * @param contents of the lock: a file with other contents is another's, and is left alone
 * @returns what ends it: after its promise no beat is written any more, not even one that had begun
 */
export function keepBeating(path: string, contents: string, every = lockTimes.beat): () => Promise<void> {
  let last = Promise.resolve();
  const timer = setInterval(() => {
    last = last.then(() => beat(path, contents));
  }, every);
  timer.unref();
  return () => {
    clearInterval(timer);
    return last;
  };
}

async function beat(path: string, contents: string): Promise<void> {
  try {
    if ((await readFile(path, "utf8")) !== contents) return;
    // Writing, not setting a time: the file system's own clock counts, which all machines see.
    const file = await open(path, "r+");
    try {
      await file.write(contents.slice(0, 1), 0);
    } finally {
      await file.close();
    }
  } catch {
    // A beat that is missed does no harm: the next one follows.
  }
}

/** What a watch sees of a lock, and how it waits; a test puts its own in place. */
export interface LockView {
  /** When the lock was last written, ms; undefined where it is gone. */
  readonly changed: () => number | undefined;
  /** The time now by the clock of the lock's file system, ms. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The lock in a file. */
export const viewOfLock = (path: string): LockView => ({
  changed: () => statSync(path, { throwIfNoEntry: false })?.mtimeMs,
  now: () => {
    const probe = temporaryBeside(path);
    try {
      writeFileSync(probe, "");
      return statSync(probe).mtimeMs;
    } catch {
      // Nothing may be written here: this machine's clock is the next best.
      return Date.now();
    } finally {
      rmSync(probe, { force: true });
      forget(probe);
    }
  },
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

/**
 * Waits until the lock of a process elsewhere beats, goes, or has been silent for too long.
 *
 * @param onLook called before each wait; ends the watch by throwing
 */
export async function watchLock(
  { changed, now, sleep }: LockView,
  { silence, look }: LockTimes,
  onLook: (silentFor: number) => void,
): Promise<"beats" | "silent" | "gone"> {
  const first = changed();
  for (;;) {
    const last = changed();
    if (first === undefined || last === undefined) return "gone";
    if (last !== first) return "beats";
    const silentFor = now() - last;
    if (silentFor >= silence) return "silent";
    onLook(silentFor);
    await sleep(look);
  }
}
