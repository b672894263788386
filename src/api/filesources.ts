/** Opened files as the steps on whole movies take them. */
import { InvalidInput, messageOf } from "../core/errors.js";
import type { ImageSource } from "../core/image.js";
import type { LabelSource } from "../core/labels.js";
import { checkOptions, frameReader, type GreyFrame, type GreyOptions } from "../io/formats/greyframes.js";
import type { OpenedImage } from "../io/formats/imageformat.js";
import { atLevel } from "../io/formats/imagelevel.js";
import type { OpenedLabels } from "../io/formats/labelformat.js";
import { readingNotices } from "../io/formats/readingnotices.js";

/** How an opened image is read. */
export interface ImageSourceOptions extends GreyOptions {
  /** Short name for titles and messages, without a folder. Default "image". */
  readonly name?: string | undefined;
  /** Seconds between frames, in place of what the file says. */
  readonly frameInterval?: number | undefined;
  /** What its frames are. Default: a movie, where there are several of one size. */
  readonly kind?: "movie" | "images" | undefined;
  /** Which of the sizes that the file stores, 0 for the full one. Default 0. */
  readonly level?: number | undefined;
}

/**
 * An opened image as grey frames, read when they are asked for.
 *
 * @throws InvalidInput when it has no such channel, slice or level
 */
export function imageSourceOfFile(image: OpenedImage, options: ImageSourceOptions = {}): ImageSource {
  const { name = "image", level = 0 } = options;
  const file = atLevel({ ...image, path: name }, level);
  checkOptions(file, options);
  const kind = options.kind ?? (file.frames > 1 && !file.mixedSizes ? "movie" : "images");
  const at = (frame: number): GreyFrame => {
    assertCounted("frame", frame, file.frames);
    return { file, frame };
  };
  const reader = frameReader(kind, { file, frame: 0 }, options);
  const damage =
    file.damage === undefined ? [] : [`Planes are missing at the end: ${messageOf(file.damage)}`];
  return {
    name,
    kind,
    frames: file.frames,
    channels: file.channels,
    slices: file.slices,
    frameNames: numbered(name, file.frames),
    channelNames: file.channelNames,
    frameInterval: kind === "movie" ? (options.frameInterval ?? file.frameInterval) : undefined,
    frameTimes: file.frameTimes,
    sliceSpacing: file.sliceSpacing,
    pixelSize: options.pixelSize ?? file.pixelSize,
    notices: [...[...file.notices, ...readingNotices(file, options)].map((text) => `${text}.`), ...damage],
    read: async (frame, readOptions = {}) => reader(at(frame), readOptions),
    size: async (frame) => {
      const { height, width } = await file.size({ ...at(frame), channel: 0, slice: 0 });
      return { height, width };
    },
    readWindow: async (frame, window, readOptions = {}) => reader(at(frame), readOptions, window),
  };
}

/**
 * The label images of a file, one a frame.
 *
 * @param frameNames as in the source of the images. Default: `labels`, numbered
 */
export function labelSourceOfFile(labels: OpenedLabels, frameNames?: readonly string[]): LabelSource {
  const at = (frame: number): number => assertCounted("frame", frame, labels.planes);
  return {
    frames: labels.planes,
    frameNames: frameNames ?? numbered("labels", labels.planes),
    size: async (frame) => labels.size(at(frame)),
    read: async (frame, options) => labels.read(at(frame), options),
    readWindow: async (frame, window, options) => labels.readWindow(at(frame), window, options),
  };
}

function assertCounted(what: string, place: number, count: number): number {
  if (Number.isInteger(place) && place >= 0 && place < count) return place;
  throw new InvalidInput(what, `0 to ${count - 1}`, String(place));
}

const numbered = (name: string, frames: number): string[] =>
  frames === 1
    ? [name]
    : Array.from(
        { length: frames },
        (_, frame) => `${name}_t${String(frame).padStart(Math.max(3, String(frames - 1).length), "0")}`,
      );
