/** Where a plane is: in this file, or in another of the same folder (OME-TIFF in several files). */
export interface PlaneAddress {
  /** Name without folder; undefined for the file itself. */
  readonly file: string | undefined;
  /** Plane of that file, from 0. */
  readonly plane: number;
}

/** What most files have nothing to say of: a stack begins with it. */
export const unsaidStack = {
  name: "",
  pixelSize: undefined,
  sliceSpacing: undefined,
  frameInterval: undefined,
  frameTimes: undefined,
  channelNames: [],
  position: undefined,
  files: [],
  notices: [],
} as const satisfies Partial<Stack>;

/** How the planes of a file make up a movie, and what its metadata say of space and time. */
export interface Stack {
  /** As the file has it; "" where it has none. */
  readonly name: string;
  readonly format: "ImageJ" | "OME" | "tifffile" | "Zeiss LSM" | "MetaMorph" | "plain";
  readonly frames: number;
  readonly channels: number;
  readonly slices: number;
  /** Undefined when the file has no such plane. */
  at(frame: number, channel: number, slice: number): PlaneAddress | undefined;
  /** µm per pixel. */
  readonly pixelSize: number | undefined;
  /** µm between slices. */
  readonly sliceSpacing: number | undefined;
  /** Seconds between frames, the median where `frameTimes` vary. */
  readonly frameInterval: number | undefined;
  /** Seconds from the first frame, one a frame, NaN where unknown. */
  readonly frameTimes: readonly number[] | undefined;
  /** One a channel, "" where it has none; empty when the file names none. */
  readonly channelNames: readonly string[];
  /** Place of the microscope's stage, µm. */
  readonly position: { readonly y: number; readonly x: number; readonly z?: number | undefined } | undefined;
  /** Other files that planes are in, names without folder. */
  readonly files: readonly string[];
  /** What was assumed, as sentences without the file's name. */
  readonly notices: readonly string[];
}
