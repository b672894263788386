/**
 * A made-up hierarchical format is put into the array of formats, and nowhere else: inputs, names, messages
 * and reading follow.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ImageFormat } from "../../io/formats/imageformat.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { listInputs } from "./inputs.js";
import { hashFiles, openSource } from "./source.js";

vi.mock("../../io/formats/imageformats.js", async (original) => {
  const { imageFormats } = await original<{ readonly imageFormats: readonly ImageFormat[] }>();
  const { rowStore } = await import("../../../test/rowstore.js");
  return { imageFormats: [...imageFormats, rowStore] };
});

let folder = "";
const write = (name: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-seam-"));
  write("movie.rows/layout", JSON.stringify({ frames: 2, height: 2, width: 3 }));
  for (const t of [0, 1])
    for (const y of [0, 1]) write(`movie.rows/${t}/${y}`, Uint8Array.of(100 * t + 10 * y, 1, 2));
  write("empty.rows/other", "x");
  write("other.tif", encodeTiff([{ height: 1, width: 1, samples: 1, data: Uint8Array.of(5) }]));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a format that is a hierarchy, added to the array alone", () => {
  it("is a movie by its folder", async () => {
    const source = await openSource([join(folder, "movie.rows")]);
    expect([source.name, source.kind, source.frames, source.pixelSize, source.frameInterval]).toEqual([
      "movie",
      "movie",
      2,
      0.5,
      60,
    ]);
    expect([...(await source.read(1)).data]).toEqual([100, 1, 2, 110, 1, 2]);
    const window = await source.readWindow(1, { y: 1, x: 0, height: 1, width: 2 });
    expect([...window.data]).toEqual([110, 1]);
    expect(source.files.map((file) => relative(folder, file))).toEqual(["movie.rows"]);
    // Its fingerprint is of all files in it: one changes, and another name changes it, too.
    const [before] = await hashFiles(source.files, {});
    expect(before!.bytes).toBe(4 * 3 + JSON.stringify({ frames: 2, height: 2, width: 3 }).length);
    write("movie.rows/extra", "");
    const [after] = await hashFiles(source.files, {});
    expect(after!.sha256).not.toBe(before!.sha256);
    rmSync(join(folder, "movie.rows/extra"));
  });

  it("is found in folders and by patterns, and its parts are not entered", async () => {
    const found = async (input: string): Promise<string[]> =>
      (await listInputs([join(folder, input)])).files.map((file) => relative(folder, file));
    expect(await found("")).toEqual(["empty.rows", "movie.rows", "other.tif"]);
    expect(await found("*.rows")).toEqual(["empty.rows", "movie.rows"]);
    expect(await found("m*")).toEqual(["movie.rows"]);
  });

  it("is named in messages", async () => {
    write("texts/notes.txt", "x");
    await expect(listInputs([join(folder, "texts")])).rejects.toThrow(
      /expected TIFF, PNG or row store images/,
    );
    write("text.tif", "text");
    await expect(openSource([join(folder, "text.tif")])).rejects.toThrow(/TIFF, PNG or row store/);
    await expect(openSource([join(folder, "empty.rows")])).rejects.toThrow(
      /neither a TIFF nor a PNG nor a row store/,
    );
  });
});
