/**
 * Movies in which the assumptions of a tracker fail: one in each scene, or many at once. Every scene is the
 * scene `plain` with a few options changed.
 */
import { InvalidInput } from "../../core/errors.js";
import { type SpoilRates, spoilRates } from "../spoil.js";

/** What a hostile movie is like. Lengths are in diameters, times in frames. */
export interface HostileOptions {
  readonly frames: number;
  /** Nuclei in the first frame, about. */
  readonly nuclei: number;
  /** px; of the disc that has the area of a typical full-grown nucleus. */
  readonly diameter: number;
  /** Share of the field that full-grown nuclei would cover, 0..0.5. With `nuclei`, the size of the field. */
  readonly coverage: number;

  /** From birth to division, and its coefficient of variation. */
  readonly cycle: number;
  readonly cycleVariation: number;
  /** Deaths for each nucleus and frame; the nucleus is gone. */
  readonly deaths: number;

  /** Root mean square of the own displacement in a frame, along each axis. */
  readonly speed: number;
  /** Share of the own displacement that goes on in the next frame, 0..1. */
  readonly persistence: number;
  /** Root mean square of the shared, swirling displacement in a frame. */
  readonly flow: number;
  /** Probability for each frame that the stage jumps, and the largest jump. */
  readonly jumps: number;
  readonly jumpSize: number;

  /** Standard deviation of the logarithm of the full-grown area between nuclei. */
  readonly areaVariation: number;
  /** Minor over major axis of a typical nucleus; 1 for discs. */
  readonly aspect: number;
  /** Amplitude of the slow wobble of the outline, in radii; 0 for none. */
  readonly wobble: number;
  /** Share of the cycle in which a nucleus grows from its area at birth to its full area, 0..1. */
  readonly growing: number;
  /** Largest change of the area by chance, up or down, new in each frame: a share. */
  readonly breathing: number;

  /** How long a mother condenses before she divides; 0 for no sign of it. */
  readonly condensation: number;
  /** Share of her area that a condensed mother loses, and of her intensity that she gains. */
  readonly shrinking: number;
  readonly brightening: number;
  /** Probability that a mother is not seen in the frame before she divides. */
  readonly vanishing: number;

  /** Area of all daughters at birth, in full areas of their mother. */
  readonly daughterArea: number;
  /** Share of the smaller of two daughters in that. */
  readonly daughterShare: number;
  /** Larger over smaller mean intensity of two daughters. */
  readonly daughterContrast: number;
  /** From the mother's centre to each daughter's at birth, in radii of the mother. */
  readonly daughterDistance: number;
  /** At first sight daughters are the mother's outline, cut in two. */
  readonly cut: boolean;
  /** Share of the divisions with three daughters, and of those that fail: the nucleus stays one. */
  readonly tripolar: number;
  readonly failed: number;

  /** Whether mean intensities are known. */
  readonly intensity: boolean;
  /** Mistakes of the segmentation; undefined for true masks. */
  readonly spoil: SpoilRates | undefined;
}

const plain: HostileOptions = {
  frames: 24,
  nuclei: 100,
  diameter: 22,
  coverage: 0.26,
  cycle: 40,
  cycleVariation: 0.15,
  deaths: 0,
  speed: 0.08,
  persistence: 0.6,
  flow: 0.05,
  jumps: 0,
  jumpSize: 0,
  areaVariation: 0.18,
  aspect: 0.78,
  wobble: 0.05,
  growing: 0.25,
  breathing: 0.02,
  condensation: 4,
  shrinking: 0.45,
  brightening: 1,
  vanishing: 0,
  daughterArea: 1,
  daughterShare: 0.5,
  daughterContrast: 1,
  daughterDistance: 1,
  cut: false,
  tripolar: 0,
  failed: 0,
  intensity: true,
  spoil: undefined,
};

const uncondensed = { condensation: 0, brightening: 0 } as const;

