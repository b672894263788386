/** One image of a TIFF file: its planes, in this file and others of its folder. */
import { CorruptFile, InvalidInput, isKaryonError, type KaryonError } from "../../core/errors.js";
import type { Window } from "../../core/image.js";
import type { PlaneAddress, Stack } from "../image/stack.js";
import { openTiff, type TiffFile } from "../tiff/open.js";
import type { CutStrips } from "../tiff/read.js";
import type { PlaneInfo } from "../tiff/tiffpage.js";
import type { ByteInput } from "./fileformat.js";
import { type OpenedImage, type PlaneIndex, type ReadPlane, unsaid } from "./imageformat.js";

/** An image of a file, before its planes are looked for. */
export interface TiffSeries {
  /** The file itself; undefined for one that holds the metadata of others. */
  readonly own: TiffFile | undefined;
  readonly stack: Stack;
  /** True when the file has other images, too. */
  readonly several: boolean;
}

/** What formats of stacks are called. */
export const tiffFormatNames: Readonly<Record<Stack["format"], string>> = {
  ImageJ: "ImageJ TIFF",
  OME: "OME-TIFF",
  tifffile: "TIFF",
  "Zeiss LSM": "Zeiss LSM",
  MetaMorph: "MetaMorph stack",
  plain: "TIFF",
};

/**
 * Opens one image of a file.
 *
 * @throws CorruptFile, UnsupportedFormat, and InvalidInput when no file of its planes is there
 */
export async function openSeries(input: ByteInput, series: TiffSeries, cut: CutStrips): Promise<OpenedImage> {
  const { own, stack } = series;
  const files = siblingReader(input, own, cut);
  const first = await firstPlane(input, series, files);
  const { info } = first;
  const perPixel = channelsPerPixel(info);
  const levels = await levelsOf(series, first);
  const find = planeFinder(input, series, files, perPixel);
  const read = async (index: PlaneIndex, window?: Window): Promise<ReadPlane> => {
    const { file, plane, info: found } = await find(index);
    const level = await levelOf(file, plane, index.level ?? 0);
    const palette = found.colour === "palette" ? await file.palette(plane) : undefined;
    // Unknown colours are refused by the decoder.
    const colour = found.colour === "other" ? "grey" : found.colour;
    const stored =
      window === undefined ? await file.read(plane, level) : await file.readWindow(plane, window, level);
    return {
      plane: stored,
      meaning: { colour, bits: found.bits, palette },
      sample: index.channel % perPixel,
    };
  };
  /** Checks that a plane has the size that the image says of its level. */
  const levelOf = async (file: TiffFile, plane: number, level: number): Promise<number> => {
    if (level === 0) return level;
    const [size, expected] = [(await file.levels(plane))[level], levels[level]];
    if (expected === undefined)
      throw new InvalidInput(input.where, `a level from 0 to ${levels.length - 1}`, String(level));
    if (size?.height !== expected.height || size.width !== expected.width)
      throw new CorruptFile(
        input.where,
        0,
        `level ${level} of plane ${plane} differs from that of the first`,
      );
    return level;
  };
  return {
    ...unsaid,
    ...describe(stack, series, info, perPixel),
    levels,
    size: async (index) => {
      const { file, plane, info: found } = await find(index);
      const level = await levelOf(file, plane, index.level ?? 0);
      return level === 0 ? found : (await file.levels(plane))[level]!;
    },
    read: (index) => read(index),
    readWindow: (index, window) => read(index, window),
  };
}

function describe(
  stack: Stack,
  { own, several }: TiffSeries,
  info: PlaneInfo,
  perPixel: number,
): Omit<OpenedImage, "levels" | "size" | "read" | "readWindow"> {
  const { height, width, type, bits, samples, compression, colour } = info;
  const channels = stack.channels * perPixel;
  const isOther = (plane: PlaneInfo): boolean => plane.height !== height || plane.width !== width;
  const mixed = (several ? ownPlanes(stack, own) : (own?.planes ?? [])).some(isOther);
  return {
    ...unsaid,
    format: tiffFormatNames[stack.format],
    height,
    width,
    type,
    bits,
    samples,
    compression,
    colour,
    mixedSizes: mixed,
    frames: stack.frames,
    channels,
    slices: stack.slices,
    pixelSize: stack.pixelSize,
    sliceSpacing: stack.sliceSpacing,
    frameInterval: stack.frameInterval,
    frameTimes: stack.frameTimes,
    channelNames: stack.channelNames.length === channels ? stack.channelNames : [],
    position: stack.position,
    siblings: stack.files,
    notices: noticesOf(stack, own),
    damage: own?.damage,
  };
}

