import type { Random } from "../core/random.js";
import type { OutlineParameters } from "./cellshape.js";
import { appearance, growth, recovery } from "./cycle.js";
import type { SimulateOptions } from "./scene.js";

/** A cell from its birth to its division, its death, or the end of the movie. */
export interface Cell {
  /** 0.., in the order of creation; a mother comes before her daughters. */
  readonly id: number;
  /** Id of the mother, -1 if she lived before the movie. */
  readonly mother: number;
  /** Frames, with fractions; birth is negative for the first generation. */
  readonly birth: number;
  /** When it divides, and when it dies; Infinity for never. */
  readonly division: number;
  readonly death: number;
  readonly traits: Traits;
  /** Its own stream of random numbers, so that no cell's life depends on what another one draws. */
  readonly rng: Random;
  /** What changes from frame to frame. */
  y: number;
  x: number;
  velocityY: number;
  velocityX: number;
  /**
   * Direction of the long axis, radians; the plate of a mitosis lies along it, and the daughters part across
   * it.
   */
  angle: number;
  spin: number;
  /** On which side of its sister it was born, +1 or -1; 0 for a cell whose birth was not seen. */
  side: number;
  /** 1 at the rim of an open area, 0 far from it: cells are packed and bright there. */
  rim: number;
}

/** What a cell keeps for its life. */
export interface Traits {
  /** Radius of the circle of the cell's mean interphase area, px. */
  readonly radius: number;
  /** Minor over major axis in interphase. */
  readonly aspect: number;
  readonly amplitudes: readonly number[];
  readonly phases: readonly number[];
  /** Radians per frame by which each phase drifts. */
  readonly drifts: readonly number[];
  /** Factor on the brightness, 1 for the median nucleus in focus. */
  readonly stain: number;
  /** 0 in focus .. 1 far out of focus; the layer is not flat, so few are exactly 0. */
  readonly defocus: number;
  /** Place of the nucleus in the texture atlas, 0..1 each, and the phase of its slow change. */
  readonly textureY: number;
  readonly textureX: number;
  readonly texturePhase: number;
  /** Mirrors the texture: +1 or -1. */
  readonly mirror: number;
  readonly giant: boolean;
  /** Reach of the repulsion over the radius of the nucleus: the cytoplasm keeps nuclei apart. */
  readonly territory: number;
  /** Number of fluorescent granules around the nucleus. */
  readonly granules: number;
  /** Factor on its own motion: a few cells are much livelier than the rest. */
  readonly activity: number;
}

/** A nucleus in one frame, as the pictures are drawn from it. */
export interface NucleusState {
  readonly cell: number;
  readonly y: number;
  readonly x: number;
  readonly outline: OutlineParameters;
  /**
   * Factor on the brightness of the median nucleus; total light over area, so condensed nuclei are brighter.
   */
  readonly brightness: number;
  /** Factor on the texture contrast. */
  readonly contrast: number;
  /** 0 a flat interphase nucleus, 1 a round mitotic body: steers the profile from centre to rim. */
  readonly roundness: number;
  readonly traits: Traits;
  readonly texturePhase: number;
}

const modeAmplitudes = [0.045, 0.028, 0.018, 0.012];

/** Draws the traits of a cell; `mother` passes size and stain on. */
export function drawTraits(options: SimulateOptions, rng: Random, mother?: Traits): Traits {
  const giant = mother === undefined && rng.next() < options.giants;
  const half = options.diameter / 2;
  const size =
    mother === undefined
      ? rng.normal(0, options.areaVariation)
      : inherited(2 * Math.log(mother.radius / half), options.areaVariation, rng);
  const stain =
    mother === undefined
      ? rng.normal(0, options.brightnessVariation)
      : inherited(Math.log(mother.stain), options.brightnessVariation, rng);
  const focus =
    rng.next() < options.defocused ? rng.uniform(0.4, 1) : Math.abs(rng.normal(0, 3 * options.defocused));
  const roughness = Math.exp(rng.normal(0, 0.45));
  return {
    radius: half * Math.exp(size / 2) * (giant ? rng.uniform(1.25, 1.5) : 1),
    aspect: Math.min(0.97, Math.max(0.5, rng.normal(0.76, 0.1))),
    amplitudes: modeAmplitudes.map((a) => a * Math.min(2.4, roughness * Math.abs(rng.normal(0, 1.15)))),
    phases: modeAmplitudes.map(() => rng.uniform(0, 2 * Math.PI)),
    drifts: modeAmplitudes.map(() => rng.normal(0, 0.06)),
    stain: Math.exp(stain) * (giant ? 0.6 : 1),
    defocus: mother === undefined ? focus : mother.defocus,
    textureY: rng.next(),
    textureX: rng.next(),
    texturePhase: rng.uniform(0, 2 * Math.PI),
    mirror: rng.next() < 0.5 ? 1 : -1,
    giant,
    territory: 1.22 * Math.exp(rng.normal(0, 0.13)),
    granules: rng.next() < 0.14 * options.debris ? 4 + rng.integer(22) : 0,
    activity: Math.exp(rng.normal(0.1, 0.5)),
  };
}

/**
 * A value that stays near the mother's, with the spread of the population unchanged: sisters look alike, as
 * halves of one nucleus do.
 */
const inherited = (mothers: number, deviation: number, rng: Random): number =>
  0.95 * mothers + rng.normal(0, 0.31 * deviation);

/** State of a cell at frame `t` between its birth and its end. */
export function stateOf(cell: Cell, t: number, options: SimulateOptions): NucleusState {
  const { traits } = cell;
  const look = appearance(sinceBirth(cell, t, options), (cell.division - t) / options.mitosis);
  const fraction = Number.isFinite(cell.division) ? (t - cell.birth) / (cell.division - cell.birth) : 0.5;
  const dying = Math.min(1, Math.max(0, 1 - (cell.death - t) / (0.6 * options.mitosis)));
  const area = growth(fraction) * (1 - 0.14 * cell.rim) * (1 - 0.72 * dying);
  const radius = traits.radius * Math.sqrt(area);
  const aspect = Math.min(1, traits.aspect + 0.3 * dying);
  const mix = (a: number, b: number): number => a * (1 - look.mitotic) + b * look.mitotic;
  const shrink = Math.min(1.3, 1 / area) ** 0.35;
  return {
    cell: cell.id,
    y: cell.y,
    x: cell.x,
    outline: {
      along: mix(radius / Math.sqrt(aspect), traits.radius * look.along),
      across: mix(radius * Math.sqrt(aspect), traits.radius * look.across),
      angle: cell.angle,
      amplitudes: traits.amplitudes.map((a) => a * look.roughness * (1 - 0.6 * dying)),
      phases: traits.phases.map((phase, m) => phase + traits.drifts[m]! * t),
    },
    brightness:
      traits.stain *
      (1 - 0.45 * traits.defocus) *
      look.brightness *
      shrink *
      (1 + 0.5 * cell.rim) *
      (1 + 1.2 * dying),
    contrast: look.contrast * (1 - 0.7 * dying) * (1 - 0.6 * traits.defocus),
    roundness: Math.max(look.mitotic, dying),
    traits,
    texturePhase: traits.texturePhase + 0.12 * t,
  };
}

/**
 * In durations of mitosis. Cells of the first generation that were born before the movie have recovered
 * unless they are that young.
 */
const sinceBirth = (cell: Cell, t: number, options: SimulateOptions): number => {
  const time = (t - cell.birth) / options.mitosis;
  return Number.isFinite(cell.division) ? time : Math.max(time, recovery);
};
