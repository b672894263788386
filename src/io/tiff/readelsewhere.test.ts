/**
 * What tifffile read of our files, in `fixtures/read_elsewhere/tiff.json`, and that we still write these very
 * bytes. With KARYON_WRITTEN the files are written into that folder, for `fixtures/read_elsewhere/tiff.py`.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { madePlane } from "../../../test/writtenplanes.js";
import { writtenTiffs } from "../../../test/writtentiffs.js";
import { crc32 } from "#platform";
import { type Band, halved, halvedSizes } from "../image/halving.js";
import { writtenArrays } from "../image/planesource.js";
import { labelCeiling } from "./labelceiling.js";

interface ReadElsewhere {
  readonly tifffile: string;
  /** Of the Node that packed the files. */
  readonly zlib: string;
  /** By name. */
  readonly files: Record<string, ReadFile>;
}
interface ReadFile {
  readonly sha256: string;
  readonly axes: string;
  readonly shape: number[];
  readonly type: string;
  /** Checksums of the planes of each level, in the order of the file. */
  readonly crc32: number[][];
  readonly pixelSize?: number;
  readonly sliceSpacing?: number;
  readonly frameInterval?: number;
  readonly channelNames?: string[];
  readonly frameTimes?: number[];
}

const path = fileURLToPath(new URL("../../../fixtures/read_elsewhere/tiff.json", import.meta.url));
const elsewhere = JSON.parse(readFileSync(path, "utf8")) as ReadElsewhere;
const checksum = ({ data }: Band): number =>
  crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

describe("files that tifffile has read", () => {
  it("are all that there are", () => {
    expect(Object.keys(elsewhere.files).sort()).toEqual(Object.keys(writtenTiffs).sort());
  });

  for (const [name, { made, bytes }] of Object.entries(writtenTiffs)) {
    const read = elsewhere.files[name];
    const isImageJ = name.endsWith("_imagej.tif");
    const { height, width, frames, channels, slices } = made;
    const planes = Array.from({ length: frames * channels * slices }, (_, plane) => madePlane(made, plane));

    // Another zlib may pack the same pixels in other bytes.
    const sameBytes = !name.includes("deflate") || process.versions["zlib"] === elsewhere.zlib;
    it.skipIf(!sameBytes)(`${name}: are written as they were read`, async () => {
      const file = await bytes();
      const folder = process.env["KARYON_WRITTEN"];
      if (folder !== undefined) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, name), file);
        writeFileSync(join(folder, "zlib.txt"), process.versions["zlib"]);
        return;
      }
      expect(createHash("sha256").update(file).digest("hex")).toBe(read?.sha256);
    });

    it(`${name}: held what was put into them`, () => {
      const type = isImageJ && made.type === "int32" ? labelCeiling(0, 1e6).type : made.type;
      expect(read).toMatchObject({ type });
      const size = (axis: string): number => read!.shape[read!.axes.indexOf(axis)] ?? 1;
      expect(["T", "C", "Z", "Y", "X"].map(size)).toEqual([frames, channels, slices, height, width]);
      const levels = isImageJ ? 1 : halvedSizes(made, 16).length;
      let bands = planes.map((data): Band => ({ data: writtenArrays[type].from(data), height, width }));
      for (let level = 0; level < levels; level++) {
        expect(read!.crc32[level]).toEqual(bands.map(checksum));
        bands = bands.map((band) => halved(band, type, made.isLabels === true));
      }
      expect(read!.crc32).toHaveLength(levels);
      for (const key of ["pixelSize", "sliceSpacing", "frameInterval"] as const)
        if (made[key] !== undefined) expect(read![key]).toBeCloseTo(made[key], 6);
      if (made.channelNames !== undefined) expect(read!.channelNames).toEqual(made.channelNames);
      if (made.frameTimes !== undefined) expect(read!.frameTimes).toEqual(made.frameTimes);
    });
  }
});
