/** Colours of objects by one of their features, for `LabelLayer.colours`. */
import type { Rgb } from "../draw/colours.js";
import { percentiles } from "../stats/percentile.js";
import { colourCycle, packed } from "./packedcolour.js";

/**
 * Violet to yellow by way of blue and green, its lightness rising all along, so that it is read in grey and by
 * readers with any colour vision; light enough at its dark end to be seen on black.
 */
const stops: readonly Rgb[] = [
  [98, 62, 178],
  [74, 104, 214],
  [40, 146, 204],
  [26, 180, 160],
  [92, 206, 96],
  [180, 224, 50],
  [255, 236, 60],
];

/** Steps of the ramp. */
const steps = 256;

/** Colour of a feature, `at` from 0 to 1; clipped. */
export function featureColour(at: number): Rgb {
  const position = Math.min(1, Math.max(0, at)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(position));
  const mixed = stops[index]!.map((value, channel) =>
    Math.round(value + (stops[index + 1]![channel]! - value) * (position - index)),
  );
  return [mixed[0]!, mixed[1]!, mixed[2]!];
}

const ramp = Uint32Array.from({ length: steps }, (_, i) => packed(featureColour(i / (steps - 1))));

/** Of objects without a value. */
export const withoutValue: Rgb = [150, 150, 150];

/** Values that get the ends of the ramp. */
export interface FeatureRange {
  readonly low: number;
  readonly high: number;
}

/** From percentile 1 to 99, so that one outlier does not make all others alike. NaN is left out. */
export function featureRange(values: ArrayLike<number>): FeatureRange {
  const finite = Float64Array.from(values).filter(Number.isFinite);
  if (finite.length === 0) return { low: 0, high: 1 };
  const [low, high] = percentiles(finite, [1, 99]) as [number, number];
  return { low, high: high > low ? high : low + (Math.abs(low) || 1) };
}

/**
 * Colours of objects by the value of a feature.
 *
 * @param values at label; entry 0 is not used, NaN is grey
 * @param hidden 1 at labels that are not drawn
 */
export function featureColours(
  values: ArrayLike<number>,
  { low, high }: FeatureRange,
  hidden?: Uint8Array,
): Uint32Array {
  const colours = new Uint32Array(values.length);
  const grey = packed(withoutValue);
  const factor = (steps - 1) / (high - low);
  for (let label = 1; label < colours.length; label++) {
    if (hidden?.[label] === 1) continue;
    const place = (values[label]! - low) * factor;
    colours[label] =
      place >= 0 ? ramp[place < steps - 1 ? (place + 0.5) | 0 : steps - 1]! : place < 0 ? ramp[0]! : grey;
  }
  return colours;
}

/**
 * Colours of objects by their class.
 *
 * @param classes at label, from 0; below 0 is none, and grey. More than 6 classes share colours
 * @param hidden 1 at labels that are not drawn
 */
export function classColours(classes: ArrayLike<number>, hidden?: Uint8Array): Uint32Array {
  const colours = new Uint32Array(classes.length);
  const grey = packed(withoutValue);
  for (let label = 1; label < colours.length; label++) {
    if (hidden?.[label] === 1) continue;
    const kind = classes[label]!;
    colours[label] = kind >= 0 ? colourCycle[kind % colourCycle.length]! : grey;
  }
  return colours;
}

/** The usual colours of labels 1..count, neighbours in number apart. @param hidden 1 at labels not drawn */
export function labelColours(count: number, hidden?: Uint8Array): Uint32Array {
  const labels = Int32Array.from({ length: count + 1 }, (_, label) => label);
  return classColours(labels, hidden);
}
