import { describe, expect, it } from "vitest";
import { madeLoops, type MadeNd2, nd2Bytes } from "../../../test/nd2file.js";
import { openBytes, openMade, readValues, valuesOf } from "../../../test/nd2read.js";

const { time, slices, positions } = madeLoops;
const points = [
  { name: "A1", x: 1000, y: -2000 },
  { name: "B2", x: 1500.5, y: 0 },
];

describe("the times of an ND2 file", () => {
  it.each([true, false])("are those of the file, listed %s, and their variation is said", async (listed) => {
    const image = await openMade({ loops: [time(4)], frames: 4, times: [500, 1500, 2500, 4500], listed });
    expect(image.frameTimes).toEqual([0, 1, 2, 4]);
    expect(image.frameInterval).toBe(1);
    expect(image.notices.join()).toMatch(/varies from 1 to 2 s; its median, 1 s,/);
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
