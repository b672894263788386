/** Images as every stage after reading sees them: one grey plane, row-major. */
export type PixelData = Uint8Array | Uint16Array | Float32Array;

/** One grey plane. */
export interface Image {
  readonly height: number;
  readonly width: number;
  /**
   * height x width grey values, row-major; Float32 may hold NaN, which means "no value" and is masked by
   * every stage.
   */
  readonly data: PixelData;
  /** Edge of a pixel in µm; undefined when the file does not say. */
  readonly pixelSize?: number | undefined;
}

/**
 * Samples exactly as a file stores them: rows x columns x samples (interleaved), before any conversion to
 * grey.
 */
export interface StoredPlane {
  readonly height: number;
  readonly width: number;
  /** Values per pixel: 1 grey or palette index, 3 RGB, 4 RGBA. */
  readonly samples: number;
  readonly data: SampleData;
}

/** Values as a file stores them. */
export type SampleData =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** What of a frame is read. */
export interface ReadOptions {
  /** Channel, from 0. Default 0. */
  readonly channel?: number | undefined;
  /** Slice, from 0, or the maximum over all slices. Default "max". */
  readonly z?: number | "max" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A rectangle of an image: its first row and column, and its size, px. */
export interface Window {
  readonly y: number;
  readonly x: number;
  readonly height: number;
  readonly width: number;
}

/** What two rectangles have in common; undefined where that is nothing. */
export function sharedWindow(a: Window, b: Window): Window | undefined {
  const [y, x] = [Math.max(a.y, b.y), Math.max(a.x, b.x)];
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  return height > 0 && width > 0 ? { y, x, height, width } : undefined;
}

/** The pixels of a rectangle, copied, of an image that is `width` px wide. */
export function croppedPixels<T extends Float32Array | Int32Array>(
  pixels: T,
  width: number,
  window: Window,
): T {
  const out = pixels.slice(0, window.height * window.width) as T;
  for (let row = 0; row < window.height; row++) {
    const from = (window.y + row) * width + window.x;
    out.set(pixels.subarray(from, from + window.width), row * window.width);
  }
  return out;
}

/** A movie or a set of images, read lazily, frame by frame. */
export interface ImageSource {
  /** Short name for titles and output, without a folder. */
  readonly name: string;
  /** A movie's frames follow each other in time and have equal size; images are independent. */
  readonly kind: "movie" | "images";
  readonly frames: number;
  readonly channels: number;
  readonly slices: number;
  /** One name a frame: unique, in order, usable as a file name without extension. */
  readonly frameNames: readonly string[];
  /** Names of the channels, "" where one has none; undefined when unknown. */
  readonly channelNames?: readonly string[] | undefined;
  /** Seconds between frames, the median where they vary; undefined when unknown. */
  readonly frameInterval?: number | undefined;
  /** Seconds from the first frame, one a frame, NaN where unknown; undefined when unknown. */
  readonly frameTimes?: readonly number[] | undefined;
  /** µm between slices; undefined when unknown. */
  readonly sliceSpacing?: number | undefined;
  /** µm per pixel; undefined when unknown. */
  readonly pixelSize?: number | undefined;
  /** What was converted, assumed or skipped while opening, one sentence each, for the user. */
  readonly notices: readonly string[];
  read(frame: number, options?: ReadOptions): Promise<Image>;
  /** Size of a frame, px, without decoding it. */
  size(frame: number): Promise<{ readonly height: number; readonly width: number }>;
  /**
   * A rectangle of a frame, with the values that `read` gives there. Of a TIFF file only the strips and tiles
   * that it meets are read and decoded, so that an image need not fit into memory.
   *
   * @throws InvalidInput when it is not within the frame
   */
  readWindow(frame: number, window: Window, options?: ReadOptions): Promise<Image>;
}

/** Grey values as 32-bit floats; those that are floats already are not copied. */
export const float32Of = (data: PixelData): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data);
