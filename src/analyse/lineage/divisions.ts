import type { Nuclei } from "../../core/nuclei.js";
import type { Branch } from "../../core/tracks.js";
import type { Units } from "../units/units.js";

/** One row a division: a branch that ends with two daughters; by frame, then by mother. */
export interface Divisions {
  readonly count: number;
  /** Last frame in which the mother is one nucleus. */
  readonly frame: Int32Array;
  /** Frame in which the first daughter is seen. */
  readonly daughterFrame: Int32Array;
  /** Branch ids. */
  readonly mother: Int32Array;
  readonly daughter1: Int32Array;
  readonly daughter2: Int32Array;
  /**
   * Position of the mother in her last frame, in the unit of length, from the centre of the top left pixel.
   */
  readonly y: Float64Array;
  readonly x: Float64Array;
  /** Distance between the daughters' first positions, in the unit of length. */
  readonly distance: Float64Array;
  /**
   * Angle of the line through the daughters as seen on the screen, degrees in [0, 180): 0° horizontal, 90°
   * vertical, 45° rising to the right. NaN where both lie on one point.
   */
  readonly orientation: Float64Array;
  /** That it is one, by the tracker, 0..1; NaN where it is not known. */
  readonly probability: Float64Array;
}

/**
 * The divisions of a lineage forest. Of a branch with more than two children the two of smallest id are
 * listed.
 *
 * @param probabilities of divisions, by row of the mother in her last frame
 */
export function divisionsOf(
  nuclei: Nuclei,
  branches: readonly Branch[],
  units: Units,
  probabilities: ReadonlyMap<number, number> = new Map(),
): Divisions {
  const daughters = daughtersOf(branches);
  const mothers = branches.filter((branch) => daughters[branch.id - 1]!.length >= 2);
  const lastRow = (branch: Branch): number => branch.rows[branch.rows.length - 1]!;
  mothers.sort((a, b) => nuclei.frame[lastRow(a)]! - nuclei.frame[lastRow(b)]! || a.id - b.id);
  const pairs = mothers.map((mother) => daughters[mother.id - 1]!.slice(0, 2) as [Branch, Branch]);
  const between = pairs.map(
    ([a, b]) =>
      [nuclei.y[b.rows[0]!]! - nuclei.y[a.rows[0]!]!, nuclei.x[b.rows[0]!]! - nuclei.x[a.rows[0]!]!] as const,
  );
  return {
    count: mothers.length,
    frame: Int32Array.from(mothers, (mother) => nuclei.frame[lastRow(mother)]!),
    daughterFrame: Int32Array.from(pairs, ([a, b]) =>
      Math.min(nuclei.frame[a.rows[0]!]!, nuclei.frame[b.rows[0]!]!),
    ),
    mother: Int32Array.from(mothers, (mother) => mother.id),
    daughter1: Int32Array.from(pairs, ([a]) => a.id),
    daughter2: Int32Array.from(pairs, ([, b]) => b.id),
    y: Float64Array.from(mothers, (mother) => nuclei.y[lastRow(mother)]! * units.perPixel),
    x: Float64Array.from(mothers, (mother) => nuclei.x[lastRow(mother)]! * units.perPixel),
    distance: Float64Array.from(between, ([dy, dx]) => Math.hypot(dy, dx) * units.perPixel),
    orientation: Float64Array.from(between, ([dy, dx]) => axisAngle(dy, dx)),
    probability: Float64Array.from(mothers, (mother) => probabilities.get(lastRow(mother)) ?? NaN),
  };
}

/** Compares probabilities so that the doubtful come first, and what has none last. */
export const byProbability = (a: number, b: number): number =>
  (Number.isNaN(a) ? 2 : a) - (Number.isNaN(b) ? 2 : b);

/** Indices of divisions, the doubtful first; equally probable ones in their order. */
export const doubtfulFirst = ({ probability }: Pick<Divisions, "probability">): number[] =>
  Array.from(probability.keys()).sort((a, b) => byProbability(probability[a]!, probability[b]!) || a - b);

/** Children of every branch (at id - 1), by id. */
export function daughtersOf(branches: readonly Branch[]): Branch[][] {
  const daughters: Branch[][] = branches.map(() => []);
  for (const branch of branches) if (branch.parent > 0) daughters[branch.parent - 1]!.push(branch);
  return daughters;
}

/** As `screenAngle`, but of a line without a sense: degrees in [0, 180). */
function axisAngle(dy: number, dx: number): number {
  if (dy === 0 && dx === 0) return NaN;
  const degrees = (Math.atan2(-dy, dx) * 180) / Math.PI;
  return ((degrees % 180) + 180) % 180;
}
