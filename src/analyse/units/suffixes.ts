import type { Units } from "./units.js";

/** Ends of column names: plain ASCII, so that every program reads the header. */
export interface Suffixes {
  readonly length: "um" | "px";
  readonly area: string;
  readonly time: "min" | "frames";
  /** In "per ...". */
  readonly perTime: "min" | "frame";
  readonly speed: string;
  readonly speedSquared: string;
  readonly density: string;
  readonly rate: string;
}

/** The suffixes of these units. */
export function suffixesOf(units: Units): Suffixes {
  const length = units.length === "µm" ? "um" : "px";
  return {
    length,
    area: `${length}2`,
    time: units.time === "min" ? "min" : "frames",
    perTime: units.time,
    speed: `${length}_per_${units.time}`,
    speedSquared: `${length}2_per_${units.time}2`,
    density: units.length === "µm" ? "per_mm2" : "per_megapixel",
    rate: units.time === "min" ? "per_hour" : "per_frame",
  };
}
