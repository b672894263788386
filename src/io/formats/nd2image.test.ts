import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { madeLoops, type MadeNd2, madeValue, nd2Bytes } from "../../../test/nd2file.js";
import { itWithShared, sharedData } from "../../../test/shared.js";
import { type ByteSource, memorySource } from "../bytes.js";
import { openNd2 } from "../nd2/nd2.js";
import { headTimes, listedTimes } from "../nd2/nd2times.js";
import { openAs } from "./fileformat.js";
import { imageFormats } from "./imageformats.js";
import type { ImageSet, OpenedImage } from "./imageformat.js";

const openBytes = (bytes: ByteSource | Uint8Array, name = "made.nd2"): Promise<ImageSet> =>
  openAs(imageFormats, {
    from: "bytes",
    where: name,
    name,
    bytes: bytes instanceof Uint8Array ? memorySource(bytes) : bytes,
    sibling: () => Promise.reject(new Error("no sibling")),
  });

const openMade = async (made: MadeNd2, series = 0): Promise<OpenedImage> =>
  (await openBytes(nd2Bytes(made))).open(series);

/** The values that a frame has where nothing else was asked for. */
const valuesOf = (frame: number, component: number, height = 4, width = 5): number[] =>
  Array.from({ length: height * width }, (_, i) =>
    madeValue(frame, component, Math.floor(i / width), i % width),
  );

const readValues = async (image: OpenedImage, frame: number, channel = 0, slice = 0): Promise<number[]> => [
  ...(await image.read({ frame, channel, slice })).plane.data,
];

const { time, phases, slices, positions, spectral } = madeLoops;
const points = [
  { name: "A1", x: 1000, y: -2000 },
  { name: "B2", x: 1500.5, y: 0 },
];

