import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statfsSync } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rm } from "node:fs/promises";
import { platform } from "node:os";
import { dirname, resolve } from "node:path";
import { CorruptFile, InvalidInput, OutputError, messageOf } from "../../core/errors.js";
import type { ByteSource } from "../../io/bytes.js";
import { idleFiles } from "./idlefiles.js";
import { renameInPlace } from "./renaming.js";
import { forget, realPlace, temporaryBeside } from "./temporaries.js";

/**
 * What a file can be written from; an iterable is written piece by piece, so that it may be larger than
 * memory.
 */
export type FileContent = Uint8Array | string | Iterable<Uint8Array>;

/** How a file is written. */
export interface WriteOptions {
  /**
   * Wait until the disk holds the bytes: for what must survive a power cut, such as a checkpoint. Default
   * false.
   */
  readonly sync?: boolean;
}

/**
 * Writes a file so that its name never stands for half a file: the bytes go to a temporary name in the same
 * folder (a rename is atomic within one file system only), which then replaces the target; a symbolic link
 * stays, and its target is replaced. Missing folders are made. On failure the temporary file is removed and an
 * older file of that name is left as it was.
 *
 * @throws OutputError when the disk is full, read-only, or the path is otherwise unusable
 */
export async function writeFileAtomic(
  path: string,
  content: FileContent,
  options: WriteOptions = {},
): Promise<void> {
  const place = realPlace(path);
  const temporary = temporaryBeside(place);
  try {
    await writeAll(temporary, content, options.sync ?? false);
    await renameInPlace(temporary, place);
    forget(temporary);
  } catch (error) {
    await discard(temporary);
    // An error of the content itself (an encoder that refuses a value) is not the folder's fault.
    if (codeOf(error) === "") throw error;
    throw unwritable(path, error);
  }
}

async function discard(temporary: string): Promise<void> {
  await rm(temporary, { force: true }).catch(() => undefined);
  forget(temporary);
}

/** A file that is written at any place before it gets its name. */
export interface AtomicFile {
  /** @throws OutputError */
  readonly write: (position: number, bytes: Uint8Array) => Promise<void>;
  /** Puts the file under its name. @throws OutputError, and then nothing is left */
  readonly close: () => Promise<void>;
  /** Removes what was written; without effect after `close`. */
  readonly abort: () => Promise<void>;
}

/**
 * Opens a file for writing in pieces, as `writeFileAtomic` writes it at once: under a temporary name until it
 * is closed.
 *
 * @throws OutputError when it cannot be made
 */
export async function openAtomic(path: string): Promise<AtomicFile> {
  const place = realPlace(path);
  const temporary = temporaryBeside(place);
  const said = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw unwritable(path, error);
    }
  };
  const file = await said(() => create(temporary));
  let isOpen = true;
  const abort = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await file.close().catch(() => undefined);
    await discard(temporary);
  };
  return {
    write: (position, bytes) =>
      said(async () => {
        for (let done = 0; done < bytes.length;)
          done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      }),
    close: async () => {
      try {
        await said(async () => {
          await file.close();
          await renameInPlace(temporary, place);
        });
        forget(temporary);
        isOpen = false;
      } catch (error) {
        await abort();
        throw error;
      }
    },
    abort,
  };
}

/**
 * Makes a file that is not there yet, and its folders. Their names are made before this returns, since one
 * that waits for a thread could come after `removeAtExit` has removed it; "r+" makes none.
 */
function create(path: string): Promise<FileHandle> {
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, "wx"));
  return open(path, "r+");
}

async function writeAll(path: string, content: FileContent, sync: boolean): Promise<void> {
  const file = await create(path);
  try {
    if (typeof content === "string" || content instanceof Uint8Array) await file.writeFile(content);
    else for (const piece of content) await file.writeFile(piece);
    if (sync) await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a folder and its parents. @throws OutputError when that is not possible */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new OutputError(`The folder ${path} could not be made: ${outputAdvice(error)}.`, error);
  }
}

/** @throws InvalidInput when there is no such file, or it may not be read */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Reads what one of our own steps wrote as JSON.
 *
 * @throws InvalidInput when there is no such file; CorruptFile when it is no JSON
 */
export function readJson<T>(path: string): T {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new CorruptFile(
      path,
      0,
      `this is not the JSON that Karyon writes (${messageOf(error)})`,
      "create its folder again",
    );
  }
}

/**
 * Files between two reads. Few of them: a movie of ten thousand files never runs out of handles. Windows
 * neither replaces nor removes the folder of a file that is open, so that there none is.
 */
const openFiles = idleFiles(16, platform() === "win32" ? 0 : 500);

/**
 * A file as bytes that are read where they are needed. Nobody has to close it: it stays open for half a second
 * after a read, and is opened again for the next. Its size and the time of its last change must then be what they
 * were: half of a result would be made from another image.
 *
 * @throws InvalidInput when there is no such file, it may not be read, or (its reads) it was changed
 */
