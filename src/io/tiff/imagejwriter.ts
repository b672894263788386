/**
 * ImageJ hyperstacks of images that need not fit into memory: planes without compression, one after the
 * other.
 *
 * Source: ImageJ, ij/io/FileSaver.java (getDescriptionString), TiffEncoder.java.
 */
import { InvalidInput } from "../../core/errors.js";
import { type Progress, throwIfCancelled } from "../../core/progress.js";
import type { ByteSink } from "../bytes.js";
import {
  checkSource,
  type PlaneSource,
  readSource,
  type WrittenSamples,
  writtenArrays,
} from "../image/planesource.js";
import { describeStack } from "./imagej.js";
import { labelFields } from "./imagejlabels.js";
import { labelCeiling } from "./labelceiling.js";
import { compression, fieldType, photometric, tag } from "./tags.js";
import {
  directoryBytes,
  encodeDirectory,
  even,
  type Field,
  formatOf,
  header,
  littleEndian,
  resolutionOf,
} from "./write.js";

/** How an ImageJ file is written. */
export interface ImageJWriteOptions {
  /**
   * Whether every plane has a directory, or the first only, as in ImageJ's own files above 4 GB. Default
   * "every", where the file is small enough for its 4-byte offsets.
   */
  readonly directories?: "every" | "first" | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the planes that are read, of all; integers of 32 bits are read twice. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What was assumed, as sentences without full stop. */
export interface ImageJWritten {
  readonly notices: readonly string[];
}

/** Bytes that are read and written at once, about. */
const pieceBytes = 2 ** 24;

/** With more planes than this, ImageJ's labels of slices would take more memory than they are worth. */
const mostLabels = 20_000;

/**
 * Writes an image as an ImageJ hyperstack. The same image gives the same bytes.
 *
 * Below 4 GB every plane has a directory. Beyond, which its 4-byte offsets do not reach, there is one only,
 * and the planes follow it, as ImageJ itself writes. Integers of 32 bits, which ImageJ has not, follow
 * `labelCeiling`. In memory are some rows of a plane. The head of the file is written last.
 *
 * @throws InvalidInput for an image that cannot be written: of values that no type of ImageJ holds, or planes
 *   beyond 4 GB
 * @throws Cancelled when `signal` is aborted, and what the source and the sink throw
 */
export async function writeImageJTiff(
  sink: ByteSink,
  source: PlaneSource,
  options: ImageJWriteOptions = {},
): Promise<ImageJWritten> {
  checkSource(source);
  const wide = source.type === "int32" || source.type === "uint32";
  const planes = source.frames * source.channels * source.slices;
  const progress = progressOf(planes * (wide ? 2 : 1), options);
  const [least, most] = wide ? await rangeOf(source, options, progress) : [0, 0];
  const { type, notice } = wide ? labelCeiling(least, most) : { type: source.type, notice: undefined };
  const layout = layoutOf(source, type, planes);
  const range = await writePlanes(sink, source, layout, { options, progress });
  const last = layout.pixelsAt + planes * layout.planeBytes;
  const chained = planes > 1 && options.directories !== "first" && isReachable(last, planes);
  if (chained) await writeChain(sink, source, layout, even(last));
  const fields = fieldsOf(source, layout, layout.pixelsAt, { description: describe(source, range) });
  await sink.write(8, encodeDirectory(fields, 8, false, chained ? even(last) : 0));
  await sink.write(0, header(false));
  return { notices: notice === undefined ? [] : [notice] };
}

/** Whether 4-byte offsets reach the directories of all planes, behind the pixels. */
export const isReachable = (end: number, planes: number): boolean => end + planes * 512 < 0xffffffff;

function progressOf(total: number, { signal, onProgress }: ImageJWriteOptions): () => void {
  let done = 0;
  return () => {
    onProgress?.({ done: ++done, total });
    throwIfCancelled({ signal }, "Writing the ImageJ file");
  };
}

interface ImageJLayout {
  readonly type: keyof typeof writtenArrays;
  readonly planes: number;
  /** Bytes of a plane. */
  readonly planeBytes: number;
  /** Byte of the file at which the first plane begins. */
  readonly pixelsAt: number;
}

function layoutOf(source: PlaneSource, type: ImageJLayout["type"], planes: number): ImageJLayout {
  const { height, width } = source;
  const planeBytes = height * width * writtenArrays[type].BYTES_PER_ELEMENT;
  if (planeBytes > 0xffffffff)
    throw new InvalidInput("planes for ImageJ", "at most 4 GB each", `${planeBytes} bytes`, "write OME-TIFF");
  const layout = { type, planes, planeBytes, pixelsAt: 0 };
  // The range of the values is known last: room is left for the longest that it can be.
  const description = describe(source, [-Number.MAX_VALUE, -Number.MAX_VALUE]);
  const head = directoryBytes(fieldsOf(source, layout, 0, { description }), false);
  return { ...layout, pixelsAt: 16 * Math.ceil((8 + head) / 16) };
}

type Range = readonly [least: number, most: number];

function describe(source: PlaneSource, [least, most]: Range): string {
  const { frames, channels, slices, pixelSize, frameInterval, sliceSpacing } = source;
  const planes = frames * channels * slices;
  const text = describeStack(planes, { frames, channels, slices }, pixelSize, frameInterval);
  const unit = pixelSize === undefined && sliceSpacing !== undefined ? "unit=micron\n" : "";
  const spacing = sliceSpacing === undefined ? "" : `${unit}spacing=${sliceSpacing}\n`;
  return `${text}${spacing}min=${least}\nmax=${most}\n`;
}

/** Windows of rows of all planes, in the order of the file. */
async function* piecesOf(
  source: PlaneSource,
  { signal }: ImageJWriteOptions,
  progress: () => void,
): AsyncGenerator<WrittenSamples> {
  const { height, width, frames, channels, slices } = source;
  const rows = Math.max(1, Math.floor(pieceBytes / (width * 4)));
  for (let frame = 0; frame < frames; frame++)
    for (let slice = 0; slice < slices; slice++)
      for (let channel = 0; channel < channels; channel++) {
        for (let y = 0; y < height; y += rows)
          yield readSource(
            source,
            { y, x: 0, height: Math.min(rows, height - y), width },
            { frame, channel, slice },
            signal,
          );
        progress();
      }
}

async function rangeOf(
  source: PlaneSource,
  options: ImageJWriteOptions,
  progress: () => void,
): Promise<Range> {
  let range: Range = [Infinity, -Infinity];
  for await (const data of piecesOf(source, options, progress)) range = widened(range, data);
  return range;
}

/** A range with more values; those that are no finite numbers are left out. */
const widened = (range: Range, data: WrittenSamples): Range =>
  data instanceof Float32Array ? widenedByFloats(range, data) : widenedByIntegers(range, data);

function widenedByIntegers(range: Range, data: Exclude<WrittenSamples, Float32Array>): Range {
  let [least, most] = [data[0]!, data[0]!];
  for (let i = 1; i < data.length; i++) {
    const value = data[i]!;
    if (value < least) least = value;
    else if (value > most) most = value;
  }
  return [Math.min(range[0], least), Math.max(range[1], most)];
}

function widenedByFloats([least, most]: Range, data: Float32Array): Range {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value < least && value !== -Infinity) least = value;
    if (value > most && value !== Infinity) most = value;
  }
  return [least, most];
}

