/** Files that stay open for a moment after a read, since most reads are followed by another of the same file. */
import type { FileHandle } from "node:fs/promises";

/** Files that are open between two reads. */
export interface IdleFiles {
  /**
   * Does something with a file that is open for reading: one left by an earlier call with the same key, or
   * opened now. Calls at the same time have a handle each. The file is closed when `use` fails.
   *
   * @param key what the file is known by: one for each time that it is opened as a source of bytes
   * @param open opens it for reading
   */
  readonly use: <T>(
    key: object,
    open: () => Promise<FileHandle>,
    use: (file: FileHandle) => Promise<T>,
  ) => Promise<T>;
  /** Files that are open and not in use. */
  readonly count: () => number;
}

/**
 * @param most files that stay open; beyond, the one that was used first is closed
 * @param milliseconds after which an unused file is closed; 0: at once. Nothing waits for it: a program may end
 */
export function idleFiles(most: number, milliseconds: number): IdleFiles {
  // In the order of their last use.
  const idle = new Map<object, { readonly file: FileHandle; readonly timer: NodeJS.Timeout }>();
  const take = (key: object): FileHandle | undefined => {
    const found = idle.get(key);
    if (found === undefined) return undefined;
    clearTimeout(found.timer);
    idle.delete(key);
    return found.file;
  };
  const close = async (key: object): Promise<void> => {
    await quietly(take(key));
  };
  const leave = async (key: object, file: FileHandle): Promise<void> => {
    if (milliseconds === 0) return quietly(file);
    const timer = setTimeout(() => void close(key), milliseconds);
    timer.unref();
    // A call at the same time may have left one.
    const other = take(key);
    idle.set(key, { file, timer });
    await quietly(other);
    if (idle.size > most) await close(idle.keys().next().value!);
  };
  return {
    use: async (key, open, use) => {
      const file = take(key) ?? (await open());
      try {
        const result = await use(file);
        await leave(key, file);
        return result;
      } catch (error) {
        await quietly(file);
        throw error;
      }
    },
    count: () => idle.size,
  };
}

/** Closes a file that was only read: nothing is lost when that fails. */
async function quietly(file: FileHandle | undefined): Promise<void> {
  await file?.close().catch(() => undefined);
}
