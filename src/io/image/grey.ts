/**
 * From stored samples to the one grey plane that all stages work on. uint8 and uint16 stay; every other type
 * becomes float32 (32-bit and 64-bit values are rounded to its 24 bits). NaN stays NaN.
 */
import type { PixelData, SampleData, StoredPlane } from "../../core/image.js";

/** How the samples of a plane are meant. */
export interface SampleMeaning {
  readonly colour: "grey" | "whiteIsZero" | "rgb" | "palette";
  /** Bits per sample in the file; decides what is white. */
  readonly bits: number;
  /** Colours by index; all entries in the same range. */
  readonly palette?: readonly (readonly number[])[] | undefined;
}

/**
 * Which sample of a colour image carries it: "mean" of red, green and blue, or the index of the only one in
 * use.
 */
export type ColourRule = "mean" | 0 | 1 | 2;

/**
 * The grey value of each pixel.
 *
 * Min-is-white is inverted, so that bright is bright. Palette images give their index where the palette is a
 * rising grey scale in false colours (ImageJ saves 8-bit images so: the index is what was measured), and the
 * mean of the colour's red, green and blue where not.
 *
 * @param sample which one of several samples that are no colours
 * @param rule for RGB and palette colours; see `colourRule`
 */
export function greyOf(
  plane: StoredPlane,
  meaning: SampleMeaning,
  sample: number,
  rule: ColourRule,
): PixelData {
  const { samples, data } = plane;
  const length = plane.height * plane.width;
  if (meaning.colour === "rgb" && samples >= 3)
    return rule === "mean" ? meanOf(data, length, samples) : pick(data, length, samples, rule);
  const grey = samples === 1 ? pixelData(data) : pick(data, length, samples, sample);
  if (meaning.colour === "whiteIsZero") return inverted(grey, meaning.bits);
  if (meaning.colour === "palette" && meaning.palette !== undefined && !isRising(meaning.palette))
    return throughPalette(grey, meaning.palette, rule);
  return grey;
}

/**
 * Finds the rule for an RGB image: the only colour in use, else the mean.
 *
 * Fluorescence saved as RGB is one dye in one false colour, or several dyes in several. Where one of red,
 * green and blue carries the image it is taken as it is. Otherwise each counts alike: the weights of
 * luminance (Rec. 601) describe the eye, and would make a blue stain, such as DAPI or Hoechst, a ninth as
 * bright as it was recorded. Where the three are equal, their mean is that value exactly.
 */
export function colourRule(plane: StoredPlane): ColourRule {
  const scan = colourScan();
  scan.add(plane);
  return scan.rule();
}

/** Finds the rule of an image that comes in parts. */
export interface ColourScan {
  /** @returns true when no further part can change the rule */
  add(part: StoredPlane): boolean;
  rule(): ColourRule;
}

/** Begins a scan of an image in parts; see `colourRule`. */
export function colourScan(): ColourScan {
  const used = [false, false, false];
  let settled = false;
  const several = (): boolean => (used[0]! ? used[1]! || used[2]! : used[1]! && used[2]!);
  return {
    add({ samples, data }) {
      settled ||= samples < 3;
      for (let i = 0; i < data.length && !settled; i += samples) {
        if (data[i] !== 0) used[0] = true;
        if (data[i + 1] !== 0) used[1] = true;
        if (data[i + 2] !== 0) used[2] = true;
        settled = several();
      }
      return settled;
    },
    rule() {
      const only = used.indexOf(true);
      return !settled && (only === 0 || only === 1 || only === 2) ? only : "mean";
    },
  };
}

/** The larger of each two values, into the first; NaN only where both are. */
export function maximumInto(into: PixelData, other: PixelData): void {
  for (let i = 0; i < into.length; i++) {
    const [a, b] = [into[i]!, other[i]!];
    if (b > a || a !== a) into[i] = b;
  }
}

function pixelData(data: SampleData): PixelData {
  if (data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Float32Array) return data;
  return Float32Array.from(data);
}

const allocateLike = (data: SampleData, length: number): PixelData =>
  data instanceof Uint8Array
    ? new Uint8Array(length)
    : data instanceof Uint16Array
      ? new Uint16Array(length)
      : new Float32Array(length);

function pick(data: SampleData, length: number, samples: number, sample: number): PixelData {
  const out = allocateLike(data, length);
  for (let i = 0, from = sample; i < length; i++, from += samples) out[i] = data[from]!;
  return out;
}

function meanOf(data: SampleData, length: number, samples: number): PixelData {
  const out = allocateLike(data, length);
  const half = out instanceof Float32Array ? 0 : 1;
  for (let i = 0, from = 0; i < length; i++, from += samples) {
    // Integer arrays cut off: adding 1 before dividing by 3 rounds to the nearest.
    out[i] = (data[from]! + data[from + 1]! + data[from + 2]! + half) / 3;
  }
  return out;
}

function inverted(data: PixelData, bits: number): PixelData {
  if (data instanceof Float32Array) return data;
  const white = 2 ** bits - 1;
  const out = data.slice();
  for (let i = 0; i < out.length; i++) out[i] = white - out[i]!;
  return out;
}

/**
 * True when the palette never gets darker, so that the index itself is the grey value. Small dips of
 * false-colour scales are allowed.
 */
export function isRising(palette: readonly (readonly number[])[]): boolean {
  const brightness = palette.map(
    ([red = 0, green = 0, blue = 0]) => 0.299 * red + 0.587 * green + 0.114 * blue,
  );
  const range = brightness.reduce((a, b) => Math.max(a, b), 0);
  let top = 0;
  for (const value of brightness) {
    if (value < top - 0.02 * range) return false;
    top = Math.max(top, value);
  }
  return range > 0;
}

/**
 * Palettes of TIFF hold 16 bits a colour, where 257 x the 8-bit value stands; PNG's 8 bits. The result has 8
 * bits.
 */
function throughPalette(
  indices: PixelData,
  palette: readonly (readonly number[])[],
  rule: ColourRule,
): PixelData {
  const largest = palette.reduce((top, colour) => Math.max(top, ...colour.slice(0, 3)), 0);
  const scale = largest > 255 ? 257 : 1;
  const table = Uint8Array.from(palette, ([red = 0, green = 0, blue = 0]) => {
    const value = rule === "mean" ? (red + green + blue) / 3 : [red, green, blue][rule]!;
    return Math.round(value / scale);
  });
  const out = new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i++) out[i] = table[indices[i]!] ?? 0;
  return out;
}
