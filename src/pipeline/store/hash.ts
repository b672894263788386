/** Fingerprints of input files, for `run.json`. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { openBytes } from "./files.js";
import type { InputRecord } from "./provenance.js";

/**
 * Files above this size are fingerprinted by their ends: hashing a movie of 100 GB would take longer than
 * segmenting it.
 */
const maxHashed = 256 * 2 ** 20;
const endBytes = 2 ** 20;

/**
 * Name, size and fingerprint of files: the SHA-256 of the contents or, above 256 MiB, "ends:" and the SHA-256
 * of the size (decimal, in ASCII), the first and the last MiB. An ends fingerprint tells movies apart, but
 * not every change within one.
 *
 * @throws InvalidInput when a file cannot be read
 */
export async function hashFiles(
  paths: readonly string[],
  context: StageContext = {},
): Promise<InputRecord[]> {
  const records: InputRecord[] = [];
  for (const path of paths) {
    throwIfCancelled(context, "Reading");
    records.push(await hashFile(path));
    context.onProgress?.({ done: records.length, total: paths.length, message: basename(path) });
  }
  return records;
}

async function hashFile(path: string): Promise<InputRecord> {
  const source = await openBytes(path);
  const hash = createHash("sha256");
  if (source.size > maxHashed) {
    hash
      .update(String(source.size))
      .update(await source.read(0, endBytes))
      .update(await source.read(source.size - endBytes, endBytes));
    return { file: path, bytes: source.size, sha256: `ends:${hash.digest("hex")}` };
  }
  for (let at = 0; at < source.size; at += 16 * endBytes)
    hash.update(await source.read(at, Math.min(16 * endBytes, source.size - at)));
  return { file: path, bytes: source.size, sha256: hash.digest("hex") };
}
