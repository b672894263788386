/** Images to be written, made of a formula, and files in memory that take them. */
import type { ByteSink } from "../src/io/bytes.js";
import {
  type PlanePlace,
  type PlaneSource,
  type WrittenSamples,
  writtenArrays,
} from "../src/io/image/planesource.js";

/** A file in memory; writing a place twice is an error. */
export function memorySink(): ByteSink & {
  readonly bytes: () => Uint8Array;
  readonly largest: () => number;
} {
  const parts: { readonly position: number; readonly bytes: Uint8Array }[] = [];
  let largest = 0;
  return {
    bytes: () => {
      const sorted = [...parts].sort((a, b) => a.position - b.position);
      const out = new Uint8Array(
        sorted.reduce((end, part) => Math.max(end, part.position + part.bytes.length), 0),
      );
      let end = 0;
      for (const { position, bytes } of sorted) {
        if (position < end) throw new Error(`byte ${position} is written twice`);
        out.set(bytes, position);
        end = position + bytes.length;
      }
      return out;
    },
    largest: () => largest,
    write(position, bytes) {
      parts.push({ position, bytes: bytes.slice() });
      largest = Math.max(largest, bytes.length);
      return Promise.resolve();
    },
  };
}

/** What a made image is made of. */
export type MadeSource = Omit<PlaneSource, "read"> & {
  /** The value of a pixel, before it is wrapped to the type. */
  readonly value?: (y: number, x: number, plane: number) => number;
};

/** A value that changes with everything, and uses all bits of any type. */
const mixed = (y: number, x: number, plane: number): number =>
  Math.imul(y * 7919 + x * 104729 + plane * 1299709 + 1, 2654435761) >> (3 * (x & 3));

/** Number of a plane in the order of the files: channels fastest, then slices, then frames. */
export const planeNumber = (
  { channels, slices }: Pick<PlaneSource, "channels" | "slices">,
  { frame, channel, slice }: PlanePlace,
): number => (frame * slices + slice) * channels + channel;

/** A whole plane of a made image. */
export function madePlane(made: MadeSource, plane: number): WrittenSamples {
  const { height, width, type, value = mixed } = made;
  const data = new writtenArrays[type](height * width);
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) data[i] = value(y, x, plane);
  return data;
}

/** A made image as a source of windows. */
export const madeSource = (made: MadeSource): PlaneSource => ({
  ...made,
  read: (window, place) => {
    const whole = madePlane(made, planeNumber(made, place));
    const out = new writtenArrays[made.type](window.height * window.width);
    for (let y = 0; y < window.height; y++) {
      const from = (window.y + y) * made.width + window.x;
      out.set(whole.subarray(from, from + window.width), y * window.width);
    }
    return Promise.resolve(out);
  },
});
