/** Fingerprints of input files, for `run.json`. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import type { ByteSource } from "../../io/bytes.js";
import { openBytes } from "./files.js";
import { folderStore } from "./formatinput.js";
import { inputPaths, type InputRecord, readRun } from "./provenance.js";
import { seriesAddress } from "./seriesaddress.js";

/** Bytes that are read at once. Between two pieces others have their turn: a server shows images meanwhile. */
const pieceBytes = 2 ** 20;

/** Pieces of a file after which progress is told. */
const toldPieces = 16;

/** Fingerprints of a record, by absolute path. */
export interface KnownHashes {
  readonly records: ReadonlyMap<string, InputRecord>;
  /** When the record was written, by the clock of its file system, ms. */
  readonly written: number;
}

/** What `run.json` of a folder knows; undefined where there is none. */
export function knownHashes(folder: string): KnownHashes | undefined {
  const record = readRun(folder);
  if (record === undefined) return undefined;
  const paths = inputPaths(folder, record);
  const records = new Map(paths.map((path, i) => [seriesAddress(path).path, record.inputs[i]!]));
  return { records, written: statSync(join(folder, "run.json")).mtimeMs };
}

/** Times of files of some systems are whole seconds, ms. */
const coarsest = 2000;

/**
 * Name, size and SHA-256 of all bytes of files; of a hierarchy in a folder, the names of its files count, too.
 * Progress counts bytes.
 *
 * @param known of files whose size is as it was, and which did not change since: they are not read
 * @throws InvalidInput when a file cannot be read; Cancelled
 */
export async function hashFiles(
  paths: readonly string[],
  context: StageContext = {},
  known?: KnownHashes,
): Promise<InputRecord[]> {
  const files = paths.map((path) => seriesAddress(path).path);
  // Series of one file are hashed once.
  const parts = new Map<string, readonly HashedPart[]>();
  for (const file of new Set(files)) parts.set(file, await partsOf(file));
  const hashes = new Map<string, string>();
  for (const [file, all] of parts) {
    const hash = hashBefore(file, all, known);
    if (hash !== undefined) hashes.set(file, hash);
  }
  const unread = [...parts].filter(([file]) => !hashes.has(file));
  const total = sizeOf(unread.flatMap(([, all]) => all));
  let done = 0;
  for (const [file, all] of unread) {
    const hash = createHash("sha256");
    for (const { name, source } of all) {
      hash.update(name);
      for (let at = 0; at < source.size; at += pieceBytes) {
        throwIfCancelled(context, "Reading");
        const length = Math.min(pieceBytes, source.size - at);
        hash.update(await source.read(at, length));
        done += length;
        const isTold = (at / pieceBytes + 1) % toldPieces === 0 || at + length === source.size;
        if (isTold) context.onProgress?.({ done, total, message: basename(file) });
      }
    }
    hashes.set(file, hash.digest("hex"));
  }
  return paths.map((path, i) => ({
    file: path,
    bytes: sizeOf(parts.get(files[i]!)!),
    sha256: hashes.get(files[i]!)!,
  }));
}

interface HashedPart {
  /** What tells parts of a hierarchy apart; "" for a file. */
  readonly name: string;
  readonly source: ByteSource;
  /** When its contents, its name or its rights last changed, ms. */
  readonly changed: number;
}

/** The hash of a file, or of a hierarchy, that is as a record has it. */
function hashBefore(
  file: string,
  parts: readonly HashedPart[],
  known: KnownHashes | undefined,
): string | undefined {
  const record = known?.records.get(resolve(file));
  if (known === undefined || record === undefined || record.bytes !== sizeOf(parts)) return undefined;
  return parts.every(({ changed }) => changed < known.written - coarsest) ? record.sha256 : undefined;
}

const sizeOf = (parts: readonly HashedPart[]): number =>
  parts.reduce((sum, { source }) => sum + source.size, 0);

/** A file, or the files of a folder that is one hierarchy, by name. */
async function partsOf(path: string): Promise<HashedPart[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return [await partAt(path, "")];
  const names = [...(await folderStore(path).list(""))].sort();
  const parts: HashedPart[] = [];
  for (const name of names) parts.push(await partAt(join(path, name), `${name}\0`));
  return parts;
}

async function partAt(path: string, name: string): Promise<HashedPart> {
  const source = await openBytes(path);
  const { mtimeMs, ctimeMs } = await stat(path);
  return { name, source, changed: Math.max(mtimeMs, ctimeMs) };
}
