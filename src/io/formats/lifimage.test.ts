import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type LaidAxis,
  laidOut,
  hexStamps,
  lifFile,
  type LifItem,
  openLif,
  watchedSource,
  xmlPart,
} from "../../../test/liffile.js";
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import type { OpenedImage } from "./imageformat.js";

/** Samples that tell where they are: 100 t + 10 z + ... in a small image. */
const code = (at: Readonly<Record<number, number>>): number =>
  (at[1] ?? 0) + 5 * (at[2] ?? 0) + 25 * (at[3] ?? 0) + 75 * (at[4] ?? 0) + 150 * (at[0] ?? 0);

const plain = laidOut(
  [
    { id: 1, size: 4 },
    { id: 2, size: 3 },
  ],
  "uint8",
  code,
);

async function open(items: readonly LifItem[], series = 0): Promise<OpenedImage> {
  return (await openLif(lifFile(items))).open(series);
}

const read = async (image: OpenedImage, frame = 0, channel = 0, slice = 0): Promise<number[]> => [
  ...(await image.read({ frame, channel, slice })).plane.data,
];

/** One image of x and y and some XML. */
const one = (inside: string, more: Partial<LifItem> = {}): Promise<OpenedImage> =>
  open([{ name: "a", ...plain, inside, ...more }]);

describe("series", () => {
  const items: LifItem[] = [
    { name: "first", ...plain },
    { name: "Folder", children: [{ name: "a", ...plain, children: [{ name: "Merged", ...plain }] }] },
    {
      name: "Folder",
      children: [
        { name: "a", ...plain },
        { name: "Deep", children: [{ name: "b", ...plain }] },
      ],
    },
    { name: "ROI", instead: "<ROISet/>" },
    { name: "FLIM", instead: '<SingleMoleculeDetection IsImage="true"/>' },
    { name: "empty", channels: plain.channels, dimensions: plain.dimensions },
  ];

  it("are all images of all folders in their order, with their paths", async () => {
    const { format, series } = await openLif(lifFile(items));
    expect(format).toBe("Leica LIF");
    expect(series.map(({ name }) => name)).toEqual([
      "first",
      "Folder/a",
      "Folder/a/Merged",
      "Folder/a (2)",
      "Folder/Deep/b",
      "FLIM",
      "empty",
    ]);
  });

  it("each have their own memory", async () => {
    const other = laidOut(
      [
        { id: 1, size: 2 },
        { id: 2, size: 2 },
      ],
      "uint8",
      (at) => 50 + code(at),
    );
    const set = await openLif(
      lifFile([
        { name: "a", ...plain },
        { name: "b", ...other },
      ]),
    );
    expect(await read(await set.open(0))).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13]);
    expect(await read(await set.open(1))).toEqual([50, 51, 55, 56]);
  });

  it.each([
    [5, "photons of lifetime imaging"],
    [6, "an image without pixels"],
  ])("%i is refused by name", async (series, what) => {
    const failure = open(items, series);
    await expect(failure).rejects.toBeInstanceOf(UnsupportedFormat);
    await expect(failure).rejects.toThrow(what);
  });

  it.each([1, 2] as const)("of version %i of the format are read", async (version) => {
    const set = await openLif(lifFile([{ name: "a", ...plain }], { version, padding: 100 }));
    const image = await set.open(0);
    expect([image.height, image.width, image.type, image.damage]).toEqual([3, 4, "uint8", undefined]);
    expect((await read(image))[5]).toBe(6);
  });

  it("are known without their pixels, and planes without others", async () => {
    const large = laidOut(
      [
        { id: 1, size: 100 },
        { id: 2, size: 100 },
        { id: 4, size: 30 },
      ],
      "uint16",
      (at) => at[4]!,
    );
    const source = watchedSource(
      lifFile([
        { name: "a", ...large },
        { name: "b", ...large },
      ]),
    );
    const image = await (await openLif(source)).open(1);
    const bytesRead = (): number => source.reads.reduce((sum, [, length]) => sum + length, 0);
    // The XML, and a block of the file for the header of each memory block.
    expect(bytesRead()).toBeLessThan(100_000);
    source.reads.length = 0;
    const { plane } = await image.readWindow!(
      { frame: 7, channel: 0, slice: 0 },
      { y: 50, x: 90, height: 2, width: 10 },
    );
    expect([plane.data.length, plane.data.every((value) => value === 7)]).toEqual([20, true]);
    expect(bytesRead()).toBeLessThan(2 * 200);
  });

  it("that there are not are refused", async () => {
    const set = await openLif(lifFile([{ name: "a", ...plain }]));
    await expect(set.open(1)).rejects.toThrow("test.lif: expected a series from 0 to 0, received 1.");
    await expect(openLif(lifFile([]))).rejects.toThrow("a LIF project without images is not supported");
  });
});

