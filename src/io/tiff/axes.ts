import { type Stack, unsaidStack } from "../image/stack.js";
import { micrometresPer, positive } from "../image/unitnames.js";
import { parseImageJ, type ImageJMetadata } from "./imagej.js";
import { channelNamesOf } from "./imagejlabels.js";
import type { ZeissSizes } from "./lsm.js";
import { isOme, omeStacks, type OmeText, parseOme } from "./ome.js";
import type { TiffFile } from "./open.js";
import { parseShaped } from "./shaped.js";
import { resolutionUnit as unitOf } from "./tags.js";

/** Sizes of a hyperstack. */
interface Sizes {
  readonly frames: number;
  readonly channels: number;
  readonly slices: number;
}

/**
 * Finds the axes of a TIFF file: from OME-XML, ImageJ's description, tifffile's JSON; without any, pages are
 * frames.
 *
 * Many programs call the frames of a movie slices. Slices of an ImageJ file without frames are taken for
 * frames unless it gives their distance (`spacing`), which makes them slices; `kind` settles it: "movie"
 * makes slices frames, "images" leaves them slices.
 *
 * @param fileName without folder, to know the file among those that OME-XML names
 * @throws CorruptFile when the OME-XML cannot be understood
 */
export function stackOf(
  tiff: Pick<TiffFile, "planes" | "metadata">,
  fileName: string,
  kind?: "movie" | "images",
): Stack {
  return stacksOf(tiff, fileName, kind)[0]!;
}

/**
 * The axes of all images of a file; only OME-XML describes several.
 *
 * @param elsewhere what the file says holds its OME metadata, where it does not
 * @throws CorruptFile when the OME-XML cannot be understood
 */
export function stacksOf(
  tiff: Pick<TiffFile, "planes" | "metadata">,
  fileName: string,
  kind?: "movie" | "images",
  elsewhere?: OmeText,
): readonly Stack[] {
  const { description } = tiff.metadata;
  if (isOme(description)) {
    const text = parseOme(description, fileName);
    const own = { name: fileName, planes: tiff.planes, uuid: text.uuid };
    const stacks = omeStacks(text.elsewhere === undefined ? text : (elsewhere ?? text), own, kind);
    if (stacks.length > 0) return stacks;
  }
  const imagej = parseImageJ(description);
  if (imagej !== undefined) return [imagejStack(tiff, imagej, kind)];
  const stack = shapedOrPlain(tiff);
  // A member of an OME-TIFF in several files whose description is a file of its own.
  return [isOme(description) ? { ...stack, notices: [...stack.notices, companionNotice] } : stack];
}

const companionNotice =
  "The OME metadata is in another file, which is not read: check that its planes are frames, " +
  "and give pixel size and frame interval";

function imagejStack(
  tiff: Pick<TiffFile, "planes" | "metadata">,
  imagej: ImageJMetadata,
  kind: "movie" | "images" | undefined,
): Stack {
  const count = tiff.planes.length;
  const notices: string[] = [];
  let sizes: Sizes = imagej;
  if (imagej.channels * imagej.slices * imagej.frames !== count) {
    sizes = { frames: count, channels: 1, slices: 1 };
    if (imagej.channels * imagej.slices * imagej.frames > 1) {
      notices.push(
        `The ImageJ description says ${imagej.channels} x ${imagej.slices} x ${imagej.frames} ` +
          `planes, but there are ${count}, which are read as frames`,
      );
    }
  } else if (slicesAreFrames(imagej, imagej.hasSpacing, kind)) {
    sizes = { frames: imagej.slices, channels: imagej.channels, slices: 1 };
    if (kind === undefined) notices.push(slicesNotice(imagej.slices));
  }
  const { frameInterval, spacing, unit } = imagej;
  return {
    ...unsaidStack,
    format: "ImageJ",
    ...sequential(sizes),
    pixelSize: imagejPixelSize(tiff, imagej, notices),
    sliceSpacing:
      sizes.slices > 1 ? positive((spacing ?? NaN) * (micrometresPer(unit ?? "") ?? NaN)) : undefined,
    frameInterval,
    channelNames: channelNamesOf(tiff.metadata.labels ?? [], sizes.channels, count),
    notices,
  };
}

/**
 * True when what a file calls slices are frames.
 *
 * @param hasSpacing the file gives the distance of its slices
 */
export const slicesAreFrames = (
  sizes: Sizes,
  hasSpacing: boolean,
  kind: "movie" | "images" | undefined,
): boolean =>
  sizes.slices > 1 && sizes.frames === 1 && (kind === "movie" || (kind === undefined && !hasSpacing));

/** What to tell when slices without a distance are read as frames. */
export const slicesNotice = (slices: number): string =>
  `The file calls its ${slices} planes slices, but gives no distance between them: they are ` +
  `read as the frames of a movie (kind "images" keeps them slices)`;