describe("an ND2 file", () => {
  it("is known by its first bytes, and by no others", async () => {
    const bytes = nd2Bytes({ frames: 1 });
    expect((await openBytes(bytes, "renamed.bin")).format).toBe("Nikon ND2");
    await expect(openBytes(new Uint8Array(200), "zeros.nd2")).rejects.toThrow(/neither a TIFF/);
  });

  it.each(["compact", "packed", "xml"] as const)("says its axes in %s metadata", async (notation) => {
    const image = await openMade({
      notation,
      channels: [{ name: "DAPI" }, { name: 'GFP <&" 2' }],
      loops: [time(2, 60_000), slices(3, 0.75)],
      frames: 6,
      times: [0, 1, 2, 60_000, 60_001, 60_002],
      listed: true,
    });
    expect(image).toMatchObject({
      format: "Nikon ND2",
      height: 4,
      width: 5,
      type: "uint16",
      bits: 12,
      samples: 1,
      compression: "none",
      colour: "grey",
      frames: 2,
      channels: 2,
      slices: 3,
      pixelSize: 0.325,
      sliceSpacing: 0.75,
      frameInterval: 60,
      frameTimes: [0, 60],
      channelNames: ["DAPI", 'GFP <&" 2'],
      position: { x: 100.5, y: -20.25, z: 3 },
      levels: [{ height: 4, width: 5 }],
      notices: [],
      damage: undefined,
    });
    expect(await readValues(image, 1, 1, 2)).toEqual(valuesOf(5, 1));
  });

  it.each([
    ["uint8", 0],
    ["uint8", 3],
    ["uint16", 2],
    ["uint16", 3],
    ["float32", 0],
    ["float32", 5],
  ] as const)("of %s with %i bytes behind each row gives each sample", async (type, padding) => {
    for (const compressed of [false, true]) {
      const channels = [{ name: "a" }, { name: "b" }];
      for (const made of [{ channels }, {}]) {
        const image = await openMade({ ...made, type, padding, compressed, frames: 2, height: 3, width: 7 });
        expect(image.type).toBe(type);
        expect(image.compression).toBe(compressed ? "zlib" : "none");
        for (let frame = 0; frame < 2; frame++)
          for (let channel = 0; channel < image.channels; channel++)
            expect(await readValues(image, frame, channel)).toEqual(valuesOf(frame, channel, 3, 7));
      }
    }
  });

  it("gives planes that may be written to, without a trace in the next", async () => {
    const image = await openMade({ frames: 1 });
    (await image.read({ frame: 0, channel: 0, slice: 0 })).plane.data.fill(0);
    expect(await readValues(image, 0)).toEqual(valuesOf(0, 0));
  });

  it("in colour has red, green and blue, which it stores from blue to red", async () => {
    const image = await openMade({
      type: "uint8",
      channels: [{ name: "Brightfield", components: 3 }],
      frames: 1,
      value: (_frame, component) => 10 * component,
    });
    expect(image).toMatchObject({ colour: "rgb", samples: 3, channels: 1, channelNames: ["Brightfield"] });
    const { plane, meaning } = await image.read({ frame: 0, channel: 0, slice: 0 });
    expect([plane.samples, ...plane.data.subarray(0, 6)]).toEqual([3, 20, 10, 0, 20, 10, 0]);
    expect(meaning.colour).toBe("rgb");
  });

  it("with colours beside a grey channel has one channel for each", async () => {
    const image = await openMade({
      channels: [{ name: "BF", components: 3 }, { name: "DAPI" }],
      frames: 1,
    });
    expect(image.channelNames).toEqual(["BF blue", "BF green", "BF red", "DAPI"]);
    expect(await readValues(image, 0, 3)).toEqual(valuesOf(0, 3));
  });

  it("has a series for each position, with its name, place and frames", async () => {
    const bytes = nd2Bytes({ loops: [time(2), positions(points), slices(2)], frames: 8 });
    const set = await openBytes(bytes);
    expect(set.series).toEqual([{ name: "A1" }, { name: "B2" }]);
    const [first, second] = [await set.open(0), await set.open(1)];
    expect(first.position).toEqual({ x: 1000, y: -2000, z: 10 });
    expect(second.position).toEqual({ x: 1500.5, y: 0, z: 11 });
    expect([second.frames, second.slices]).toEqual([2, 2]);
    // (t, p, z) = (1, 1, 0) is frame (1 x 2 + 1) x 2.
    expect(await readValues(second, 1, 0, 0)).toEqual(valuesOf(6, 0));
    // The times of its own frames: 2 and 6 s.
    expect(second.frameTimes).toEqual([0, 4]);
    await expect(set.open(2)).rejects.toThrow(/a series from 0 to 1/);
  });

  it.each([
    ["bytes", Uint8Array.of(1, 0, 1)],
    ["a list", [true, false, true]],
  ])("leaves out positions that were passed over, by %s", async (_, pItemValid) => {
    const three = [...points, { name: "C3", x: 1, y: 2 }];
    const set = await openBytes(
      nd2Bytes({ loops: [{ ...positions(three), pItemValid }, slices(2)], frames: 4 }),
    );
    expect(set.series).toEqual([{ name: "A1" }, { name: "C3" }]);
    expect(await readValues(await set.open(1), 0, 0, 1)).toEqual(valuesOf(3, 0));
  });

  it("of an older program lists the coordinates of positions one by one", async () => {
    const loop = {
      eType: 2,
      uLoopPars: {
        uiCount: 2,
        bUseZ: false,
        bRelativeXY: true,
        dReferenceX: 10,
        dReferenceY: 20,
        dPosX: [1.5, 2.5],
        dPosY: [3.5, 4.5],
        dPosZ: [5.5, 6.5],
        pPosName: ["first", "second"],
      },
    };
    const set = await openBytes(nd2Bytes({ notation: "xml", loops: [loop], frames: 2 }));
    expect(set.series).toEqual([{ name: "first" }, { name: "second" }]);
    expect((await set.open(1)).position).toEqual({ x: 12.5, y: 24.5, z: undefined });
  });

  it.each([["compact"], ["xml"]] as const)("runs through the phases of a loop, %s", async (notation) => {
    const three = [
      { count: 2, period: 1000 },
      { count: 5, period: 10 },
      { count: 1, period: 2000 },
    ];
    const loop = phases(three, [true, false, true]);
    const image = await openMade({ notation, loops: [loop, slices(2)], frames: 6 });
    expect([image.frames, image.slices]).toEqual([3, 2]);
    const all = await openMade({ notation, loops: [phases(three)], frames: 8 });
    expect(all.frames).toBe(8);
  });

  it("passes over the loop of its channels", async () => {
    const image = await openMade({
      channels: [{ name: "a" }, { name: "b" }],
      loops: [time(3), spectral(2), slices(2)],
      frames: 6,
    });
    expect([image.frames, image.channels, image.slices]).toEqual([3, 2, 2]);
  });

  it("reads loops that stand in those of the first phase", async () => {
    const [outer, inner] = [time(2), positions(points)];
    const loop = {
      ...outer,
      uLoopPars: {
        ...(outer.uLoopPars as object),
        pSubLoops: [{ ppNextLevelEx: [{ SLxExperiment: { ...inner } }] }],
      },
    };
    const set = await openBytes(nd2Bytes({ loops: [loop], frames: 4 }));
    expect(set.series.length).toBe(2);
  });

  it("of one frame, and of frames without loops, has as many times", async () => {
    expect((await openMade({ frames: 1 })).frames).toBe(1);
    expect((await openMade({ frames: 1 })).frameTimes).toBeUndefined();
    const image = await openMade({ frames: 4 });
    expect(image.frames).toBe(4);
    expect(image.notices).toEqual([]);
  });

  it("with more frames than its loops account for says so", async () => {
    const more = await openMade({ loops: [slices(2)], frames: 6 });
    expect([more.frames, more.slices]).toEqual([3, 2]);
    expect(more.notices.join()).toMatch(/2 of 6 frames: the others are taken for later times/);
    const odd = await openMade({ loops: [time(2)], frames: 3 });
    expect(odd.frames).toBe(2);
    expect(odd.notices.join()).toMatch(/2 of 3 frames: the others are left out/);
  });

  it("in which an axis is time has no pixel size", async () => {
    const image = await openMade({ frames: 1, picture: { ePictureYAxis: 2 } });
    expect(image.pixelSize).toBeUndefined();
    expect(image.notices.join()).toMatch(/time/);
  });

  it("marked as signed is read as unsigned, and says so", async () => {
    const image = await openMade({ frames: 1, attributes: { ePixelType: 0 } });
    expect(image.type).toBe("uint16");
    expect(image.notices.join()).toMatch(/marked as signed/);
  });

  it("that was not calibrated has no pixel size", async () => {
    const image = await openMade({ frames: 1, picture: { bCalibrated: false, dCalibration: 1 } });
    expect(image.pixelSize).toBeUndefined();
  });
});

