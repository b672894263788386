import { InvalidInput } from "./errors.js";
import type { Image, ImageSource, ReadOptions, Window } from "./image.js";

/** What is known of images in memory, beside their pixels. */
export interface MemoryImages {
  /** Short name for titles. Default "images". */
  readonly name?: string | undefined;
  /** A movie's frames follow each other in time and have equal size. Default "images". */
  readonly kind?: "movie" | "images" | undefined;
  /** Unique, one an image. Default t000, t001, ... */
  readonly frameNames?: readonly string[] | undefined;
  /** Seconds between frames; undefined when unknown. */
  readonly frameInterval?: number | undefined;
}

/**
 * Images in memory as a movie or a set of images: of one channel and one slice each.
 *
 * @throws InvalidInput when there is none, frames of a movie differ in size, or names are missing or equal
 */
export function sourceOfImages(images: readonly Image[], about: MemoryImages = {}): ImageSource {
  const kind = about.kind ?? "images";
  const frameNames = about.frameNames ?? images.map((_, frame) => `t${String(frame).padStart(3, "0")}`);
  const first = images[0];
  if (first === undefined) throw new InvalidInput("images", "at least one image", "none");
  const odd = images.find(({ height, width }) => height !== first.height || width !== first.width);
  if (kind === "movie" && odd !== undefined)
    throw new InvalidInput(
      "images",
      `frames of ${sizeText(first)}, as the first of the movie`,
      sizeText(odd),
    );
  if (frameNames.length !== images.length || new Set(frameNames).size !== images.length)
    throw new InvalidInput("frameNames", `${images.length} different names`, frameNames.join(", "));
  const imageOf = (frame: number, { channel = 0 }: ReadOptions = {}): Image => {
    const image = images[frame];
    if (image === undefined)
      throw new InvalidInput("frame", `a number from 0 to ${images.length - 1}`, String(frame));
    if (channel !== 0)
      throw new InvalidInput("channel", "0, the only one of images in memory", String(channel));
    return image;
  };
  return {
    name: about.name ?? "images",
    kind,
    frames: images.length,
    channels: 1,
    slices: 1,
    frameNames,
    frameInterval: about.frameInterval,
    pixelSize: first.pixelSize,
    notices: [],
    read: async (frame, options) => imageOf(frame, options),
    size: async (frame) => {
      const { height, width } = imageOf(frame);
      return { height, width };
    },
    readWindow: async (frame, window, options) => cropped(imageOf(frame, options), window),
  };
}

const sizeText = ({ height, width }: Image): string => `${height} x ${width} pixels`;

function cropped(image: Image, { y, x, height, width }: Window): Image {
  const isWithin =
    y >= 0 && x >= 0 && height >= 1 && width >= 1 && y + height <= image.height && x + width <= image.width;
  if (!isWithin || ![y, x, height, width].every(Number.isInteger))
    throw new InvalidInput(
      "window",
      `one within ${sizeText(image)}`,
      `${height} x ${width} pixels from (${y}, ${x})`,
    );
  const data = image.data.slice(0, height * width);
  for (let row = 0; row < height; row++) {
    const from = (y + row) * image.width + x;
    data.set(image.data.subarray(from, from + width), row * width);
  }
  return { ...image, height, width, data };
}
