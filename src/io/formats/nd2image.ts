import { InvalidInput, type KaryonError } from "../../core/errors.js";
import type { Window } from "../../core/image.js";
import { assertWithin } from "../image/crop.js";
import { type Nd2File, openNd2 } from "../nd2/nd2.js";
import { isJpeg2000, isNd2 } from "../nd2/nd2chunks.js";
import { readPixels } from "../nd2/nd2pixels.js";
import type { Nd2Series } from "../nd2/nd2series.js";
import { headTimes, listedTimes, nd2Times, type Nd2Times } from "../nd2/nd2times.js";
import { positive } from "../image/unitnames.js";
import { hasExtension } from "./fileformat.js";
import {
  type ImageFormat,
  type OpenedImage,
  type PlaneIndex,
  type ReadPlane,
  type StagePosition,
  unsaid,
} from "./imageformat.js";

/** Ends of the names of ND2 files. */
export const nd2Extensions = ["nd2"] as const;

/** Nikon ND2: each position of the stage is a series. */
export const nd2Images: ImageFormat = {
  name: "ND2",
  extensions: nd2Extensions,
  from: "bytes",
  recognise: (head, name) => isNd2(head) || (isJpeg2000(head) && hasExtension(name, nd2Extensions)),
  open: async ({ bytes, where }) => {
    const file = await openNd2(bytes, where);
    return {
      format: "Nikon ND2",
      series: file.series.map(({ point }) => ({ name: point?.name ?? "" })),
      open: (index) => opened(file, index),
    };
  },
};

async function opened(file: Nd2File, index: number): Promise<OpenedImage> {
  const { chunks, attributes, picture, loops } = file;
  const series = file.series[index];
  if (series === undefined)
    throw new InvalidInput(chunks.where, `a series from 0 to ${file.series.length - 1}`, String(index));
  const { height, width, type, bits, compression } = attributes;
  const size = { height, width };
  const times = await timesOf(file, series);
  const colour = picture.colour ? "rgb" : "grey";
  const read = async (plane: PlaneIndex, window: Window): Promise<ReadPlane> => {
    const channel = picture.channels[plane.channel];
    const frame = series.frameAt({ time: plane.frame, slice: plane.slice });
    const within = isIn(plane.frame, series.times) && isIn(plane.slice, series.slices);
    const samples = channel && { component: channel.component, colour: picture.colour };
    const stored =
      samples && within ? await readPixels(chunks, attributes, frame, samples, window) : undefined;
    if (stored === undefined) throw missingPlane(file, plane);
    return { plane: stored, meaning: { colour, bits }, sample: 0 };
  };
  return {
    ...unsaid,
    ...size,
    ...times,
    format: "Nikon ND2",
    levels: [size],
    type,
    bits,
    samples: picture.colour ? 3 : 1,
    compression,
    colour,
    frames: series.times,
    channels: picture.channels.length,
    slices: series.slices,
    pixelSize: picture.pixelSize,
    sliceSpacing: positive(loops.find(({ kind }) => kind === "slice")?.spacing),
    channelNames: picture.channels.some(({ name }) => name !== "")
      ? picture.channels.map(({ name }) => name)
      : [],
    position: positionOf(file, series),
    notices: [...file.notices, ...series.notices, ...times.notices],
    damage: file.damage,
    size: () => Promise.resolve(size),
    read: (plane) => read(plane, { y: 0, x: 0, ...size }),
    readWindow: async (plane, window) => {
      assertWithin(chunks.where, size, window);
      return read(plane, window);
    },
  };
}

const isIn = (index: number, count: number): boolean =>
  Number.isInteger(index) && index >= 0 && index < count;

/** Times of the first slices, from the list of the file, else from the frames themselves. */
async function timesOf({ chunks, loops }: Nd2File, { times, frameAt }: Nd2Series): Promise<Nd2Times> {
  const period = loops.find(({ kind }) => kind === "time")?.period;
  if (times < 2) return nd2Times([], period);
  const frames = Array.from({ length: times }, (_, time) => frameAt({ time, slice: 0 }));
  const listed = nd2Times(await listedTimes(chunks, frames), period);
  if (listed.frameTimes !== undefined) return listed;
  return nd2Times(await headTimes(chunks, frames), period);
}

function positionOf({ picture }: Nd2File, { point }: Nd2Series): StagePosition | undefined {
  const { y, x, z } = point ?? picture.place;
  return y === undefined || x === undefined ? undefined : { y, x, z };
}

function missingPlane({ chunks, damage }: Nd2File, { frame, channel, slice }: PlaneIndex): KaryonError {
  if (damage !== undefined) return damage;
  return new InvalidInput(
    chunks.where,
    `a plane for frame ${frame}, channel ${channel}, slice ${slice}`,
    `${chunks.frames.size} frames of the file, without that one`,
    "the acquisition left it out, or its metadata are wrong: save it again",
  );
}
