import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { inputOf, type MadeFiles, storeOf, type ZarrJson, zippedInput } from "../../../test/madezarr.js";
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { openAs } from "./fileformat.js";
import type { ImageSet, OpenedImage } from "./imageformat.js";
import { imageFormats } from "./imageformats.js";
import { labelFormats } from "./labelformats.js";

const folder = fileURLToPath(new URL("../../../fixtures/zarr/", import.meta.url));

interface Entry {
  readonly note: string;
  readonly shape: readonly number[];
  readonly type: string;
  readonly fill?: number;
  readonly ome?: boolean;
}
const { files, weights } = JSON.parse(readFileSync(`${folder}manifest.json`, "utf8")) as {
  readonly files: Readonly<Record<string, Entry>>;
  readonly weights: readonly number[];
};
const fixture = (name: string): Promise<ImageSet> =>
  openAs(imageFormats, zippedInput(new Uint8Array(readFileSync(folder + name)), name));

/** The value that the generator gave a place. */
const rampAt = (...place: readonly number[]): number =>
  place.reduce((sum, at, i) => sum + at * weights[weights.length - place.length + i]!, 0);

/** Wraps around as numpy does. */
const wrapped = (value: number, type: string): number =>
  type === "int8" ? (value << 24) >> 24 : type === "uint8" ? value & 255 : value;

async function only(set: Promise<ImageSet>): Promise<OpenedImage> {
  const { series, open } = await set;
  expect(series.length).toBe(1);
  return open(0);
}

const open = (made: MadeFiles): Promise<ImageSet> => openAs(imageFormats, inputOf(made));

describe("arrays that zarr-python wrote", () => {
  const arrays = Object.entries(files).filter(([, { ome }]) => ome !== true);

  it("are all there", () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith(".zip"))
        .sort(),
    ).toEqual(Object.keys(files).sort());
    expect(arrays.length).toBe(54);
  });

  it.each(arrays.map(([name, entry]) => [name, entry.note, entry] as const))(
    "%s: %s",
    async (name, _, entry) => {
      const image = await only(fixture(name));
      const named = name.startsWith("v3_named");
      const [frames, height, width] = named ? entry.shape.toReversed() : [1, 1, ...entry.shape].slice(-3);
      expect([image.frames, image.channels, image.slices]).toEqual([frames, 1, 1]);
      expect([image.height, image.width, image.type]).toEqual([height, width, entry.type]);
      const windows = [
        { y: 0, x: 0, height: image.height, width: image.width },
        { y: 7, x: 13, height: 11, width: 15 },
        { y: image.height - 1, x: image.width - 1, height: 1, width: 1 },
      ];
      for (let frame = 0; frame < image.frames; frame++) {
        for (const window of windows) {
          const { plane } = await image.readWindow!({ frame, channel: 0, slice: 0 }, window);
          const expected = Array.from(plane.data, (_value, i) => {
            const [y, x] = [window.y + Math.floor(i / window.width), window.x + (i % window.width)];
            if (entry.fill !== undefined && (y >= 16 || x >= 32)) return entry.fill;
            if (named) return rampAt(x, y, frame);
            return wrapped(rampAt(...[frame, y, x].slice(-entry.shape.length)), entry.type);
          });
          expect(Array.from(plane.data)).toEqual(expected);
        }
      }
    },
  );
});