export async function openBytes(path: string): Promise<ByteSource> {
  const key = {};
  let first: FileState | undefined;
  let checked = -Infinity;
  const assertSame = async (file: FileHandle): Promise<void> => {
    const now = performance.now();
    if (now - checked < checkPause) return;
    const { size, mtimeMs } = await file.stat();
    first ??= { size, mtimeMs };
    if (size !== first.size || mtimeMs !== first.mtimeMs) throw changedMeanwhile(path);
    checked = now;
  };
  const withFile = <T>(use: (file: FileHandle) => Promise<T>): Promise<T> =>
    openFiles
      .use(
        key,
        () => open(path, "r"),
        async (file) => {
          await assertSame(file);
          return use(file);
        },
      )
      .catch((error: unknown) => {
        throw codeOf(error) === "" ? error : unreadable(path, error);
      });
  const readInto = (offset: number, target: Uint8Array): Promise<void> =>
    withFile((file) => fill(file, path, offset, target));
  const size = await withFile(async (file) => {
    const status = await file.stat();
    if (!status.isFile())
      throw new InvalidInput(
        path,
        "a file",
        status.isDirectory() ? "a folder" : "something that is not a plain file",
      );
    return status.size;
  });
  return {
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      await readInto(offset, bytes);
      return bytes;
    },
    readInto,
  };
}

/** How often a file that is read is looked at, ms. */
const checkPause = 100;

/** What tells that a file is the one that was opened before. */
interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
}

const changedMeanwhile = (path: string): InvalidInput =>
  new InvalidInput(
    path,
    "a file that stays as it is while it is read",
    "one that was changed meanwhile",
    "wait until nothing writes it, and run the same command again",
  );

/** Reads until the target is full. @throws CorruptFile when the file ends before */
async function fill(file: FileHandle, path: string, offset: number, target: Uint8Array): Promise<void> {
  const { length } = target;
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(target, done, length - done, offset + done);
    if (bytesRead === 0)
      throw new CorruptFile(path, offset + done, `the file ends ${length - done} bytes early`);
    done += bytesRead;
  }
}

/** The system's code, such as "ENOENT"; "" for errors that the system did not raise. */
export const codeOf = (error: unknown): string =>
  error instanceof Error &&
  "code" in error &&
  typeof error.code === "string" &&
  /^E[A-Z0-9]+$/.test(error.code)
    ? error.code
    : "";

/** What the system said on reading, with advice. */
export function unreadable(path: string, error: unknown, expected = "a readable file"): InvalidInput {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "nothing of that name",
    ENOTDIR: "something that is not a folder",
    EISDIR: "a folder",
    EACCES: "a file that may not be read",
    EPERM: "a file that may not be read",
    EMFILE: "too many open files",
  };
  return new InvalidInput(
    path,
    expected,
    reasons[codeOf(error)] ?? messageOf(error),
    "check the path and its permissions",
  );
}

/** What the system said on writing, as one sentence with advice. */
export const unwritable = (path: string, error: unknown): OutputError =>
  new OutputError(`${path} could not be written: ${outputAdvice(error)}${spaceLeft(path, error)}.`, error);

/** How much is left where the disk is full: often too little for this file only. */
function spaceLeft(path: string, error: unknown): string {
  const free = codeOf(error) === "ENOSPC" ? freeBytes(path) : undefined;
  return free === undefined ? "" : ` (${Math.floor(free / 2 ** 20)} MiB are left there)`;
}

/** Bytes free for this user on the file system that holds the path, or will hold it; undefined if it does not say. */
export function freeBytes(path: string): number | undefined {
  let place = resolve(path);
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  try {
    const { blocks, bavail, bsize } = statfsSync(place);
    // File systems that do not count their blocks say 0 of 0.
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    return undefined;
  }
}

function outputAdvice(error: unknown): string {
  const advice: Readonly<Record<string, string>> = {
    ENOSPC: "the disk is full; free some space or choose another output folder",
    EFBIG: "files may not be as large as that there; raise the limit (ulimit -f) or choose another disk",
    EDQUOT: "your disk quota is used up; free some space or choose another output folder",
    EROFS: "the disk is read-only; choose another output folder",
    EACCES: "you may not write there; choose another output folder or change its permissions",
    EPERM: "you may not write there; choose another output folder or change its permissions",
    EBUSY: "it is in use, or another disk is mounted there; choose a folder within it",
    ELOOP: "its symbolic links lead nowhere; choose another output folder",
    ENOTDIR: "a part of its path is a file, not a folder; choose another output folder",
    EEXIST: "a part of its path is a file, not a folder; choose another output folder",
    EISDIR: "a folder of that name is in the way; remove it or choose another name",
    ENOTEMPTY: "a folder of that name is in the way; remove it or choose another name",
    ENAMETOOLONG: "the name is too long; choose a shorter one",
    ENOENT: "its folder does not exist and could not be made; choose another output folder",
    EMFILE: "too many files are open; close other programs or raise the limit (ulimit -n)",
  };
  return advice[codeOf(error)] ?? `${messageOf(error)}; choose another output folder`;
}
