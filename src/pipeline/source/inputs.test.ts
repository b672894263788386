import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { imageFormatNames } from "../../io/formats/formatnames.js";
import { listInputs } from "./inputs.js";

describe("listInputs", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "karyon-inputs-"));
    mkdirSync(join(folder, "sub/deep"), { recursive: true });
    mkdirSync(join(folder, "only/folders"), { recursive: true });
    for (const name of [
      "f10.tif",
      "f2.TIF",
      "f1.png",
      ".hidden.tif",
      "notes.txt",
      "sub/s1.tiff",
      "sub/deep/d1.tif",
      "odd[1].tif",
    ])
      writeFileSync(join(folder, name), "x");
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const list = async (...inputs: string[]): Promise<string[]> =>
    (await listInputs(inputs.map((input) => join(folder, input)))).files.map((file) =>
      relative(folder, file),
    );

  it("takes the images of a folder in natural order, and says what it passes over", async () => {
    expect(await list("")).toEqual(["f1.png", "f2.TIF", "f10.tif", "odd[1].tif"]);
    expect((await listInputs([folder])).notices).toEqual([
      `Passed over 1 file that is not ${imageFormatNames}: notes.txt.`,
    ]);
  });

  it("expands patterns, takes files by name whatever they are called, and each once", async () => {
    expect(await list("f*.tif")).toEqual(["f10.tif"]);
    expect(await list("**/*.tif*")).toEqual(["f10.tif", "odd[1].tif", "sub/deep/d1.tif", "sub/s1.tiff"]);
    expect(await list("{sub,none}/*")).toEqual(["sub/s1.tiff"]);
    expect(await list("notes.txt", "f2.TIF", "f2.TIF", "f*")).toEqual([
      "f1.png",
      "f2.TIF",
      "f10.tif",
      "notes.txt",
    ]);
    expect(await list("odd[1].tif")).toEqual(["odd[1].tif"]);
  });

  it("says what is wrong, and what to do", async () => {
    await expect(list("none.tif")).rejects.toThrow(
      /none\.tif: expected a readable file, received nothing of that name/,
    );
    await expect(list("only")).rejects.toThrow(
      /holds 1 folder and no image; give one of them, such as .*folders/,
    );
    await expect(list("*.xyz")).rejects.toThrow(
      /TIFF[^:]* images, received none in .*\*\.xyz \(nothing found\)/,
    );
    await expect(listInputs([])).rejects.toThrow(/at least one/);
    expect((await listInputs([join(folder, "sub"), join(folder, "*.xyz")])).notices[0]).toMatch(
      /no image in .*\*\.xyz/,
    );
  });

  it("takes round brackets for themselves, as in scan (1).tif", async () => {
    mkdirSync(join(folder, "scans"), { recursive: true });
    for (const name of ["scan (1)_a.tif", "scan (2)_a.tif", "scan 1_a.tif", "!x.tif", "a+b.tif"])
      writeFileSync(join(folder, "scans", name), "x");
    expect(await list("scans/scan (?)*.tif")).toEqual(["scans/scan (1)_a.tif", "scans/scan (2)_a.tif"]);
    expect(await list("scans/!*.tif")).toEqual(["scans/!x.tif"]);
    expect(await list("scans/a+*.tif")).toEqual(["scans/a+b.tif"]);
  });

  it("ends for a missing file in a folder that has brackets in its name", async () => {
    mkdirSync(join(folder, "scan [2]"), { recursive: true });
    writeFileSync(join(folder, "scan [2]/a1.tif"), "x");
    expect(await list("scan [2]/a?.tif")).toEqual(["scan [2]/a1.tif"]);
    await expect(list("scan [2]/none.tif")).rejects.toThrow(/received nothing of that name/);
  });

  it("takes links to files, and does not follow links to folders, which may lead back", async () => {
    mkdirSync(join(folder, "links/inner"), { recursive: true });
    writeFileSync(join(folder, "links/inner/a.tif"), "x");
    symlinkSync(join(folder, "links/inner/a.tif"), join(folder, "links/b.tif"));
    symlinkSync(join(folder, "links"), join(folder, "links/back"));
    expect(await list("links/**/*.tif")).toEqual(["links/b.tif", "links/inner/a.tif"]);
  });

  it("passes over hidden files and folders, whatever the pattern", async () => {
    mkdirSync(join(folder, "dots/.hidden"), { recursive: true });
    for (const name of ["dots/.a.tif", "dots/.hidden/b.tif", "dots/c.tif"])
      writeFileSync(join(folder, name), "x");
    expect(await list("dots/**")).toEqual(["dots/c.tif"]);
    await expect(list("dots/.*")).rejects.toThrow(/nothing found/);
    await expect(list("dots/.h*/*.tif")).rejects.toThrow(/nothing found/);
  });

  it("takes a folder of OME-Zarr as one image, and does not enter it", async () => {
    mkdirSync(join(folder, "zarrs/movie.zarr/0"), { recursive: true });
    writeFileSync(join(folder, "zarrs/movie.zarr/0/a.tif"), "x");
    expect(await list("zarrs/movie.zarr")).toEqual(["zarrs/movie.zarr"]);
    expect(await list("zarrs")).toEqual(["zarrs/movie.zarr"]);
  });
});
