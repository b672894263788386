import type { Random } from "../core/random.js";
import { fadingTime, type Remains } from "./model.js";
import { relativeDistance, type Body, type Occupancy } from "./occupancy.js";
import type { SimulateOptions } from "./scene.js";
import { textureAt, textureReader, type TextureAtlas } from "./texture.js";

/** Light in grey values, before any optics. */
export interface Light {
  readonly height: number;
  readonly width: number;
  /** height x width, row-major. */
  readonly data: Float32Array;
}

/** Light that the nuclei emit. */
export function nuclearLight(
  bodies: readonly Body[],
  occupancy: Occupancy,
  atlas: TextureAtlas,
  options: SimulateOptions,
): Light {
  const { height, width } = occupancy;
  const light = { height, width, data: new Float32Array(height * width) };
  bodies.forEach((body, row) => {
    paintNucleus(light, { body, row, occupancy }, atlas, options);
  });
  return light;
}

/** A body among those that share the image. */
interface PlacedBody {
  readonly body: Body;
  /** Its row in `occupancy`. */
  readonly row: number;
  readonly occupancy: Occupancy;
}

/**
 * The light of one nucleus: thickness times chromatin, faded over the pixel that the outline crosses (over
 * several px when it is out of focus). It stays out of pixels that a neighbour holds, and darkens towards a
 * surface of contact, where both nuclei round off.
 */
function paintNucleus(
  { height, width, data }: Light,
  { body: { state, radii, reach }, row, occupancy: { owner, next } }: PlacedBody,
  atlas: TextureAtlas,
  options: SimulateOptions,
): void {
  const reader = textureReader(state, options.diameter);
  const unit = unitOf(options);
  const fade = 0.5 + 3 * unit * state.traits.defocus;
  // Thickness wall + (1 - wall) sqrt(1 - depth^2): a cushion with steep sides in interphase, nearly a ball in
  // mitosis. The root has the mean 2/3 over the disc.
  const wall = 0.35 - 0.15 * state.roundness;
  const contrast = options.texture * state.contrast;
  const level =
    ((options.brightness * state.brightness) / (wall + (2 / 3) * (1 - wall))) *
    Math.exp(-0.5 * contrast * contrast);
  const size = Math.sqrt(state.outline.along * state.outline.across);
  const span = reach + fade;
  const y1 = Math.min(height - 1, Math.floor(state.y + span));
  const x1 = Math.min(width - 1, Math.floor(state.x + span));
  for (let y = Math.max(0, Math.ceil(state.y - span)); y <= y1; y++) {
    for (let x = Math.max(0, Math.ceil(state.x - span)); x <= x1; x++) {
      const i = y * width + x;
      const holder = owner[i]!;
      if (holder >= 0 && holder !== row) continue;
      const dy = y - state.y;
      const dx = x - state.x;
      const depth = relativeDistance(radii, dy, dx);
      const inside = (1 - depth) * size;
      const cover = Math.min(1, 0.5 + (0.5 * inside) / fade);
      if (cover <= 0) continue;
      const thickness = wall + (1 - wall) * Math.sqrt(Math.max(0, 1 - depth * depth));
      // Half the difference of the relative distances is the distance to the surface of contact.
      const contact = next[i]! < 1 ? (0.5 * size * (next[i]! - depth)) / (1.3 * unit) : 9;
      const valley = contact < 4 ? 1 - 0.4 * Math.exp(-contact * contact) : 1;
      const value =
        level * cover * valley * thickness * Math.exp(contrast * textureAt(atlas, reader, dy, dx));
      data[i] = data[i]! + value;
    }
  }
}

/** What stands in a frame beside background. */
export interface Litter {
  /** Frame. */
  readonly t: number;
  /** Nuclei, which granules go with; in places of the light. */
  readonly bodies: readonly Body[];
  /** Dead nuclei; in places of the whole image. */
  readonly remains: readonly Remains[];
  /** Row of the whole image in which the light begins. Default 0. */
  readonly top?: number;
}

