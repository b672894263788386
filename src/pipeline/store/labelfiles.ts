/**
 * Label images in files: int32 TIFF for our own, uint16 for the Cell Tracking Challenge, and any integer
 * image read.
 */
import { InvalidInput } from "../../core/errors.js";
import type { SampleData, StoredPlane, Window } from "../../core/image.js";
import { labelImage, type LabelImage } from "../../core/labels.js";
import { cropPlane } from "../../io/image/crop.js";
import { decodePng, isPng, pngHeader, pngHeaderLength } from "../../io/png/png.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { openTiff } from "../../io/tiff/open.js";
import { tiledTiffWriter } from "../../io/tiff/tiled.js";
import { openAtomic, openBytes, writeFileAtomic } from "./files.js";

/**
 * Reads the labels of a TIFF or PNG file: integers of any size, whole numbers in floats, palette indices, or
 * RGB with three equal values. Values stay as they are; relabel them where consecutive ones are needed.
 *
 * @throws InvalidInput when the file holds no labels, or more than one plane
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readLabels(path: string): Promise<LabelImage> {
  const stack = await onePlane(path);
  return stack.read(0);
}

async function onePlane(path: string): Promise<LabelStack> {
  const stack = await openLabels(path);
  if (stack.planes === 1) return stack;
  throw new InvalidInput(
    path,
    "a label image of one plane",
    `${stack.planes} planes`,
    "save each plane as a file of its own",
  );
}

/**
 * Reads a rectangle of a label image; of a TIFF file only the strips and tiles that it meets. `count` is the
 * largest label in the window.
 *
 * @throws InvalidInput when the file holds no labels, or more than one plane, or the window is not within it
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readLabelWindow(path: string, window: Window): Promise<LabelImage> {
  const stack = await onePlane(path);
  return stack.readWindow(0, window);
}

/** The label images of a file with several planes, decoded one by one. */
export interface LabelStack {
  readonly planes: number;
  /** Size of a plane, px. */
  size(plane: number): { readonly height: number; readonly width: number };
  /** @throws InvalidInput when the plane holds no labels */
  read(plane: number): Promise<LabelImage>;
  /** @throws InvalidInput when the window holds no labels, or is not within the plane */
  readWindow(plane: number, window: Window): Promise<LabelImage>;
}

/** @throws InvalidInput when the file cannot be read @throws CorruptFile, UnsupportedFormat */
export async function openLabels(path: string): Promise<LabelStack> {
  const bytes = await openBytes(path);
  const head = await bytes.read(0, Math.min(pngHeaderLength, bytes.size));
  if (isPng(head)) {
    const { height, width } = pngHeader(head, path);
    const decoded = async (): Promise<StoredPlane> => decodePng(await bytes.read(0, bytes.size), path).plane;
    return {
      planes: 1,
      size: () => ({ height, width }),
      read: async () => labelsOf(await decoded(), path),
      readWindow: async (_, window) => labelsOf(cropPlane(await decoded(), window, path), path),
    };
  }
  const tiff = await openTiff(bytes, path);
  if (tiff.damage !== undefined) throw tiff.damage;
  return {
    planes: tiff.planes.length,
    size: (plane) => tiff.planes[plane]!,
    read: async (plane) => labelsOf(await tiff.read(plane), path),
    readWindow: async (plane, window) => labelsOf(await tiff.readWindow(plane, window), path),
  };
}

/** Writes labels as 32-bit TIFF; -1 ("unknown") included. @throws OutputError */
export const writeLabels = (path: string, labels: LabelImage): Promise<void> =>
  writeFileAtomic(path, encodeTiff([planeOf(labels, labels.data)]));

/**
 * Writes labels as 16-bit TIFF, as the Cell Tracking Challenge wants them.
 *
 * @throws InvalidInput when a label is below 0 or above 65535
 * @throws OutputError
 */
export async function writeLabels16(path: string, labels: LabelImage): Promise<void> {
  const { data } = labels;
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

function labelsOf({ height, width, samples, data }: StoredPlane, path: string): LabelImage {
  if (data instanceof Int32Array && samples === 1) return labelImage(height, width, data);
  const pixels = height * width;
  const labels = new Int32Array(pixels);
  const colours = Math.min(samples, samples === 2 ? 1 : 3);
  for (let i = 0; i < pixels; i++) {
    const value = data[i * samples]!;
    labels[i] = value;
    // Unequal for fractions, NaN and everything beyond 32 bits.
    if (labels[i] !== value) {
      throw new InvalidInput(
        path,
        "labels: whole numbers up to 2147483647",
        String(value),
        "is this the image instead of its labels?",
      );
    }
    for (let s = 1; s < colours; s++) {
      if (data[i * samples + s] !== value)
        throw new InvalidInput(
          path,
          "labels: one number per pixel",
          "a colour image",
          "save the labels as 16-bit grey",
        );
    }
  }
  return labelImage(height, width, labels);
}
