/** What the formats open, from paths: files as bytes, folders as hierarchies of values by key. */
import { existsSync } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { Store } from "../../io/bytes.js";
import type { ByteInput, FormatInput } from "../../io/formats/fileformat.js";
import { codeOf, openBytes, unreadable } from "./files.js";

/**
 * A path as what a format is opened from: a file, or a folder whose name says that it is a hierarchy, or that
 * of one which it lies in, such as `movie.zarr/labels/nuclei`.
 *
 * @param isHierarchy whether a folder of that name is one
 * @throws InvalidInput when there is nothing of that name, or it may not be read
 */
export async function formatInput(
  path: string,
  isHierarchy: (name: string) => boolean,
): Promise<FormatInput> {
  const name = basename(path);
  const isFolder =
    path.split(/[/\\]/).some(isHierarchy) &&
    (await stat(path).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? { from: "store", where: path, name, store: folderStore(path) } : fileInput(path);
}

/** A file as bytes; its siblings are the files of its folder. @throws InvalidInput when it cannot be read */
export async function fileInput(path: string): Promise<ByteInput> {
  return {
    from: "bytes",
    where: path,
    name: basename(path),
    bytes: await openBytes(path),
    sibling: (name) => fileInput(join(dirname(path), name)),
  };
}

/** A folder as a store: its files by their path in it. */
export function folderStore(folder: string): Required<Store> {
  return {
    get: (key, { signal } = {}) => orMissing(folder, key, (path) => readFile(path, { signal })),
    getRange: (key, range) => orMissing(folder, key, (path) => readPart(path, range)),
    size: (key) =>
      orMissing(folder, key, async (path) => {
        const status = await stat(path);
        return status.isFile() ? status.size : undefined;
      }),
    list: async (prefix) => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
        (error: unknown) => {
          throw unreadable(folder, error);
        },
      );
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
        .filter((key) => key.startsWith(prefix));
    },
  };
}

/** The file of a key. @throws InvalidInput when it would lie outside of the folder */
function place(folder: string, key: string): string {
  const parts = key.split("/");
  if (parts.every((part) => part !== "" && part !== "." && part !== "..")) return join(folder, ...parts);
  throw new InvalidInput(folder, 'keys of parts joined by "/"', JSON.stringify(key));
}

/**
 * What `read` gives; undefined when there is no such file in the folder.
 *
 * @throws InvalidInput when it cannot be read, or the folder itself is gone: what is missing there is no empty chunk
 */
async function orMissing<T>(
  folder: string,
  key: string,
  read: (path: string) => Promise<T>,
): Promise<T | undefined> {
  const path = place(folder, key);
  try {
    return await read(path);
  } catch (error) {
    const isMissing = ["ENOENT", "ENOTDIR", "EISDIR"].includes(codeOf(error));
    if (isMissing && existsSync(folder)) return undefined;
    throw codeOf(error) === "" ? error : unreadable(isMissing ? folder : path, error);
  }
}

async function readPart(
  path: string,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  } finally {
    await file.close();
  }
}
