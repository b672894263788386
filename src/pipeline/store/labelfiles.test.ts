import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cancelled } from "../../core/errors.js";
import type { SampleData } from "../../core/image.js";
import { fileValues, idOf, labelImage } from "../../core/labels.js";
import { memorySource } from "../../io/bytes.js";
import { encodePng } from "../../io/png/png.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { openTiff } from "../../io/tiff/open.js";
import {
  openLabels,
  openLabelWriter,
  readLabels,
  readLabelWindow,
  writeLabels,
  writeLabels16,
} from "./labelfiles.js";
import { labelsInFiles } from "./labelsource.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-labels-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const tiff = (name: string, data: SampleData, samples = 1): string => {
  writeFileSync(path(name), encodeTiff([{ height: 1, width: data.length / samples, samples, data }]));
  return path(name);
};

describe("labels in files", () => {
  it("come back as written, unknown pixels and large labels included", async () => {
    const labels = labelImage(2, 3, Int32Array.of(0, 1, 70000, -1, 2147483647, 5));
    await writeLabels(path("a.tif"), labels);
    const read = await readLabels(path("a.tif"));
    expect({ ...labels, data: fileValues(read) }).toEqual(labels);
    await writeLabels(path("again.tif"), read);
    expect(readFileSync(path("again.tif"))).toEqual(readFileSync(path("a.tif")));
    const stored = await openTiff(memorySource(new Uint8Array(readFileSync(path("a.tif")))), "a.tif");
    expect(stored.planes[0]).toMatchObject({ type: "int32", compression: "deflate", samples: 1 });
  });

  it("with one label of 2147483647 take no table of that length, and keep the number", async () => {
    const labels = await readLabels(tiff("huge.tif", Int32Array.of(0, 2147483647, 7, 7, -1)));
    expect(labels).toEqual({
      height: 1,
      width: 5,
      data: Int32Array.of(0, 2, 1, 1, -1),
      count: 2,
      ids: Int32Array.of(7, 2147483647),
    });
    expect(idOf(labels, 2)).toBe(2147483647);
    await expect(writeLabels16(path("c.tif"), labels)).rejects.toThrow(/0 to 65535.*2147483647/);
  });

  it("are a movie file by file, by their names", async () => {
    const files = [1, 2].map((t) => tiff(`mask00${t}.tif`, Uint16Array.of(0, t, t)));
    const source = labelsInFiles(files, ["mask001", "mask002"]);
    expect([source.frames, source.frameNames]).toEqual([2, ["mask001", "mask002"]]);
    expect(await source.size(1)).toEqual({ height: 1, width: 3 });
    expect((await source.read(1)).data).toEqual(Int32Array.of(0, 2, 2));
    await expect(source.read(2)).rejects.toThrow(/frame: expected 0 to 1, received 2/);
    await expect(source.read(0, { signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  });

  it("in a file of no format that is read are refused by its name", async () => {
    writeFileSync(path("l.jpg"), Uint8Array.of(0xff, 0xd8, 1, 2));
    await expect(readLabels(path("l.jpg"))).rejects.toThrow(/JPEG is not supported/);
    writeFileSync(path("l.tif"), "text");
    await expect(readLabels(path("l.tif"))).rejects.toThrow(
      /neither a TIFF nor a PNG nor an ImageJ ROI .* COCO file/,
    );
  });

  it("are 16-bit for the Cell Tracking Challenge, and refused when they do not fit", async () => {
    await writeLabels16(path("b.tif"), labelImage(1, 3, Int32Array.of(0, 65535, 7)));
    const stored = await openTiff(memorySource(new Uint8Array(readFileSync(path("b.tif")))), "b.tif");
    expect((await stored.read(0)).data).toEqual(Uint16Array.of(0, 65535, 7));
    await expect(writeLabels16(path("c.tif"), labelImage(1, 1, Int32Array.of(65536)))).rejects.toThrow(
      /0 to 65535.*65536/,
    );
    await expect(writeLabels16(path("c.tif"), labelImage(1, 1, Int32Array.of(-1)))).rejects.toThrow(
      /received -1/,
    );
  });

  it("are read from any integers, whole floats, and grey colours", async () => {
    for (const [i, data] of [
      Uint8Array.of(0, 3),
      Int16Array.of(-1, 3),
      Uint32Array.of(0, 3),
      Float32Array.of(0, 3),
    ].entries()) {
      expect([...(await readLabels(tiff(`${i}.tif`, data))).data]).toEqual([...data]);
    }
    expect([...(await readLabels(tiff("rgb.tif", Uint8Array.of(1, 1, 1, 2, 2, 2), 3))).data]).toEqual([1, 2]);
    writeFileSync(
      path("p.png"),
      encodePng({ height: 1, width: 2, samples: 1, data: Uint16Array.of(0, 40000) }),
    );
    expect(await readLabels(path("p.png"))).toEqual({
      height: 1,
      width: 2,
      data: Int32Array.of(0, 40000),
      count: 40000,
    });
  });

  it.each([
    ["fractions", Float32Array.of(0.5), 1, /whole numbers.*0\.5/],
    ["NaN", Float32Array.of(NaN), 1, /whole numbers/],
    ["labels beyond 32 bits", Uint32Array.of(4294967295), 1, /4294967295/],
    ["colours", Uint8Array.of(1, 2, 3), 3, /colour image/],
  ])("are not %s", async (name, data, samples, message) => {
    await expect(readLabels(tiff(`${name}.tif`, data, samples))).rejects.toThrow(message);
  });

  it("of several planes are read one by one", async () => {
    const plane = (value: number): { height: number; width: number; samples: number; data: SampleData } => ({
      height: 1,
      width: 1,
      samples: 1,
      data: Uint16Array.of(value),
    });
    writeFileSync(path("stack.tif"), encodeTiff([plane(3), plane(4)]));
    await expect(readLabels(path("stack.tif"))).rejects.toThrow(/one plane, received 2 planes/);
    const stack = await openLabels(path("stack.tif"));
    expect([stack.planes, (await stack.read(1)).data[0]]).toEqual([2, 4]);
  });

  it("are read in windows, of tiles, strips and PNG", async () => {
    const data = Int32Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? -1 : 70000 + i));
    const window = { y: 2, x: 3, height: 3, width: 5 };
    const cropped = Int32Array.from(
      { length: 15 },
      (_, i) => data[(2 + Math.floor(i / 5)) * 10 + 3 + (i % 5)]!,
    );
    await writeLabels(path("strips.tif"), labelImage(6, 10, data));
    const writer = await openLabelWriter(path("tiles.tif"), { height: 6, width: 10 });
    await writer.rows(data, 6);
    await writer.close();
    for (const name of ["strips.tif", "tiles.tif"])
      expect(await readLabelWindow(path(name), window)).toEqual(labelImage(3, 5, cropped));
    writeFileSync(
      path("w.png"),
      encodePng({ height: 6, width: 10, samples: 1, data: Uint16Array.from(data, (label) => label & 255) }),
    );
    expect((await readLabelWindow(path("w.png"), window)).data).toEqual(cropped.map((label) => label & 255));
    expect((await openLabels(path("w.png"))).size(0)).toMatchObject({ height: 6, width: 10 });
    await expect(readLabelWindow(path("tiles.tif"), { ...window, y: 5 })).rejects.toThrow(/within 6 x 10/);
  });

  it("are written row by row under their name only when complete", async () => {
    const labels = labelImage(
      5,
      3,
      Int32Array.from({ length: 15 }, (_, i) => 65530 + i),
    );
    const inner = path("written");
    const writer = await openLabelWriter(join(inner, "l.tif"), { ...labels, pixelSize: 0.5 });
    await writer.rows(labels.data.subarray(0, 6), 2);
    await expect(writer.close()).rejects.toThrow(/expected 5, received 2/);
    expect(existsSync(join(inner, "l.tif"))).toBe(false);
    await writer.rows(labels.data.subarray(6), 3);
    await writer.close();
    await writer.abort();
    expect(await readLabels(join(inner, "l.tif"))).toEqual(labels);
    expect(readdirSync(inner)).toEqual(["l.tif"]);
    const other = await openLabelWriter(join(inner, "l.tif"), labels);
    await other.rows(new Int32Array(15), 5);
    await other.abort();
    expect(readdirSync(inner)).toEqual(["l.tif"]);
    expect(await readLabels(join(inner, "l.tif"))).toEqual(labels);
    await expect(openLabelWriter(join(inner, "x.tif"), { height: 0, width: 3 })).rejects.toThrow(
      /at least one pixel/,
    );
    await expect(openLabelWriter(join(inner, "l.tif/x.tif"), labels)).rejects.toThrow(/could not be written/);
    expect(readdirSync(inner)).toEqual(["l.tif"]);
  });
});