describe("files that are not LIF", () => {
  it("but an extension of LIF, or a project, are refused by name", async () => {
    await expect(openLif(xmlPart("<LMSDataContainerEnhancedHeader/>"))).rejects.toThrow("Leica LIFEXT");
    await expect(openLif(new TextEncoder().encode("<?xml?>"), "x.xlef")).rejects.toThrow(
      "x.xlef: a Leica project without pixels is not supported; open the LOF, LIF or TIFF files that belong to it.",
    );
  });

  it("but have its first bytes are corrupt", async () => {
    await expect(openLif(xmlPart("<Other/>"))).rejects.toThrow("its XML is not that of a LIF file");
    await expect(openLif(xmlPart("<LMSDataContainerHeader").slice(0, 40))).rejects.toThrow("cut off");
  });
});

describe("axes", () => {
  const sizes: Record<number, number> = { 0: 2, 1: 5, 2: 4, 3: 3, 4: 2 };
  const axes = (...ids: readonly number[]): LaidAxis[] =>
    ids.map((id) => ({ id, size: sizes[id]!, gap: id % 3 }));

  it.each([
    ["channels between slices and frames", [1, 2, 3, 0, 4]],
    ["channels between pixels", [0, 1, 2, 3, 4]],
    ["channels between rows", [1, 0, 2, 3, 4]],
    ["frames within slices", [1, 2, 4, 3, 0]],
    ["columns within rows", [2, 1, 3, 4, 0]],
  ])("in any order: %s", async (_, order) => {
    const image = await open([{ name: "a", ...laidOut(axes(...order), "uint16", code) }]);
    expect([image.frames, image.channels, image.slices, image.height, image.width]).toEqual([2, 2, 3, 4, 5]);
    const plane = await read(image, 1, 1, 2);
    expect(plane).toEqual(
      Array.from({ length: 20 }, (_, i) => code({ 0: 1, 1: i % 5, 2: Math.floor(i / 5), 3: 2, 4: 1 })),
    );
  });

  it("of x and z give planes whose rows are z, and say so", async () => {
    const xz = laidOut(
      [
        { id: 1, size: 4 },
        { id: 3, size: 3 },
        { id: 2, size: 1 },
        { id: 4, size: 2 },
      ],
      "uint8",
      code,
    );
    const image = await open([{ name: "a", ...xz }]);
    expect([image.frames, image.slices, image.height, image.width]).toEqual([2, 1, 3, 4]);
    expect((await read(image, 1)).slice(3, 6)).toEqual([78, 100, 101]);
    expect(image.notices).toEqual(["Its planes are not of x and y: along a row goes x, from row to row z"]);
  });

  it("that are not known become frames, and say so", async () => {
    const turned = laidOut(
      [
        { id: 1, size: 2 },
        { id: 2, size: 2 },
        { id: 4, size: 2 },
        { id: 6, size: 3 },
      ],
      "uint8",
      (at) => 10 * at[6]! + at[4]!,
    );
    const image = await open([{ name: "a", ...turned, inside: hexStamps([0, 1, 2, 3, 4, 5]) }]);
    expect([image.frames, image.frameInterval, image.frameTimes]).toEqual([6, undefined, undefined]);
    expect(await Promise.all([0, 1, 2, 3, 4, 5].map(async (t) => (await read(image, t))[0]))).toEqual([
      0, 1, 10, 11, 20, 21,
    ]);
    expect(image.notices).toEqual(['Its 3 places along the axis "rotation" are read as frames']);
  });

  it.each([
    [
      "a line along x",
      [
        { id: 1, size: 9 },
        { id: 2, size: 1 },
      ],
    ],
    [
      "a line along time",
      [
        { id: 1, size: 1 },
        { id: 4, size: 9 },
      ],
    ],
    [
      "a single pixel",
      [
        { id: 1, size: 1 },
        { id: 2, size: 1 },
      ],
    ],
  ])("of %s alone are refused", async (what, alone) => {
    await expect(open([{ name: "a", ...laidOut(alone, "uint8", code) }])).rejects.toThrow(
      `test.lif: its series "a" (${what}) is not supported; choose another series.`,
    );
  });

  it("that overlap are corrupt", async () => {
    const dimensions = [
      { id: 1, size: 4, stride: 1 },
      { id: 2, size: 3, stride: 3 },
    ];
    const failure = open([{ name: "a", ...plain, dimensions }]);
    await expect(failure).rejects.toBeInstanceOf(CorruptFile);
    await expect(failure).rejects.toThrow('its series "a" has overlapping pixels along dimension 2');
  });

  it("of any order, gaps and type give back what was written, as do their windows", async () => {
    const axis = (id: number): fc.Arbitrary<LaidAxis> =>
      fc.record({
        id: fc.constant(id),
        size: fc.integer({ min: id === 1 || id === 2 ? 2 : 1, max: 4 }),
        gap: fc.integer({ min: 0, max: 9 }),
      });
    const layout = fc
      .tuple(...[0, 1, 2, 3, 4, 5, 8].map(axis))
      .chain((all) => fc.shuffledSubarray(all, { minLength: 7, maxLength: 7 }));
    const unit = fc.double({ min: 0, max: 0.999, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        layout,
        fc.constantFrom("uint8", "uint16", "float32"),
        fc.array(unit, { minLength: 9, maxLength: 9 }),
        async (all, type, dice) => {
          const value = (at: Readonly<Record<number, number>>): number =>
            [0, 1, 2, 3, 4, 5, 8].reduce((sum, id) => (sum * 7 + at[id]!) % 251, 0);
          const image = await open([{ name: "a", ...laidOut(all, type, value) }]);
          const size = (id: number): number => all.find((one) => one.id === id)!.size;
          const at: Record<number, number> = Object.fromEntries(
            [0, 3, 4, 5, 8].map((id, i) => [id, Math.floor(dice[i]! * size(id))]),
          );
          const index = {
            frame: at[4]! + at[8]! * size(4),
            channel: at[0]! * size(5) + at[5]!,
            slice: at[3]!,
          };
          const y = Math.floor(dice[5]! * size(2));
          const x = Math.floor(dice[6]! * size(1));
          const window = {
            y,
            x,
            height: 1 + Math.floor(dice[7]! * (size(2) - y)),
            width: 1 + Math.floor(dice[8]! * (size(1) - x)),
          };
          const expected = (from: typeof window): number[] =>
            Array.from({ length: from.height * from.width }, (_, i) =>
              value({ ...at, 1: from.x + (i % from.width), 2: from.y + Math.floor(i / from.width) }),
            );
          expect(image.type).toBe(type);
          expect([...(await image.read(index)).plane.data]).toEqual(
            expected({ y: 0, x: 0, height: size(2), width: size(1) }),
          );
          expect([...(await image.readWindow!(index, window)).plane.data]).toEqual(expected(window));
        },
      ),
      { numRuns: 150, seed: 4 },
    );
  });

  it("of planes outside of the image are refused", async () => {
    const image = await one("");
    await expect(image.read({ frame: 0, channel: 1, slice: 0 })).rejects.toThrow(
      "received frame 0, channel 1",
    );
    await expect(
      image.readWindow!({ frame: 0, channel: 0, slice: 0 }, { y: 0, x: 2, height: 1, width: 3 }),
    ).rejects.toThrow("expected a window within 3 x 4 pixels");
  });
});

