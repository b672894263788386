/**
 * Label images in files: int32 TIFF for our own, uint16 for the Cell Tracking Challenge; any integer image is
 * read, of all formats of labels.
 */
import { InvalidInput } from "../../core/errors.js";
import type { SampleData, StoredPlane, Window } from "../../core/image.js";
import { fileValues, type LabelImage } from "../../core/labels.js";
import { openAs, type OpenOptions } from "../../io/formats/fileformat.js";
import { isLabelHierarchyName } from "../../io/formats/formatnames.js";
import type { OpenedLabels } from "../../io/formats/labelformat.js";
import { labelFormats } from "../../io/formats/labelformats.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { tiledTiffWriter } from "../../io/tiff/tiled.js";
import { openAtomic, writeFileAtomic } from "./files.js";
import { formatInput } from "./formatinput.js";
import { seriesAddress } from "./seriesaddress.js";

/**
 * Reads the labels of a file of one plane, or of the plane behind a "#", such as `rois.zip#3`: integers of
 * any size, whole numbers in floats, palette indices, or RGB with three equal values. Values stay as they
 * are, but where they are too far apart for tables by label: then labels are numbered anew, and `ids` has the
 * values (`compactLabels`). Writing gives the values back.
 *
 * @throws InvalidInput when the file holds no labels, or more than one plane
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readLabels(path: string, options: LabelOptions = {}): Promise<LabelImage> {
  const { stack, plane } = await onePlane(path, options);
  return stack.read(plane);
}

/** How labels are read. */
export type LabelOptions = Pick<OpenOptions, "size">;

/** A label image, open. */
export interface LabelPlane {
  readonly stack: LabelStack;
  readonly plane: number;
}

/**
 * Opens the only plane of a file, or the one behind a "#".
 *
 * @param open in place of `openLabels`, for who keeps a file open
 * @throws InvalidInput, CorruptFile, UnsupportedFormat
 */
export async function onePlane(
  address: string,
  options: LabelOptions,
  open = openLabels,
): Promise<LabelPlane> {
  const { path, series } = seriesAddress(address);
  const stack = await open(path, options);
  const plane = Number(series ?? (stack.planes === 1 ? 0 : NaN));
  if (Number.isInteger(plane) && plane >= 0 && plane < stack.planes) return { stack, plane };
  throw new InvalidInput(
    address,
    "a label image of one plane",
    `${stack.planes} planes`,
    `choose one, ${path}#0 to ${path}#${stack.planes - 1}`,
  );
}

/** Size of a label image, px, without reading it. @throws InvalidInput, CorruptFile, UnsupportedFormat */
export async function labelSize(
  path: string,
  options: LabelOptions = {},
): Promise<{ readonly height: number; readonly width: number }> {
  const { stack, plane } = await onePlane(path, options);
  return stack.size(plane);
}

/**
 * Reads a rectangle of a label image; of a TIFF file only the strips and tiles that it meets. `count` is the
 * largest label in the window.
 *
 * @throws InvalidInput when the file holds no labels, or more than one plane, or the window is not within it
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readLabelWindow(
  path: string,
  window: Window,
  options: LabelOptions = {},
): Promise<LabelImage> {
  const { stack, plane } = await onePlane(path, options);
  return stack.readWindow(plane, window);
}

/** The label images of a file with several planes, decoded one by one. */
export type LabelStack = OpenedLabels;

/** @throws InvalidInput when the file cannot be read @throws CorruptFile, UnsupportedFormat */
export const openLabels = async (path: string, options: LabelOptions = {}): Promise<LabelStack> =>
  openAs(labelFormats, await formatInput(path, isLabelHierarchyName), options);

/**
 * Writes labels as 32-bit TIFF, with the values of the file that they were read from; -1 ("unknown") too.
 *
 * @throws OutputError
 */
export const writeLabels = (path: string, labels: LabelImage): Promise<void> =>
  writeFileAtomic(path, encodeTiff([planeOf(labels, fileValues(labels))]));

/**
 * Writes labels as 16-bit TIFF, as the Cell Tracking Challenge wants them.
 *
 * @throws InvalidInput when a label is below 0 or above 65535
 * @throws OutputError
 */
export async function writeLabels16(path: string, labels: LabelImage): Promise<void> {
  const data = fileValues(labels);
  const out = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const label = data[i]!;
    if (label < 0 || label > 65535) {
      throw new InvalidInput(
        path,
        "labels from 0 to 65535, which 16 bits hold",
        String(label),
        "use fewer objects, or 32-bit labels",
      );
    }
    out[i] = label;
  }
  await writeFileAtomic(path, encodeTiff([planeOf(labels, out)]));
}

/** Writes labels that need not fit into memory, from the top. */
export interface LabelWriter {
  /**
   * The next `count` rows: count x width, row-major. Must be awaited before the next call.
   *
   * @throws InvalidInput for too many rows
   * @throws OutputError
   */
  readonly rows: (data: Int32Array, count: number) => Promise<void>;
  /** Completes the file under its name. @throws InvalidInput when rows are missing @throws OutputError */
  readonly close: () => Promise<void>;
  /** Leaves nothing behind, and an older file of that name as it was; without effect after `close`. */
  readonly abort: () => Promise<void>;
}

/**
 * Opens a tiled 32-bit TIFF for labels, which gets its name when it is complete. After an error, `abort`
 * removes what was written.
 *
 * @throws OutputError when the file cannot be made
 */
export async function openLabelWriter(
  path: string,
  size: { readonly height: number; readonly width: number; readonly pixelSize?: number | undefined },
): Promise<LabelWriter> {
  const file = await openAtomic(path);
  try {
    const { rows, finish } = tiledTiffWriter(file, { ...size, type: "int32" });
    return { rows, close: () => finish().then(file.close), abort: file.abort };
  } catch (error) {
    await file.abort();
    throw error;
  }
}

const planeOf = ({ height, width }: LabelImage, data: SampleData): StoredPlane => ({
  height,
  width,
  samples: 1,
  data,
});
