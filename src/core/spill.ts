/** What a stage puts aside between its passes, so that a movie need not fit in memory. */
import { InvalidInput } from "./errors.js";

/**
 * A small store of bytes by key. A key is usable as a file name: letters, digits, ".", "_" and "-". To put a
 * key again replaces its bytes.
 */
export interface Spill {
  /** Holds the bytes; the caller does not change them afterwards. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws InvalidInput when nothing was put under that key */
  get(key: string): Promise<Uint8Array>;
  /** Forgets a key; one that is not there is no error. */
  remove?(key: string): Promise<void>;
}

/** The error of a key that is not there. */
export const nothingSpilled = (where: string, key: string): InvalidInput =>
  new InvalidInput(where, `an entry ${key}`, "none", "repeat the passes before this one");

/** A store in memory. */
export function memorySpill(): Spill {
  const entries = new Map<string, Uint8Array>();
  return {
    put: async (key, bytes) => {
      entries.set(key, bytes);
    },
    get: async (key) => {
      const bytes = entries.get(key);
      if (bytes === undefined) throw nothingSpilled("The store in memory", key);
      return bytes;
    },
    remove: async (key) => {
      entries.delete(key);
    },
  };
}