describe("samples", () => {
  const grid = [
    { id: 1, size: 2 },
    { id: 2, size: 1, gap: 0 },
    { id: 3, size: 2 },
  ];

  it.each([
    [12, 0, "uint16", new Uint8Array(Uint16Array.of(1, 4095, 3, 4).buffer), [1, 4095, 3, 4]],
    [32, 0, "uint32", new Uint8Array(Uint32Array.of(1, 2 ** 31, 3, 4).buffer), [1, 2 ** 31, 3, 4]],
    [
      16,
      1,
      "float16",
      new Uint8Array(Uint16Array.of(0x3c00, 0xc500, 1, 0x7c00).buffer),
      [1, -5, 2 ** -24, Infinity],
    ],
    [64, 1, "float64", new Uint8Array(Float64Array.of(0.1, 2, 3, 4).buffer), [0.1, 2, 3, 4]],
  ])("of %i bits and data type %i are %s", async (bits, dataType, type, data, values) => {
    const bytes = data.length / 4;
    const dimensions = [
      { id: 1, size: 2, stride: bytes },
      { id: 2, size: 2, stride: 2 * bytes },
    ];
    const image = await open([{ name: "a", channels: [{ bits, dataType }], dimensions, data }]);
    expect([image.type, image.bits]).toEqual([type, bits]);
    expect(await read(image)).toEqual(values);
  });

  it("of other types are refused", async () => {
    const { dimensions, data } = laidOut(grid, "uint8", code);
    const other = open([{ name: "a", channels: [{ bits: 64 }], dimensions, data }]);
    await expect(other).rejects.toThrow("(samples of 64 bits and data type 0) is not supported");
  });

  it("side by side, of red, green and blue in any order, are colour", async () => {
    const { dimensions, data } = laidOut(
      [
        { id: 0, size: 3 },
        { id: 1, size: 2 },
        { id: 2, size: 2, gap: 2 },
      ],
      "uint8",
      (at) => 10 * (at[0]! + 1) + at[1]! + 2 * at[2]!,
    );
    const channels = [3, 2, 1].map((tag, offset) => ({ tag, offset, lut: "Blue" }));
    const image = await open([{ name: "a", channels, dimensions, data }]);
    expect([image.colour, image.samples, image.channels, image.channelNames]).toEqual(["rgb", 3, 1, []]);
    const { plane, meaning } = await image.read({ frame: 0, channel: 0, slice: 0 });
    expect(meaning.colour).toBe("rgb");
    expect(plane.samples).toBe(3);
    expect([...plane.data]).toEqual([30, 20, 10, 31, 21, 11, 32, 22, 12, 33, 23, 13]);
  });

  it("of channels that are planes are grey, whatever their tags", async () => {
    const laid = laidOut(
      [
        { id: 1, size: 2 },
        { id: 2, size: 2 },
        { id: 0, size: 3 },
      ],
      "uint8",
      code,
    );
    const channels = laid.channels.map((channel, i) => ({ ...channel, tag: i + 1 }));
    const image = await open([{ name: "a", ...laid, channels }]);
    expect([image.colour, image.channels]).toEqual(["grey", 3]);
  });
});
