/**
 * PNG of drawn pictures, whose colours are few: as palette indices where 256 colours are enough, a third of
 * the bytes of RGB before compression, with the very same pixels. Source: PNG Specification, third edition
 * (W3C 2025), sections 7.2, 9 and 11.2.
 */
import { crc32, deflateNoise } from "#platform";
import { InvalidInput } from "../../core/errors.js";
import type { StoredPlane } from "../../core/image.js";
import type { Size } from "../../core/size.js";
import { concatBytes } from "../bytes.js";

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
/** Colours that a palette holds at most. */
const maxColours = 256;
/** Colours and what is drawn in them. */
export interface IndexedPicture {
  readonly height: number;
  readonly width: number;
  /** Red, green, blue of at most 256 colours; not all need be used, and some may be equal. */
  readonly palette: Uint8Array;
  /** height x width, into the palette. */
  readonly indices: Uint8Array;
}

/**
 * Encodes an RGB picture without loss: by a palette where it has 256 colours at most, else as RGB.
 *
 * @param picture height x width x 3, 0..255
 * @throws InvalidInput for other numbers of samples, or other types
 */
export function encodePicture({ height, width, samples, data }: StoredPlane): Uint8Array {
  if (samples !== 3 || !(data instanceof Uint8Array) || data.length !== 3 * height * width)
    throw new InvalidInput(
      "a picture",
      `8-bit RGB of ${height} x ${width} px`,
      `${data.length} values of ${samples} samples a pixel`,
    );
  const indexed = indexedOf(data);
  if (indexed !== undefined) return encodeIndexed({ height, width, ...indexed });
  return png({ height, width }, [], data);
}

/** Encodes a picture by its palette: the bytes of `encodePicture`. */
export function encodeIndexed({ height, width, palette, indices }: IndexedPicture): Uint8Array {
  const used = inOrderOfUse(palette, indices);
  return png({ height, width }, [chunk("PLTE", used.palette)], used.indices);
}

/** @param palette its chunk; none for RGB */
function png({ height, width }: Size, palette: readonly Uint8Array[], pixels: Uint8Array): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, palette.length === 0 ? 2 : 3, 0, 0, 0], 8);
  return concatBytes([
    signature,
    chunk("IHDR", header),
    ...palette,
    chunk("IDAT", deflateNoise(unfilteredRows(pixels, height))),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** The colours that are used, each once, in the order of their first use. */
function inOrderOfUse(palette: Uint8Array, indices: Uint8Array): Pick<IndexedPicture, "palette" | "indices"> {
  const placeOf = new Int16Array(maxColours).fill(-1);
  const places = new Map<number, number>();
  const out = new Uint8Array(indices.length);
  for (let p = 0; p < out.length; p++) {
    const index = indices[p]!;
    if (placeOf[index]! < 0) {
      const colour = (palette[3 * index]! << 16) | (palette[3 * index + 1]! << 8) | palette[3 * index + 2]!;
      const place = places.get(colour) ?? places.size;
      places.set(colour, place);
      placeOf[index] = place;
    }
    out[p] = placeOf[index]!;
  }
  const colours = Array.from(places.keys(), (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]);
  return { palette: Uint8Array.from(colours.flat()), indices: out };
}

/** Each row after the number of its filter, 0: differences of indices mean nothing. */
function unfilteredRows(pixels: Uint8Array, height: number): Uint8Array {
  const bytes = pixels.length / height;
  const rows = new Uint8Array(height * (bytes + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * bytes, (y + 1) * bytes), y * (bytes + 1) + 1);
  return rows;
}

/** Entries of the table that finds a colour's index; a power of two well above the number of colours. */
const slots = 4096;

/** The picture by its colours; undefined where these are too many. */
function indexedOf(rgb: Uint8Array): Pick<IndexedPicture, "palette" | "indices"> | undefined {
  const indices = new Uint8Array(rgb.length / 3);
  const colourAt = new Int32Array(slots).fill(-1);
  const indexAt = new Uint8Array(slots);
  const palette = new Uint8Array(3 * maxColours);
  let colours = 0;
  for (let p = 0, at = 0; p < indices.length; p++, at += 3) {
    const colour = (rgb[at]! << 16) | (rgb[at + 1]! << 8) | rgb[at + 2]!;
    let slot = (Math.imul(colour, 0x9e3779b1) >>> 20) & (slots - 1);
    while (colourAt[slot] !== colour && colourAt[slot] !== -1) slot = (slot + 1) & (slots - 1);
    if (colourAt[slot] === -1) {
      if (colours === maxColours) return undefined;
      colourAt[slot] = colour;
      indexAt[slot] = colours;
      palette.set(rgb.subarray(at, at + 3), 3 * colours++);
    }
    indices[p] = indexAt[slot]!;
  }
  return { palette: palette.subarray(0, 3 * colours), indices };
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let k = 0; k < 4; k++) out[4 + k] = type.charCodeAt(k);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc32(out.subarray(4, data.length + 8)));
  return out;
}
