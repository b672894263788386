/** What an image format gives: axes at once, planes when they are asked for. */
import type { KaryonError } from "../../core/errors.js";
import type { StoredPlane, Window } from "../../core/image.js";
import type { Stoppable } from "../bytes.js";
import type { SampleMeaning } from "../image/grey.js";
import type { FileFormat } from "./fileformat.js";

/** A format of images. */
export type ImageFormat = FileFormat<OpenedImage>;

/** One plane of an image, all from 0. */
export interface PlaneIndex {
  readonly frame: number;
  readonly channel: number;
  readonly slice: number;
}

/** A plane as stored, what its samples mean, and which of them is the channel asked for. */
export interface ReadPlane {
  readonly plane: StoredPlane;
  readonly meaning: SampleMeaning;
  readonly sample: number;
}

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
  /** Seconds; undefined when the file does not say. */
  readonly frameInterval: number | undefined;
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
