/**
 * Sizes and calibration of Zeiss LSM files, which are TIFF: a page a plane, its channels the samples of its
 * pixels, each followed by a thumbnail.
 *
 * Source: Zeiss, "Description of the LSM file format" (CZ_LSMINFO), as in tifffile (Gohlke).
 */
import { positive } from "../image/unitnames.js";
import { type Directory, readRange, type TiffBytes } from "./directory.js";
import { tag } from "./tags.js";

/** What such a file says of its axes. */
export interface ZeissSizes {
  readonly slices: number;
  readonly frames: number;
  readonly channels: number;
  /** µm; undefined when not given. */
  readonly pixelSize: number | undefined;
  readonly sliceSpacing: number | undefined;
  /** Seconds; undefined when not given. */
  readonly frameInterval: number | undefined;
}

/** Bytes up to the interval of frames. */
const headBytes = 120;

/** The first four bytes, by version. */
const zeissMagic = [0x00300494c, 0x00400494c];

/** Reads the sizes of an LSM file; undefined where it is none. @throws CorruptFile */
export async function readZeiss(file: TiffBytes, directory: Directory): Promise<ZeissSizes | undefined> {
  const field = directory.fields.get(tag.zeissLsm);
  if (field === undefined || field.count < headBytes) return undefined;
  const bytes = await readRange(file, field.offset, headBytes, "the LSM header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!zeissMagic.includes(view.getUint32(0, true))) return undefined;
  const size = (at: number): number => Math.max(1, view.getInt32(at, true));
  const metres = (at: number): number | undefined => positive(view.getFloat64(at, true) * 1e6);
  return {
    slices: size(16),
    channels: size(20),
    frames: size(24),
    pixelSize: metres(40),
    sliceSpacing: metres(56),
    frameInterval: positive(view.getFloat64(112, true)),
  };
}