function noticesOf(stack: Stack, own: TiffFile | undefined): readonly string[] {
  const count = stack.files.length + (own === undefined ? 0 : 1);
  if (stack.files.length === 0 || count < 2) return stack.notices;
  return [...stack.notices, `Its planes are spread over ${count} files, which are read as one`];
}

/** Planes of the file itself that belong to an image. */
function ownPlanes(stack: Stack, own: TiffFile | undefined): PlaneInfo[] {
  const infos: PlaneInfo[] = [];
  for (let frame = 0; frame < stack.frames; frame++)
    for (let channel = 0; channel < stack.channels; channel++)
      for (let slice = 0; slice < stack.slices; slice++) {
        const address = stack.at(frame, channel, slice);
        const info = address?.file === undefined ? own?.planes[address?.plane ?? -1] : undefined;
        if (info !== undefined) infos.push(info);
      }
  return infos;
}

/**
 * Samples of a pixel that are channels of their own: all of a grey image's but an alpha; none of a colour
 * image's.
 */
const channelsPerPixel = ({ colour, samples }: PlaneInfo): number =>
  colour === "rgb" || colour === "palette" || samples === 2 ? 1 : samples;

interface FoundPlane {
  readonly file: TiffFile;
  readonly plane: number;
  readonly info: PlaneInfo;
}

/** The plane that says what the image is: its first, or any of the file where that one is missing. */
async function firstPlane(
  { where }: ByteInput,
  { own, stack }: TiffSeries,
  files: SiblingReader,
): Promise<FoundPlane> {
  const address = stack.at(0, 0, 0);
  const file = await fileOf(address, files, own);
  const info = address === undefined ? undefined : file?.planes[address.plane];
  if (file !== undefined && info !== undefined) return { file, plane: address!.plane, info };
  if (own !== undefined) return { file: own, plane: 0, info: own.planes[0]! };
  throw missingPlane(where, own, { frame: 0, channel: 0, slice: 0 });
}

/** The file of a plane; the own one where another is not there. */
async function fileOf(
  address: PlaneAddress | undefined,
  files: SiblingReader,
  own: TiffFile | undefined,
): Promise<TiffFile | undefined> {
  if (address === undefined || address.file === undefined) return own;
  try {
    return await files(address.file);
  } catch (error) {
    if (own === undefined || !isKaryonError(error)) throw error;
    return undefined;
  }
}

/** Sizes of the image, where all of its planes in this file have as many. */
async function levelsOf(
  { own, stack }: TiffSeries,
  { file, plane, info }: FoundPlane,
): Promise<readonly { readonly height: number; readonly width: number }[]> {
  const full = [{ height: info.height, width: info.width }];
  if (info.copies === 0 || ownPlanes(stack, own).some(({ copies }) => copies !== info.copies)) return full;
  const levels = await file.levels(plane).catch((error: unknown) => {
    // The planes themselves may be sound.
    if (isKaryonError(error, "CorruptFile")) return full;
    throw error;
  });
  return levels.map(({ height, width }) => ({ height, width }));
}

type PlaneFinder = (index: PlaneIndex) => Promise<FoundPlane>;

function planeFinder(
  { where }: ByteInput,
  { own, stack }: TiffSeries,
  siblings: SiblingReader,
  perPixel: number,
): PlaneFinder {
  return async (index) => {
    const address = stack.at(index.frame, Math.floor(index.channel / perPixel), index.slice);
    const file = address === undefined ? undefined : await siblings(address.file);
    const info = file?.planes[address!.plane];
    if (file === undefined || info === undefined) throw missingPlane(where, own, index);
    return { file, plane: address!.plane, info };
  };
}

type SiblingReader = (name: string | undefined) => Promise<TiffFile | undefined>;

/** Opens the other files of an OME-TIFF once each. */
function siblingReader(input: ByteInput, own: TiffFile | undefined, cut: CutStrips): SiblingReader {
  const files = new Map<string, Promise<TiffFile>>();
  return (name) => {
    if (name === undefined) return Promise.resolve(own);
    const file =
      files.get(name) ?? input.sibling(name).then(({ bytes, where }) => openTiff(bytes, where, cut));
    files.set(name, file);
    return file;
  };
}

function missingPlane(
  where: string,
  own: TiffFile | undefined,
  { frame, channel, slice }: PlaneIndex,
): KaryonError {
  if (own?.damage !== undefined) return own.damage;
  const held = own === undefined ? "files without it" : `${own.planes.length} planes, not that one`;
  return new InvalidInput(
    where,
    `a plane for frame ${frame}, channel ${channel}, slice ${slice}`,
    held,
    "the file is incomplete or its metadata is wrong: save it again",
  );
}
