/** Fingerprints of input files, for `run.json`. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import type { ByteSource } from "../../io/bytes.js";
import { openBytes } from "./files.js";
import { folderStore } from "./formatinput.js";
import type { InputRecord } from "./provenance.js";
import { seriesAddress } from "./seriesaddress.js";

/** Bytes that are read at once. Between two pieces others have their turn: a server shows images meanwhile. */
const pieceBytes = 2 ** 20;

/** Pieces of a file after which progress is told. */
const toldPieces = 16;

/**
 * Name, size and SHA-256 of all bytes of files; of a hierarchy in a folder, the names of its files count, too.
 * Progress counts bytes.
 *
 * @throws InvalidInput when a file cannot be read; Cancelled
 */
export async function hashFiles(
  paths: readonly string[],
  context: StageContext = {},
): Promise<InputRecord[]> {
  const files = paths.map((path) => seriesAddress(path).path);
  // Series of one file are hashed once.
  const parts = new Map<string, readonly HashedPart[]>();
  for (const file of new Set(files)) parts.set(file, await partsOf(file));
  const total = sizeOf([...parts.values()].flat());
  const hashes = new Map<string, string>();
  let done = 0;
  for (const [file, all] of parts) {
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
}

const sizeOf = (parts: readonly HashedPart[]): number =>
  parts.reduce((sum, { source }) => sum + source.size, 0);

/** A file, or the files of a folder that is one hierarchy, by name. */
async function partsOf(path: string): Promise<HashedPart[]> {
  if ((await stat(path).catch(() => undefined))?.isDirectory() !== true)
    return [{ name: "", source: await openBytes(path) }];
  const names = [...(await folderStore(path).list(""))].sort();
  const parts: HashedPart[] = [];
  for (const name of names) parts.push({ name: `${name}\0`, source: await openBytes(join(path, name)) });
  return parts;
}
