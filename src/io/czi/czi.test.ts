import jpeg from "jpeg-js";
import { describe, expect, it } from "vitest";
import { cziOf, type MadeTile, makeCzi, openMade, rowsOf } from "../../../test/czifile.js";
import { isKaryonError } from "../../core/errors.js";

/** A tile of one value. */
const tile = (value: number, more: Partial<MadeTile> = {}): MadeTile => {
  const [width, height] = [more.width ?? 4, more.height ?? 3];
  const { width: w, height: h } = more.stored ?? { width, height };
  return { x: 0, y: 0, width, height, pixels: new Uint8Array(w * h).fill(value), ...more };
};
const bytesOf = (data: Uint16Array | Float32Array | Uint32Array | Float64Array): Uint8Array =>
  new Uint8Array(data.buffer);
const image = (inner: string, rest = ""): string =>
  `<ImageDocument><Metadata><Information><Image>${inner}</Image></Information>${rest}</Metadata></ImageDocument>`;

describe("planes", () => {
  it("are found by time, channel and slice, whatever the order of the file", async () => {
    const tiles = [];
    for (const t of [1, 0])
      for (const z of [0, 2, 1])
        for (const c of [1, 0]) tiles.push(tile(100 * t + 10 * c + z, { at: { C: c, Z: z, T: t } }));
    const set = await openMade({ tiles });
    const opened = await set.open(0);
    expect([opened.frames, opened.channels, opened.slices]).toEqual([2, 2, 3]);
    expect([opened.height, opened.width, opened.type, opened.bits]).toEqual([3, 4, "uint8", 8]);
    for (const frame of [0, 1])
      for (const channel of [0, 1])
        for (const slice of [0, 1, 2])
          expect((await rowsOf(set, { frame, channel, slice }))[2]).toEqual(
            Array(4).fill(100 * frame + 10 * channel + slice),
          );
    await expect(opened.read({ frame: 2, channel: 0, slice: 0 })).rejects.toThrow(
      /^made.czi: expected a plane of 2 frames/,
    );
  });

  it("of a part of a movie are its frames, from 0", async () => {
    const set = await openMade({ tiles: [5, 7].map((t) => tile(t, { at: { T: t, C: 3 } })) });
    expect((await set.open(0)).frames).toBe(2);
    expect((await rowsOf(set, { frame: 1 }))[0]![0]).toBe(7);
  });

  it("that are not in the file read as 0, and are told", async () => {
    const tiles = [tile(1, { at: { T: 0, C: 0 } }), tile(2, { at: { T: 1, C: 1 } })];
    const set = await openMade({ tiles });
    expect((await set.open(0)).notices).toEqual(["2 of its 4 planes are not in the file and read as 0"]);
    expect((await rowsOf(set, { frame: 1, channel: 0 }))[0]).toEqual([0, 0, 0, 0]);
    expect((await rowsOf(set, { frame: 1, channel: 1 }))[0]).toEqual([2, 2, 2, 2]);
  });

  it("may be compressed by zstd, with and without split bytes", async () => {
    const values = Uint16Array.from({ length: 12 }, (_, i) => 1000 * i + i);
    for (const [compression, split] of [
      [0, false],
      [5, false],
      [6, false],
      [6, true],
    ] as const) {
      const set = await openMade({
        tiles: [tile(0, { pixelType: 1, compression, split, pixels: bytesOf(values) })],
      });
      expect((await rowsOf(set)).flat()).toEqual([...values]);
      expect((await set.open(0)).compression).toBe(compression === 0 ? "none" : "zstd");
    }
  });

  it("are red, green, blue, though they are stored the other way", async () => {
    const grey8 = Uint8Array.from({ length: 9 }, (_, i) => i);
    const made = { width: 3, height: 1 };
    const read = async (pixelType: number, pixels: Uint8Array): Promise<number[]> => {
      const opened = await (await openMade({ tiles: [{ x: 0, y: 0, ...made, pixelType, pixels }] })).open(0);
      expect([opened.colour, opened.channels]).toEqual(["rgb", 1]);
      return [...(await opened.read({ frame: 0, channel: 0, slice: 0 })).plane.data];
    };
    expect(await read(3, grey8)).toEqual([2, 1, 0, 5, 4, 3, 8, 7, 6]);
    expect(await read(4, bytesOf(Uint16Array.from(grey8, (v) => 1000 * v)))).toEqual(
      [2, 1, 0, 5, 4, 3, 8, 7, 6].map((v) => 1000 * v),
    );
    expect(await read(8, bytesOf(Float32Array.from(grey8, (v) => v / 2)))).toEqual(
      [2, 1, 0, 5, 4, 3, 8, 7, 6].map((v) => v / 2),
    );
    expect(await read(9, Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 254, 7, 8, 9, 253))).toEqual([
      3, 2, 1, 255, 6, 5, 4, 254, 9, 8, 7, 253,
    ]);
  });

  it("may be of floats and of 32 bits, and of another type in each channel", async () => {
    const set = await openMade({
      tiles: [
        tile(7, { at: { C: 0 } }),
        tile(0, {
          at: { C: 1 },
          pixelType: 2,
          pixels: bytesOf(Float32Array.from({ length: 12 }, (_, i) => i - 0.5)),
        }),
        tile(0, { at: { C: 2 }, pixelType: 12, pixels: bytesOf(new Uint32Array(12).fill(70000)) }),
        tile(0, { at: { C: 3 }, pixelType: 13, pixels: bytesOf(new Float64Array(12).fill(0.1)) }),
      ],
    });
    const opened = await set.open(0);
    expect(opened.notices).toEqual(["Its channels have several pixel types; each is read as its own"]);
    expect(opened.type).toBe("uint8");
    const first = [];
    for (const channel of [0, 1, 2, 3]) first.push((await rowsOf(set, { channel }))[0]![0]);
    expect(first).toEqual([7, -0.5, 70000, 0.1]);
  });

  it("that a subblock has too few bytes for end in 0, as Zeiss's reader has them", async () => {
    const set = await openMade({
      tiles: [
        tile(0, { pixels: new Uint8Array(7).fill(9) }),
        tile(0, { at: { C: 1 }, compression: 5, pixels: new Uint8Array(7).fill(9) }),
      ].map((one, c) => ({ ...one, at: { C: c } })),
    });
    for (const channel of [0, 1])
      expect(await rowsOf(set, { channel })).toEqual([
        [9, 9, 9, 9],
        [9, 9, 9, 0],
        [0, 0, 0, 0],
      ]);
  });

  it("in JPEG are decoded, grey and in colours", async () => {
    const rgba = new Uint8Array(16 * 16 * 4);
    for (let i = 0; i < 256; i++) rgba.set([200, 100, 20, 255], 4 * i);
    const pixels = new Uint8Array(jpeg.encode({ width: 16, height: 16, data: rgba }, 95).data);
    const set = await openMade({
      tiles: [{ x: 0, y: 0, width: 16, height: 16, pixelType: 3, compression: 1, pixels }],
    });
    const { plane } = await (await set.open(0)).read({ frame: 0, channel: 0, slice: 0 });
    for (const [i, value] of [200, 100, 20].entries())
      expect(Math.abs(plane.data[300 + i]! - value)).toBeLessThan(4);
    const other = await openMade({
      tiles: [{ x: 0, y: 0, width: 17, height: 16, pixelType: 3, compression: 1, pixels }],
    });
    await expect(rowsOf(other)).rejects.toThrow(
      /cannot be unpacked \(JPEG of 16 x 16 pixels, 3 values each\)/,
    );
    // 8 x 8 pixels of one value: only its mean, 40 above 128, is coded.
    const grey = [
      [0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, ...Array<number>(64).fill(8)],
      [0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0],
      [0xff, 0xc4, 0, 21, 0x00, 1, 1, ...Array<number>(14).fill(0), 0, 6],
      [0xff, 0xc4, 0, 20, 0x10, 1, ...Array<number>(15).fill(0), 0],
      [0xff, 0xda, 0, 8, 1, 1, 0x00, 0, 63, 0, 0xa8, 0x7f, 0xff, 0xd9],
    ].flat();
    const made = { width: 8, height: 8, compression: 1, pixels: Uint8Array.from(grey) };
    expect((await rowsOf(await openMade({ tiles: [tile(0, made)] }))).flat()).toEqual(Array(64).fill(168));
    const lossless = { ...made, pixels: made.pixels.with(72, 0xc3) };
    await expect(openMade({ tiles: [tile(0, lossless)] }).then(rowsOf)).rejects.toThrow(
      /JPEG of 8 bits by process 3 is not supported/,
    );
  });
});