describe("OME-Zarr that ome-zarr-py wrote", () => {
  it.each(["ome_04.zarr.zip", "ome_05.zarr.zip"])("%s", async (name) => {
    const image = await only(fixture(name));
    expect(image).toMatchObject({
      format: "OME-Zarr",
      frames: 2,
      channels: 2,
      slices: 3,
      height: 40,
      width: 50,
    });
    expect([image.pixelSize, image.sliceSpacing, image.frameInterval]).toEqual([0.25, 1.5, 60]);
    expect(image.levels).toEqual([
      { height: 40, width: 50 },
      { height: 20, width: 25 },
    ]);
    expect(image.notices).toEqual([]);
    const { plane } = await image.read({ frame: 1, channel: 1, slice: 2 });
    expect([plane.data[0], plane.data[51], plane.data.at(-1)]).toEqual([
      rampAt(1, 1, 2, 0, 0),
      rampAt(1, 1, 2, 1, 1),
      rampAt(1, 1, 2, 39, 49),
    ]);
    const small = await image.read({ frame: 0, channel: 0, slice: 0, level: 1 });
    expect([small.plane.height, small.plane.width]).toEqual([20, 25]);
    expect(await image.size({ frame: 0, channel: 0, slice: 0, level: 1 })).toEqual({ height: 20, width: 25 });
  });

  it.each(["ome_04.zarr.zip", "ome_05.zarr.zip"])("%s, its labels", async (name) => {
    const bytes = new Uint8Array(readFileSync(folder + name));
    const labels = await openAs(labelFormats, zippedInput(bytes, name));
    expect([labels.planes, labels.size(0)]).toEqual([6, { height: 40, width: 50 }]);
    const { data } = await labels.read(4);
    expect([...data.subarray(0, 5)]).toEqual([0, 1, 2, 3, 4].map((x) => rampAt(1, 0, 1, 0, x) % 5));
    const window = await labels.readWindow(4, { y: 3, x: 2, height: 1, width: 3 });
    expect([...window.data]).toEqual([2, 3, 4].map((x) => rampAt(1, 0, 1, 3, x) % 5));
  });
});

const array = (shape: readonly number[], dtype = "|u1"): string =>
  JSON.stringify({
    zarr_format: 2,
    shape,
    chunks: shape,
    dtype,
    compressor: null,
    fill_value: 3,
    order: "C",
    filters: null,
  });
const group = JSON.stringify({ zarr_format: 2 });
const image = (multiscale: object, more: object = {}): string =>
  JSON.stringify({ multiscales: [{ version: "0.4", datasets: [{ path: "0" }], ...multiscale }], ...more });
const axesOf = (names: string): readonly object[] => [...names].map((name) => ({ name }));

describe("OME-Zarr metadata", () => {
  it("find axes in any order, by name or by type, in units of any kind", async () => {
    const scale = [0.5, 2, 500, 1000, 0.25];
    const axes = [
      { name: "x", type: "space", unit: "millimeter" },
      { name: "time", type: "time", unit: "minute" },
      { name: "depth", type: "space", unit: "nanometer" },
      { name: "colour", type: "channel" },
      { name: "y", type: "space", unit: "millimeter" },
    ];
    const datasets = [
      {
        path: "0",
        coordinateTransformations: [
          { type: "scale", scale },
          { type: "translation", translation: [1, 0, 0, 0, 2] },
        ],
      },
    ];
    const coordinateTransformations = [{ type: "scale", scale: [0.001, 1, 1, 1, 0.002] }];
    const attrs = image(
      { axes, datasets, coordinateTransformations },
      { omero: { channels: [{ label: "DAPI" }, { label: 2 }] } },
    );
    const made = { ".zgroup": group, ".zattrs": attrs, "0/.zarray": array([7, 2, 3, 2, 5]) };
    const opened = await only(open(made));
    expect(opened).toMatchObject({ width: 7, frames: 2, slices: 3, channels: 2, height: 5 });
    expect([opened.pixelSize, opened.frameInterval, opened.sliceSpacing]).toEqual([0.5, 120, 0.5]);
    expect(opened.position).toEqual({ x: 1, y: 4, z: 0 });
    expect(opened.channelNames).toEqual(["DAPI", "2"]);
    const values = Uint8Array.from({ length: 7 * 2 * 3 * 2 * 5 }, (_, i) => i & 255);
    const stored = await only(open({ ...made, "0/0.0.0.0.0": values }));
    const { plane } = await stored.readWindow!(
      { frame: 1, channel: 1, slice: 2 },
      { y: 1, x: 2, height: 2, width: 3 },
    );
    const at = (y: number, x: number): number => ((((x * 2 + 1) * 3 + 2) * 2 + 1) * 5 + y) & 255;
    expect([...plane.data]).toEqual([at(1, 2), at(1, 3), at(1, 4), at(2, 2), at(2, 3), at(2, 4)]);
  });

  it("of versions without axes are five, or names", async () => {
    const before = await only(
      open({ ".zattrs": image({ version: "0.1" }), "0/.zarray": array([2, 3, 4, 5, 6]) }),
    );
    expect(before).toMatchObject({ frames: 2, channels: 3, slices: 4, height: 5, width: 6, notices: [] });
    const named = await only(
      open({ ".zattrs": image({ version: "0.3", axes: ["c", "y", "x"] }), "0/.zarray": array([3, 5, 6]) }),
    );
    expect(named).toMatchObject({ frames: 1, channels: 3, slices: 1, height: 5, width: 6 });
  });

  it("with NaN, as Python writes it", async () => {
    const attrs = image({ axes: axesOf("yx") }).replace(/}$/, ', "note": [NaN, -Infinity, "NaN"]}');
    expect(await only(open({ ".zattrs": attrs, "0/.zarray": array([2, 2]) }))).toMatchObject({ height: 2 });
  });

  it("say which sizes are missing", async () => {
    const attrs = image({ axes: axesOf("yx"), datasets: [{ path: "0" }, { path: "1" }] });
    const opened = await only(open({ ".zattrs": attrs, "0/.zarray": array([4, 4]) }));
    expect([opened.levels.length, opened.notices]).toEqual([1, ["1 of its reduced sizes are missing"]]);
  });
});

