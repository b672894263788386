/**
 * How a nucleus looks through its life: growth in interphase, then condensation, rounding, the metaphase
 * plate, and the two plates that become small daughters. Sizes are in units of the radius of the cell's area,
 * so that one table serves every cell.
 */
export interface Appearance {
  /** Share of the mitotic outline in the mix with the interphase outline, 0..1. */
  readonly mitotic: number;
  /** Semi-axes of the mitotic outline, along and across the plate, in radii. */
  readonly along: number;
  readonly across: number;
  /** Factors on brightness, on texture contrast and on the irregularity of the outline. */
  readonly brightness: number;
  readonly contrast: number;
  readonly roughness: number;
}

type Key = readonly [
  time: number,
  mitotic: number,
  along: number,
  across: number,
  brightness: number,
  contrast: number,
  roughness: number,
];

/**
 * Times in units of the duration of mitosis; -1 is the first condensation, 0 the separation of the
 * chromatids.
 */
const mother: readonly Key[] = [
  [-1, 0, 1, 0.95, 1, 1, 1],
  [-0.65, 0.5, 0.95, 0.88, 1.25, 1.8, 1],
  [-0.37, 1, 0.78, 0.7, 1.65, 1.6, 1.2],
  [-0.25, 1, 0.85, 0.42, 2.1, 1, 1.6],
  [0, 1, 0.82, 0.36, 2.2, 0.8, 1.6],
];
const daughter: readonly Key[] = [
  [0, 1, 0.7, 0.31, 2.1, 0.7, 1.3],
  [0.2, 1, 0.64, 0.38, 2, 0.7, 1.3],
  [0.45, 1, 0.66, 0.52, 1.65, 0.9, 1.2],
  [1.2, 0.6, 0.8, 0.68, 1.25, 1, 1],
  [2.2, 0, 0.75, 0.7, 1.05, 1, 1],
];

/** The time, in durations of mitosis, that a daughter needs to look like an interphase nucleus. */
export const recovery = 2.2;

const interphase: Appearance = { mitotic: 0, along: 1, across: 1, brightness: 1, contrast: 1, roughness: 1 };

function between(keys: readonly Key[], time: number): Appearance {
  let i = 1;
  while (i < keys.length - 1 && keys[i]![0] < time) i++;
  const a = keys[i - 1]!;
  const b = keys[i]!;
  const w = Math.min(1, Math.max(0, (time - a[0]) / (b[0] - a[0])));
  const mix = (k: 1 | 2 | 3 | 4 | 5 | 6): number => a[k] + w * (b[k] - a[k]);
  return {
    mitotic: mix(1),
    along: mix(2),
    across: mix(3),
    brightness: mix(4),
    contrast: mix(5),
    roughness: mix(6),
  };
}

/**
 * @param sinceBirth time since the division that made the cell, in durations of mitosis; Infinity for a cell
 *   that looks old
 * @param untilDivision time to its own division, in the same unit; Infinity if it never divides
 */
export function appearance(sinceBirth: number, untilDivision: number): Appearance {
  if (untilDivision < 1) return between(mother, -untilDivision);
  if (sinceBirth < recovery) return between(daughter, sinceBirth);
  return interphase;
}

/** Area over the cell's own mean interphase area; `fraction` is the age over the length of the cycle. */
export const growth = (fraction: number): number => 0.87 + 0.42 * Math.min(1, Math.max(0, fraction));
