import { describe, expect, it } from "vitest";
import {
  elementStamps,
  hexStamps,
  laidOut,
  lifFile,
  type LifItem,
  openLif,
  tileScan,
} from "../../../test/liffile.js";
import type { OpenedImage } from "./imageformat.js";

const code = (at: Readonly<Record<number, number>>): number => (at[1] ?? 0) + 5 * (at[2] ?? 0);

const open = async (items: readonly LifItem[]): Promise<OpenedImage> =>
  (await openLif(lifFile(items))).open(0);

const read = async (image: OpenedImage, frame = 0, channel = 0): Promise<number[]> => [
  ...(await image.read({ frame, channel, slice: 0 })).plane.data,
];

/** One image of x and y and some XML. */
const one = (inside: string): Promise<OpenedImage> =>
  open([
    {
      name: "a",
      ...laidOut(
        [
          { id: 1, size: 4 },
          { id: 2, size: 3 },
        ],
        "uint8",
        code,
      ),
      inside,
    },
  ]);

describe("names of channels", () => {
  const two = laidOut(
    [
      { id: 1, size: 2 },
      { id: 2, size: 2 },
      { id: 0, size: 2 },
    ],
    "uint8",
    code,
  );
  const named = (more: readonly object[], inside = ""): Promise<OpenedImage> =>
    open([
      { name: "a", ...two, channels: two.channels.map((channel, i) => ({ ...channel, ...more[i] })), inside },
    ]);

  it("are those of dyes, else of colours", async () => {
    expect(
      (
        await named([
          { lut: "Green", dye: "Leica/ALEXA 488" },
          { lut: "Red", dye: "None" },
        ])
      ).channelNames,
    ).toEqual(["ALEXA 488", "Red"]);
    expect((await named([{ lut: "Gradient (255, 0, 0)" }, {}])).channelNames).toEqual([]);
  });

  it("are those of the settings of a camera or of detectors", async () => {
    const settings = (xml: string): string => `<Attachment Name="HardwareSetting">${xml}</Attachment>`;
    const camera = settings(
      "<ATLCameraSettingDefinition><WideFieldChannelConfigurator>" +
        '<WideFieldChannelInfo UserDefName="Nuclei" FluoCubeName="DAP"/><WideFieldChannelInfo UserDefName="" FluoCubeName="GFP"/>' +
        "</WideFieldChannelConfigurator></ATLCameraSettingDefinition>",
    );
    expect((await named([{ lut: "Blue" }, { lut: "Green" }], camera)).channelNames).toEqual([
      "Nuclei",
      "GFP",
    ]);
    const scan = (channel: number, dye: string): string =>
      `<ATLConfocalSettingDefinition><DetectorList><Detector Channel="${channel}" IsActive="1"/><Detector Channel="9" IsActive="0"/></DetectorList>` +
      `<Spectro><MultiBand Channel="${channel}" DyeName="${dye}"/></Spectro></ATLConfocalSettingDefinition>`;
    const confocal = settings(
      `<LDM_Block_Sequential><LDM_Block_Sequential_List>${scan(1, "DAPI")}${scan(3, "Cy5")}</LDM_Block_Sequential_List></LDM_Block_Sequential>`,
    );
    expect((await named([{ lut: "Blue" }, { lut: "Green" }], confocal)).channelNames).toEqual([
      "DAPI",
      "Cy5",
    ]);
    expect(
      (await named([{ lut: "Blue" }, { lut: "Green" }], settings(scan(1, "DAPI")))).channelNames,
    ).toEqual(["Blue", "Green"]);
  });

  it("have wavelengths, of which each is a channel", async () => {
    const sweep = laidOut(
      [
        { id: 1, size: 2 },
        { id: 2, size: 2 },
        { id: 5, size: 3 },
        { id: 0, size: 2 },
      ],
      "uint8",
      (at) => 10 * at[0]! + at[5]!,
    );
    const dimensions = sweep.dimensions.map((one) =>
      one.id === 5 ? { ...one, origin: 550e-9, length: 25e-9 } : one,
    );
    const channels = [{ ...sweep.channels[0]!, dye: "DAPI" }, sweep.channels[1]!];
    const image = await open([{ name: "a", data: sweep.data, dimensions, channels }]);
    expect(image.channelNames).toEqual([
      "DAPI, 550 nm",
      "DAPI, 562.5 nm",
      "DAPI, 575 nm",
      "550 nm",
      "562.5 nm",
      "575 nm",
    ]);
    expect((await read(image, 0, 4))[0]).toBe(11);
  });

  it("tell two sweeps apart", async () => {
    const sweep = laidOut(
      [
        { id: 1, size: 2 },
        { id: 2, size: 2 },
        { id: 5, size: 2 },
        { id: 9, size: 2 },
      ],
      "uint8",
      (at) => 10 * at[5]! + at[9]!,
    );
    const dimensions = sweep.dimensions.map((one) =>
      one.id === 5 ? { ...one, origin: 5e-7, length: 1e-8 } : one,
    );
    const image = await open([{ name: "a", ...sweep, dimensions }]);
    expect(image.channelNames).toEqual([
      "emission 500 nm, excitation 1",
      "emission 500 nm, excitation 2",
      "emission 510 nm, excitation 1",
      "emission 510 nm, excitation 2",
    ]);
    expect((await read(image, 0, 1))[0]).toBe(1);
  });
});

