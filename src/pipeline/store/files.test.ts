import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InvalidInput, OutputError } from "../../core/errors.js";
import { openBytes, readBytes, readJson, writeFileAtomic } from "./files.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-files-"));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("writeFileAtomic", () => {
  it("writes bytes, text and pieces, makes folders, and leaves nothing else", async () => {
    await writeFileAtomic(join(folder, "a/b/bytes.bin"), Uint8Array.of(1, 2));
    await writeFileAtomic(join(folder, "a/text.txt"), "µm", { sync: true });
    await writeFileAtomic(join(folder, "a/pieces.bin"), [Uint8Array.of(1), Uint8Array.of(2, 3)]);
    expect([...readFileSync(join(folder, "a/b/bytes.bin"))]).toEqual([1, 2]);
    expect(readFileSync(join(folder, "a/text.txt"), "utf8")).toBe("µm");
    expect([...(await readBytes(join(folder, "a/pieces.bin")))]).toEqual([1, 2, 3]);
    expect(readdirSync(join(folder, "a")).sort()).toEqual(["b", "pieces.bin", "text.txt"]);
  });

  it("keeps the older file, and no half one, when making the new one fails", async () => {
    const path = join(folder, "x.bin");
    writeFileSync(path, "old");
    const pieces = function* (): Generator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new InvalidInput("plane", "more", "none");
    };
    await expect(writeFileAtomic(path, pieces())).rejects.toThrow(InvalidInput);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["x.bin"]);
  });

  it("writes the file that a symbolic link stands for, and the link stays", async () => {
    writeFileSync(join(folder, "real"), "old");
    symlinkSync("real", join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), "new");
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "real"), "utf8")).toBe("new");
    expect(readdirSync(folder).sort()).toEqual(["link", "real"]);
  });

  it("says what to do when a part of the path is a file, or a folder is in the way", async () => {
    writeFileSync(join(folder, "file"), "");
    const through = await failure(writeFileAtomic(join(folder, "file", "x"), "1"));
    expect(through).toBeInstanceOf(OutputError);
    expect((through as OutputError).message).toMatch(
      /^.*x could not be written: a part of its path is a file, not a folder; choose another output folder\.$/,
    );
    await writeFileAtomic(join(folder, "taken", "inside"), "1");
    const taken = await failure(writeFileAtomic(join(folder, "taken"), "1"));
    expect((taken as OutputError).message).toMatch(/a folder of that name is in the way/);
    expect(readdirSync(folder).sort()).toEqual(["file", "taken"]);
  });

  // The administrator may write everywhere.
  it.skipIf(process.getuid?.() === 0)("says so when it may not write", async () => {
    chmodSync(folder, 0o500);
    await expect(writeFileAtomic(join(folder, "x"), "1")).rejects.toThrow(/you may not write there/);
  });

  it("writes the same file many times at once without mixing", async () => {
    const path = join(folder, "same.txt");
    const contents = Array.from({ length: 20 }, (_, i) => `${i} `.repeat(5000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(readFileSync(path, "utf8"));
    expect(readdirSync(folder)).toEqual(["same.txt"]);
  });
});

describe("openBytes", () => {
  it("reads ranges", async () => {
    writeFileSync(join(folder, "x"), "0123456789");
    const source = await openBytes(join(folder, "x"));
    expect(source.size).toBe(10);
    expect(new TextDecoder().decode(await source.read(3, 4))).toBe("3456");
  });

  it("fills what it is given, and reads at the same time as elsewhere", async () => {
    writeFileSync(join(folder, "x"), "0123456789");
    const source = await openBytes(join(folder, "x"));
    const target = new Uint8Array(6);
    await Promise.all([
      source.readInto!(2, target.subarray(0, 3)),
      source.readInto!(7, target.subarray(3)),
      source.read(0, 10),
    ]);
    expect(new TextDecoder().decode(target)).toBe("234789");
    await expect(source.readInto!(8, target)).rejects.toThrow(/ends 4 bytes early/);
    expect(new TextDecoder().decode(await source.read(0, 2))).toBe("01");
  });

  it("says when a file has become shorter", async () => {
    writeFileSync(join(folder, "x"), "0123456789");
    const source = await openBytes(join(folder, "x"));
    writeFileSync(join(folder, "x"), "01");
    await expect(source.read(0, 10)).rejects.toThrow(/ends 8 bytes early/);
  });

  it("says when a file was changed or removed since it was opened", async () => {
    const path = join(folder, "x");
    writeFileSync(path, "0123456789");
    const source = await openBytes(path);
    writeFileSync(path, "9876543210");
    utimesSync(path, 1, 1);
    // It stays open for a moment after a read.
    await new Promise((resolve) => setTimeout(resolve, 700));
    await expect(source.read(0, 4)).rejects.toThrow(
      /x: expected a file that stays as it is while it is read, received one that was changed meanwhile; wait until/,
    );
    rmSync(path);
    await expect(source.read(0, 4)).rejects.toThrow(
      /x: expected a readable file, received nothing of that name/,
    );
  });

  it("refuses folders and what is not there, in one sentence", async () => {
    await expect(openBytes(folder)).rejects.toThrow(/expected a file, received a folder/);
    await expect(openBytes(join(folder, "none"))).rejects.toThrow(
      /none: expected a readable file, received nothing of that name; check the path and its permissions\.$/,
    );
    await expect(readBytes(folder)).rejects.toThrow(InvalidInput);
  });
});

describe("readJson", () => {
  it("reads what was written, and says what else it finds", () => {
    writeFileSync(join(folder, "a.json"), `{ "images": [1] }`);
    expect(readJson(join(folder, "a.json"))).toEqual({ images: [1] });
    writeFileSync(join(folder, "a.json"), `{ "images": [`);
    expect(() => readJson(join(folder, "a.json"))).toThrow(
      /a\.json: this is not the JSON that Karyon writes .*create its folder again\.$/,
    );
    expect(() => readJson(join(folder, "b.json"))).toThrow(
      /b\.json: expected a readable file, received nothing of that name/,
    );
  });
});
