/** Names of quantities as the tables have them, such as `mean_speed_um_per_min`, into words and a unit. */

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

/** Rates whose names hold what they are a rate of. */
const words = (name: string): string => name.replaceAll("_", " ");

export function quantityName(name: string): { readonly text: string; readonly unit: string } {
  const found = endings.find(([ending]) => name.endsWith(`_${ending}`));
  if (found === undefined || name === "mean_nuclei_per_frame") return { text: words(name), unit: "" };
  return { text: words(name.slice(0, -found[0].length - 1)), unit: found[1] };
}

/** With the unit in brackets, as on an axis. */
export function quantityLabel(name: string): string {
  const { text, unit } = quantityName(name);
  return unit === "" ? text : `${text} [${unit}]`;
}