describe("the times of an ND2 file", () => {
  it.each([true, false])("are those of the file, listed %s, and their variation is said", async (listed) => {
    const image = await openMade({ loops: [time(4)], frames: 4, times: [500, 1500, 2500, 4500], listed });
    expect(image.frameTimes).toEqual([0, 1, 2, 4]);
    expect(image.frameInterval).toBe(1);
    expect(image.notices.join()).toMatch(/from 1 to 2 s apart: the median is 1 s/);
  });

  it("that vary by less than a hundredth are not worth a word", async () => {
    const image = await openMade({ loops: [time(3)], frames: 3, times: [0, 1000, 2005], listed: true });
    expect(image.frameInterval).toBe(1.0025);
    expect(image.notices).toEqual([]);
  });

  it("that are missing in the list are those of the frames", async () => {
    const made = { loops: [time(3)], frames: 3, times: [0, 2000, 4000], listed: true };
    const bytes = nd2Bytes(made);
    const text = Buffer.from(bytes).toString("latin1");
    const list = text.lastIndexOf("CustomData|AcqTimesCache!", text.lastIndexOf("ND2 FILEMAP")) + 48;
    bytes.fill(0, list, text.indexOf("ImageAttributesLV!") - 16);
    const image = await (await openBytes(bytes)).open(0);
    expect(image.frameTimes).toEqual([0, 2, 4]);
  });

  it("that do not rise are none: the intended period counts", async () => {
    const image = await openMade({ loops: [time(3, 5000)], frames: 3, times: [0, 0, 0], listed: true });
    expect(image.frameTimes).toBeUndefined();
    expect(image.frameInterval).toBe(5);
  });
});

