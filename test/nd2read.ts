/** What the fuzzing of ND2 files damages, and how it reads them. */
import { memorySource } from "../src/io/bytes.js";
import { openAs } from "../src/io/formats/fileformat.js";
import { nd2Images } from "../src/io/formats/nd2image.js";
import { madeLoops, nd2Bytes } from "./nd2file.js";

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
