/** Opens and reads ND2 files for tests, and says which of them are damaged by fuzzing. */
import { type ByteSource, memorySource } from "../src/io/bytes.js";
import { openAs } from "../src/io/formats/fileformat.js";
import type { ImageSet, OpenedImage } from "../src/io/formats/imageformat.js";
import { imageFormats } from "../src/io/formats/imageformats.js";
import { nd2Images } from "../src/io/formats/nd2image.js";
import { madeLoops, type MadeNd2, madeValue, nd2Bytes } from "./nd2file.js";

/** Opens the bytes of a file by what they are. */
export const openBytes = (bytes: ByteSource | Uint8Array, name = "made.nd2"): Promise<ImageSet> =>
  openAs(imageFormats, {
    from: "bytes",
    where: name,
    name,
    bytes: bytes instanceof Uint8Array ? memorySource(bytes) : bytes,
    sibling: () => Promise.reject(new Error("no sibling")),
  });

/** Opens a series of a made file. */
export const openMade = async (made: MadeNd2, series = 0): Promise<OpenedImage> =>
  (await openBytes(nd2Bytes(made))).open(series);

/** The values that a made frame has where nothing else was asked for. */
export const valuesOf = (frame: number, component: number, height = 4, width = 5): number[] =>
  Array.from({ length: height * width }, (_, i) =>
    madeValue(frame, component, Math.floor(i / width), i % width),
  );

/** The values of a plane as a list. */
export const readValues = async (
  image: OpenedImage,
  frame: number,
  channel = 0,
  slice = 0,
): Promise<number[]> => [...(await image.read({ frame, channel, slice })).plane.data];

/** Opens a file, and reads up to 64 planes of each of its series, and a window of the first. */
export async function readAllNd2(bytes: Uint8Array): Promise<void> {
  const input = {
    from: "bytes",
    where: "damaged.nd2",
    name: "damaged.nd2",
    bytes: memorySource(bytes),
    sibling: () => Promise.reject(new Error("no sibling")),
  } as const;
  const set = await openAs([nd2Images], input);
  for (let series = 0; series < Math.min(8, set.series.length); series++) {
    const image = await set.open(series);
    const index = { frame: 0, channel: 0, slice: 0 };
    const { height, width } = await image.size(index);
    await image.readWindow!(index, { y: height - 1, x: 0, height: 1, width });
    const all = image.frames * image.slices * image.channels;
    for (let i = 0; i < Math.min(64, all); i++) {
      const channel = i % image.channels;
      const slice = Math.floor(i / image.channels) % image.slices;
      const frame = Math.floor(i / image.channels / image.slices);
      await image.read({ frame, channel, slice });
    }
  }
}

const { time, slices, positions } = madeLoops;
const points = [
  { name: "A1", x: 1, y: 2 },
  { name: "A2", x: 3, y: 4 },
];
const channels = [{ name: "DAPI" }, { name: "GFP" }];
const small = { block: 1, channels, height: 3, width: 4, frames: 4 } as const;

/** Files of each kind, small, so that damage meets what matters. */
export const fuzzedNd2 = [
  {
    name: "compact metadata, positions",
    bytes: nd2Bytes({ ...small, loops: [time(2), positions(points)], listed: true, times: [0, 1, 2, 3] }),
    cases: 500,
    seed: 1,
  },
  {
    name: "packed metadata, compressed frames",
    bytes: nd2Bytes({ ...small, notation: "packed", compressed: true, loops: [time(2), slices(2)] }),
    cases: 300,
    seed: 2,
  },
  {
    name: "XML, padded rows",
    bytes: nd2Bytes({ ...small, notation: "xml", padding: 2, loops: [time(2), slices(2)] }),
    cases: 300,
    seed: 3,
  },
  {
    name: "no map of chunks",
    bytes: nd2Bytes({ ...small, withoutMap: true, loops: [time(4)] }),
    cases: 300,
    seed: 4,
  },
];
