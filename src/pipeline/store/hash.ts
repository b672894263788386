/** Fingerprints of input files, for `run.json`. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import type { ByteSource } from "../../io/bytes.js";
import { openBytes } from "./files.js";
import type { InputRecord } from "./provenance.js";

/** Bytes that are read at once. */
const pieceBytes = 16 * 2 ** 20;

/**
 * Name, size and SHA-256 of all bytes of files. Progress counts bytes.
 *
 * @throws InvalidInput when a file cannot be read; Cancelled
 */
export async function hashFiles(
  paths: readonly string[],
  context: StageContext = {},
): Promise<InputRecord[]> {
  const sources: ByteSource[] = [];
  for (const path of paths) sources.push(await openBytes(path));
  const total = sources.reduce((sum, { size }) => sum + size, 0);
  const records: InputRecord[] = [];
  let done = 0;
  for (const [i, source] of sources.entries()) {
    const path = paths[i]!;
    const hash = createHash("sha256");
    for (let at = 0; at < source.size; at += pieceBytes) {
      throwIfCancelled(context, "Reading");
      const length = Math.min(pieceBytes, source.size - at);
      hash.update(await source.read(at, length));
      done += length;
      context.onProgress?.({ done, total, message: basename(path) });
    }
    records.push({ file: path, bytes: source.size, sha256: hash.digest("hex") });
  }
  return records;
}

/** Karyon 0.1 took the first and the last MiB for the whole of files above 256 MiB. */
const endBytes = 2 ** 20;
const endsMark = "ends:";

/**
 * The earlier records of files, with the fingerprints that they have now where version 0.1 knew the ends only
 * and these are the same: a run of version 0.1 can so be gone on with.
 *
 * @param earlier as `run.json` has them
 * @param now of the same files, in the same order, with paths that can be opened
 */
export async function upgradeFingerprints(
  earlier: readonly InputRecord[],
  now: readonly InputRecord[],
): Promise<InputRecord[]> {
  const upgraded: InputRecord[] = [];
  for (const [i, record] of earlier.entries()) {
    const present = now[i];
    const isSame =
      present !== undefined &&
      record.sha256.startsWith(endsMark) &&
      record.bytes === present.bytes &&
      record.sha256 === (await endsFingerprint(present.file));
    upgraded.push(isSame ? { ...record, sha256: present.sha256 } : record);
  }
  return upgraded;
}

async function endsFingerprint(path: string): Promise<string> {
  const source = await openBytes(path);
  const length = Math.min(endBytes, source.size);
  const hash = createHash("sha256")
    .update(String(source.size))
    .update(await source.read(0, length))
    .update(await source.read(source.size - length, length));
  return `${endsMark}${hash.digest("hex")}`;
}