/** The scenes by name; spread one and change what you need. */
export const hostileScenes = {
  plain,
  "no-condensation": { ...plain, ...uncondensed },
  "unequal-daughters": { ...plain, daughterShare: 1 / 3, daughterContrast: 2 },
  "daughters-on-mother": { ...plain, ...uncondensed, cut: true },
  "daughters-apart": { ...plain, coverage: 0.16, daughterDistance: 2 },
  /** A long interval: mitosis falls between two frames. */
  "full-grown": {
    ...plain,
    ...uncondensed,
    coverage: 0.16,
    speed: 0.5,
    persistence: 0,
    growing: 0,
    daughterArea: 2,
    daughterDistance: 1.2,
  },
  "mother-vanishes": { ...plain, vanishing: 1 },
  "odd-divisions": { ...plain, tripolar: 0.25, failed: 0.25 },
  independent: { ...plain, speed: 0.3, persistence: 0, flow: 0 },
  "shared-flow": { ...plain, flow: 0.6 },
  "stage-jumps": { ...plain, jumps: 0.2, jumpSize: 3 },
  growth: { ...plain, growing: 1, breathing: 0.15 },
  discs: {
    ...plain,
    ...uncondensed,
    coverage: 0.2,
    areaVariation: 0,
    aspect: 1,
    wobble: 0,
    growing: 0,
    breathing: 0,
    daughterArea: 2,
    daughterDistance: 1.1,
    intensity: false,
  },
  "interval-short": { ...plain, frames: 40, cycle: 100, condensation: 10, speed: 0.04, flow: 0.02 },
  /** Deaths keep the field from filling up within a few frames. */
  "interval-long": {
    ...plain,
    frames: 10,
    cycle: 4,
    deaths: 0.1,
    condensation: 0.4,
    speed: 0.25,
    persistence: 0.1,
    flow: 0.15,
    coverage: 0.16,
  },
  sparse: { ...plain, frames: 30, nuclei: 5, coverage: 0.06, cycle: 24 },
  dense: { ...plain, frames: 5, nuclei: 4000, diameter: 14, coverage: 0.3 },
  "bad-masks": { ...plain, spoil: spoilRates },
  "network-like": {
    ...plain,
    spoil: { merge: 0.02, split: 0.01, miss: 0.02, debris: 0.05, shave: 0.1 },
  },
  together: {
    ...plain,
    cycleVariation: 0.3,
    deaths: 0.002,
    speed: 0.15,
    persistence: 0.3,
    flow: 0.25,
    jumps: 0.08,
    jumpSize: 1.5,
    growing: 0.6,
    breathing: 0.08,
    condensation: 1.5,
    shrinking: 0.3,
    brightening: 0.4,
    vanishing: 0.15,
    daughterShare: 0.42,
    daughterContrast: 1.3,
    daughterDistance: 1.3,
    tripolar: 0.05,
    failed: 0.05,
    spoil: spoilRates,
  },
} as const satisfies Record<string, HostileOptions>;

/** Name of a scene. */
export type HostileScene = keyof typeof hostileScenes;

/** Height and width of the field, px. */
export const fieldSide = ({ nuclei, diameter, coverage }: HostileOptions): number =>
  Math.ceil(diameter * Math.sqrt((Math.PI / 4) * (nuclei / coverage)));

const ranges: { readonly [K in Exclude<keyof HostileOptions, Untested>]: readonly [number, number] } = {
  frames: [1, 1000],
  nuclei: [1, 20_000],
  diameter: [6, 200],
  coverage: [0.001, 0.5],
  cycle: [2, Infinity],
  cycleVariation: [0, 0.5],
  deaths: [0, 1],
  speed: [0, 3],
  persistence: [0, 1],
  flow: [0, 3],
  jumps: [0, 1],
  jumpSize: [0, 10],
  areaVariation: [0, 1],
  aspect: [0.3, 1],
  wobble: [0, 0.3],
  growing: [0, 1],
  breathing: [0, 0.5],
  condensation: [0, 100],
  shrinking: [0, 0.9],
  brightening: [0, 10],
  vanishing: [0, 1],
  daughterArea: [0.2, 3],
  daughterShare: [0.05, 0.5],
  daughterContrast: [1, 10],
  daughterDistance: [0, 6],
  tripolar: [0, 1],
  failed: [0, 1],
};
type Untested = "cut" | "intensity" | "spoil";

/** @throws InvalidInput naming the option that is out of its range */
export function checkHostileOptions(options: HostileOptions): void {
  for (const key of Object.keys(ranges) as (keyof typeof ranges)[]) {
    const [low, high] = ranges[key];
    if (!(options[key] >= low && options[key] <= high))
      throw new InvalidInput(`hostile.${key}`, `a number ${low} to ${high}`, String(options[key]));
  }
  if (options.tripolar + options.failed > 1)
    throw new InvalidInput(
      "hostile.tripolar",
      "with hostile.failed at most 1",
      String(options.tripolar + options.failed),
    );
}
