/**
 * Animated PNG of palette colours, frame by frame, so that a movie is never in memory as a whole. Browsers
 * play it, programs that do not know the format show its first frame. Source: PNG Specification, third
 * edition (W3C 2025), sections 11.2.2 and 11.3.6.
 */
import { crc32, deflate } from "#platform";
import { InvalidInput } from "../../core/errors.js";
import { concatBytes } from "../bytes.js";

/** How an animation is shown. */
export interface AnimationOptions {
  readonly height: number;
  readonly width: number;
  /** Number of frames that will follow. */
  readonly frames: number;
  /** How long each is shown, ms. */
  readonly delay: number;
  /** Red, green, blue of 1 to 256 colours, 0..255, one after another. */
  readonly palette: Uint8Array;
}

/** Takes the frames of an animation, one by one. */
export interface AnimationEncoder {
  /**
   * Bytes of the next frame, those before the first included.
   *
   * @param indices height x width, into the palette
   */
  readonly frame: (indices: Uint8Array) => Uint8Array;
  /** The last bytes. @throws InvalidInput when frames are missing */
  readonly end: () => Uint8Array;
}

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** @throws InvalidInput for a palette, or a number of frames, that the format cannot hold */
export function animatedPng({ height, width, frames, delay, palette }: AnimationOptions): AnimationEncoder {
  if (palette.length === 0 || palette.length % 3 !== 0 || palette.length > 768)
    throw new InvalidInput("palette", "3 values for each of 1 to 256 colours", `${palette.length} values`);
  if (!(frames >= 1)) throw new InvalidInput("frames of an animation", "at least one", String(frames));
  let [done, sequence] = [0, 0];
  const head = (): Uint8Array[] => [
    // 8 bits, palette, deflate, adaptive filters, not interlaced.
    signature,
    chunk("IHDR", numbers([width, 4], [height, 4], [8, 1], [3, 1], [0, 1], [0, 1], [0, 1])),
    chunk("acTL", numbers([frames, 4], [0, 4])),
    chunk("PLTE", palette),
  ];
  return {
    frame: (indices) => {
      if (indices.length !== height * width)
        throw new InvalidInput(
          "frame of an animation",
          `${height} x ${width} values`,
          String(indices.length),
        );
      if (done === frames) throw new InvalidInput("frames of an animation", String(frames), "one more");
      const rows = new Uint8Array(height * (width + 1));
      // Filter 0: differences of palette indices mean nothing.
      for (let y = 0; y < height; y++)
        rows.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
      const packed = deflate(rows, 9);
      const before = done === 0 ? head() : [];
      const control = chunk(
        "fcTL",
        numbers(
          [sequence++, 4],
          [width, 4],
          [height, 4],
          [0, 4],
          [0, 4],
          [Math.round(delay), 2],
          [1000, 2],
          [0, 1],
          [0, 1],
        ),
      );
      const data =
        done === 0 ? chunk("IDAT", packed) : chunk("fdAT", concatBytes([numbers([sequence++, 4]), packed]));
      done++;
      return concatBytes([...before, control, data]);
    },
    end: () => {
      if (done < frames) throw new InvalidInput("frames of an animation", String(frames), String(done));
      return chunk("IEND", new Uint8Array(0));
    },
  };
}

/** Big-endian unsigned numbers of 1, 2 or 4 bytes. */
function numbers(...values: readonly (readonly [value: number, bytes: 1 | 2 | 4])[]): Uint8Array {
  return Uint8Array.from(
    values.flatMap(([value, bytes]) =>
      Array.from({ length: bytes }, (_, i) => (value >>> (8 * (bytes - 1 - i))) & 255),
    ),
  );
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concatBytes([Uint8Array.from(type, (character) => character.charCodeAt(0)), data]);
  return concatBytes([numbers([data.length, 4]), body, numbers([crc32(body), 4])]);
}