/** The order of ImageJ: channels, then slices, then frames. */
function sequential(sizes: Sizes): Sizes & Pick<Stack, "at"> {
  const { frames, channels, slices } = sizes;
  return {
    frames,
    channels,
    slices,
    at: (frame, channel, slice) => ({
      file: undefined,
      plane: (frame * slices + slice) * channels + channel,
    }),
  };
}

function imagejPixelSize(
  { metadata }: Pick<TiffFile, "metadata">,
  { unit }: ImageJMetadata,
  notices: string[],
): number | undefined {
  const { xResolution, yResolution, resolutionUnit } = metadata;
  if (xResolution === undefined) return undefined;
  if (yResolution !== undefined && Math.abs(yResolution / xResolution - 1) > 0.01) {
    notices.push("The pixels are not square; their width is taken as the pixel size");
  }
  if (unit !== undefined) return positive((micrometresPer(unit) ?? NaN) / xResolution);
  const size = micrometresPerUnit[resolutionUnit];
  // Without a unit of its own ImageJ goes by the TIFF one; screen resolutions such as 72 dpi come that way
  // and mean nothing.
  return size !== undefined && size / xResolution < 50 ? positive(size / xResolution) : undefined;
}

const micrometresPerUnit: Readonly<Record<number, number>> = {
  [unitOf.inch]: 25400,
  [unitOf.centimetre]: 10000,
};

function shapedOrPlain(tiff: Pick<TiffFile, "planes" | "metadata">): Stack {
  const { zeiss, metaMorph } = tiff.metadata;
  if (zeiss !== undefined) return zeissStack(tiff, zeiss);
  if (metaMorph !== undefined && metaMorph > 1) return metaMorphStack(tiff);
  const shaped = parseShaped(tiff.metadata.description);
  const count = tiff.planes.length;
  if (shaped?.axes !== undefined) {
    const outer = [...shaped.axes]
      .map((axis, i) => ({ axis, size: shaped.shape[i]! }))
      .filter(({ axis }) => !"YXS".includes(axis));
    if (
      outer.every(({ axis }) => "TQICZ".includes(axis)) &&
      outer.reduce((product, { size }) => product * size, 1) === count
    ) {
      return { ...unsaidStack, format: "tifffile", ...ordered(outer) };
    }
  }
  return { ...unsaidStack, format: "plain", ...sequential({ frames: count, channels: 1, slices: 1 }) };
}

/** Planes of an LSM file: slices, then frames; the channels are samples of a pixel. */
function zeissStack({ planes }: Pick<TiffFile, "planes">, zeiss: ZeissSizes): Stack {
  const { slices, frames, pixelSize, sliceSpacing, frameInterval } = zeiss;
  const known = slices * frames === planes.length;
  const sizes = known ? { slices, frames } : { slices: 1, frames: planes.length };
  const what = `${frames} frames of ${slices} slices`;
  return {
    ...unsaidStack,
    format: "Zeiss LSM",
    ...sequential({ ...sizes, channels: 1 }),
    pixelSize,
    sliceSpacing: sizes.slices > 1 ? sliceSpacing : undefined,
    frameInterval: frames > 1 ? frameInterval : undefined,
    notices: known
      ? ["Of this Zeiss LSM file sizes, distances and the time between frames are read, and nothing else"]
      : [
          `The Zeiss LSM file says it holds ${what}, but there are ${planes.length} planes (positions or tiles ` +
            "are not understood): they are read as frames",
        ],
  };
}

function metaMorphStack({ planes }: Pick<TiffFile, "planes">): Stack {
  return {
    ...unsaidStack,
    format: "MetaMorph",
    ...sequential({ frames: planes.length, channels: 1, slices: 1 }),
    notices: [
      `The ${planes.length} planes of this MetaMorph stack are read as frames; its calibration and times are ` +
        "not read: check that they are no slices, and give pixel size and frame interval",
    ],
  };
}

/** Axes in the order of the file, slowest first; T, Q and I are all time. */
function ordered(
  axes: readonly { readonly axis: string; readonly size: number }[],
): Sizes & Pick<Stack, "at"> {
  const product = (letters: string): number =>
    axes.reduce((n, { axis, size }) => (letters.includes(axis) ? n * size : n), 1);
  const at: Stack["at"] = (frame, channel, slice) => {
    let plane = 0;
    let stride = 1;
    const rest = { T: frame, C: channel, Z: slice };
    for (const { axis, size } of axes.toReversed()) {
      const key = axis === "C" || axis === "Z" ? axis : "T";
      plane += (rest[key] % size) * stride;
      rest[key] = Math.floor(rest[key] / size);
      stride *= size;
    }
    return { file: undefined, plane };
  };
  return { frames: product("TQI"), channels: product("C"), slices: product("Z"), at };
}
