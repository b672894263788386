/** Names of quantities as the tables have them, such as `mean_speed_um_per_min`, into words and a unit. */
import type { Units } from "../analyse/units/units.js";

/** Endings of names, longer before shorter ones that end alike. */
const endings: readonly (readonly [ending: string, unit: string])[] = [
  ["um2_per_min", "µm²/min"],
  ["um2_per_frame", "µm²/frame"],
  ["px2_per_min", "px²/min"],
  ["px2_per_frame", "px²/frame"],
  ["um_per_min", "µm/min"],
  ["um_per_frame", "µm/frame"],
  ["px_per_min", "px/min"],
  ["px_per_frame", "px/frame"],
  ["per_mm2", "1/mm²"],
  ["per_megapixel", "1/megapixel"],
  ["per_hour", "1/h"],
  ["per_min", "1/min"],
  ["per_frame", "1/frame"],
  ["um2", "µm²"],
  ["px2", "px²"],
  ["um", "µm"],
  ["px", "px"],
  ["min", "min"],
  ["frames", "frames"],
  ["hours", "h"],
  ["deg", "°"],
  ["percent", "%"],
];

const words = (name: string): string => name.replaceAll("_", " ");

/** What a quantity is called, and its unit; "" where it has none. */
export function quantityName(name: string): { readonly text: string; readonly unit: string } {
  const found = endings.find(([ending]) => name.endsWith(`_${ending}`));
  // A mean over frames is no rate.
  if (found === undefined || name === "mean_nuclei_per_frame") return { text: words(name), unit: "" };
  return { text: words(name.slice(0, -found[0].length - 1)), unit: found[1] };
}

/** With the unit in brackets, as on an axis. */
export function quantityLabel(name: string): string {
  const { text, unit } = quantityName(name);
  return unit === "" ? text : `${text} [${unit}]`;
}

/** Label of an axis of times in a movie. */
export const timeAxis = ({ time }: Units): string => (time === "min" ? "time [min]" : "frame (from 0)");

/** Unit of durations and lags. */
export const timeUnit = ({ time }: Units): string => (time === "min" ? "min" : "frames");

/** Unit of densities as an axis has it. */
export const densityUnit = ({ density }: Units): string =>
  density === "1/mm²" ? "nuclei/mm²" : "nuclei/megapixel";
