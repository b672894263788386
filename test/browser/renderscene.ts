/** Scenes that both back ends of the studio draw, made by arithmetic. */
import type { Size } from "../../src/core/size.js";
import type { GreyTile, ImageLayer, LabelLayer, Scene, TiledPlane } from "../../src/viewer/scene.js";

/** An array of pixels. */
type Pixels = GreyTile | Int32Array;

/** A plane whose tiles are all in memory but those that `isThere` leaves out. Coarser levels take every other px. */
export function planeOf<T extends Pixels>(
  { height, width }: Size,
  data: T,
  { tile = 64, levels = 3, isThere = (): boolean => true }: PlaneOptions = {},
): TiledPlane<T> {
  const sizes = Array.from({ length: levels }, (_, k) => ({
    height: Math.ceil(height / 2 ** k),
    width: Math.ceil(width / 2 ** k),
  }));
  const tiles = new Map<string, T>();
  sizes.forEach((size, level) => {
    for (let row = 0; row * tile < size.height; row++) {
      for (let column = 0; column * tile < size.width; column++) {
        if (!isThere(level, row, column)) continue;
        const values = new (data.constructor as new (length: number) => T)(tile * tile);
        for (let y = 0; y < tile && row * tile + y < size.height; y++) {
          for (let x = 0; x < tile && column * tile + x < size.width; x++)
            values[y * tile + x] =
              data[((row * tile + y) << level) * width + ((column * tile + x) << level)]!;
        }
        tiles.set(`${level}/${row}/${column}`, values);
      }
    }
  });
  return { tile, levels: sizes, get: (level, row, column) => tiles.get(`${level}/${row}/${column}`) };
}

/** How a plane is cut. */
export interface PlaneOptions {
  readonly tile?: number;
  readonly levels?: number;
  readonly isThere?: (level: number, row: number, column: number) => boolean;
}

/** Grey values at each place of a plane. */
export function pixels<T extends Pixels>(
  make: new (length: number) => T,
  { height, width }: Size,
  value: (y: number, x: number) => number,
): T {
  const data = new make(height * width);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = value(y, x);
  return data;
}

/** Size of the scenes. */
export const size: Size = { height: 300, width: 420 };

/** One channel in white from 0 to 5,000. */
export const channel = (plane: TiledPlane<GreyTile>, more: Partial<ImageLayer> = {}): ImageLayer => ({
  plane,
  low: 0,
  high: 5000,
  gamma: 1,
  colour: [255, 255, 255],
  ...more,
});

/** Discs of 22 px, 25 px apart, and a strip of unknown. */
export const discLabel = (y: number, x: number): number => {
  if (y > 240 && y < 250) return -1;
  const [row, column] = [Math.floor(y / 25), Math.floor(x / 25)];
  return Math.hypot(y - row * 25 - 12, x - column * 25 - 12) < 11 ? row * 17 + column + 1 : 0;
};

/** Labels with outlines. */
export const labelled = (plane: TiledPlane<Int32Array>, more: Partial<LabelLayer> = {}): LabelLayer => ({
  plane,
  colours: Uint32Array.from({ length: 150 }, (_, label) => {
    const alpha = label % 7 === 0 ? 0 : label % 5 === 0 ? 120 : 255;
    return (
      ((alpha << 24) | (((label * 37) % 256) << 16) | (((label * 91) % 256) << 8) | ((label * 53) % 256)) >>>
      0
    );
  }),
  outline: 1,
  fill: 0.3,
  unknown: 0x9000c8ff,
  selected: new Set([20, 60, 61, 180]),
  ...more,
});

/** Waves of many greys. */
const waves = (y: number, x: number): number =>
  Math.round(2500 + 1200 * Math.sin(y / 9) + 1200 * Math.cos(x / 13) + ((y * 31 + x * 17) % 97));

function segments(count: number): { ends: Float32Array; colours: Uint32Array } {
  const ends = new Float32Array(4 * count);
  const colours = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const [y, x] = [(i * 61.7) % size.height, (i * 113.3) % size.width];
    ends.set([y, x, y + ((i * 7.3) % 31) - 15, x + ((i * 11.9) % 43) - 21], 4 * i);
    colours[i] = (0xff000000 | ((i * 977) & 0xffffff)) >>> 0;
  }
  // One that leaves the screen on both sides, a point, and a faint one.
  ends.set([-5000, -4000, 6000, 5000, 50, 50, 50, 50, 10, 400, 290, 30]);
  colours[2] = 0x8000ffff;
  return { ends, colours };
}

/** The scenes by name. */
export function scenes(): Record<string, Scene> {
  const grey = planeOf(size, pixels(Uint16Array, size, waves));
  const labels = planeOf(size, pixels(Int32Array, size, discLabel));
  const lacking = {
    isThere: (level: number, row: number, column: number) => level > 0 || (row + column) % 3 > 0,
  };
  const holes = { isThere: (_: number, row: number, column: number) => (row + column) % 2 === 1 };
  const plain = { size, labels: [], lines: [] };
  return {
    everything: {
      size,
      images: [channel(grey)],
      labels: [labelled(labels)],
      lines: [{ ...segments(200), width: 2 }],
    },
    channels: {
      ...plain,
      images: [
        channel(grey, { colour: [255, 0, 60], gamma: 0.7 }),
        channel(
          planeOf(
            size,
            pixels(Uint8Array, size, (y, x) => (y * 3 + x) % 256),
          ),
          {
            low: 20,
            high: 220,
            colour: [40, 255, 90],
          },
        ),
        channel(
          planeOf(
            size,
            pixels(Float32Array, size, (y, x) => (x % 50 === 0 ? NaN : (y - x) / 300)),
          ),
          { low: -1.2, high: 0.9, colour: [0, 90, 255], gamma: 1.6 },
        ),
      ],
    },
    missing: {
      ...plain,
      images: [channel(planeOf(size, pixels(Uint16Array, size, waves), lacking))],
      labels: [
        labelled(planeOf(size, pixels(Int32Array, size, discLabel), lacking), { outline: 2, fill: 0 }),
        labelled(
          planeOf(
            size,
            pixels(Int32Array, size, (y, x) => discLabel(y + 9, x + 9)),
            holes,
          ),
        ),
      ],
    },
    thin: {
      size,
      images: [],
      labels: [labelled(labels, { outline: 0 })],
      lines: [{ ...segments(900), width: 1 }],
    },
    thick: {
      size,
      images: [channel(grey, { low: 4000, high: 100 })],
      labels: [],
      lines: [{ ...segments(90), width: 3 }],
    },
  };
}