/** Writes the pixels and returns the range of their values. */
async function writePlanes(
  sink: ByteSink,
  source: PlaneSource,
  { type, pixelsAt }: ImageJLayout,
  { options, progress }: { readonly options: ImageJWriteOptions; readonly progress: () => void },
): Promise<Range> {
  let [at, range]: [number, Range] = [pixelsAt, [Infinity, -Infinity]];
  for await (const data of piecesOf(source, options, progress)) {
    range = widened(range, data);
    const bytes = littleEndian(type === source.type ? data : writtenArrays[type].from(data));
    await sink.write(at, bytes);
    at += bytes.length;
  }
  return range[0] > range[1] ? [0, 0] : range;
}

/** The directories of all planes but the first, behind the pixels, some at a time. */
async function writeChain(
  sink: ByteSink,
  source: PlaneSource,
  layout: ImageJLayout,
  start: number,
): Promise<void> {
  const size = directoryBytes(fieldsOf(source, layout, 0, {}), false);
  const together = 1024;
  for (let plane = 1; plane < layout.planes; plane += together) {
    const count = Math.min(together, layout.planes - plane);
    const bytes = new Uint8Array(count * size);
    const at = start + (plane - 1) * size;
    for (let i = 0; i < count; i++) {
      const fields = fieldsOf(source, layout, layout.pixelsAt + (plane + i) * layout.planeBytes, {});
      const next = plane + i + 1 < layout.planes ? at + (i + 1) * size : 0;
      bytes.set(encodeDirectory(fields, at + i * size, false, next), i * size);
    }
    await sink.write(at, bytes);
  }
}

/** @param description of the first page; others have none, and no labels */
function fieldsOf(
  source: PlaneSource,
  { type, planes, planeBytes }: ImageJLayout,
  offset: number,
  { description }: { readonly description?: string },
): Field[] {
  const { height, width, channels, channelNames = [], pixelSize } = source;
  const { ascii, short, long } = fieldType;
  const data = new writtenArrays[type](0);
  const fields: Field[] = [
    { tag: tag.imageWidth, type: long, values: [width] },
    { tag: tag.imageLength, type: long, values: [height] },
    { tag: tag.bitsPerSample, type: short, values: [data.BYTES_PER_ELEMENT * 8] },
    { tag: tag.compression, type: short, values: [compression.none] },
    { tag: tag.photometric, type: short, values: [photometric.blackIsZero] },
    { tag: tag.stripOffsets, type: long, values: [offset] },
    { tag: tag.samplesPerPixel, type: short, values: [1] },
    { tag: tag.rowsPerStrip, type: long, values: [height] },
    { tag: tag.stripByteCounts, type: long, values: [planeBytes] },
    { tag: tag.sampleFormat, type: short, values: [formatOf(data)] },
    ...resolutionOf(pixelSize),
  ];
  if (description !== undefined) {
    fields.push({ tag: tag.imageDescription, type: ascii, values: description });
    if (channelNames.some((name) => name !== "") && planes <= mostLabels)
      fields.push(...labelFields(Array.from({ length: planes }, (_, i) => channelNames[i % channels]!)));
  }
  return fields.sort((a, b) => a.tag - b.tag);
}
