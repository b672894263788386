import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differing } from "../../../test/planes.js";
import { greyPlane as grey, planeOf as plane, saveImage } from "../../../test/saving.js";
import { itWithShared, sharedData } from "../../../test/shared.js";
import { Cancelled, CorruptFile, InvalidInput, StageError } from "../../core/errors.js";
import type { ReadOptions, StoredPlane, Window } from "../../core/image.js";
import { cropPlane } from "../../io/image/crop.js";
import type { TiffWriteOptions } from "../../io/tiff/encode.js";
import { inspectFiles } from "./inspection.js";
import { type FileSource, hashFiles, openSource, type SourceOptions } from "./source.js";

const fixtures = fileURLToPath(new URL("../../../fixtures/io", import.meta.url));
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-source-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const save = (name: string, planes: readonly StoredPlane[], options?: TiffWriteOptions): string =>
  saveImage(folder, name, planes, options);
const fixture = (name: string): string => join(fixtures, name);

describe("what files are together", () => {
  it("single frames of one size, named alike but for digits, are a movie in natural order", async () => {
    for (const t of [10, 2, 1]) save(`movie/frame${t}.tif`, [grey(t)]);
    const source = await openSource([at("movie")]);
    expect([source.name, source.kind, source.frames, source.frameNames]).toEqual([
      "movie",
      "movie",
      3,
      ["frame1", "frame2", "frame10"],
    ]);
    expect((await source.read(2)).data[0]).toBe(10);
    expect(source.notices[0]).toMatch(/3 files .* read as a movie/);
    expect(source.notices.join()).toMatch(/skip from 2 to 10/);
    const images = await openSource([at("movie")], { kind: "images" });
    expect([images.kind, images.frames]).toEqual(["images", 3]);
    expect(source.files).toEqual(
      ["frame1.tif", "frame2.tif", "frame10.tif"].map((name) => join(at("movie"), name)),
    );
  });

  it("other names, or other sizes, are independent images", async () => {
    save("names/a.tif", [grey(1)]);
    save("names/b.png", [grey(2)]);
    expect((await openSource([at("names")])).kind).toBe("images");
    save("sizes/f1.tif", [grey(1)]);
    save("sizes/f2.tif", [grey(2, 4)]);
    const source = await openSource([at("sizes")]);
    expect(source.kind).toBe("images");
    expect(source.notices[0]).toMatch(/2 sizes \(2 x 3, 2 x 4\).*independent/);
    expect((await source.read(1)).width).toBe(4);
    await expect(openSource([at("sizes")], { kind: "movie" })).rejects.toThrow(/one size for a movie/);
  });

  it(
    "a file of several pages is a movie; several such files are images, with a notice, or joined " +
      "when told",
    async () => {
      save("two/m1.tif", [grey(1), grey(2)]);
      save("two/m2.tif", [grey(3), grey(4)]);
      const one = await openSource([at("two/m1.tif")]);
      expect([one.name, one.kind, one.frames, one.frameNames]).toEqual([
        "m1",
        "movie",
        2,
        ["m1_t000", "m1_t001"],
      ]);
      const both = await openSource([at("two")]);
      expect([both.kind, both.frames]).toEqual(["images", 4]);
      expect(both.notices.join()).toMatch(/2 of 2 files hold several frames/);
      const joined = await openSource([at("two")], { kind: "movie" });
      expect([joined.kind, (await joined.read(2)).data[0]]).toEqual(["movie", 3]);
    },
  );

  it("one image is one image", async () => {
    const source = await openSource([save("one.png", [grey(9)])]);
    expect([source.kind, source.frames, source.frameInterval]).toEqual(["images", 1, undefined]);
  });

  it("the files of one OME-TIFF are read as one, whichever is given", async () => {
    for (const input of [
      fixtures + "/multi_a.ome.tif",
      fixtures + "/multi_b.ome.tif",
      fixtures + "/multi_*.ome.tif",
    ]) {
      const source = await openSource([input]);
      expect([
        source.kind,
        source.frames,
        source.files.length,
        source.pixelSize,
        source.frameInterval,
      ]).toEqual(["movie", 2, 2, 0.5, 90]);
      const [first, second] = [await source.read(0), await source.read(1)];
      const pages = await openSource([fixture("pages.tif")]);
      expect(first.data).toEqual((await pages.read(0)).data);
      expect(second.data).toEqual((await pages.read(1)).data);
    }
  });

  it("an OME-TIFF whose other file is missing says which", async () => {
    mkdirSync(at("half"), { recursive: true });
    writeFileSync(at("half/multi_a.ome.tif"), readFileSync(fixture("multi_a.ome.tif")));
    const source = await openSource([at("half")]);
    await expect(source.read(0)).resolves.toBeDefined();
    await expect(source.read(1)).rejects.toThrow(/multi_b\.ome\.tif/);
  });
});

