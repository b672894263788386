/** One image file, TIFF or PNG, opened: its axes are known, its planes are read when asked for. */
import { dirname, join, basename } from "node:path";
import { CorruptFile, InvalidInput, UnsupportedFormat, type KaryonError } from "../../core/errors.js";
import type { StoredPlane, Window } from "../../core/image.js";
import type { ByteSource } from "../../io/bytes.js";
import type { SampleMeaning } from "../../io/image/grey.js";
import type { Stack } from "../../io/image/stack.js";
import { decodePng, isPng, pngHeader, pngHeaderLength } from "../../io/png/png.js";
import { stackOf } from "../../io/tiff/axes.js";
import { openTiff, type TiffFile } from "../../io/tiff/open.js";
import type { PlaneInfo } from "../../io/tiff/page.js";
import type { CutStrips } from "../../io/tiff/read.js";
import { openBytes } from "../store/files.js";

export interface ImageFile {
  readonly path: string;
  readonly format: "TIFF" | "ImageJ TIFF" | "OME-TIFF" | "PNG";
  readonly height: number;
  readonly width: number;
  /** True when the planes are not all of that size. */
  readonly mixedSizes: boolean;
  /** Type of the stored samples, such as "uint16". */
  readonly type: string;
  readonly bits: number;
  /** Values per pixel. */
  readonly samples: number;
  readonly compression: string;
  readonly colour: PlaneInfo["colour"];
  readonly frames: number;
  /** Channels, whether they are planes or samples of a pixel. */
  readonly channels: number;
  readonly slices: number;
  readonly pixelSize: number | undefined;
  readonly frameInterval: number | undefined;
  /** This and all other files whose planes belong to it. */
  readonly files: readonly string[];
  /** What was assumed, as sentences without file name and full stop. */
  readonly notices: readonly string[];
  /** Why planes are missing at the end. */
  readonly damage: KaryonError | undefined;
  /** Size of a plane, px. @throws InvalidInput, CorruptFile */
  size(
    frame: number,
    channel: number,
    slice: number,
  ): Promise<{ readonly height: number; readonly width: number }>;
  /** @throws CorruptFile, UnsupportedFormat, InvalidInput */
  read(frame: number, channel: number, slice: number): Promise<ReadPlane>;
  /**
   * A part of a plane, from the bytes that hold it; undefined for a format whose planes are decoded whole or
   * not at all.
   */
  readonly readWindow:
    ((frame: number, channel: number, slice: number, window: Window) => Promise<ReadPlane>) | undefined;
}

/** A plane as stored, what its samples mean, and which of them is the channel asked for. */
export interface ReadPlane {
  readonly plane: StoredPlane;
  readonly meaning: SampleMeaning;
  readonly sample: number;
}

/**
 * Opens a file by what its first bytes say, whatever its name.
 *
 * @param kind settles whether slices without distance are frames; see `stackOf`
 * @param cut what windows leave for the next; see `openTiff`
 * @throws InvalidInput when there is no such file
 * @throws CorruptFile, UnsupportedFormat
 */
export async function openImageFile(
  path: string,
  kind?: "movie" | "images",
  cut: CutStrips = new Map(),
): Promise<ImageFile> {
  const bytes = await openBytes(path);
  const head = await bytes.read(0, Math.min(pngHeaderLength, bytes.size));
  if (isPng(head)) return pngFile(path, bytes, head);
  const order = String.fromCharCode(head[0] ?? 0, head[1] ?? 0);
  if (order !== "II" && order !== "MM") throw notAnImage(path, head);
  return tiffFile(path, await openTiff(bytes, path, cut), kind, cut);
}

const otherFormats: readonly (readonly [RegExp, string])[] = [
  [/\.(jpe?g|jfif)$/i, "JPEG"],
  [/\.czi$/i, "Zeiss CZI"],
  [/\.nd2$/i, "Nikon ND2"],
  [/\.(lif|xlef|lof)$/i, "Leica LIF"],
  [/\.(oib|oif|vsi)$/i, "Olympus"],
  [/\.(gif|bmp|webp|jp2|heic)$/i, "this picture format"],
  [/\.(avi|mp4|mov|mkv)$/i, "video"],
  [/\.(ims|h5|hdf5|npy|npz|dv|r3d)$/i, "this format"],
];