describe("mosaics", () => {
  const overlapping = [
    tile(2, { x: -2, y: -10, at: { M: 1 } }),
    tile(1, { x: -5, y: -10, at: { M: 0 } }),
    tile(3, { x: -2, y: -8, at: { M: 2 } }),
  ];
  it("begin at the first column and row there is; later tiles lie on earlier ones", async () => {
    const set = await openMade({ tiles: overlapping });
    expect(await rowsOf(set)).toEqual([
      [1, 1, 1, 2, 2, 2, 2],
      [1, 1, 1, 2, 2, 2, 2],
      [1, 1, 1, 3, 3, 3, 3],
      [0, 0, 0, 3, 3, 3, 3],
      [0, 0, 0, 3, 3, 3, 3],
    ]);
    expect((await set.open(0)).notices).toEqual(["Its tiles cover 82.8 % of the image; the rest reads as 0"]);
  });

  it("give windows that equal the whole, and read only the tiles that these meet", async () => {
    const bytes = await makeCzi({ tiles: overlapping.map((one) => ({ ...one, compression: 5 })) });
    // The last tile is damaged: nobody who does not need it may notice.
    const at = new TextDecoder("latin1").decode(bytes).lastIndexOf("ZISRAWSUBBLOCK");
    bytes.fill(0, at + 32 + 256, at + 32 + 266);
    const opened = await (await cziOf(bytes)).open(0);
    const index = { frame: 0, channel: 0, slice: 0 };
    const { plane } = await opened.readWindow!(index, { y: 1, x: 2, height: 1, width: 3 });
    expect([...plane.data]).toEqual([1, 2, 2]);
    await expect(opened.readWindow!(index, { y: 1, x: 2, height: 2, width: 3 })).rejects.toThrow(
      /cannot be unpacked/,
    );
    await expect(opened.readWindow!(index, { y: 1, x: 5, height: 1, width: 3 })).rejects.toThrow(
      /within 5 x 7 pixels/,
    );
  });

  it("stop when they are asked to", async () => {
    const opened = await (await openMade({ tiles: overlapping })).open(0);
    await expect(
      opened.read({ frame: 0, channel: 0, slice: 0 }, { signal: AbortSignal.abort() }),
    ).rejects.toThrow(/stopped/);
  });

  it("that lack tiles on some planes are told", async () => {
    const tiles = [0, 1].flatMap((t) => [0, 1].map((m) => tile(9, { x: 4 * m, at: { T: t, M: m } })));
    const opened = await (await openMade({ tiles: tiles.slice(0, 3) })).open(0);
    expect(opened.notices).toEqual([
      "1 of its planes have fewer tiles than others; what is missing reads as 0",
    ]);
  });

  it("have their pyramids as levels", async () => {
    const full = [0, 1].map((m) => tile(m + 1, { x: 100 + 4 * m, y: 60, height: 4, at: { M: m } }));
    const reduced = [
      tile(8, { x: 100, y: 60, width: 8, height: 4, stored: { width: 4, height: 2 } }),
      tile(9, { x: 100, y: 60, width: 8, height: 4, stored: { width: 2, height: 1 } }),
    ];
    const set = await openMade({ tiles: [...reduced, ...full] });
    const opened = await set.open(0);
    expect(opened.levels).toEqual([
      { height: 4, width: 8 },
      { height: 2, width: 4 },
      { height: 1, width: 2 },
    ]);
    expect(await rowsOf(set, { level: 0 })).toEqual(Array(4).fill([1, 1, 1, 1, 2, 2, 2, 2]));
    expect(await rowsOf(set, { level: 1 })).toEqual(Array(2).fill([8, 8, 8, 8]));
    expect(await rowsOf(set, { level: 2 })).toEqual([[9, 9]]);
    expect(await opened.size({ frame: 0, channel: 0, slice: 0, level: 1 })).toEqual({ height: 2, width: 4 });
    await expect(opened.read({ frame: 0, channel: 0, slice: 0, level: 3 })).rejects.toThrow(/level 3/);
  });

  it("leave out levels that do not show all of the image", async () => {
    const full = [0, 1].map((m) => tile(m + 1, { x: 4 * m, height: 4, at: { M: m } }));
    const half = tile(8, { width: 4, height: 4, stored: { width: 2, height: 2 } });
    expect((await (await openMade({ tiles: [...full, half] })).open(0)).levels).toEqual([
      { height: 4, width: 8 },
    ]);
    const wide = { width: 8, height: 4, stored: { width: 4, height: 2 } };
    const other = tile(8, { ...wide, compression: 4, pixels: new Uint8Array(5) });
    const opened = await (await openMade({ tiles: [...full, other] })).open(0);
    expect(opened.levels.length).toBe(1);
  });
});

