import { describe, expect, it } from "vitest";
import { madeLoops, nd2Bytes } from "../../../test/nd2file.js";
import { openBytes, openMade, readValues, valuesOf } from "../../../test/nd2read.js";

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
