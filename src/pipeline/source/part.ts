/** A part of a source: some of its frames, a rectangle of each, without what a mask excludes. */
import { CorruptFile, InvalidInput } from "../../core/errors.js";
import type { Image, ReadOptions, Window } from "../../core/image.js";
import { framesOf, windowOf } from "../config/optionspec.js";
import { type LabelStack, openLabels } from "../store/labelfiles.js";
import type { SourceOptions } from "./assembly.js";
import type { FileSource } from "./filesource.js";

/** What makes a part of a source; see `SourceOptions`. */
export type PartOptions = Pick<SourceOptions, "frames" | "crop" | "exclude">;

/**
 * The part of a source that was asked for. Coordinates are those of the part.
 *
 * @throws InvalidInput when a frame or a rectangle is not within the source, or the mask does not fit
 * @throws CorruptFile, UnsupportedFormat for the mask
 */
export async function partOf(
  source: FileSource,
  { frames, crop, exclude }: PartOptions,
): Promise<FileSource> {
  // The mask is of the whole images: it goes first.
  const unmasked = exclude === undefined ? source : await excluding(source, exclude);
  const some = frames === undefined ? unmasked : withFrames(unmasked, frames);
  return crop === undefined ? some : cropped(some, crop);
}

function withFrames(source: FileSource, text: string): FileSource {
  const [first, last] = framesOf(text)!;
  const end = last === Infinity ? source.frames : last + 1;
  if (end > source.frames || first >= end)
    throw new InvalidInput("input.frames", `frames from 0 to ${source.frames - 1}`, text);
  const begin = source.frameTimes?.[first];
  return {
    ...source,
    frames: end - first,
    frameNames: source.frameNames.slice(first, end),
    frameTimes: source.frameTimes?.slice(first, end).map((time) => time - (begin ?? 0)),
    notices: [
      ...source.notices,
      `Frames ${first} to ${end - 1} of ${source.frames} are read (input.frames).`,
    ],
    read: async (frame, options) => source.read(within(frame, first, end), options),
    size: async (frame) => source.size(within(frame, first, end)),
    readWindow: async (frame, window, options) =>
      source.readWindow(within(frame, first, end), window, options),
  };
}

function within(frame: number, first: number, end: number): number {
  if (Number.isInteger(frame) && frame >= 0 && first + frame < end) return first + frame;
  throw new InvalidInput("frame", `0 to ${end - first - 1}`, String(frame));
}

async function cropped(source: FileSource, text: string): Promise<FileSource> {
  const crop = windowOf(text)!;
  for (let frame = 0; frame < source.frames; frame++) {
    const { height, width } = await source.size(frame);
    if (crop.y + crop.height > height || crop.x + crop.width > width)
      throw new InvalidInput(
        "input.crop",
        `a rectangle within ${source.frameNames[frame]!} of ${height} x ${width} px`,
        `${crop.height} x ${crop.width} px from row ${crop.y}, column ${crop.x}`,
      );
    // Frames of a movie have one size.
    if (source.kind === "movie") break;
  }
  const { y, x, height, width } = crop;
  return {
    ...source,
    notices: [
      ...source.notices,
      `A rectangle of ${height} x ${width} px from row ${y}, column ${x} is read (input.crop): ` +
        "coordinates begin there.",
    ],
    size: () => Promise.resolve({ height, width }),
    read: (frame, options) => source.readWindow(frame, crop, options),
    readWindow: async (frame, window, options) => {
      assertWithin(window, crop);
      return source.readWindow(frame, { ...window, y: y + window.y, x: x + window.x }, options);
    },
  };
}

function assertWithin(window: Window, { height, width }: Window): void {
  const { y, x } = window;
  if (y >= 0 && x >= 0 && y + window.height <= height && x + window.width <= width) return;
  throw new InvalidInput(
    "window",
    `one within ${height} x ${width} px`,
    `${window.height} x ${window.width} px from (${y}, ${x})`,
  );
}

async function excluding(source: FileSource, path: string): Promise<FileSource> {
  const mask = await openLabels(path);
  if (mask.planes !== 1 && mask.planes !== source.frames)
    throw new InvalidInput(
      "input.exclude",
      `a mask of one plane, or of one for each of the ${source.frames} frames`,
      `${mask.planes} planes in ${path}`,
    );
  const planeOf = (frame: number): number => (mask.planes === 1 ? 0 : frame);
  const blank = async (frame: number, image: Image, window: Window): Promise<Image> => {
    await assertSize(source, frame, { mask, plane: planeOf(frame), path });
    const { data } = await mask.readWindow(planeOf(frame), window);
    return { ...image, data: withoutMasked(image, data) };
  };
  return {
    ...source,
    notices: [
      ...source.notices,
      `What is not 0 in ${path} is left out of all work (input.exclude): values become 32-bit floats.`,
    ],
    read: async (frame, options: ReadOptions = {}) => {
      const image = await source.read(frame, options);
      return blank(frame, image, { y: 0, x: 0, height: image.height, width: image.width });
    },
    readWindow: async (frame, window, options: ReadOptions = {}) =>
      blank(frame, await source.readWindow(frame, window, options), window),
  };
}

interface MaskPlane {
  readonly mask: LabelStack;
  readonly plane: number;
  readonly path: string;
}

async function assertSize(
  source: FileSource,
  frame: number,
  { mask, plane, path }: MaskPlane,
): Promise<void> {
  const [own, its] = [await source.size(frame), mask.size(plane)];
  if (own.height === its.height && own.width === its.width) return;
  throw new InvalidInput(
    "input.exclude",
    `a mask of ${own.height} x ${own.width} px, as ${source.frameNames[frame]!}`,
    `${its.height} x ${its.width} px in ${path}`,
  );
}

/** NaN stands for "no value", which every stage leaves out. */
function withoutMasked({ height, width, data }: Image, mask: Int32Array): Float32Array {
  if (mask.length !== height * width)
    throw new CorruptFile("input.exclude", 0, "the mask has fewer pixels than its size says");
  const out = Float32Array.from(data);
  for (let i = 0; i < out.length; i++) if (mask[i] !== 0) out[i] = NaN;
  return out;
}