describe("series", () => {
  const scenes = `<Dimensions><S><Scenes><Scene Index="0" Name="P1"><ArrayName>B2</ArrayName><CenterPosition>10.5,-3</CenterPosition></Scene><Scene Index="2" Name="C4"><Shape Name="C4"/></Scene></Scenes></S></Dimensions>`;
  it("are scenes, each with its own place and size, by the names of their wells", async () => {
    const set = await openMade({
      tiles: [
        tile(5, { x: 9000, at: { S: 2 } }),
        tile(1, { at: { S: 0 } }),
        tile(2, { at: { S: 1 }, width: 6 }),
      ],
      xml: image(scenes),
    });
    expect(set.series.map(({ name }) => name)).toEqual(["B2 P1", "Scene 1", "C4"]);
    expect((await set.open(0)).position).toEqual({ y: -3, x: 10.5 });
    expect((await set.open(1)).width).toBe(6);
    expect((await rowsOf(set, { series: 2 }))[0]).toEqual([5, 5, 5, 5]);
    await expect(set.open(3)).rejects.toThrow(/a series from 0 to 2/);
  });

  it("are blocks and views, too; names that are alike are told apart", async () => {
    const set = await openMade({
      tiles: [0, 1].flatMap((V) => [0, 1].map((B) => tile(2 * V + B, { at: { V, B } }))),
    });
    expect(set.series.map(({ name }) => name)).toEqual([
      "block 0, view 0",
      "block 0, view 1",
      "block 1, view 0",
      "block 1, view 1",
    ]);
    expect((await rowsOf(set, { series: 1 }))[0]![0]).toBe(2);
    const alike = await openMade({
      tiles: [0, 1].map((S) => tile(S, { at: { S } })),
      xml: image(
        `<Dimensions><S><Scenes><Scene Index="0" Name="P"/><Scene Index="1" Name="P"/></Scenes></S></Dimensions>`,
      ),
    });
    expect(alike.series.map(({ name }) => name)).toEqual(["P (scene 0)", "P (scene 1)"]);
  });

  it("have a channel for each phase, rotation and illumination of a dye", async () => {
    const set = await openMade({
      tiles: [0, 1].flatMap((C) => [0, 1, 2].map((H) => tile(10 * C + H, { at: { C, H, I: 0 } }))),
      xml: image(`<Dimensions><Channels><Channel Name="DAPI"/><Channel Name="GFP"/></Channels></Dimensions>`),
    });
    const opened = await set.open(0);
    expect(opened.channelNames).toEqual([
      "DAPI, phase 0",
      "DAPI, phase 1",
      "DAPI, phase 2",
      "GFP, phase 0",
      "GFP, phase 1",
      "GFP, phase 2",
    ]);
    expect(opened.notices).toEqual(["Each phase of a dye is read as a channel of its own"]);
    const detectors = Array.from({ length: 32 }, (_, H) => tile(H, { at: { C: 0, H } }));
    expect((await (await openMade({ tiles: detectors })).open(0)).notices).toEqual([
      "Each phase of a dye is read as a channel of its own: process an Airyscan image in ZEN first",
    ]);
    expect((await rowsOf(set, { channel: 4 }))[0]![0]).toBe(11);
  });

  it("that are stored reduced or enlarged only say so, and what their pixels measure", async () => {
    const xml = image(
      "",
      `<Scaling><Items><Distance Id="X"><Value>1e-7</Value></Distance></Items></Scaling>`,
    );
    const set = await openMade({
      tiles: [tile(3, { width: 8, height: 4, stored: { width: 4, height: 2 } })],
      xml,
    });
    const opened = await set.open(0);
    expect([opened.height, opened.width, opened.pixelSize]).toEqual([2, 4, 0.2]);
    expect(opened.notices).toEqual(["It is stored reduced to 1/2 only"]);
    const palm = await openMade({
      tiles: [tile(1), tile(2, { stored: { width: 40, height: 30 }, at: { C: 0 } })],
      xml,
    });
    expect(palm.series.map(({ name }) => name)).toEqual(["", "enlarged"]);
    const fine = await palm.open(1);
    expect([fine.width, fine.pixelSize, fine.notices]).toEqual([
      40,
      0.01,
      ["It is stored enlarged 10 times"],
    ]);
  });
});

