/** Files that are no images, or not the images that they seem. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodePng } from "../../src/io/png/png.js";
import { encodeTiff } from "../../src/io/tiff/encode.js";
import type { BadImage } from "./badcase.js";
import { bytesOf, edge, grey, simulated, usualScene, within, writeTiff } from "./scenes.js";

const usualTiff = (compression: "deflate" | "none" = "none"): Uint8Array =>
  encodeTiff([grey(bytesOf((i) => usualScene().grey[i]!))], { compression });
const usualPng = (): Uint8Array => encodePng(grey(bytesOf((i) => usualScene().grey[i]!)));
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
      why: "A clear sentence; only the kind is another.",
    },
  },
  {
    name: "jpeg",
    what: "a JPEG file",
    make: file("a.jpg", () => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46)),
    expected: { error: "UnsupportedFormat|InvalidInput", says: /(JPEG|a\.jpg)/ },
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
