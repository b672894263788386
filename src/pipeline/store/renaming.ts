/** Renames where other programs look into files: a virus scanner or an index holds what was just written. */
import { renameSync } from "node:fs";
import { rename } from "node:fs/promises";
import { platform } from "node:os";

/** Pauses between attempts, ms: 2 s together. */
const pauses = [10, 20, 40, 80, 160, 320, 640, 730];

const isPassing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && ["EPERM", "EBUSY", "EACCES"].includes(String(error.code));

/** How a rename is tried again; given by tests. */
export interface Retrying {
  readonly rename: (from: string, to: string) => Promise<void> | void;
  readonly pauses: readonly number[];
}

// Elsewhere a refusal is for good: the folder may not be written, or a disk is mounted there.
const usual: Retrying = { rename, pauses: platform() === "win32" ? pauses : [] };

/**
 * Renames a file or folder. Windows refuses (EPERM, EBUSY, EACCES) while another program has it open, mostly for a
 * moment: there it is tried again for two seconds.
 *
 * @throws what the system says at last
 */
export async function renameInPlace(from: string, to: string, retrying: Retrying = usual): Promise<void> {
  for (const pause of [...retrying.pauses, undefined]) {
    try {
      return await retrying.rename(from, to);
    } catch (error) {
      if (pause === undefined || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** The same at once, where nothing else may happen in between. */
export function renameAtOnce(
  from: string,
  to: string,
  retrying: Retrying = { ...usual, rename: renameSync },
): void {
  for (const pause of [...retrying.pauses, undefined]) {
    try {
      return void retrying.rename(from, to);
    } catch (error) {
      if (pause === undefined || !isPassing(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  }
}
