/** Where a plane is: in this file, or in another of the same folder (OME-TIFF in several files). */
export interface PlaneAddress {
  /** Name without folder; undefined for the file itself. */
  readonly file: string | undefined;
  /** Plane of that file, from 0. */
  readonly plane: number;
}

/** How the planes of a file make up a movie, and what its metadata say of space and time. */
export interface Stack {
  readonly format: "ImageJ" | "OME" | "tifffile" | "plain";
  readonly frames: number;
  readonly channels: number;
  readonly slices: number;
  /** Undefined when the file has no such plane. */
  at(frame: number, channel: number, slice: number): PlaneAddress | undefined;
  /** µm per pixel. */
  readonly pixelSize: number | undefined;
  /** Seconds between frames. */
  readonly frameInterval: number | undefined;
  /** Other files that planes are in, names without folder. */
  readonly files: readonly string[];
  /** What was assumed, as sentences without the file's name. */
  readonly notices: readonly string[];
}