describe("an ND2 acquisition that was broken off", () => {
  it("has the time points that are complete", async () => {
    const image = await openMade({ loops: [time(10), slices(3)], frames: 8 });
    expect([image.frames, image.slices]).toEqual([2, 3]);
    expect(image.notices.join()).toMatch(/broken off: 2 of 10 time points are complete/);
    expect(image.damage).toBeUndefined();
  });

  it("has positions of different lengths, and leaves out those that were not reached", async () => {
    const three = [...points, { name: "C3", x: 1, y: 2 }];
    const set = await openBytes(nd2Bytes({ loops: [positions(three), time(3)], frames: 4 }));
    expect(set.series.length).toBe(2);
    const [first, second] = [await set.open(0), await set.open(1)];
    expect([first.frames, second.frames]).toEqual([3, 1]);
    expect(first.notices.join()).toMatch(/1 of its positions have no frames/);
    expect(await readValues(second, 0)).toEqual(valuesOf(3, 0));
  });

  it("within its first stack has the slices that were taken", async () => {
    const image = await openMade({ loops: [time(2), slices(5)], frames: 3 });
    expect([image.frames, image.slices]).toEqual([1, 3]);
    expect(image.notices.join()).toMatch(/3 of 5 slices are complete/);
  });

  it("names a frame that is missing between others", async () => {
    const image = await openMade({ loops: [time(4)], frames: 4, without: [1], counted: 4 });
    expect(image.frames).toBe(4);
    expect(await readValues(image, 2)).toEqual(valuesOf(2, 0));
    expect(image.damage?.message).toMatch(/1 of its 4 frames are missing/);
    await expect(image.read({ frame: 1, channel: 0, slice: 0 })).rejects.toThrow(/frames are missing/);
    const left = await openMade({ loops: [time(4)], frames: 4, without: [1], counted: 3 });
    await expect(left.read({ frame: 1, channel: 0, slice: 0 })).rejects.toThrow(
      /expected a plane for frame 1, channel 0, slice 0/,
    );
  });

  it("and has no map of its chunks is read, if it says what its pixels are", async () => {
    const image = await openMade({ loops: [time(3)], frames: 3, withoutMap: true, block: 4096 });
    expect(image.frames).toBe(3);
    expect(await readValues(image, 2)).toEqual(valuesOf(2, 0));
    expect(image.notices.join()).toMatch(/map of chunks is missing or damaged/);
    const bytes = nd2Bytes({ loops: [time(3)], frames: 3, block: 4096 });
    await expect(openBytes(bytes.subarray(0, 4096 * 4))).rejects.toThrow(
      /no attributes of its images .*NIS-Elements, which may repair it/,
    );
  });

  it("whose map is wrong is read by looking for the chunks", async () => {
    const bytes = nd2Bytes({ loops: [time(2)], frames: 2 });
    const text = Buffer.from(bytes).toString("latin1");
    const entry = text.lastIndexOf("ImageDataSeq|0!") + "ImageDataSeq|0!".length;
    bytes[entry] = bytes[entry]! ^ 1;
    const image = await (await openBytes(bytes)).open(0);
    expect(await readValues(image, 0)).toEqual(valuesOf(0, 0));
    expect(image.notices.join()).toMatch(/map of chunks is wrong/);
  });

  it("whose map lacks a frame is read by looking for it", async () => {
    const bytes = nd2Bytes({ loops: [time(3)], frames: 3 });
    const text = Buffer.from(bytes).toString("latin1");
    const entry = text.lastIndexOf("ImageDataSeq|1!");
    bytes[entry] = "X".charCodeAt(0);
    const image = await (await openBytes(bytes)).open(0);
    expect(await readValues(image, 1)).toEqual(valuesOf(1, 0));
    expect(image.notices.join()).toMatch(/lacks 1 of 3 frames/);
  });
});