describe("several images in one hierarchy", () => {
  const inGroup = (path: string, shape = [4, 5]): MadeFiles => ({
    [`${path}/.zattrs`]: image({ axes: axesOf("yx") }),
    [`${path}/.zgroup`]: group,
    [`${path}/0/.zarray`]: array(shape),
  });
  const names = async (set: Promise<ImageSet>): Promise<string[]> =>
    (await set).series.map(({ name }) => name);

  it("are those of bioformats2raw, with the names of its OME-XML", async () => {
    const xml =
      '<OME><Image Name="first"><Pixels PhysicalSizeX="500" PhysicalSizeXUnit="nm" TimeIncrement="3">' +
      '<Channel Name="DNA"/></Pixels></Image><Image Name=""><Pixels/></Image></OME>';
    const made = {
      ".zgroup": group,
      ".zattrs": JSON.stringify({ "bioformats2raw.layout": 3 }),
      "OME/METADATA.ome.xml": xml,
      ...inGroup("0"),
      ...inGroup("1", [6, 7]),
    };
    expect(await names(open(made))).toEqual(["first", "1"]);
    const set = await open(made);
    expect(await set.open(0)).toMatchObject({ pixelSize: 0.5, frameInterval: 3, channelNames: ["DNA"] });
    expect(await set.open(1)).toMatchObject({ height: 6, pixelSize: undefined, channelNames: [] });
    const listed = { ...made, "OME/.zattrs": JSON.stringify({ series: ["1"] }) };
    expect(await (await open(listed)).open(0)).toMatchObject({ height: 6 });
  });

  it("are the fields of a plate", async () => {
    const well = (images: readonly string[]): string =>
      JSON.stringify({ well: { images: images.map((path) => ({ path })) } });
    const made = {
      ".zgroup": group,
      ".zattrs": JSON.stringify({ plate: { wells: [{ path: "B/2" }, { path: "A/1" }, { path: "C/9" }] } }),
      "B/2/.zattrs": well(["0"]),
      "A/1/.zattrs": well(["0", "1"]),
      ...inGroup("B/2/0"),
      ...inGroup("A/1/0"),
      ...inGroup("A/1/1", [8, 9]),
    };
    expect(await names(open(made))).toEqual(["B/2/0", "A/1/0", "A/1/1"]);
    expect(await (await open(made)).open(2)).toMatchObject({ height: 8, width: 9 });
  });

  it("are found where nothing lists them, images before arrays", async () => {
    const arrays = { ".zgroup": group, "b/.zarray": array([2, 3]), "a/.zarray": array([3, 4, 5]) };
    expect(await names(open(arrays))).toEqual(["a", "b"]);
    expect((await (await open(arrays)).open(0)).notices).toEqual([
      "Its axes have no names; they are read as t, y, x",
    ]);
    expect(await names(open({ ...arrays, ...inGroup("c/d"), ...inGroup("c/e") }))).toEqual(["c/d", "c/e"]);
  });
});

