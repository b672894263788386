/** The pixels of a frame of an ND2 file. */
import { inflateAside } from "#platform";
import { CorruptFile, messageOf } from "../../core/errors.js";
import type { SampleData, StoredPlane, Window } from "../../core/image.js";
import type { Nd2Attributes, Nd2Type } from "./nd2attributes.js";
import { readInto } from "../bytes.js";
import { type Extent, frameExtent, type Nd2Chunks } from "./nd2chunks.js";

/** Bytes of the time that stands before the pixels of a frame. */
export const timeBytes = 8;

/** Deflate shrinks data to no less than a part of so many (RFC 1951). */
const densest = 1032;

/** Which samples of a pixel are read: one, or the three of a colour, which are stored blue first. */
export interface Samples {
  readonly component: number;
  readonly colour: boolean;
}

/**
 * A rectangle of a frame; undefined when the file has no such frame.
 *
 * @param window lies within the frame
 * @throws CorruptFile
 */
export async function readPixels(
  chunks: Nd2Chunks,
  attributes: Nd2Attributes,
  frame: number,
  samples: Samples,
  window: Window,
): Promise<StoredPlane | undefined> {
  const extent = await frameExtent(chunks, frame);
  if (extent === undefined) return undefined;
  const rows = await readRows(chunks, attributes, { frame, extent }, window);
  return {
    height: window.height,
    width: window.width,
    samples: samples.colour ? 3 : 1,
    data: samplesOf(rows, attributes, samples, window),
  };
}

interface Frame {
  readonly frame: number;
  readonly extent: Extent;
}

/** Bytes that begin with the first row of the window; nobody else has them. */
async function readRows(
  { source, where }: Nd2Chunks,
  { height, width, components, sampleBytes, rowBytes, compression }: Nd2Attributes,
  { frame, extent }: Frame,
  window: Window,
): Promise<Uint8Array> {
  const [offset, length] = [extent.offset + timeBytes, extent.length - timeBytes];
  const pixelBytes = components * sampleBytes;
  // The last row may lack its padding.
  const needed = (height - 1) * rowBytes + width * pixelBytes;
  if (needed > (compression === "none" ? length : densest * (length + 1)))
    throw new CorruptFile(
      where,
      offset,
      `frame ${frame} has ${length} bytes, too few for ${height} x ${width} pixels`,
    );
  const from = window.y * rowBytes;
  const rows = (window.height - 1) * rowBytes + width * pixelBytes;
  if (compression === "none") {
    const bytes = new Uint8Array(rows);
    await readInto(source, offset + from, bytes);
    return bytes;
  }
  const all = await unpacked(await source.read(offset, length), rowBytes * height, { where, frame, offset });
  if (all.length < needed)
    throw new CorruptFile(
      where,
      offset,
      `frame ${frame} gives ${all.length} bytes, too few for ${height} x ${width} pixels`,
    );
  return all.subarray(from, from + rows);
}

interface Place {
  readonly where: string;
  readonly frame: number;
  readonly offset: number;
}

async function unpacked(
  packed: Uint8Array,
  size: number,
  { where, frame, offset }: Place,
): Promise<Uint8Array> {
  try {
    // Some room for what may stand behind the pixels.
    return await inflateAside(packed, size + 2 ** 16, size);
  } catch (error) {
    throw new CorruptFile(where, offset, `frame ${frame} cannot be decompressed (${messageOf(error)})`);
  }
}

const arrays = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Readonly<Record<Nd2Type, unknown>>;

function samplesOf(
  rows: Uint8Array,
  attributes: Nd2Attributes,
  { component, colour }: Samples,
  { x, height, width }: Window,
): SampleData {
  const { components, type } = attributes;
  const { from, step } = stored(rows, attributes, height);
  const array = arrays[type];
  if (components === 1 && step === width) return from.subarray(0, height * width);
  const out = new array(height * width * (colour ? 3 : 1));
  // Colours are stored as Windows has them, blue first.
  const order = colour ? [component + 2, component + 1, component] : [component];
  for (let y = 0; y < height; y++) {
    for (const [i, sample] of order.entries()) {
      let [at, to] = [y * step + x * components + sample, y * width * order.length + i];
      for (let u = 0; u < width; u++, at += components, to += order.length) out[to] = from[at]!;
    }
  }
  return out;
}

/** Samples as they are stored, and how many there are from one row to the next. */
function stored(
  bytes: Uint8Array,
  { width, components, sampleBytes, rowBytes, type }: Nd2Attributes,
  height: number,
): { readonly from: SampleData; readonly step: number } {
  const array = arrays[type];
  if (rowBytes % sampleBytes !== 0) {
    const packed = new Uint8Array(height * width * components * sampleBytes);
    const length = width * components * sampleBytes;
    for (let y = 0; y < height; y++)
      packed.set(bytes.subarray(y * rowBytes, y * rowBytes + length), y * length);
    return { from: new array(packed.buffer), step: width * components };
  }
  const aligned = bytes.byteOffset % sampleBytes === 0;
  const { buffer, byteOffset, length } = aligned ? bytes : bytes.slice();
  const from = new array(buffer as ArrayBuffer, byteOffset, Math.floor(length / sampleBytes));
  return { from, step: rowBytes / sampleBytes };
}