describe("an ND2 file that is not read is refused by name", () => {
  const refusal = (made: Partial<MadeNd2>): Promise<unknown> =>
    openMade({ frames: 2, ...made }).then(
      () => "read",
      (error: unknown) => String(error),
    );

  it.each([
    ["lossy compression", { attributes: { eCompression: 1 } }, /lossy compression with JPEG 2000/],
    ["half precision", { attributes: { ePixelType: 2 } }, /samples of 16 bits, real numbers,/],
    ["24 bits", { attributes: { uiBpcInMemory: 24 } }, /samples of 24 bits/],
    ["a grid of positions", { loops: [{ eType: 3, uLoopPars: { uiCount: 2 } }] }, /grid of stage positions/],
    ["a custom loop", { loops: [{ eType: 7, uLoopPars: { uiCount: 2 } }] }, /loop of a custom kind/],
    ["an unknown loop", { loops: [{ eType: 42, uLoopPars: { uiCount: 2 } }] }, /loop of kind 42/],
  ] as const)("%s", async (_, made, message) => {
    expect(await refusal(made)).toMatch(message);
    expect(await refusal(made)).toMatch(/UnsupportedFormat: .*is not supported; .*NIS-Elements/);
  });

  it("the old kind with JPEG 2000", async () => {
    const bytes = new Uint8Array(100);
    bytes.set([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 13, 10, 0x87, 10]);
    await expect(openBytes(bytes)).rejects.toThrow(/old kind, with JPEG 2000.*NIS-Elements.*TIFF\.$/);
  });

  it("rows that overlap, and frames that are too short", async () => {
    expect(await refusal({ attributes: { uiWidthBytes: 3 } })).toMatch(/CorruptFile.*bytes apart/);
    const image = await openMade({ frames: 1, attributes: { uiHeight: 400 } });
    await expect(image.read({ frame: 0, channel: 0, slice: 0 })).rejects.toThrow(
      /too few for 400 x 5 pixels/,
    );
    const bomb = await openMade({ frames: 1, compressed: true, attributes: { uiHeight: 2 ** 20 } });
    await expect(bomb.read({ frame: 0, channel: 0, slice: 0 })).rejects.toThrow(/too few/);
  });

  it("metadata in levels without end", async () => {
    let deep: Record<string, unknown> = { uiCount: 1 };
    for (let i = 0; i < 100; i++) deep = { inner: deep };
    expect(await refusal({ attributes: { deep: deep as never } })).toMatch(/too many items or levels/);
    expect(await refusal({ attributes: { deep: deep as never }, notation: "xml" })).toMatch(
      /CorruptFile.*(levels|nest)/i,
    );
  });
});

describe("windows of ND2 frames", () => {
  it("are parts of the whole, whatever the layout", () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          height: fc.integer({ min: 1, max: 9 }),
          width: fc.integer({ min: 1, max: 9 }),
          padding: fc.integer({ min: 0, max: 7 }),
          compressed: fc.boolean(),
          type: fc.constantFrom("uint8", "uint16", "float32"),
          channels: fc.constantFrom(
            [{ name: "a" }],
            [{ name: "a" }, { name: "b" }],
            [{ name: "a", components: 3 }],
          ),
          corner: fc.tuple(
            fc.double({ min: 0, max: 0.99, noNaN: true }),
            fc.double({ min: 0, max: 0.99, noNaN: true }),
          ),
          side: fc.tuple(
            fc.double({ min: 0, max: 1, noNaN: true }),
            fc.double({ min: 0, max: 1, noNaN: true }),
          ),
        }),
        async ({ corner, side, ...made }) => {
          const image = await openMade({ ...made, frames: 1 });
          const channel = image.channels - 1;
          const { plane } = await image.read({ frame: 0, channel, slice: 0 });
          const [y, x] = [Math.floor(corner[0] * made.height), Math.floor(corner[1] * made.width)];
          const height = 1 + Math.floor(side[0] * (made.height - y - 1));
          const width = 1 + Math.floor(side[1] * (made.width - x - 1));
          const part = await image.readWindow!({ frame: 0, channel, slice: 0 }, { y, x, height, width });
          const { samples } = plane;
          for (let v = 0; v < height; v++) {
            const from = ((y + v) * made.width + x) * samples;
            expect([...part.plane.data.subarray(v * width * samples, (v + 1) * width * samples)]).toEqual([
              ...plane.data.subarray(from, from + width * samples),
            ]);
          }
          const [first, last] = [
            madeValue(0, image.samples === 3 ? 2 : channel, y, x),
            madeValue(0, image.samples === 3 ? 0 : channel, y + height - 1, x + width - 1),
          ];
          expect([part.plane.data[0], part.plane.data.at(-1)]).toEqual([first, last]);
        },
      ),
      { seed: 11, numRuns: 150 },
    ));

  it("are read by their rows, and opening reads no pixels", async () => {
    const bytes = nd2Bytes({
      height: 1000,
      width: 100,
      loops: [time(3)],
      frames: 3,
      listed: true,
      times: [0, 1, 2],
    });
    let read = 0;
    const source: ByteSource = {
      size: bytes.length,
      read: (offset, length) => {
        read += length;
        return memorySource(bytes).read(offset, length);
      },
    };
    const image = await (await openBytes(source)).open(0);
    expect(read).toBeLessThan(60_000);
    read = 0;
    await image.readWindow!({ frame: 1, channel: 0, slice: 0 }, { y: 10, x: 0, height: 5, width: 100 });
    expect(read).toBeLessThan(1500);
    await expect(
      image.readWindow!({ frame: 1, channel: 0, slice: 0 }, { y: 999, x: 0, height: 2, width: 1 }),
    ).rejects.toThrow(/a window within 1000 x 100 pixels/);
  });
});