/**
 * Adds what is not a nucleus: granules around some cells, fragments of dead ones, and specks that never move.
 *
 * @param light the whole image, or the part of it that begins at row `top`
 * @param options of the whole image
 */
export function addDebris(
  light: Light,
  { t, bodies, remains, top = 0 }: Litter,
  rng: Random,
  options: SimulateOptions,
): void {
  for (const { state } of bodies)
    if (state.traits.granules > 0) addGranules(light, state, rng.fork(state.cell), options);
  remains.forEach((body, index) => {
    addFragments(light, t, { ...body, y: body.y - top }, rng.fork(-1 - index), options);
  });
  const still = rng.fork(1 << 28);
  const specks = Math.round((6 * options.debris * options.height * options.width) / 1e6);
  for (let i = 0; i < specks; i++) {
    addSpot(light, {
      y: still.uniform(0, options.height) - top,
      x: still.uniform(0, light.width),
      sigma: still.uniform(0.8, 2) * unitOf(options),
      strength: options.brightness * still.uniform(0.2, 1.2),
    });
  }
}

/** Sizes of debris are given for nuclei of 41.6 px. */
const unitOf = ({ diameter }: SimulateOptions): number => diameter / 41.6;

/** Bright points in a sector beside the nucleus, moving with it. */
function addGranules(light: Light, state: Body["state"], rng: Random, options: SimulateOptions): void {
  const side = rng.uniform(0, 2 * Math.PI);
  for (let g = 0; g < state.traits.granules; g++) {
    const angle = side + rng.normal(0, 0.7);
    const distance = state.traits.radius * rng.uniform(0.9, 2);
    const strength = options.brightness * 0.6 * Math.exp(rng.normal(-0.45, 0.8));
    addSpot(light, {
      y: state.y + distance * Math.sin(angle),
      x: state.x + distance * Math.cos(angle),
      sigma: rng.uniform(0.6, 1.2) * unitOf(options),
      strength,
    });
  }
}

/** A dead nucleus: a few round, very bright pieces that drift apart and fade. */
function addFragments(
  light: Light,
  t: number,
  remains: Remains,
  rng: Random,
  options: SimulateOptions,
): void {
  const age = t - remains.frame;
  if (age < 0 || age > fadingTime) return;
  const pieces = 1 + rng.integer(3);
  for (let p = 0; p < pieces; p++) {
    const angle = rng.uniform(0, 2 * Math.PI);
    const distance = remains.radius * rng.uniform(0.1, 0.6) * (1 + 0.05 * age);
    const sigma = remains.radius * rng.uniform(0.1, 0.24);
    const strength = options.brightness * rng.uniform(1, 2.6) * Math.exp(-age / 12);
    addSpot(light, {
      y: remains.y + distance * Math.sin(angle),
      x: remains.x + distance * Math.cos(angle),
      sigma,
      strength,
    });
  }
}

/** A round spot; place and deviation in px. */
interface Spot {
  readonly y: number;
  readonly x: number;
  readonly sigma: number;
  readonly strength: number;
}

/** Adds a round spot with the profile of a Gaussian, flattened at the top like a small ball. */
function addSpot({ height, width, data }: Light, { y: cy, x: cx, sigma, strength }: Spot): void {
  const span = 3 * sigma;
  const y1 = Math.min(height - 1, Math.floor(cy + span));
  const x1 = Math.min(width - 1, Math.floor(cx + span));
  for (let y = Math.max(0, Math.ceil(cy - span)); y <= y1; y++) {
    for (let x = Math.max(0, Math.ceil(cx - span)); x <= x1; x++) {
      const r2 = ((y - cy) ** 2 + (x - cx) ** 2) / (2 * sigma * sigma);
      const i = y * width + x;
      data[i] = data[i]! + strength * Math.min(1, 1.6 * Math.exp(-r2));
    }
  }
}
