/** Small hierarchies whose documents and chunks can be damaged anywhere. */
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

/** An image with labels, which the writer made: documents and chunks as they are, without a checksum of zip. */
export async function zarrToDamage(kind: (typeof zarrsToDamage)[number]): Promise<DamagedCase> {
  const source = madeSource({ ...size, type: "uint16", pixelSize: 0.5, frameInterval: 60 });
  const version = kind === "0.4" ? "0.4" : "0.5";
  const shard = kind === "0.5 sharded" ? 16 : undefined;
  const labels = [{ name: "nuclei", source: madeSource({ ...size, type: "uint16" }) }];
  const files = await gathered(writeZarr(source, { version, shard, chunk: 8, labels }));
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

/** Reads every plane of every size of every image, and the labels. */
export async function readAll(input: FormatInput): Promise<void> {
  const { series, open } = await openAs(imageFormats, input);
  for (let i = 0; i < Math.min(series.length, 8); i++) {
    const { frames, channels, slices, levels, read } = await open(i);
    for (let frame = 0; frame < Math.min(frames, 4); frame++)
      for (let channel = 0; channel < Math.min(channels, 4); channel++)
        for (let slice = 0; slice < Math.min(slices, 4); slice++)
          for (let level = 0; level < levels.length; level++) await read({ frame, channel, slice, level });
  }
  const labels = await openAs(labelFormats, input);
  for (let plane = 0; plane < Math.min(labels.planes, 4); plane++) await labels.read(plane);
}
