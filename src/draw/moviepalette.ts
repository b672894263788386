/** Pictures of few colours, or of the colours of speeds, in palette colours: two thirds as large, or less. */
import { encodeIndexedPng } from "../io/png/png.js";
import type { Canvas } from "./canvas.js";
import { type Rgb, speedColour } from "./colours.js";

/** Greys, then the colours of speeds, each pure and mixed with dark, middle and light ground. */
const greys = 64;
const ramp = 27;
const mixes = [
  [1, 0],
  [0.65, 15],
  [0.65, 70],
  [0.65, 150],
  [0.35, 15],
  [0.35, 70],
  [0.35, 150],
] as const;

const colours: readonly Rgb[] = [
  ...Array.from({ length: greys }, (_, i): Rgb => [grey(i), grey(i), grey(i)]),
  ...mixes.flatMap(([share, ground]) =>
    Array.from(
      { length: ramp },
      (_, i) =>
        speedColour(i / (ramp - 1)).map((value) =>
          Math.round(value * share + ground * (1 - share)),
        ) as unknown as Rgb,
    ),
  ),
];

function grey(i: number): number {
  return Math.round((i * 255) / (greys - 1));
}

/** Red, green, blue of each colour, one after another. */
export const moviePalette = Uint8Array.from(colours.flat());

/** Index of the nearest colour for 5 bits each of red, green and blue. */
let nearest: Uint8Array | undefined;

/** The pixels of a canvas as indices into `moviePalette`. */
export function paletteIndices({ data, height, width }: Canvas): Uint8Array {
  nearest ??= nearestColours();
  const out = new Uint8Array(height * width);
  for (let i = 0; i < out.length; i++) {
    const [red, green, blue] = [data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!];
    out[i] =
      red === green && green === blue
        ? Math.round((red * (greys - 1)) / 255)
        : nearest[((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3)]!;
  }
  return out;
}

function nearestColours(): Uint8Array {
  const table = new Uint8Array(32 ** 3);
  for (let at = 0; at < table.length; at++) {
    const [red, green, blue] = [at >> 10, (at >> 5) & 31, at & 31].map((value) => value * 8 + 4) as [
      number,
      number,
      number,
    ];
    let minimum = Infinity;
    for (let i = 0; i < colours.length; i++) {
      const [r, g, b] = colours[i]!;
      const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (distance < minimum) [minimum, table[at]] = [distance, i];
    }
  }
  return table;
}

/**
 * A canvas as PNG: as it is where it has at most 256 colours, else in `moviePalette`, which is meant for
 * pictures of tracks.
 */
export function palettePng(canvas: Canvas): Uint8Array {
  const { height, width, data } = canvas;
  const known = new Map<number, number>();
  const indices = new Uint8Array(height * width);
  for (let i = 0; i < indices.length; i++) {
    const colour = (data[3 * i]! << 16) | (data[3 * i + 1]! << 8) | data[3 * i + 2]!;
    let index = known.get(colour);
    if (index === undefined) known.set(colour, (index = known.size));
    if (index === 256) return encodeIndexedPng(height, width, paletteIndices(canvas), moviePalette);
    indices[i] = index;
  }
  return encodeIndexedPng(
    height,
    width,
    indices,
    Uint8Array.from([...known.keys()].flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255])),
  );
}