describe("sizes and places", () => {
  const sized = (length: number, unit = "m"): LifItem => ({
    name: "a",
    ...laidOut(
      [
        { id: 1, size: 5 },
        { id: 2, size: 5 },
        { id: 3, size: 3 },
      ],
      "uint8",
      code,
    ),
    dimensions: [
      { id: 1, size: 5, stride: 1, length, unit },
      { id: 2, size: 5, stride: 5, length, unit },
      { id: 3, size: 3, stride: 25, length: -4e-6, unit: "m" },
    ],
  });

  it("are the length from the first to the last over the steps between, µm", async () => {
    const image = await open([sized(8e-7)]);
    expect([image.pixelSize, image.sliceSpacing]).toEqual([0.2, 2]);
  });

  it("that are none are not believed", async () => {
    expect((await open([sized(4)])).pixelSize).toBe(undefined);
    expect((await open([sized(0)])).pixelSize).toBe(undefined);
    expect((await open([sized(1e-6, "furlong")])).pixelSize).toBe(undefined);
  });

  it("of pixels that are not square are told", async () => {
    const { dimensions, ...rest } = sized(8e-7);
    const image = await open([
      { ...rest, dimensions: dimensions!.map((one) => (one.id === 2 ? { ...one, length: 2e-6 } : one)) },
    ]);
    expect(image.pixelSize).toBe(0.2);
    expect(image.notices).toEqual(["The pixels are not square; their width is taken as the pixel size"]);
  });

  it("of the stage are those of the settings or of the tile", async () => {
    const settings =
      '<Attachment Name="HardwareSetting"><ATLConfocalSettingDefinition StagePosX="0.01" StagePosY="0.02" ZPosition="1e-6"><AdditionalZPositionList><AdditionalZPosition ZUseModeName="z-wide" ZPosition="0.003"/></AdditionalZPositionList></ATLConfocalSettingDefinition></Attachment>';
    expect((await one(settings)).position).toEqual({ y: 20_000, x: 10_000, z: 3000 });
    expect((await one(settings + tileScan([{ field: [0, 0], x: 0.03, y: 0.04 }]))).position).toEqual({
      y: 40_000,
      x: 30_000,
      z: 1000,
    });
    expect((await one("")).position).toBe(undefined);
  });
});

describe("times", () => {
  const movie = laidOut(
    [
      { id: 1, size: 2 },
      { id: 2, size: 2 },
      { id: 3, size: 2 },
      { id: 4, size: 3 },
    ],
    "uint8",
    code,
  );
  const timed = (inside: string): Promise<OpenedImage> =>
    open([
      {
        name: "a",
        ...movie,
        dimensions: movie.dimensions.map((one) => (one.id === 4 ? { ...one, length: 20 } : one)),
        inside,
      },
    ]);

  it.each([
    ["hexadecimal numbers", hexStamps],
    ["elements", elementStamps],
  ])("are those of the first plane of each frame, of %s", async (_, stamps) => {
    const image = await timed(stamps([5, 6, 15, 16, 25, 26]));
    expect([image.frameTimes, image.frameInterval, image.notices]).toEqual([[0, 10, 20], 10, []]);
  });

  it("that vary give their median, and say so", async () => {
    const image = await timed(hexStamps([0, 10, 21]));
    expect([image.frameTimes, image.frameInterval]).toEqual([[0, 10, 21], 10.5]);
    expect(image.notices).toEqual([
      "The time between frames varies from 10 to 11 s; its median, 10.5 s, is used",
    ]);
    expect((await timed(hexStamps([0, 10, 20.05]))).notices).toEqual([]);
  });

  it("of frames without stamps are NaN", async () => {
    expect((await timed(hexStamps([0, 1, NaN, NaN, 20, 21]))).frameTimes).toEqual([0, NaN, 20]);
  });

  it.each([
    ["none", ""],
    ["too few", hexStamps([0, 1])],
    ["out of order", hexStamps([0, 10, 20, 0, 10, 20])],
    ["empty", hexStamps([NaN, NaN, NaN])],
  ])("are those of the dimension where stamps are %s", async (_, inside) => {
    const image = await timed(inside);
    expect([image.frameTimes, image.frameInterval]).toEqual([undefined, 10]);
  });
});
