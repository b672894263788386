/** OME-Zarr in folders: images and labels by their paths. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { gathered, madeSource } from "../../../test/madezarr.js";
import { encodeZip } from "../../io/zip.js";
import { writeZarr } from "../../io/zarr/writezarr.js";
import { openSource } from "../source/source.js";
import { folderStore } from "./formatinput.js";
import { openLabels } from "./labelfiles.js";

const size = { height: 40, width: 50, frames: 2, channels: 1, slices: 1 };
const image = madeSource({ ...size, type: "uint16", pixelSize: 0.5, frameInterval: 60 });
const nuclei = madeSource({ ...size, type: "int32" });
const window = { y: 0, x: 0, height: 40, width: 50 };
const second = { frame: 1, channel: 0, slice: 0 };

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "karyon-zarr-"));
  const labels = [{ name: "nuclei", source: nuclei }];
  const files = await gathered(writeZarr(image, { version: "0.5", chunk: 16, shard: 32, labels }));
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, "movie.zarr", path)), { recursive: true });
    writeFileSync(join(folder, "movie.zarr", path), bytes);
  }
  writeFileSync(join(folder, "movie.zarr.zip"), encodeZip(files));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each(["movie.zarr", "movie.zarr.zip"])("%s is a movie", async (name) => {
  const source = await openSource([join(folder, name)]);
  expect(source).toMatchObject({ kind: "movie", frames: 2, pixelSize: 0.5, frameInterval: 60 });
  expect((await source.read(1)).data).toEqual(await image.read(window, second));
});

it.each(["movie.zarr", "movie.zarr/labels/nuclei", "movie.zarr/labels", "movie.zarr.zip"])(
  "%s gives its labels",
  async (name) => {
    const labels = await openLabels(join(folder, name));
    expect(labels.planes).toBe(2);
    expect((await labels.read(1)).data).toEqual(await nuclei.read(window, second));
  },
);

it("a folder as a store says how long its files are", async () => {
  const store = folderStore(join(folder, "movie.zarr"));
  expect(await store.size("zarr.json")).toBe((await store.get("zarr.json"))!.length);
  expect(await store.size("none")).toBeUndefined();
  expect(await store.size("labels")).toBeUndefined();
});

it("a folder that is gone is said, and is no image of empty chunks", async () => {
  const place = join(folder, "gone.zarr");
  mkdirSync(place);
  const store = folderStore(place);
  expect(await store.get("0.0")).toBeUndefined();
  rmSync(place, { recursive: true });
  await expect(store.get("0.0")).rejects.toThrow(
    /gone\.zarr: expected a readable file, received nothing of that name/,
  );
});