describe("metadata", () => {
  it("give sizes, names and bits", async () => {
    const distances = ["X", "Y", "Z"].map(
      (id, i) => `<Distance Id="${id}"><Value>${(i + 1) * 1e-7}</Value></Distance>`,
    );
    const xml = image(
      `<ComponentBitCount>12</ComponentBitCount><Dimensions><Channels><Channel Id="a"/><Channel Id="b" Name="x"/></Channels></Dimensions>`,
      `<Scaling><Items>${distances.join("")}</Items></Scaling><DisplaySetting><Channels><Channel Id="b" Name="n"/><Channel Id="a" Name="Hoechst &lt;1&gt;"/></Channels></DisplaySetting>`,
    );
    const tiles = [0, 1].map((C) => tile(0, { at: { C }, pixelType: 1, pixels: new Uint8Array(24) }));
    const opened = await (await openMade({ tiles, xml: `\ufeff${xml}\0\0` })).open(0);
    expect([opened.pixelSize, opened.sliceSpacing, opened.bits]).toEqual([0.1, 0.3, 12]);
    expect(opened.channelNames).toEqual(["Hoechst <1>", "x"]);
    expect(opened.notices).toEqual(["Its pixels are 0.1 µm wide and 0.2 µm high; the width is used"]);
  });

  it("that are damaged are told, and the image is read", async () => {
    for (const xml of ["<a><b></a>", "<!DOCTYPE a><a/>"]) {
      const set = await openMade({ tiles: [tile(4)], xml });
      const opened = await set.open(0);
      expect(opened.pixelSize).toBeUndefined();
      expect((await rowsOf(set))[0]).toEqual([4, 4, 4, 4]);
    }
    const damaged = await openMade({ tiles: [tile(4)], xml: "<!DOCTYPE a><a/>" });
    expect((await damaged.open(0)).notices).toEqual([
      "Its metadata are damaged, so that sizes, names and times are unknown",
    ]);
  });

  const frames = (count: number, more: (t: number) => Partial<MadeTile> = () => ({})): MadeTile[] =>
    Array.from({ length: count }, (_, T) => tile(T, { ...more(T), at: { T, ...more(T).at } }));
  const made = (t: number): string =>
    `<METADATA><Tags><AcquisitionTime>2020-01-01T00:00:${t}.5Z</AcquisitionTime><StageXPosition>+00012.5</StageXPosition><StageYPosition>-3</StageYPosition></Tags></METADATA>`;

  it("give times: attached ones, those of the XML, those of the tiles, or an interval", async () => {
    const attached = await (await openMade({ tiles: frames(3), stamps: [100, 110, 120.05] })).open(0);
    expect([attached.frameTimes, attached.frameInterval, attached.notices]).toEqual([
      [0, 10, 20.05],
      10.025,
      [],
    ]);
    const list = image(
      `<Dimensions><T><Positions><List><Offsets>0 5 11</Offsets></List></Positions></T></Dimensions>`,
    );
    const listed = await (await openMade({ tiles: frames(3), stamps: [0, 0, 0], xml: list })).open(0);
    expect([listed.frameTimes, listed.frameInterval]).toEqual([[0, 5, 11], 5.5]);
    expect(listed.notices).toEqual([
      "The time between frames varies from 5 to 6 s; its median, 5.5 s, is used",
    ]);
    const tagged = await (await openMade({ tiles: frames(3, (t) => ({ xml: made(10 + 2 * t) })) })).open(0);
    expect([tagged.frameTimes, tagged.position]).toEqual([[0, 2, 4], { y: -3, x: 12.5 }]);
    const step = image(
      `<Dimensions><T><Positions><Interval><Increment>30</Increment></Interval></Positions></T></Dimensions>`,
    );
    const stepped = await (await openMade({ tiles: frames(3), xml: step })).open(0);
    expect([stepped.frameTimes, stepped.frameInterval]).toEqual([undefined, 30]);
    const silent = await (await openMade({ tiles: frames(3) })).open(0);
    expect([silent.frameTimes, silent.frameInterval]).toEqual([undefined, undefined]);
  });

  it("give times of a part of a movie, by its frames or by those of the whole", async () => {
    const tiles = [2, 4].map((T) => tile(T, { at: { T } }));
    for (const stamps of [
      [7, 10],
      [0, 2, 7, 8, 10],
    ])
      expect((await (await openMade({ tiles, stamps })).open(0)).frameTimes).toEqual([0, 3]);
    expect((await (await openMade({ tiles, stamps: [1, 2, 3] })).open(0)).frameTimes).toBeUndefined();
  });

  it("give each scene its own times, where there is a time stamp for each", async () => {
    const tiles = [0, 1].flatMap((S) => frames(3, () => ({ at: { S } })));
    const set = await openMade({ tiles, stamps: [0, 4, 10, 14, 20, 24.5] });
    expect((await set.open(0)).frameTimes).toEqual([0, 10, 20]);
    expect((await set.open(1)).frameTimes).toEqual([0, 10, 20.5]);
  });
});

