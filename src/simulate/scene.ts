import { InvalidInput } from "../core/errors.js";

/**
 * What a simulated movie looks like. Lengths are px, times are frames, grey values are those of the 8-bit
 * picture; everything that has the size of a nucleus (shape, texture, mitosis, reach of the forces) scales
 * with `diameter`. The defaults are the preset `mdck`, whose statistics are compared with real data in
 * docs/simulation.md.
 */
export interface SimulateOptions {
  /** Size of a frame, px, 32..8192. */
  readonly height: number;
  readonly width: number;
  /** Number of frames, 1..1000. */
  readonly frames: number;
  /** Integer; the movie depends on the options and on nothing else. */
  readonly seed: number;
  /**
   * 8: clipped at 0 and 255, as an exported, contrast-stretched movie. 16: linear, 40 counts per grey value
   * above an offset of 2000.
   */
  readonly bits: 8 | 16;
  /** µm per px and seconds per frame. They label the movie only; nothing is computed from them. */
  readonly pixelSize: number;
  readonly frameInterval: number;

  /** Share of the field that nuclei cover, 0..0.65. */
  readonly coverage: number;
  /**
   * Share of the field that cells keep out of (the open areas of a layer that is not yet confluent), 0..0.6.
   */
  readonly gaps: number;
  /** Diameter of the circle that has the median area, px, 8..200. */
  readonly diameter: number;
  /** Standard deviation of the logarithm of the nuclear area between cells of equal age. */
  readonly areaVariation: number;
  /** Share of unusually large, dim nuclei that do not divide. */
  readonly giants: number;
  /** How strongly nuclei resist overlap, 0..1; lower values give more touching nuclei. */
  readonly repulsion: number;

  /** Median displacement per frame, px. */
  readonly speed: number;
  /** Share of the motion (its variance) that neighbours have in common, 0..1. */
  readonly collective: number;
  /** Mean time between divisions, frames; Infinity for no divisions. */
  readonly cycle: number;
  /** Time from the first condensation to the separation of the chromatids, frames. */
  readonly mitosis: number;
  /** Deaths per cell and frame. */
  readonly deaths: number;

  /** Mean grey value of the median nucleus, before clearing. */
  readonly brightness: number;
  /** Standard deviation of the logarithm of the brightness between nuclei. */
  readonly brightnessVariation: number;
  /** Standard deviation of the logarithm of the brightness within a nucleus (chromatin). */
  readonly texture: number;
  /** Share of nuclei out of the focal plane: soft and dim. */
  readonly defocused: number;
  /** Grey value of an empty field. */
  readonly background: number;
  /** Standard deviation of the point spread function, px. */
  readonly blur: number;
  /** Share of the light that comes back as wide glow from above and below the focal plane, 0..1. */
  readonly haze: number;
  /**
   * Strength of the subtraction of surrounding light by the microscope's software, 0..1. It darkens the gaps
   * between nuclei.
   */
  readonly clearing: number;
  /** Loss of light from the brightest place of the field to the darkest, 0..1. */
  readonly unevenness: number;
  /** Noise without light, grey values. */
  readonly readNoise: number;
  /** Variance of the shot noise per grey value. */
  readonly shotNoise: number;
  /** Amount of unlabelled debris, 0 none, 1 as seen in the MDCK movie. */
  readonly debris: number;
}

/** The MDCK layer: 0.41 covered, many touching, uneven, with saturated and dim nuclei. */
const mdck: SimulateOptions = {
  height: 512,
  width: 512,
  frames: 10,
  seed: 1,
  bits: 8,
  pixelSize: 0.325,
  frameInterval: 600,
  coverage: 0.41,
  gaps: 0.05,
  diameter: 41.6,
  areaVariation: 0.21,
  giants: 0.025,
  repulsion: 0.6,
  speed: 3,
  collective: 0.6,
  cycle: 180,
  mitosis: 7,
  deaths: 0.0003,
  brightness: 138,
  brightnessVariation: 0.32,
  texture: 0.29,
  defocused: 0.05,
  background: 28,
  blur: 1.2,
  haze: 0.05,
  clearing: 0.3,
  unevenness: 0.12,
  readNoise: 13.8,
  shotNoise: 0.55,
  debris: 1,
};

