/** Small hierarchies whose documents and chunks can be damaged anywhere. */
import type { Random } from "../src/core/random.js";
import { encodeZip } from "../src/io/zip.js";
import { concatBytes } from "../src/io/bytes.js";
import { openAs, type FormatInput } from "../src/io/formats/fileformat.js";
import { imageFormats } from "../src/io/formats/imageformats.js";
import { labelFormats } from "../src/io/formats/labelformats.js";
import { writeZarr } from "../src/io/zarr/writezarr.js";
import { gathered, inputOf, madeSource } from "./madezarr.js";

/** Files behind each other, and how to read them from bytes of which some are damaged, or the end is missing. */
export interface DamagedCase {
  readonly bytes: Uint8Array;
  readonly read: (bytes: Uint8Array) => Promise<void>;
}

const size = { height: 20, width: 24, frames: 2, channels: 1, slices: 1 };

/** All versions, and shards. */
export const zarrsToDamage = ["0.4", "0.5", "0.5 sharded"] as const;

/** An image with labels, which the writer made. */
export async function madeZarr(kind: (typeof zarrsToDamage)[number]): Promise<Record<string, Uint8Array>> {
  const source = madeSource({ ...size, type: "uint16", pixelSize: 0.5, frameInterval: 60 });
  const version = kind === "0.4" ? "0.4" : "0.5";
  const shard = kind === "0.5 sharded" ? 16 : undefined;
  const labels = [{ name: "nuclei", source: madeSource({ ...size, type: "uint16" }) }];
  return gathered(writeZarr(source, { version, shard, chunk: 8, labels }));
}

/** Its documents and chunks as they are, without a checksum of zip. */
export async function zarrToDamage(kind: (typeof zarrsToDamage)[number]): Promise<DamagedCase> {
  const files = await madeZarr(kind);
  // The documents come first, where half of the damage is.
  const keys = Object.keys(files).sort((a, b) => Number(/\d$/.test(a)) - Number(/\d$/.test(b)));
  return {
    bytes: concatBytes(keys.map((key) => files[key]!)),
    read: async (bytes) => {
      const left: Record<string, Uint8Array> = {};
      let at = 0;
      for (const key of keys) {
        const end = at + files[key]!.length;
        if (at < bytes.length) left[key] = bytes.slice(at, end);
        at = end;
      }
      await readAll(inputOf(left));
    },
  };
}

/** The same in one zip archive. */
export async function zippedZarrToDamage(): Promise<Uint8Array> {
  const source = madeSource({ ...size, type: "uint8" });
  return encodeZip(await gathered(writeZarr(source, { version: "0.5", chunk: 16 })));
}

/** Reads the first planes of every size of every image, and the labels. */
export async function readAll(input: FormatInput): Promise<void> {
  const { series, open } = await openAs(imageFormats, input);
  for (let i = 0; i < Math.min(series.length, 8); i++) {
    const { frames, channels, slices, levels, read } = await open(i);
    for (let plane = 0; plane < Math.min(frames * channels * slices, 8); plane++) {
      const outer = Math.floor(plane / slices);
      const place = { frame: Math.floor(outer / channels), channel: outer % channels, slice: plane % slices };
      for (let level = 0; level < levels.length; level++) await read({ ...place, level });
    }
  }
  const labels = await openAs(labelFormats, input);
  for (let plane = 0; plane < Math.min(labels.planes, 4); plane++) await labels.read(plane);
}

/** Values that programs stumble over. */
const strange: readonly unknown[] = [
  0,
  -1,
  1.5,
  7,
  255,
  65536,
  1e9,
  2 ** 53,
  1e300,
  "",
  "..",
  "a/../../b",
  "0",
  "NaN",
  "__proto__",
  "c",
  null,
  true,
  [],
  [[]],
  {},
  [3, 1, 2],
  [null],
];

/** A document with one or two of its members, at any depth, replaced by strange values or left out. */
export function strangeDocument(document: unknown, rng: Random): unknown {
  const integer = (below: number): number => rng.integer(below);
  const copy = structuredClone(document);
  for (let n = 1 + integer(2); n > 0; n--) {
    let at: unknown = copy;
    for (let depth = 0; depth < 12; depth++) {
      const holder = at as Record<string, unknown>;
      const keys = Object.keys(holder);
      if (keys.length === 0) break;
      const key = keys[integer(keys.length)]!;
      const next = holder[key];
      if (typeof next !== "object" || next === null || integer(5) === 0) {
        if (integer(8) === 0) delete holder[key];
        else holder[key] = structuredClone(strange[integer(strange.length)]);
        break;
      }
      at = next;
    }
  }
  return copy;
}

/** The files of a hierarchy with one of their documents made strange. */
export function strangeFiles(
  files: Readonly<Record<string, Uint8Array>>,
  rng: Random,
): Record<string, Uint8Array> {
  const documents = Object.keys(files).filter((key) => /zarr\.json$|\.z(array|attrs|group)$/.test(key));
  const key = documents[rng.integer(documents.length)]!;
  const document: unknown = JSON.parse(new TextDecoder().decode(files[key]));
  return { ...files, [key]: new TextEncoder().encode(JSON.stringify(strangeDocument(document, rng))) };
}
