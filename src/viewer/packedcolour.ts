/** Colours as a canvas stores them: bytes red, green, blue, alpha, read as one little-endian number. */
import { outlineColours, type Rgb } from "../draw/colours.js";

/** A colour in one number. @param alpha 0..255 */
export const packed = ([red, green, blue]: Rgb, alpha = 255): number =>
  ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/** The alpha of a colour, 0..255. */
export const alphaOf = (colour: number): number => colour >>> 24;

/** Opacity as `mix` takes it. @param alpha 0..255, scaled by `share` (0..1) */
export const weightOf = (alpha: number, share = 1): number => Math.round((alpha * share * 256) / 255);

/**
 * Two colours mixed, each channel rounded; alpha of the result 255.
 *
 * @param weight of `over`, 0..256
 */
export const mix = (under: number, over: number, weight: number): number =>
  0xff000000 |
  (((Math.imul(under & 0xff00ff, 256 - weight) + Math.imul(over & 0xff00ff, weight) + 0x800080) >>> 8) &
    0xff00ff) |
  ((((under >>> 8) & 255) * (256 - weight) + ((over >>> 8) & 255) * weight + 128) & 0xff00);

/** A colour as `mixOver` takes it: its channels times its weight, 0..256, and the half that rounds. */
export const weightedColour = (
  colour: number,
  weight: number,
): { readonly redBlue: number; readonly green: number } => ({
  redBlue: (Math.imul(colour & 0xff00ff, weight) + 0x800080) | 0,
  green: ((colour >>> 8) & 255) * weight + 128,
});

/** `mix` with an upper colour that was weighted before. @param weight of `under`, 0..256 */
export const mixOver = (under: number, weight: number, redBlue: number, green: number): number =>
  0xff000000 |
  (((Math.imul(under & 0xff00ff, weight) + redBlue) >>> 8) & 0xff00ff) |
  ((Math.imul((under >>> 8) & 255, weight) + green) & 0xff00);

/** The sum of two colours, each channel at most 255; alpha of the result 255. */
export const add = (a: number, b: number): number => {
  const redBlue = (a & 0xff00ff) + (b & 0xff00ff);
  const green = (a & 0xff00) + (b & 0xff00);
  // A channel that overflows has set the bit above it: less its carry that is 255.
  const over = redBlue & 0x1000100;
  const overGreen = green & 0x10000;
  return (
    0xff000000 |
    ((redBlue | (over - (over >>> 8))) & 0xff00ff) |
    ((green | (overGreen - (overGreen >>> 8))) & 0xff00)
  );
};

/** Outside the image. */
export const outside = packed([38, 38, 42]);

/** Outlines of selected objects. */
export const selectedColour = packed([255, 255, 255]);

/** Of labels that a table of colours does not reach, at label % 6. */
export const colourCycle: Uint32Array = Uint32Array.from(outlineColours, (colour) => packed(colour));