function notAnImage(path: string, head: Uint8Array): KaryonError {
  const format =
    otherFormats.find(([pattern]) => pattern.test(path))?.[1] ??
    (head[0] === 0xff && head[1] === 0xd8 ? "JPEG" : undefined);
  if (format !== undefined) return new UnsupportedFormat(path, format, "open it in Fiji and save it as TIFF");
  return new CorruptFile(
    path,
    0,
    head.length === 0 ? "the file is empty" : "this is neither a TIFF nor a PNG file",
    "check the file, or export it again as TIFF or PNG",
  );
}

function pngFile(path: string, bytes: ByteSource, head: Uint8Array): ImageFile {
  const { height, width, samples, bits, palette } = pngHeader(head, path);
  const colour = palette ? "palette" : samples >= 3 ? "rgb" : "grey";
  const read = async (): Promise<ReadPlane> => {
    const png = decodePng(await bytes.read(0, bytes.size), path);
    return { plane: png.plane, meaning: { colour, bits: png.bits, palette: png.palette }, sample: 0 };
  };
  return {
    path,
    format: "PNG",
    height,
    width,
    mixedSizes: false,
    type: bits === 16 ? "uint16" : "uint8",
    bits,
    samples,
    compression: "deflate",
    colour,
    frames: 1,
    channels: 1,
    slices: 1,
    pixelSize: undefined,
    frameInterval: undefined,
    files: [path],
    notices: [],
    damage: undefined,
    size: () => Promise.resolve({ height, width }),
    read,
    readWindow: undefined,
  };
}

function tiffFile(
  path: string,
  tiff: TiffFile,
  kind: "movie" | "images" | undefined,
  cut: CutStrips,
): ImageFile {
  const first = tiff.planes[0]!;
  const stack = stackOf(tiff, basename(path), kind);
  const perPixel = channelsPerPixel(first);
  const siblings = siblingReader(path, tiff, cut);
  const find = async (
    frame: number,
    channel: number,
    slice: number,
  ): Promise<{ file: TiffFile; index: number; info: PlaneInfo }> => {
    const address = stack.at(frame, Math.floor(channel / perPixel), slice);
    const file = address === undefined ? undefined : await siblings(address.file);
    const info = file?.planes[address!.plane];
    if (file === undefined || info === undefined) throw missingPlane(path, tiff, frame, channel, slice);
    return { file, index: address!.plane, info };
  };
  const read = async (frame: number, channel: number, slice: number, window?: Window): Promise<ReadPlane> => {
    const { file, index, info } = await find(frame, channel, slice);
    const palette = info.colour === "palette" ? await file.palette(index) : undefined;
    // Unknown colours are refused by the decoder.
    const colour = info.colour === "other" ? "grey" : info.colour;
    const plane = window === undefined ? await file.read(index) : await file.readWindow(index, window);
    return { plane, meaning: { colour, bits: info.bits, palette }, sample: channel % perPixel };
  };
  const { height, width, type, bits, samples, compression, colour } = first;
  const format = stack.format === "ImageJ" ? "ImageJ TIFF" : stack.format === "OME" ? "OME-TIFF" : "TIFF";
  return {
    path,
    format,
    height,
    width,
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
    files: [path, ...stack.files.map((name) => join(dirname(path), name))],
    notices: noticesOf(stack),
    damage: tiff.damage,
    size: async (frame, channel, slice) => (await find(frame, channel, slice)).info,
    read,
    readWindow: read,
  };
}

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

/** Opens the other files of an OME-TIFF once each. */
function siblingReader(
  path: string,
  own: TiffFile,
  cut: CutStrips,
): (name: string | undefined) => Promise<TiffFile> {
  const opened = new Map<string, Promise<TiffFile>>();
  return (name) => {
    if (name === undefined) return Promise.resolve(own);
    const sibling = join(dirname(path), name);
    const file = opened.get(name) ?? openBytes(sibling).then((bytes) => openTiff(bytes, sibling, cut));
    opened.set(name, file);
    return file;
  };
}

function missingPlane(
  path: string,
  tiff: TiffFile,
  frame: number,
  channel: number,
  slice: number,
): KaryonError {
  if (tiff.damage !== undefined) return tiff.damage;
  return new InvalidInput(
    path,
    `a plane for frame ${frame}, channel ${channel}, slice ${slice}`,
    `${tiff.planes.length} planes, not that one`,
    "the file is incomplete or its metadata is wrong: save it again",
  );
}