/** Streams of the root generator for what is drawn; the population uses the others. */
export const streams = { texture: 11, debris: 12, noise: 13 } as const;

/** Named starting points; spread one and change what you need. */
export const simulatePresets = {
  mdck,
  /** Few, well separated, evenly bright nuclei with little noise: any method should find them. */
  easy: {
    ...mdck,
    coverage: 0.18,
    gaps: 0,
    repulsion: 1,
    speed: 2,
    giants: 0,
    brightnessVariation: 0.12,
    texture: 0.1,
    defocused: 0,
    haze: 0,
    clearing: 0,
    background: 20,
    unevenness: 0,
    readNoise: 4,
    shotNoise: 0.2,
    debris: 0,
    deaths: 0,
  },
  /** A crowded layer under plain widefield: overlap, glow, more noise, faster cells. */
  crowded: {
    ...mdck,
    coverage: 0.52,
    gaps: 0,
    repulsion: 0.45,
    speed: 4.5,
    cycle: 120,
    haze: 0.35,
    clearing: 0,
    brightness: 105,
    background: 14,
    brightnessVariation: 0.38,
    blur: 1.7,
    unevenness: 0.3,
    readNoise: 14,
    shotNoise: 0.9,
    debris: 1.5,
    deaths: 0.0006,
  },
} as const satisfies Record<string, SimulateOptions>;

/** A layer of MDCK cells. */
export const defaultSimulateOptions: SimulateOptions = simulatePresets.mdck;

/** Longest edge of a frame that is drawn as a whole, px. */
export const largestFrame = 8192;

const ranges: {
  readonly [K in Exclude<keyof SimulateOptions, "bits">]: readonly [
    low: number,
    high: number,
    whole?: "whole",
  ];
} = {
  height: [32, largestFrame, "whole"],
  width: [32, largestFrame, "whole"],
  frames: [1, 1000, "whole"],
  seed: [-(2 ** 53), 2 ** 53, "whole"],
  pixelSize: [1e-6, 1e6],
  frameInterval: [1e-6, 1e9],
  coverage: [0, 0.65],
  gaps: [0, 0.6],
  diameter: [8, 200],
  areaVariation: [0, 0.6],
  giants: [0, 1],
  repulsion: [0, 1],
  speed: [0, 100],
  collective: [0, 1],
  cycle: [20, Infinity],
  mitosis: [1, 100],
  deaths: [0, 0.1],
  brightness: [1, 255],
  brightnessVariation: [0, 1],
  texture: [0, 1],
  defocused: [0, 1],
  background: [0, 255],
  blur: [0, 10],
  haze: [0, 1],
  clearing: [0, 1],
  unevenness: [0, 0.9],
  readNoise: [0, 255],
  shotNoise: [0, 100],
  debris: [0, 10],
};

/**
 * @param largest height and width, px
 * @throws InvalidInput naming the first option that is out of its range.
 */
export function checkSimulateOptions(options: SimulateOptions, largest = largestFrame): void {
  for (const key of Object.keys(ranges) as (keyof typeof ranges)[]) {
    const [low, most, whole] = ranges[key];
    const high = key === "height" || key === "width" ? largest : most;
    const value = options[key];
    const sound = value >= low && value <= high && (whole === undefined || Number.isInteger(value));
    if (!sound)
      throw new InvalidInput(
        `simulate.${key}`,
        `${whole === undefined ? "a number" : "a whole number"} ${low} to ${high}`,
        String(value),
      );
  }
  if (options.bits !== 8 && options.bits !== 16)
    throw new InvalidInput("simulate.bits", "8 or 16", String(options.bits));
  if (options.mitosis * 4 > options.cycle) {
    throw new InvalidInput(
      "simulate.mitosis",
      `at most a quarter of the cycle (${options.cycle} frames)`,
      String(options.mitosis),
    );
  }
}
