/**
 * Colours of the report. All sets are told apart by readers with any of the common colour vision
 * deficiencies.
 */
import type { LabelImage } from "../core/labels.js";

/** Red, green, blue, 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Rims and halos. */
export const black: Rgb = [0, 0, 0];

/** Marks on a dark picture. */
export const white: Rgb = [255, 255, 255];

/** Lines and bars on white. Source: Okabe & Ito 2002, "Color Universal Design". */
export const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#444444"] as const;

/**
 * Outlines of neighbouring objects on a dark image: the same hues, strong enough to stand out on grey and on
 * white.
 */
export const outlineColours: readonly Rgb[] = [
  [60, 170, 255],
  [255, 225, 30],
  [255, 120, 20],
  [20, 215, 145],
  [255, 110, 190],
  [130, 85, 255],
];

/** Of an annotation: sure nuclei, the area left out of training, and objects that were turned down. */
export const annotationColours = {
  kept: [86, 190, 250],
  ignored: [240, 228, 66],
  rejected: [255, 105, 40],
} as const satisfies Record<string, Rgb>;

/**
 * Blue to red by way of pale yellow, light enough in the middle to be seen on grey; red and blue stay apart
 * for every reader. After the scheme RdYlBu of Brewer 2003 (colorbrewer2.org), its ends more saturated.
 */
const speedStops: readonly Rgb[] = [
  [50, 95, 215],
  [95, 165, 235],
  [185, 225, 240],
  [255, 245, 175],
  [253, 175, 90],
  [245, 105, 60],
  [215, 35, 35],
];

/** Colour of a speed, `at` from 0 (slow, blue) to 1 (fast, red); clipped. */
export function speedColour(at: number): Rgb {
  const position = Math.min(1, Math.max(0, at)) * (speedStops.length - 1);
  const index = Math.min(speedStops.length - 2, Math.floor(position));
  const t = position - index;
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(speedStops[index]![channel] * (1 - t) + speedStops[index + 1]![channel] * t);
  return [mix(0), mix(1), mix(2)];
}

/** A colour as CSS and SVG write it. */
export const hex = ([red, green, blue]: Rgb): string =>
  `#${[red, green, blue].map((value) => value.toString(16).padStart(2, "0")).join("")}`;

/** Objects closer than this are neighbours, px. */
const reach = 6;

/**
 * A colour index for every label so that neighbours (objects at most 6 px apart along a row, column or
 * diagonal) differ, wherever the number of colours allows. Greedy, by rising label, starting from label
 * modulo colours.
 *
 * @returns indices 0..colours-1 at label; entry 0 unused
 */
export function distinctColours(labels: LabelImage, colours: number): Uint8Array {
  const neighbours = neighboursOf(labels);
  const colour = new Uint8Array(labels.count + 1);
  const uses = new Uint32Array(colours);
  for (let label = 1; label <= labels.count; label++) {
    uses.fill(0);
    for (const other of neighbours[label]!) if (other < label) uses[colour[other]!]!++;
    let best = label % colours;
    for (let step = 1; step < colours && uses[best]! > 0; step++) {
      const candidate = (label + step) % colours;
      if (uses[candidate]! < uses[best]!) best = candidate;
    }
    colour[label] = best;
  }
  return colour;
}

function neighboursOf({ height, width, data, count }: LabelImage): Set<number>[] {
  const neighbours = Array.from({ length: count + 1 }, () => new Set<number>());
  const look = (label: number, y: number, x: number): void => {
    if (y >= height || x < 0 || x >= width) return;
    const other = data[y * width + x]!;
    if (other <= 0 || other === label) return;
    neighbours[label]!.add(other);
    neighbours[other]!.add(label);
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const label = data[y * width + x]!;
      if (label <= 0) continue;
      // Inside an object there is nothing to find.
      if (data[y * width + x + 1] === label && data[(y + 1) * width + x] === label && x > 0 && x + 1 < width)
        continue;
      for (let d = 1; d <= reach; d++) {
        look(label, y, x + d);
        look(label, y + d, x);
        look(label, y + d, x + d);
        look(label, y + d, x - d);
      }
    }
  }
  return neighbours;
}
