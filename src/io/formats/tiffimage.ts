import { InvalidInput, type KaryonError } from "../../core/errors.js";
import type { Window } from "../../core/image.js";
import type { Stack } from "../image/stack.js";
import { stackOf } from "../tiff/axes.js";
import { openTiff, type TiffFile } from "../tiff/open.js";
import type { PlaneInfo } from "../tiff/tiffpage.js";
import type { CutStrips } from "../tiff/read.js";
import type { ByteInput, OpenOptions } from "./fileformat.js";
import {
  type ImageFormat,
  oneImage,
  type OpenedImage,
  type PlaneIndex,
  type ReadPlane,
  unsaid,
} from "./imageformat.js";

/** Ends of the names of TIFF files; `btf`, `tf8` and `tf2` are BigTIFF. */
export const tiffExtensions = ["tif", "tiff", "btf", "tf8", "tf2"] as const;

/** TIFF, also of ImageJ and OME, in one file or several. */
export const tiffImages: ImageFormat = {
  name: "TIFF",
  extensions: tiffExtensions,
  from: "bytes",
  recognise: (head) => isTiff(head),
  open: async (input, options) => {
    const cut = cutStripsOf(options);
    return oneImage(opened(input, await openTiff(input.bytes, input.where, cut), options, cut));
  },
};

/** True for the first bytes of a TIFF file: its byte order. */
export function isTiff(head: Uint8Array): boolean {
  const order = String.fromCharCode(head[0] ?? 0, head[1] ?? 0);
  return order === "II" || order === "MM";
}

const shared = new WeakMap<object, CutStrips>();

function cutStripsOf({ together }: OpenOptions): CutStrips {
  const kept = together === undefined ? undefined : shared.get(together);
  if (kept !== undefined) return kept;
  const cut: CutStrips = new Map();
  if (together !== undefined) shared.set(together, cut);
  return cut;
}

function opened(input: ByteInput, tiff: TiffFile, { kind }: OpenOptions, cut: CutStrips): OpenedImage {
  const first = tiff.planes[0]!;
  const stack = stackOf(tiff, input.name, kind);
  const perPixel = channelsPerPixel(first);
  const find = planeFinder(input, tiff, stack, siblingReader(input, tiff, cut));
  const read = async (index: PlaneIndex, window?: Window): Promise<ReadPlane> => {
    const { file, plane, info } = await find(index);
    const palette = info.colour === "palette" ? await file.palette(plane) : undefined;
    // Unknown colours are refused by the decoder.
    const colour = info.colour === "other" ? "grey" : info.colour;
    const stored = window === undefined ? await file.read(plane) : await file.readWindow(plane, window);
    return {
      plane: stored,
      meaning: { colour, bits: info.bits, palette },
      sample: index.channel % perPixel,
    };
  };
  const { height, width, type, bits, samples, compression, colour } = first;
  return {
    ...unsaid,
    format: formatNames[stack.format],
    height,
    width,
    levels: [{ height, width }],
    type,
    bits,
    samples,
    compression,
    colour,
    mixedSizes: tiff.planes.some((plane) => plane.height !== height || plane.width !== width),
    frames: stack.frames,
    channels: stack.channels * perPixel,
    slices: stack.slices,
    pixelSize: stack.pixelSize,
    frameInterval: stack.frameInterval,
    siblings: stack.files,
    notices: noticesOf(stack),
    damage: tiff.damage,
    size: async (index) => (await find(index)).info,
    read: (index) => read(index),
    readWindow: (index, window) => read(index, window),
  };
}

const formatNames: Readonly<Record<Stack["format"], string>> = {
  ImageJ: "ImageJ TIFF",
  OME: "OME-TIFF",
  tifffile: "TIFF",
  plain: "TIFF",
};

function noticesOf(stack: Stack): readonly string[] {
  if (stack.files.length === 0) return stack.notices;
  return [
    ...stack.notices,
    `Its planes are spread over ${stack.files.length + 1} files, which are read as one`,
  ];
}

/**
 * Samples of a pixel that are channels of their own: all of a grey image's but an alpha; none of a colour
 * image's.
 */
const channelsPerPixel = ({ colour, samples }: PlaneInfo): number =>
  colour === "rgb" || colour === "palette" || samples === 2 ? 1 : samples;

type PlaneFinder = (
  index: PlaneIndex,
) => Promise<{ readonly file: TiffFile; readonly plane: number; readonly info: PlaneInfo }>;

function planeFinder(
  { where }: ByteInput,
  tiff: TiffFile,
  stack: Stack,
  siblings: SiblingReader,
): PlaneFinder {
  const perPixel = channelsPerPixel(tiff.planes[0]!);
  return async (index) => {
    const address = stack.at(index.frame, Math.floor(index.channel / perPixel), index.slice);
    const file = address === undefined ? undefined : await siblings(address.file);
    const info = file?.planes[address!.plane];
    if (file === undefined || info === undefined) throw missingPlane(where, tiff, index);
    return { file, plane: address!.plane, info };
  };
}

type SiblingReader = (name: string | undefined) => Promise<TiffFile>;

/** Opens the other files of an OME-TIFF once each. */
function siblingReader(input: ByteInput, own: TiffFile, cut: CutStrips): SiblingReader {
  const files = new Map<string, Promise<TiffFile>>();
  return (name) => {
    if (name === undefined) return Promise.resolve(own);
    const file =
      files.get(name) ?? input.sibling(name).then(({ bytes, where }) => openTiff(bytes, where, cut));
    files.set(name, file);
    return file;
  };
}

function missingPlane(where: string, tiff: TiffFile, { frame, channel, slice }: PlaneIndex): KaryonError {
  if (tiff.damage !== undefined) return tiff.damage;
  return new InvalidInput(
    where,
    `a plane for frame ${frame}, channel ${channel}, slice ${slice}`,
    `${tiff.planes.length} planes, not that one`,
    "the file is incomplete or its metadata is wrong: save it again",
  );
}