interface Expected {
  readonly sizes: Readonly<Record<string, number>>;
  readonly voxel_um_xyz: readonly number[];
  readonly channels: readonly string[];
  readonly first_event_s: number;
  readonly first_plane_sum: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly dtype: string;
}

describe("a file of a microscope", () => {
  const place = ["reader_tests", "vendor", "cluster.nd2"];
  itWithShared(...place)("is read as by its maker's reader", async () => {
    const folder = sharedData("reader_tests", "vendor");
    const all = JSON.parse(readFileSync(`${folder}/expected.json`, "utf8")) as Record<string, Expected>;
    const expected = all["cluster.nd2"]!;
    const bytes = new Uint8Array(readFileSync(sharedData(...place)));
    const set = await openBytes(bytes);
    expect(set.series).toEqual([{ name: "" }]);
    const image = await set.open(0);
    const { T, Z, C, Y, X } = expected.sizes;
    expect([image.frames, image.slices, image.channels, image.height, image.width]).toEqual([T, Z, C, Y, X]);
    expect([image.pixelSize, image.pixelSize, image.sliceSpacing]).toEqual(
      expected.voxel_um_xyz.map((size) => expect.closeTo(size, 9) as number),
    );
    expect(image.channelNames).toEqual(expected.channels);
    expect([image.type, image.bits]).toEqual([expected.dtype, 12]);
    // As the reader of its maker lists them.
    expect(image.frameTimes).toEqual([0, 10.6410967, 21.2950944].map((t) => expect.closeTo(t, 6) as number));
    expect(image.frameInterval).toBeCloseTo(10.6475472, 6);
    expect([image.notices, image.damage]).toEqual([[], undefined]);
    const file = await openNd2(memorySource(bytes), "cluster.nd2");
    for (const times of [listedTimes, headTimes]) {
      const [first] = await times(file.chunks, [0]);
      expect(first! / 1000).toBeCloseTo(expected.first_event_s, 9);
    }
    const sums: number[] = [];
    let [least, most] = [Infinity, -Infinity];
    for (let frame = 0; frame < image.frames; frame++) {
      for (let slice = 0; slice < image.slices; slice++) {
        for (let channel = 0; channel < image.channels; channel++) {
          const values = await readValues(image, frame, channel, slice);
          sums.push(values.reduce((sum, value) => sum + value, 0));
          least = Math.min(least, ...values);
          most = Math.max(most, ...values);
        }
      }
    }
    expect(sums[0]).toBe(expected.first_plane_sum);
    expect(sums.reduce((sum, value) => sum + value, 0)).toBe(expected.sum);
    expect([least, most]).toEqual([expected.min, expected.max]);
    expect(sums).toEqual(clusterSums);
  });
});

/** Sums of the planes of cluster.nd2, channels fastest, then slices, by nd2 0.12.0. */
const clusterSums: readonly number[] = [
  243, 0, 34274, 0, 174770, 6960, 418527, 71965, 409845, 127833, 213456, 112298, 49258, 36964, 0, 1070, 0, 0,
  0, 0, 326, 0, 37577, 0, 192689, 12878, 413082, 57108, 391845, 129772, 184813, 103521, 31740, 27768, 12, 340,
  0, 0, 0, 0, 406, 0, 41424, 0, 189104, 11317, 427076, 61964, 387774, 132204, 186063, 98728, 29747, 25975,
  133, 42, 0, 0, 0, 0,
];
