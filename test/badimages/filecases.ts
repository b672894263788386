/** Files that are no images, or not the images that they seem. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "jpeg-js";
import { encodePng } from "../../src/io/png/png.js";
import { encodeTiff } from "../../src/io/tiff/encode.js";
import type { BadImage } from "./badcase.js";
import { bytesOf, edge, grey, simulated, usualScene, within, writeTiff } from "./scenes.js";

const usualTiff = (compression: "deflate" | "none" = "none"): Uint8Array =>
  encodeTiff([grey(bytesOf((i) => usualScene().grey[i]!))], { compression });
const usualPng = (): Uint8Array => encodePng(grey(bytesOf((i) => usualScene().grey[i]!)));
const usualJpeg = (): Uint8Array => {
  const data = Uint8Array.from({ length: 4 * edge ** 2 }, (_, i) => usualScene().grey[i >> 2]!);
  return encode({ data, width: edge, height: edge }, 90).data;
};
const file =
  (name: string, bytes: () => Uint8Array | string) =>
  (folder: string): void =>
    writeFileSync(join(folder, name), bytes());
const withTruth =
  (name: string, bytes: () => Uint8Array): BadImage["make"] =>
  (folder) => {
    writeFileSync(join(folder, `${name}`), bytes());
    return { [name.replace(/\.\w+$/, "")]: usualScene().labels };
  };

/** A TIFF file of one strip, written field by field: sample types that the encoder does not write. */
function strip(pixels: Uint8Array, bits: number, format: number): Uint8Array {
  const fields = [
    [256, edge],
    [257, edge],
    [258, bits],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, edge],
    [279, pixels.length],
    [339, format],
  ] as const;
  const bytes = new Uint8Array(8 + pixels.length + 2 + 12 * fields.length + 4);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, 8 + pixels.length, true);
  bytes.set(pixels, 8);
  view.setUint16(8 + pixels.length, fields.length, true);
  fields.forEach(([tag, value], k) => {
    const at = 10 + pixels.length + 12 * k;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, 4, true);
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, value, true);
  });
  return bytes;
}

/** Bytes and names. */
export const fileCases: readonly BadImage[] = [
  {
    name: "empty",
    what: "a TIFF file of 0 bytes",
    make: file("a.tif", () => ""),
    expected: { error: "CorruptFile", says: /a\.tif: .*(empty|0 bytes|no bytes)/ },
  },
  {
    name: "empty-png",
    what: "a PNG file of 0 bytes",
    make: file("a.png", () => ""),
    expected: { error: "CorruptFile", says: /a\.png: .*(empty|0 bytes|no bytes)/ },
  },
  {
    name: "header-only",
    what: "the first 8 bytes of a TIFF file",
    make: file("a.tif", () => usualTiff().subarray(0, 8)),
    expected: { error: "CorruptFile", says: /a\.tif: / },
  },
  {
    name: "truncated",
    what: "the first half of a TIFF file",
    make: file("a.tif", () => usualTiff().subarray(0, 18_000)),
    expected: { error: "CorruptFile", says: /a\.tif|a: / },
  },
  {
    name: "truncated-deflate",
    what: "the first half of a compressed TIFF file",
    make: file("a.tif", () => usualTiff("deflate").subarray(0, 9000)),
    expected: { error: "CorruptFile", says: /a\.tif|a: / },
  },
  {
    name: "truncated-png",
    what: "the first half of a PNG file",
    make: file("a.png", () => usualPng().subarray(0, 9000)),
    expected: { error: "CorruptFile", says: /a\.png|a: / },
  },
  {
    name: "garbage",
    what: "a TIFF header, then other bytes",
    make: file("a.tif", () => usualTiff().map((v, i) => (i < 4 ? v : (i * 131) % 251))),
    expected: { error: "CorruptFile", says: /a\.tif: / },
  },
  {
    name: "png-named-tif",
    what: "a PNG file whose name ends in .tif",
    make: withTruth("a.tif", usualPng),
    expected: { f1: 0.8 },
  },
  {
    name: "tiff-named-png",
    what: "a TIFF file whose name ends in .png",
    make: withTruth("a.png", () => usualTiff()),
    expected: { f1: 0.8 },
  },
  {
    name: "text-named-tif",
    what: "a text file whose name ends in .tif",
    make: file("a.tif", () => "These are the notes of Tuesday.\n".repeat(9)),
    expected: { error: "UnsupportedFormat", says: /a\.tif: .*not/ },
    found: {
      outcome: { error: "CorruptFile", says: /a\.tif: this is neither a TIFF/ },
      why: "These bytes are of no format: the file is called damaged, and the formats are named.",
    },
  },
  {
    name: "jpeg",
    what: "a JPEG file",
    make: file("a.jpg", usualJpeg),
    expected: { error: "UnsupportedFormat|InvalidInput", says: /(JPEG|a\.jpg)/ },
  },
  {
    name: "jpeg-named-tif",
    what: "a JPEG file whose name ends in .tif",
    make: file("a.tif", usualJpeg),
    expected: { error: "UnsupportedFormat", says: /a\.tif: JPEG/i },
  },
  {
    name: "float64",
    what: "a TIFF file of 64-bit floats",
    make: withTruth("a.tif", () => strip(new Uint8Array(usualScene().grey.slice().buffer), 64, 3)),
    expected: { f1: 0.8 },
  },
  {
    name: "one-bit",
    what: "a TIFF file of 1 bit a pixel",
    make: withTruth("a.tif", () => {
      const pixels = new Uint8Array(edge ** 2 / 8);
      usualScene().labels.data.forEach((v, i) => {
        if (v > 0) pixels[i >> 3]! |= 128 >> (i & 7);
      });
      return strip(pixels, 1, 1);
    }),
    expected: { kept: [1, 60], notice: /mask|two values/i },
  },
  {
    name: "no-image",
    what: "a folder with a text file only",
    make: file("notes.txt", () => "notes"),
    expected: { error: "InvalidInput", says: /expected .*images, received none in/ },
  },
  {
    name: "spaces",
    what: "names with spaces and brackets",
    make: within("my folder [2]", (folder) => void simulated({})(folder)),
    input: "my folder [2]",
    expected: { kept: [20, 60] },
  },
  {
    name: "other-letters",
    what: "names in letters of other scripts",
    make: within("µm 核 ядро é", (folder) => writeFileSync(join(folder, "核 1.tif"), usualTiff())),
    input: "µm 核 ядро é",
    expected: { kept: [20, 60] },
  },
  {
    name: "long-name",
    what: "a file name of 240 letters",
    make: (folder) => writeFileSync(join(folder, `${"n".repeat(236)}.tif`), usualTiff()),
    expected: { kept: [20, 60] },
  },
  {
    name: "deep-folder",
    what: "a path of more than 1000 letters",
    make: within(join(...Array.from({ length: 9 }, () => "f".repeat(110))), (folder) =>
      writeFileSync(join(folder, "a.tif"), usualTiff()),
    ),
    input: join(...Array.from({ length: 9 }, () => "f".repeat(110))),
    expected: { kept: [20, 60] },
  },
  {
    name: "thumbnails",
    what: "small copies beside the images",
    make: (folder) => {
      for (const t of [0, 1]) {
        writeFileSync(join(folder, `image${t}.tif`), usualTiff());
        const small = bytesOf(
          (i) => usualScene().grey[Math.floor(i / 24) * 8 * edge + (i % 24) * 8]!,
          24 ** 2,
        );
        writeTiff(folder, `image${t}_thumb.tif`, grey(small, 24));
      }
    },
    expected: { kept: [40, 120], notice: /size/ },
  },
];