describe("channels, slices and calibration", () => {
  const stack = (): string =>
    save(
      "stack.tif",
      Array.from({ length: 12 }, (_, i) => grey(i)),
      { imagej: { channels: 2, slices: 3, frames: 2 }, pixelSize: 0.5, frameInterval: 60 },
    );

  it("reads channel 0 and the maximum over slices unless told otherwise, and says so", async () => {
    const source = await openSource([stack()]);
    expect([source.frames, source.channels, source.slices, source.pixelSize, source.frameInterval]).toEqual([
      2, 2, 3, 0.5, 60,
    ]);
    // Planes run c, z, t: of frame 1 and channel 0 these are 6, 8, 10.
    expect((await source.read(1)).data[0]).toBe(10);
    expect((await source.read(1, { channel: 1, z: 0 })).data[0]).toBe(7);
    expect((await source.read(1)).pixelSize).toBe(0.5);
    expect(source.notices.join(" ")).toMatch(/Of 2 channels, number 0 .*maximum over 3 slices/);
    const every = await openSource([stack()], { everyChannel: true });
    expect(every.notices.join(" ")).toMatch(/All 2 channels are read\. .*maximum over 3 slices/);
    expect(every.notices.join(" ")).not.toMatch(/input\.channel/);
    const other = await openSource([stack()], { channel: 1, z: 1 });
    expect((await other.read(0)).data[0]).toBe(3);
  });

  it("refuses channels, slices and frames that are not there", async () => {
    await expect(openSource([stack()], { channel: 2 })).rejects.toThrow(
      /channel: expected 0 to 1.* received 2/,
    );
    await expect(openSource([stack()], { z: 3 })).rejects.toThrow(/z: expected "max" or 0 to 2/);
    const source = await openSource([stack()]);
    await expect(source.read(2)).rejects.toThrow(InvalidInput);
    await expect(source.read(0, { channel: 5 })).rejects.toThrow(InvalidInput);
  });

  it("prefers the user's calibration, and asks for it where there is none", async () => {
    const source = await openSource([stack()], { pixelSize: 0.25, frameInterval: 30 });
    expect([source.pixelSize, source.frameInterval, (await source.read(0)).pixelSize]).toEqual([
      0.25, 30, 0.25,
    ]);
    save("bare/f1.tif", [grey(1)]);
    save("bare/f2.tif", [grey(1)]);
    expect((await openSource([at("bare")])).notices.at(-1)).toMatch(
      /No pixel size \(input\.pixelSize.*and no frame interval/,
    );
  });

  it("has no common pixel size for images that differ in it", async () => {
    save("mag/a.tif", [grey(1)], { pixelSize: 0.5 });
    save("mag/b.tif", [grey(1)], { pixelSize: 0.25 });
    const source = await openSource([at("mag")]);
    expect(source.pixelSize).toBeUndefined();
    expect((await source.read(1)).pixelSize).toBe(0.25);
    expect(source.notices.join()).toMatch(/different pixel sizes/);
  });
});

describe("grey values", () => {
  it("of a movie in colour all follow the first frame", async () => {
    const blue = plane(Uint8Array.of(0, 0, 90, 0, 0, 30), 2, 3);
    const also = plane(Uint8Array.of(60, 0, 90, 0, 0, 30), 2, 3);
    const source = await openSource([save("blue.tif", [blue, also])]);
    expect([...(await source.read(1)).data]).toEqual([90, 30]);
    expect(source.notices.join()).toMatch(/Colour becomes grey/);
    // Independent images each follow themselves.
    const images = await openSource([at("blue.tif")], { kind: "images" });
    expect([...(await images.read(1)).data]).toEqual([50, 10]);
    expect([...(await images.read(0)).data]).toEqual([90, 30]);
  });

  it("are inverted where white is 0, and the conversion of other types is told", async () => {
    const source = await openSource([fixture("u8_miniswhite.tif")]);
    const stored = await inspectFiles([fixture("u8_miniswhite.tif")]);
    const { data } = await source.read(0);
    expect(255 - Math.min(...data)).toBe(stored[0]!.values[0]!.max);
    expect(source.notices.join()).toMatch(/inverted/);
    const floats = await openSource([fixture("i8.tif")]);
    expect((await floats.read(0)).data).toBeInstanceOf(Float32Array);
    expect(floats.notices[0]).toMatch(/int8 become 32-bit floats/);
  });
});

describe("windows of frames", () => {
  const expectWindow = async (
    source: FileSource,
    frame: number,
    window: Window,
    options?: ReadOptions,
  ): Promise<void> => {
    const whole = await source.read(frame, options);
    expect(await source.size(frame)).toEqual({ height: whole.height, width: whole.width });
    const { height, width, data, pixelSize } = await source.readWindow(frame, window, options);
    const { data: expected } = cropPlane({ ...whole, samples: 1 }, window, "whole");
    expect([height, width, pixelSize, data.constructor]).toEqual([
      window.height,
      window.width,
      whole.pixelSize,
      expected.constructor,
    ]);
    expect(differing(data, expected)).toBe(0);
  };
  const anywhere = ({ height, width }: { readonly height: number; readonly width: number }): Window[] => {
    const [y, x] = [height >> 1, width >> 2];
    return [
      { y: 0, x: 0, height, width },
      { y, x, height: height - y, width: width - x },
      { y, x, height: 1, width: 1 },
    ];
  };

  it("are the frames, cropped, whatever the format", async () => {
    const names = readdirSync(fixtures).filter((name) => /\.(tif|png)$/.test(name));
    let read = 0;
    for (const name of names) {
      const source = await openSource([fixture(name)]).catch(() => undefined);
      for (const frame of source === undefined ? [] : new Set([0, source.frames - 1])) {
        if ((await source!.read(frame).catch(() => undefined)) === undefined) continue;
        read++;
        for (const window of anywhere(await source!.size(frame))) await expectWindow(source!, frame, window);
      }
    }
    expect(read).toBeGreaterThan(30);
  });

  it("are those of the channel and slice asked for, or of the maximum", async () => {
    const path = save(
      "windows.tif",
      Array.from({ length: 12 }, (_, i) =>
        plane(
          Uint8Array.from({ length: 12 }, (_, at) => Math.imul(i * 12 + at + 1, 40503) >> 7),
          4,
        ),
      ),
      { imagej: { channels: 2, slices: 3, frames: 2 } },
    );
    const source = await openSource([path]);
    for (const options of [{}, { channel: 1 }, { channel: 1, z: 2 }])
      for (const window of anywhere({ height: 3, width: 4 })) await expectWindow(source, 1, window, options);
    await expect(source.readWindow(0, { y: 0, x: 0, height: 1, width: 1 }, { channel: 2 })).rejects.toThrow(
      InvalidInput,
    );
    await expect(source.readWindow(0, { y: 3, x: 0, height: 1, width: 1 })).rejects.toThrow(
      /within 3 x 4 pixels/,
    );
    await expect(source.readWindow(2, { y: 0, x: 0, height: 1, width: 1 })).rejects.toThrow(InvalidInput);
    await expect(source.size(2)).rejects.toThrow(InvalidInput);
  });

  it("follow the colours of the whole image, not their own", async () => {
    // The left half shows blue alone; red is in the last pixel.
    const colours = plane(Uint8Array.of(0, 0, 90, 0, 0, 0, 0, 0, 30, 60, 0, 0), 2, 3);
    const blue = plane(Uint8Array.of(0, 0, 90, 0, 0, 0, 0, 0, 30, 0, 0, 60), 2, 3);
    const left = { y: 0, x: 0, height: 2, width: 1 };
    for (const name of ["half.tif", "half.png"]) {
      const source = await openSource([save(name, [colours])]);
      expect([...(await source.readWindow(0, left)).data]).toEqual([30, 10]);
      await expectWindow(source, 0, left);
      await expectWindow(await openSource([save(`blue${name}`, [blue])]), 0, left);
    }
    await expectWindow(await openSource([save("movie.tif", [blue, colours])]), 1, left);
  });

  it("of a file that is decoded whole are cut from one decoding", async () => {
    const source = await openSource([
      save("once.png", [
        plane(
          Uint8Array.from({ length: 40 }, (_, i) => i),
          8,
        ),
      ]),
    ]);
    const first = await source.readWindow(0, { y: 0, x: 0, height: 2, width: 8 });
    // Were it decoded again, it would be missed.
    rmSync(at("once.png"));
    expect([...(await source.readWindow(0, { y: 1, x: 2, height: 2, width: 2 })).data]).toEqual([
      10, 11, 18, 19,
    ]);
    expect(first.data[15]).toBe(15);
  });
});

describe("what cannot be read", () => {
  const bad = (): string => {
    for (const t of [1, 2, 3]) save(`bad/f${t}.tif`, [grey(t)]);
    writeFileSync(at("bad/f2.tif"), readFileSync(at("bad/f2.tif")).subarray(0, -8));
    writeFileSync(at("bad/f4.tif"), "this is text");
    return at("bad");
  };

  it("stops with the name of the frame", async () => {
    const failure = await openSource([bad()]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StageError);
    expect((failure as StageError).message).toMatch(
      /^Reading stopped at f\d\.tif: [^\n]*input\.skipBadFrames\)\.$/,
    );
  });

  it("is left out when told so, files and frames alike, with a notice", async () => {
    const source = await openSource([bad()], { skipBadFrames: true });
    expect([source.kind, source.frameNames]).toEqual(["movie", ["f1", "f3"]]);
    expect(source.notices.join()).toMatch(
      /Frames that could not be read were left out \(2\).*f2.*speeds there are too high/,
    );
    expect((await source.read(1)).data[0]).toBe(3);
  });

  it("alone is its own error; all together name what was given", async () => {
    await expect(openSource([join(bad(), "f4.tif")])).rejects.toThrow(CorruptFile);
    writeFileSync(join(bad(), "f5.tif"), "text too");
    await expect(openSource([at("bad/f4.tif"), at("bad/f5.tif")])).rejects.toThrow(
      /^inputs \(.*f4\.tif.*f5\.tif\): expected TIFF, .* images, received 2 files of which none can be read/,
    );
    await expect(openSource([fixture("jpeg.tif")]).then((source) => source.read(0))).rejects.toThrow(
      /JPEG is not supported/,
    );
    writeFileSync(at("x.czi"), "ZISRAWFILE");
    await expect(openSource([at("x.czi")])).rejects.toThrow(/Zeiss CZI is not supported; open it in Fiji/);
  });

  it("in the middle of a movie names its frame when it is read", async () => {
    const path = save("mid.tif", [grey(1), grey(2), grey(3)], { compression: "none" });
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 3));
    const source = await openSource([path]);
    await expect(source.read(1)).resolves.toBeDefined();
    await expect(source.read(2)).rejects.toThrow(
      /^Reading stopped at mid_t002: .*cut off or damaged.*input\.skipBadFrames/,
    );
    const rest = await openSource([path], { skipBadFrames: true });
    expect([rest.frames, rest.kind]).toEqual([2, "movie"]);
  });

  it("because the user stopped is no fault of the file", async () => {
    const source = await openSource([at("two/m1.tif")]);
    await expect(source.read(0, { signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  });
});

describe("hashFiles", () => {
  it("is the SHA-256 of each file", async () => {
    const source = await openSource([fixture("pages.tif")]);
    const bytes = readFileSync(fixture("pages.tif"));
    expect(await hashFiles(source.files)).toEqual([
      {
        file: fixture("pages.tif"),
        bytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
      },
    ]);
  });
});

describe("real data", () => {
  itWithShared().each<[string, SourceOptions, Record<string, unknown>]>([
    ["mdck_movie/run_041_050", {}, { kind: "movie", frames: 10, name: "run_041_050" }],
    ["dsb2018_fluo_sample60/images", {}, { kind: "images", frames: 60 }],
    ["reader_tests/fake_tracks", {}, { kind: "movie", frames: 50, frameInterval: 1 }],
    [
      "reader_tests/made/imagej_hyperstack_t4_c2_u16.tif",
      { channel: 1 },
      { kind: "movie", frames: 4, channels: 2, pixelSize: 0.325, frameInterval: 600 },
    ],
    [
      "reader_tests/made/ome_t3_u16.ome.tif",
      {},
      { kind: "movie", frames: 3, pixelSize: 0.325, frameInterval: 600 },
    ],
  ])("%s", async (input, options, expected) => {
    const source = await openSource([sharedData(input)], options);
    expect(source).toMatchObject(expected);
    const { height, width, data } = await source.read(source.frames - 1);
    expect(data.length).toBe(height * width);
  });
});
