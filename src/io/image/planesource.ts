/** Images as the writers of files take them: sizes and calibration at once, windows of planes when asked for. */
import { InvalidInput } from "../../core/errors.js";
import type { Window } from "../../core/image.js";

/** Arrays by the types of samples that are written. */
export const writtenArrays = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
} as const;

/** Types of samples that are written. */
export type WrittenType = keyof typeof writtenArrays;

/** Samples that are written. */
export type WrittenSamples = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array;

/** Which plane of an image, all from 0. */
export interface PlanePlace {
  readonly frame: number;
  readonly channel: number;
  readonly slice: number;
}

/** An image of grey planes that need not fit into memory. */
export interface PlaneSource {
  /** Size of every plane, px. */
  readonly height: number;
  readonly width: number;
  readonly frames: number;
  readonly channels: number;
  readonly slices: number;
  readonly type: WrittenType;
  /** True for label images, whose values are names: smaller copies take one of them, never their mean. */
  readonly isLabels?: boolean | undefined;
  /** µm per pixel; undefined when unknown. */
  readonly pixelSize?: number | undefined;
  /** µm between slices; undefined when unknown. */
  readonly sliceSpacing?: number | undefined;
  /** Seconds between frames; undefined when unknown. */
  readonly frameInterval?: number | undefined;
  /** Seconds from the first frame, one a frame, NaN where unknown; undefined when unknown. */
  readonly frameTimes?: readonly number[] | undefined;
  /** One a channel, "" where it has none; undefined or empty when there are none. */
  readonly channelNames?: readonly string[] | undefined;
  /**
   * A rectangle of a plane, row-major: window.height x window.width values of `type`. A writer asks for bands
   * of rows from the top, plane by plane.
   */
  readonly read: (
    window: Window,
    place: PlanePlace,
    options?: { readonly signal?: AbortSignal | undefined },
  ) => Promise<WrittenSamples>;
}

/**
 * A window of a source that has been looked at.
 *
 * @throws InvalidInput when the source gives another type or number of values
 */
export async function readSource(
  source: PlaneSource,
  window: Window,
  place: PlanePlace,
  signal?: AbortSignal,
): Promise<WrittenSamples> {
  const data = await source.read(window, place, { signal });
  const count = window.height * window.width;
  if (!(data instanceof writtenArrays[source.type]) || data.length !== count)
    throw new InvalidInput(
      "the window of a plane",
      `${window.height} x ${window.width} values of ${source.type}`,
      `${data.length} of ${data.constructor.name}`,
    );
  return data;
}

/**
 * Looks at what a source says of itself.
 *
 * @throws InvalidInput for sizes, calibration or lists that cannot be written
 */
export function checkSource(source: PlaneSource): void {
  const { height, width, frames, channels, slices, channelNames = [], frameTimes } = source;
  const sizes = { height, width, frames, channels, slices };
  for (const [name, value] of Object.entries(sizes))
    if (!(Number.isSafeInteger(value) && value >= 1))
      throw new InvalidInput(`the ${name} of an image`, "a whole number from 1", String(value));
  for (const name of ["pixelSize", "sliceSpacing", "frameInterval"] as const) {
    const value = source[name];
    if (value !== undefined && !(value > 0 && Number.isFinite(value)))
      throw new InvalidInput(name, "a number above 0", String(value));
  }
  if (channelNames.length !== 0 && channelNames.length !== channels)
    throw new InvalidInput("channelNames", `${channels} names`, String(channelNames.length));
  if (frameTimes !== undefined && frameTimes.length !== frames)
    throw new InvalidInput("frameTimes", `${frames} times`, String(frameTimes.length));
  if (source.isLabels === true && source.type === "float32")
    throw new InvalidInput("the type of a label image", "integers", source.type);
}
