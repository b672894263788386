import type { Nuclei } from "../../core/nuclei.js";
import type { Branch } from "../../core/tracks.js";
import { median } from "../../stats/percentile.js";
import { daughtersOf } from "./divisions.js";

/**
 * How a branch ends: it divides, the movie ends, its last nucleus touches the border of the image, it dies,
 * or it is lost inside the image.
 */
export type Fate = "divided" | "end of movie" | "at border" | "died" | "lost";

/** Frames before the last that tell how large and bright a nucleus usually is, and the fewest that do. */
const [past, enough] = [12, 3];
/**
 * A dying nucleus is condensed: at most this share of its usual area, no dimmer than usual, and rounder than
 * a metaphase plate.
 */
const [condensed, round] = [0.6, 0.8];

/** The fate of every branch. @param frames number of frames of the movie */
export function fatesOf(nuclei: Nuclei, branches: readonly Branch[], frames: number): Fate[] {
  const daughters = daughtersOf(branches);
  return branches.map(({ rows }, i) => {
    const last = rows[rows.length - 1]!;
    if (daughters[i]!.length >= 2) return "divided";
    if (nuclei.frame[last]! === frames - 1) return "end of movie";
    if (nuclei.touchesEdge[last]! === 1) return "at border";
    return isDying(nuclei, rows) ? "died" : "lost";
  });
}

/**
 * Whether a nucleus that is not seen again was dying: condensed, bright and round in its last frame, compared
 * with itself in the frames before. A mitotic nucleus is condensed and bright, too, but elongated or of a
 * branch that divides. Where brightness is not known, area and shape decide.
 */
function isDying(nuclei: Nuclei, rows: readonly number[]): boolean {
  const last = rows[rows.length - 1]!;
  const before = rows.slice(0, -1).slice(-past);
  if (before.length < enough) return false;
  const area = nuclei.area[last]! / median(before.map((row) => nuclei.area[row]!));
  const intensity = nuclei.meanIntensity[last]! / median(before.map((row) => nuclei.meanIntensity[row]!));
  return area <= condensed && !(intensity < 1) && nuclei.eccentricity[last]! < round;
}
