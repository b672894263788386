import { createHash } from "node:crypto";
import {
  mkdtempSync,
  openSync,
  closeSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Progress } from "../../core/progress.js";
import { hashFiles, type KnownHashes, knownHashes } from "./hash.js";
import { type InputRecord, runRecord, writeRun } from "./provenance.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-hash-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("hashFiles", () => {
  it("gives name, size and SHA-256 of files, empty ones too", async () => {
    writeFileSync(join(folder, "a"), "nuclei");
    writeFileSync(join(folder, "b"), "");
    expect(await hashFiles([join(folder, "a"), join(folder, "b")])).toEqual([
      { file: join(folder, "a"), bytes: 6, sha256: sha256("nuclei") },
      { file: join(folder, "b"), bytes: 0, sha256: sha256("") },
    ]);
  });

  it("sees a change in the middle of a large file, though size and time stay, and tells how far it is", async () => {
    const path = join(folder, "movie.tif");
    writeFileSync(path, "");
    // Without blocks on the disk.
    const size = 257 * 2 ** 20;
    truncateSync(path, size);
    utimesSync(path, 1, 1);
    const events: Progress[] = [];
    const [before] = await hashFiles([path], { onProgress: (progress) => events.push(progress) });
    expect(events.length).toBe(17);
    expect(events.at(-1)).toEqual({ done: size, total: size, message: "movie.tif" });
    const file = openSync(path, "r+");
    writeSync(file, "x", size / 2);
    closeSync(file);
    utimesSync(path, 1, 1);
    const [after] = await hashFiles([path]);
    expect(after!.bytes).toBe(before!.bytes);
    expect(after!.sha256).not.toBe(before!.sha256);
  });

  it("does not read again what a record has, unless its size or any time of it changed since", async () => {
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    writeFileSync(a, "nuclei");
    writeFileSync(b, "mitosis");
    const written = statSync(a).ctimeMs + 60_000;
    const recorded = (file: string, bytes: number): InputRecord => ({ file, bytes, sha256: "as recorded" });
    const records = new Map([
      [a, recorded("../a", 6)],
      [b, recorded("../b", 6)],
    ]);
    const hashes = async (known: KnownHashes): Promise<string[]> =>
      (await hashFiles([a, b], {}, known)).map((record) => record.sha256);
    expect(await hashes({ records, written })).toEqual(["as recorded", sha256("mitosis")]);
    // Contents of the same length, with the time of before: the system still knows when it was written.
    const { atime, mtime } = statSync(a);
    writeFileSync(a, "nuclea");
    utimesSync(a, atime, mtime);
    expect((await hashes({ records, written: mtime.getTime() }))[0]).toBe(sha256("nuclea"));
  });

  it("takes what is known from the record of a folder", async () => {
    const [out, image] = [join(folder, "out"), join(folder, "m.lif")];
    writeFileSync(image, "series");
    await mkdir(out);
    const inputs = await hashFiles([`${image}#1`]);
    await writeRun(out, runRecord("run", out, {}, inputs));
    expect(knownHashes(folder)).toBeUndefined();
    expect(knownHashes(out)!.records.get(image)).toEqual({ ...inputs[0], file: "../m.lif#1" });
  });

  it("stops when asked to", async () => {
    writeFileSync(join(folder, "a"), "nuclei");
    await expect(hashFiles([join(folder, "a")], { signal: AbortSignal.abort() })).rejects.toThrow(
      /Reading was stopped/,
    );
  });
});
