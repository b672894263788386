/** Images and labels of a project as planes that chunks are cut from. */
import { CorruptFile } from "../../core/errors.js";
import type { ImageSource, PixelData, Window } from "../../core/image.js";
import { fileValues, type LabelImage } from "../../core/labels.js";
import { percentilesOf } from "./samplerange.js";
import type { WrittenSamples, WrittenType } from "../../io/image/planesource.js";
import type { ShownRange } from "../../io/zarr/zarrdocuments.js";
import type { LabelLayer } from "../parts.js";
import type { ByteCache } from "./bytecache.js";
import type { PlaneReader } from "./chunkpyramid.js";

/** An image of a hierarchy: a movie, or one of several independent images. */
export interface ServedImage {
  readonly planes: PlaneReader;
  /** Of the series. */
  readonly frames: number;
  readonly channels: number;
  /** The frame of the source that its first one is. */
  readonly first: number;
  /** One a channel. */
  readonly ranges: () => Promise<readonly ShownRange[]>;
}

/** How many images a source has: movies are one. */
export const seriesCount = ({ kind, frames }: ImageSource): number => (kind === "movie" ? 1 : frames);

const widths = ["uint8", "uint16", "float32"] as const satisfies readonly WrittenType[];
type ImageType = (typeof widths)[number];

const typeOf = (data: PixelData): ImageType =>
  data instanceof Float32Array ? "float32" : data instanceof Uint16Array ? "uint16" : "uint8";

/**
 * Opens an image of a source; of stacks it has the slice, or the maximum, that the source was opened with.
 *
 * @param key tells the source from all others
 */
export async function servedImage(source: ImageSource, series: number, key: string): Promise<ServedImage> {
  const first = source.kind === "movie" ? 0 : series;
  const size = await source.size(first);
  const type = await widestType(source, first);
  return {
    planes: {
      ...size,
      type,
      isLabels: false,
      key: (frame, channel) => `${key}/${first + frame}/${channel}`,
      read: async (window, { frame, channel }, signal) => {
        const { data } = await readPart(source, first + frame, window, { channel, signal });
        return asType(data, type, source.frameNames[first + frame]!);
      },
    },
    frames: source.kind === "movie" ? source.frames : 1,
    channels: source.channels,
    first,
    ranges: () => rangesOf(source, first, type),
  };
}

/** Formats read a whole frame in the quickest way. */
async function readPart(
  source: ImageSource,
  frame: number,
  window: Window,
  options: { readonly channel: number; readonly signal: AbortSignal },
): Promise<{ readonly data: PixelData }> {
  const { height, width } = await source.size(frame);
  const isWhole = window.height === height && window.width === width;
  return isWhole ? source.read(frame, options) : source.readWindow(frame, window, options);
}

async function widestType(source: ImageSource, frame: number): Promise<ImageType> {
  const corner = { y: 0, x: 0, height: 1, width: 1 };
  let widest = 0;
  for (let channel = 0; channel < source.channels; channel++) {
    const { data } = await source.readWindow(frame, corner, { channel });
    widest = Math.max(widest, widths.indexOf(typeOf(data)));
  }
  return widths[widest]!;
}

/** Narrow values in a wide type. @throws CorruptFile for values that are wider than those of the first frame */
function asType(data: PixelData, type: ImageType, name: string): WrittenSamples {
  const own = typeOf(data);
  if (own === type) return data;
  if (widths.indexOf(own) > widths.indexOf(type))
    throw new CorruptFile(
      name,
      0,
      `its values are of type ${own}, and those of the first frame of type ${type}`,
    );
  return type === "uint16" ? Uint16Array.from(data) : Float32Array.from(data);
}

/** Edge of the part that says what values are shown from black to white, px. */
const sampled = 1024;

async function rangesOf(source: ImageSource, frame: number, type: ImageType): Promise<ShownRange[]> {
  const { height, width } = await source.size(frame);
  const [h, w] = [Math.min(sampled, height), Math.min(sampled, width)];
  const middle = { y: (height - h) >> 1, x: (width - w) >> 1, height: h, width: w };
  const ranges: ShownRange[] = [];
  for (let channel = 0; channel < source.channels; channel++) {
    const { data } = await source.readWindow(frame, middle, { channel });
    const { low, high, least, most } = percentilesOf(data);
    const top = type === "uint8" ? 255 : 65535;
    const all = type === "float32" ? { min: least, max: most } : { min: 0, max: top };
    ranges.push({ start: low, end: high > low ? high : low + 1, ...all });
  }
  return ranges;
}

/** What labels are of. */
export interface LabelledImage {
  readonly image: ServedImage;
  /** Tells the layer of this project from all others. */
  readonly key: string;
  /** Keeps frames that can only be read whole. */
  readonly cache: ByteCache;
}

/** Labels of an image; frames that have none yet are background. */
export function servedLabels(
  { source, version, frameVersion }: LabelLayer,
  { image, key, cache }: LabelledImage,
): PlaneReader {
  const { height, width } = image.planes;
  const keyOf = (frame: number): string => {
    const at = image.first + frame;
    return `${key}/${frameVersion?.(at) ?? version}/${at}`;
  };
  const whole = async (frame: number, signal: AbortSignal): Promise<Int32Array> => {
    const name = `${keyOf(frame)}/whole`;
    const kept = cache.find<Int32Array>(name);
    if (kept !== undefined) return kept;
    const values = valuesOf(await source.read(image.first + frame, { signal }), height, width);
    cache.keep(name, values);
    return values;
  };
  return {
    height,
    width,
    type: "int32",
    isLabels: true,
    key: keyOf,
    read: async (window, { frame }, signal) => {
      const at = image.first + frame;
      if (at >= source.frames) return new Int32Array(window.height * window.width);
      const isWhole = window.height === height && window.width === width;
      if (isWhole) return valuesOf(await source.read(at, { signal }), height, width);
      if (source.readWindow !== undefined)
        return valuesOf(await source.readWindow(at, window, { signal }), window.height, window.width);
      return windowOf(await whole(frame, signal), width, window);
    },
  };
}

/** @throws CorruptFile when labels are not of the image's size */
function valuesOf(labels: LabelImage, height: number, width: number): Int32Array {
  if (labels.height === height && labels.width === width) return fileValues(labels);
  throw new CorruptFile(
    "the labels",
    0,
    `they have ${labels.height} x ${labels.width} px, and the image ${height} x ${width}`,
    "make them again",
  );
}

function windowOf(data: Int32Array, width: number, window: Window): Int32Array {
  const out = new Int32Array(window.height * window.width);
  for (let y = 0; y < window.height; y++) {
    const from = (window.y + y) * width + window.x;
    out.set(data.subarray(from, from + window.width), y * window.width);
  }
  return out;
}