describe("files", () => {
  const refusal = (made: Parameters<typeof openMade>[0]): Promise<string> =>
    openMade(made).then(
      () => "opened",
      (error: unknown) => {
        expect(isKaryonError(error)).toBe(true);
        return (error as Error).message;
      },
    );

  it("that cannot be read are refused when they are opened, by name", async () => {
    expect(await refusal({ tiles: [tile(1, { compression: 4, pixels: new Uint8Array(5) })] })).toBe(
      "made.czi: JPEG-XR compression is not supported; in ZEN, save or convert the image uncompressed or with Zstd compression.",
    );
    expect(await refusal({ tiles: [tile(1, { compression: 104 })] })).toMatch(/the packing of a camera 104/);
    expect(await refusal({ tiles: [tile(1, { compression: 77 })] })).toMatch(/compression 77/);
    expect(await refusal({ tiles: [tile(1, { pixelType: 10 })] })).toMatch(/pixels of complex numbers/);
    expect(await refusal({ tiles: [tile(1, { part: 1 })] })).toMatch(
      /an image in several CZI files is not supported/,
    );
    expect(await refusal({ tiles: [] })).toMatch(
      /^made\.czi: it holds no image \(at byte \d+\); open it in ZEN to see whether the acquisition was saved/,
    );
  });

  it("with some scenes in JPEG-XR open, and give the others", async () => {
    const set = await openMade({
      tiles: [
        tile(1, { at: { S: 0 }, compression: 4, pixels: new Uint8Array(5) }),
        tile(2, { at: { S: 1 } }),
      ],
    });
    await expect(set.open(0)).rejects.toThrow(/JPEG-XR/);
    expect((await rowsOf(set, { series: 1 }))[0]![0]).toBe(2);
  });

  it("that are said to be JPEG-XR and are not are read", async () => {
    const set = await openMade({ tiles: [tile(1, { compression: 4, pixels: new Uint8Array(12).fill(6) })] });
    expect((await rowsOf(set))[0]).toEqual([6, 6, 6, 6]);
  });

  it("that were never completed are searched, and say so", async () => {
    const bytes = await makeCzi({
      tiles: [0, 1, 2].map((T) => tile(T + 1, { at: { T } })),
      stamps: [1, 2, 3],
      xml: image(`<ComponentBitCount>7</ComponentBitCount>`),
      directory: false,
    });
    const set = await cziOf(bytes);
    const opened = await set.open(0);
    expect([opened.frames, opened.bits, opened.frameInterval]).toEqual([3, 7, 1]);
    expect(opened.notices).toEqual([
      "The file was never completed: its 3 tiles were found by a search through it",
    ]);
    expect((await rowsOf(set, { frame: 2 }))[0]![0]).toBe(3);
    // Ends within the last tile.
    const second = new TextDecoder("latin1").decode(bytes).lastIndexOf("ZISRAWSUBBLOCK");
    expect((await (await cziOf(bytes.slice(0, second + 60))).open(0)).frames).toBe(2);
  });

  it("whose copy was cut off say so", async () => {
    const bytes = await makeCzi({ tiles: [tile(1)] });
    await expect(cziOf(bytes.slice(0, bytes.length - 400))).rejects.toThrow(
      /made\.czi: the segment ZISRAWDIRECTORY should extend to byte \d+, but the file has \d+ bytes: it is cut off or damaged/,
    );
  });

  it("of before 2011 have a directory of another kind", async () => {
    const tiles = [0, 1].map((m) => tile(m + 1, { x: 4 * m, at: { M: m, T: 5 } }));
    const set = await openMade({ tiles, fixed: true });
    expect((await rowsOf(set))[0]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  });

  it("with a hundred thousand tiles open quickly", async () => {
    const tiles = Array.from({ length: 500 }, (_, T) => tile(0, { at: { T, M: 0, C: 0, Z: 0, S: 0 } }));
    const bytes = await makeCzi({ tiles });
    const directory = new TextDecoder("latin1").decode(bytes).lastIndexOf("ZISRAWDIRECTORY");
    const entries = bytes.subarray(directory + 160, directory + 160 + 500 * 172);
    const large = new Uint8Array(directory + 160 + 200 * entries.length);
    large.set(bytes.subarray(0, directory + 160));
    const view = new DataView(large.buffer);
    view.setInt32(directory + 32, 100_000, true);
    for (let i = 0; i < 200; i++) large.set(entries, directory + 160 + i * entries.length);
    for (let i = 0; i < 100_000; i++) {
      const at = directory + 160 + 172 * i;
      for (let entry = at + 32; entry < at + 172; entry += 20)
        if (large[entry] === 0x54) view.setInt32(entry + 4, i, true);
    }
    const before = process.cpuUsage();
    const opened = await (await cziOf(large)).open(0);
    expect(opened.frames).toBe(100_000);
    // 0.5 s of the processor's time, whatever else the machine does.
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
  });
});
