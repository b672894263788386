import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { nothingSpilled, type Spill } from "../../core/spill.js";
import { writeFileAtomic } from "./files.js";

/** A store whose bytes lie in a folder, a file a key; the folder is made with the first one. */
export function folderSpill(folder: string): Required<Spill> {
  const fileOf = (key: string): string => {
    if (!/^\w[\w.-]*$/.test(key)) throw new TypeError(`a key that is no file name: ${key}`);
    return join(folder, key);
  };
  return {
    put: async (key, bytes) => writeFileAtomic(fileOf(key), bytes),
    get: async (key) => {
      const path = fileOf(key);
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") throw nothingSpilled(folder, key);
        throw error;
      }
    },
    remove: async (key) => rm(fileOf(key), { force: true }),
  };
}
