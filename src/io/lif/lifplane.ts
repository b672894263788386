/** Rectangles of samples out of a LIF file: rows may be padded, and channels lie between pixels or rows. */
import { CorruptFile } from "../../core/errors.js";
import type { SampleData, StoredPlane, Window } from "../../core/image.js";
import { type ByteSource, readInto } from "../bytes.js";
import type { MemoryBlock } from "./lifblocks.js";
import { type LifDimension, type LifType, sampleBytes } from "./lifdescription.js";

/** How a plane lies in the file. */
export interface PlaneLayout {
  readonly type: LifType;
  /** Bytes from the start of the memory block to the first sample of each kind, such as red, green, blue. */
  readonly offsets: readonly number[];
  readonly rows: Pick<LifDimension, "size" | "stride">;
  readonly columns: Pick<LifDimension, "size" | "stride">;
}

/** A file, and where in it the pixels of an image are. */
export interface LifPixels {
  readonly source: ByteSource;
  readonly where: string;
  readonly block: MemoryBlock;
}

/** Bytes asked of the file at once. */
const mostBytes = 2 ** 23;

/** Reads a rectangle of a plane. @throws CorruptFile when the file ends before it */
export async function readSamples(
  pixels: LifPixels,
  layout: PlaneLayout,
  window: Window,
): Promise<StoredPlane> {
  const { rows, columns, type } = layout;
  const size = sampleBytes[type];
  const samples = layout.offsets.length;
  const skip = window.y * rows.stride + window.x * columns.stride;
  const starts = layout.offsets.map((offset) => offset + skip);
  const across = {
    count: window.width,
    stride: columns.stride,
    step: samples * size,
  };
  const down = { count: window.height, stride: rows.stride, step: window.width * samples * size };
  // Bytes are read along the direction in which they lie closer.
  const [outer, inner] = rows.stride < columns.stride ? [across, down] : [down, across];
  const end = Math.max(...starts) + reach(outer) + reach(inner) + size;
  const { offset, present } = pixels.block;
  if (end > present) {
    const what = `its pixels extend to byte ${offset + end}: the file is cut off or damaged`;
    throw new CorruptFile(pixels.where, offset + present, what);
  }
  const bytes = new Uint8Array(window.height * window.width * samples * size);
  const grid = { starts, size, outer, inner };
  if (isOnePiece(grid)) await readInto(pixels.source, offset + starts[0]!, bytes);
  else await gather(pixels, grid, bytes);
  return { height: window.height, width: window.width, samples, data: samplesOf(type, bytes.buffer) };
}

/** A direction: how many samples, bytes between them in the file, and bytes between them in the result. */
interface Direction {
  readonly count: number;
  readonly stride: number;
  readonly step: number;
}

interface Grid {
  readonly starts: readonly number[];
  /** Bytes of a sample. */
  readonly size: number;
  readonly outer: Direction;
  readonly inner: Direction;
}

/** True when the samples follow each other in the file as they do in the result. */
const isOnePiece = ({ starts, size, outer, inner }: Grid): boolean =>
  starts.length === 1 && inner.stride === size && inner.step === size && outer.stride === outer.step;

const reach = ({ count, stride }: Direction): number => (count - 1) * stride;

async function gather({ source, block }: LifPixels, grid: Grid, out: Uint8Array): Promise<void> {
  const { starts, size, outer, inner } = grid;
  const first = Math.min(...starts);
  const ends = Math.max(...starts) - first + size;
  const line = reach(inner) + ends;
  // Lines that lie far apart are read one by one, and those that are very long in parts.
  const isFar = outer.stride > Math.max(4 * line, 2 ** 14);
  const lines = isFar ? 1 : Math.max(1, Math.floor(mostBytes / Math.max(1, outer.stride)));
  const items = lines > 1 ? inner.count : Math.max(1, Math.floor(mostBytes / Math.max(1, inner.stride)));
  for (let o = 0; o < outer.count; o += lines) {
    for (let i = 0; i < inner.count; i += items) {
      const part = {
        ...grid,
        starts: starts.map((start) => start - first),
        outer: { ...outer, count: Math.min(lines, outer.count - o) },
        inner: { ...inner, count: Math.min(items, inner.count - i) },
      };
      const from = block.offset + first + o * outer.stride + i * inner.stride;
      const bytes = await source.read(from, reach(part.outer) + reach(part.inner) + ends);
      scatter(bytes, part, out, o * outer.step + i * inner.step);
    }
  }
}

/** Copies the samples of a part, whose bytes begin with its first sample, to their places from `to`. */
function scatter(bytes: Uint8Array, { starts, size, outer, inner }: Grid, out: Uint8Array, to: number): void {
  const isWhole = starts.length === 1 && inner.stride === size && inner.step === size;
  for (let o = 0; o < outer.count; o++) {
    const [lineFrom, lineTo] = [o * outer.stride, to + o * outer.step];
    if (isWhole) {
      out.set(bytes.subarray(lineFrom, lineFrom + inner.count * size), lineTo);
      continue;
    }
    for (const [sample, start] of starts.entries())
      copyStrided(bytes, lineFrom + start, out, lineTo + sample * size, { size, ...inner });
  }
}

function copyStrided(
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
  { size, count, stride, step }: Direction & { readonly size: number },
): void {
  for (let i = 0; i < count; i++)
    for (let b = 0; b < size; b++) to[toAt + i * step + b] = from[fromAt + i * stride + b]!;
}

/** Samples of little-endian bytes; half floats become floats. */
function samplesOf(type: LifType, buffer: ArrayBuffer): SampleData {
  switch (type) {
    case "uint8":
      return new Uint8Array(buffer);
    case "uint16":
      return new Uint16Array(buffer);
    case "uint32":
      return new Uint32Array(buffer);
    case "float16":
      return Float32Array.from(new Uint16Array(buffer), floatOfHalf);
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return new Float64Array(buffer);
  }
}

/** The value of a half float (IEEE 754 binary16). */
function floatOfHalf(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