describe("Zarr refuses", () => {
  const two = [4, 4];
  const plain = JSON.parse(array(two)) as ZarrJson;
  const v3 = {
    zarr_format: 3,
    node_type: "array",
    shape: two,
    data_type: "uint8",
    chunk_grid: { name: "regular", configuration: { chunk_shape: two } },
    chunk_key_encoding: { name: "default" },
    codecs: [{ name: "bytes" }],
    fill_value: 0,
  };
  const shards = (chunkShape: readonly number[]): object => ({
    codecs: [
      {
        name: "sharding_indexed",
        configuration: {
          chunk_shape: chunkShape,
          codecs: [{ name: "bytes" }],
          index_codecs: [{ name: "bytes", configuration: { endian: "little" } }],
        },
      },
    ],
  });
  const unread: readonly (readonly [what: string, made: MadeFiles, message: RegExp])[] = [
    [
      "version 0.6",
      { ".zattrs": image({ version: "0.6", axes: axesOf("yx") }) },
      /OME-Zarr 0\.6 is not supported/,
    ],
    ["coordinate systems", { ".zattrs": image({ coordinateSystems: [{}] }) }, /OME-Zarr 0\.\d is not/],
    [
      "an unknown compressor",
      { ".zarray": JSON.stringify({ ...plain, compressor: { id: "bz2" } }) },
      /codec bz2/,
    ],
    ["a filter", { ".zarray": JSON.stringify({ ...plain, filters: [{ id: "delta" }] }) }, /filter delta/],
    ["a type that is no number", { ".zarray": JSON.stringify({ ...plain, dtype: "<U4" }) }, /data type <U4/],
    [
      "another grid",
      { "zarr.json": JSON.stringify({ ...v3, chunk_grid: { name: "rectilinear" } }) },
      /rectilinear/,
    ],
    [
      "a huge chunk",
      { ".zarray": JSON.stringify({ ...plain, chunks: [2 ** 16, 2 ** 15] }) },
      /a Zarr chunk of/,
    ],
    ["Zarr 4", { "zarr.json": JSON.stringify({ ...v3, zarr_format: 4 }) }, /the Zarr format 4/],
    [
      "an axis of its own",
      { ".zattrs": image({ axes: axesOf("qyx") }), "0/.zarray": array([2, 4, 4]) },
      /an axis "q"/,
    ],
  ];
  it.each(unread)("%s, by name", async (_, made, message) => {
    const failure = await open(made)
      .then((set) => set.open(0))
      .then(String, (error: unknown) => error);
    expect(failure).toBeInstanceOf(UnsupportedFormat);
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).toMatch(/^[^\n]+\.$/);
  });

  const corrupt: readonly (readonly [what: string, made: MadeFiles, message: RegExp])[] = [
    ["no image", { ".zgroup": group }, /holds no image/],
    ["what is no JSON", { ".zgroup": "{" }, /no JSON object/],
    ["a path out of the hierarchy", { ".zattrs": image({ datasets: [{ path: "../x" }] }) }, /no path in it/],
    [
      "a missing array",
      { ".zattrs": image({ axes: axesOf("yx") }) },
      /"0" that its metadata name is missing/,
    ],
    [
      "axes that do not fit",
      { ".zattrs": image({ axes: axesOf("tyx") }), "0/.zarray": array(two) },
      /3 axes/,
    ],
    ["a negative size", { ".zarray": JSON.stringify({ ...plain, shape: [-4, 4] }) }, /has the shape/],
    ["a fraction", { ".zarray": JSON.stringify({ ...plain, chunks: [1.5, 4] }) }, /has the chunk shape/],
    [
      "chunks of other axes",
      { ".zarray": JSON.stringify({ ...plain, chunks: [4] }) },
      /2 axes, and its chunks 1/,
    ],
    [
      "a size beyond all disks",
      { ".zarray": JSON.stringify({ ...plain, shape: [1e9, 1e9] }) },
      /no disk holds/,
    ],
    ["a wrong fill value", { ".zarray": JSON.stringify({ ...plain, fill_value: {} }) }, /the fill value/],
    [
      "no way to bytes",
      { "zarr.json": JSON.stringify({ ...v3, codecs: [{ name: "transpose" }] }) },
      /do not lead/,
    ],
    [
      "chunks that do not fill a shard",
      { "zarr.json": JSON.stringify({ ...v3, ...shards([3, 4]) }) },
      /has shards of/,
    ],
    ["a short chunk", { ".zarray": array(two), "0.0": new Uint8Array(15) }, /15 bytes instead of 16/],
    [
      "a shard without its table",
      { "zarr.json": JSON.stringify({ ...v3, ...shards([2, 2]) }), "c/0/0": new Uint8Array(15) },
      /shorter than its table/,
    ],
    [
      "a table that leads out",
      { "zarr.json": JSON.stringify({ ...v3, ...shards([2, 2]) }), "c/0/0": new Uint8Array(64).fill(9) },
      /its table of chunks gives/,
    ],
  ];
  it.each(corrupt)("%s", async (_, made, message) => {
    const failure = await open(made)
      .then((set) => set.open(0))
      .then((opened) => opened.read({ frame: 0, channel: 0, slice: 0 }))
      .then(String, (error: unknown) => error);
    expect(failure).toBeInstanceOf(CorruptFile);
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).toMatch(/^[^\n]+\.$/);
  });

  it("a plane that is not there", async () => {
    const opened = await only(open({ ".zarray": array(two) }));
    await expect(opened.read({ frame: 1, channel: 0, slice: 0 })).rejects.toThrow(/no plane of frame 1/);
    await expect(opened.read({ frame: 0, channel: 0, slice: 0, level: 1 })).rejects.toThrow(/level 1/);
    await expect(
      opened.readWindow!({ frame: 0, channel: 0, slice: 0 }, { y: 3, x: 0, height: 2, width: 1 }),
    ).rejects.toThrow(/a window within 4 x 4/);
  });

  it("a zip archive of other things", async () => {
    const { encodeZip } = await import("../zip.js");
    const zip = encodeZip({ "a.txt": Uint8Array.of(1) });
    await expect(openAs(imageFormats, zippedInput(zip, "a.zip"))).rejects.toThrow(/holds no Zarr metadata/);
  });
});

describe("windows of Zarr", () => {
  it("read the chunks that they meet, once", async () => {
    const made = {
      ".zarray": JSON.stringify({ ...(JSON.parse(array([64, 64])) as ZarrJson), chunks: [16, 16] }),
      ...Object.fromEntries(
        Array.from({ length: 16 }, (_, i) => [`${i >> 2}.${i & 3}`, new Uint8Array(256).fill(i)]),
      ),
    };
    const asked: string[] = [];
    const store = storeOf(made);
    const opened = await only(
      openAs(imageFormats, {
        ...inputOf(made),
        store: { ...store, get: (key) => (asked.push(key), store.get(key)) },
      }),
    );
    asked.length = 0;
    const place = { frame: 0, channel: 0, slice: 0 };
    const { plane } = await opened.readWindow!(place, { y: 15, x: 20, height: 2, width: 3 });
    expect([...plane.data]).toEqual([1, 1, 1, 5, 5, 5]);
    await opened.readWindow!(place, { y: 16, x: 16, height: 16, width: 16 });
    expect(asked).toEqual(["0.1", "1.1"]);
  });
});
