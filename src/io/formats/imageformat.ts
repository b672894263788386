/** What an image format gives: axes at once, planes when they are asked for. */
import type { KaryonError } from "../../core/errors.js";
import type { StoredPlane, Window } from "../../core/image.js";
import type { Stoppable } from "../bytes.js";
import type { SampleMeaning } from "../image/grey.js";
import type { FileFormat } from "./fileformat.js";

/** A format of images. */
export type ImageFormat = FileFormat<ImageSet>;

/** The images of a file: one, or the series of a microscope's file, such as its positions. */
export interface ImageSet {
  /** For people, such as "Leica LIF". */
  readonly format: string;
  /** At least one, in the order of the file. */
  readonly series: readonly Series[];
  /**
   * One of the series, from 0; no pixels are read.
   *
   * @throws CorruptFile, UnsupportedFormat
   */
  readonly open: (series: number) => Promise<OpenedImage>;
}

/** What is known of a series before it is opened. */
export interface Series {
  /** As the file has it; "" where it has none. */
  readonly name: string;
}

/** A file that holds one image. */
export const oneImage = (image: OpenedImage): ImageSet => ({
  format: image.format,
  series: [{ name: "" }],
  open: () => Promise.resolve(image),
});

/** One plane of an image, all from 0. */
export interface PlaneIndex {
  readonly frame: number;
  readonly channel: number;
  readonly slice: number;
  /** Which of `levels`. Default 0, full resolution. */
  readonly level?: number | undefined;
}

/** A place of the microscope's stage, µm. */
export interface StagePosition {
  readonly y: number;
  readonly x: number;
  readonly z?: number | undefined;
}

/** An opened image, and what messages call it. */
export interface NamedImage extends OpenedImage {
  /** Path of its file, or its name. */
  readonly path: string;
}

/** A plane as stored, what its samples mean, and which of them is the channel asked for. */
export interface ReadPlane {
  readonly plane: StoredPlane;
  readonly meaning: SampleMeaning;
  readonly sample: number;
}

/** What most images have nothing to say of: an opened image begins with it. */
export const unsaid = {
  mixedSizes: false,
  samples: 1,
  compression: "none",
  colour: "grey",
  frames: 1,
  channels: 1,
  slices: 1,
  pixelSize: undefined,
  sliceSpacing: undefined,
  frameInterval: undefined,
  frameTimes: undefined,
  channelNames: [],
  position: undefined,
  siblings: [],
  notices: [],
  damage: undefined,
} as const satisfies Partial<OpenedImage>;

/** An image, or a movie, whose axes are known and whose planes are read when asked for. */
export interface OpenedImage {
  /** For people, such as "OME-TIFF". */
  readonly format: string;
  /** Size of the first plane, px. */
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
  readonly colour: SampleMeaning["colour"] | "other";
  readonly frames: number;
  /** Channels, whether they are planes or samples of a pixel. */
  readonly channels: number;
  readonly slices: number;
  /** µm; undefined when the file does not say. */
  readonly pixelSize: number | undefined;
  /** µm between slices; undefined when the file does not say. */
  readonly sliceSpacing: number | undefined;
  /** Seconds, the median where `frameTimes` vary; undefined when the file does not say. */
  readonly frameInterval: number | undefined;
  /** Seconds from the first frame, one a frame, NaN where unknown; undefined when the file does not say. */
  readonly frameTimes: readonly number[] | undefined;
  /** One a channel, "" where it has none; empty when the file names none. */
  readonly channelNames: readonly string[];
  /** Where the image was taken; undefined when the file does not say. */
  readonly position: StagePosition | undefined;
  /** Sizes in which planes are stored, the full one first, px. */
  readonly levels: readonly { readonly height: number; readonly width: number }[];
  /** Names of other files of the same folder whose planes belong to it. */
  readonly siblings: readonly string[];
  /** What was assumed, as sentences without file name and full stop. */
  readonly notices: readonly string[];
  /** Why planes are missing at the end. */
  readonly damage: KaryonError | undefined;
  /** Size of a plane, px, without reading it. @throws InvalidInput, CorruptFile */
  readonly size: (index: PlaneIndex) => Promise<{ readonly height: number; readonly width: number }>;
  /** @throws CorruptFile, UnsupportedFormat, InvalidInput */
  readonly read: (index: PlaneIndex, options?: Stoppable) => Promise<ReadPlane>;
  /**
   * A part of a plane, from the bytes that hold it; undefined for a format whose planes are decoded whole or
   * not at all.
   */
  readonly readWindow:
    ((index: PlaneIndex, window: Window, options?: Stoppable) => Promise<ReadPlane>) | undefined;
}
