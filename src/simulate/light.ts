import type { Random } from "../core/random.js";
import { fadingTime, type Remains } from "./model.js";
import { relativeDistance, type Body, type Occupancy } from "./occupancy.js";
import type { SimulateOptions } from "./scene.js";
import { textureAt, textureReader, type TextureAtlas } from "./texture.js";

/** Light that the nuclei emit, in grey values, before any optics: height x width. */
export function nuclearLight(
  bodies: readonly Body[],
  occupancy: Occupancy,
  atlas: TextureAtlas,
  options: SimulateOptions,
): Float32Array {
  const light = new Float32Array(occupancy.height * occupancy.width);
  bodies.forEach((body, row) => {
    paintNucleus(light, body, row, occupancy, atlas, options);
  });
  return light;
}

/**
 * The light of one nucleus: thickness times chromatin, faded over the pixel that the outline crosses (over
 * several px when it is out of focus). It stays out of pixels that a neighbour holds, and darkens towards a
 * surface of contact, where both nuclei round off.
 */
function paintNucleus(
  light: Float32Array,
  body: Body,
  row: number,
  occupancy: Occupancy,
  atlas: TextureAtlas,
  options: SimulateOptions,
): void {
  const { state, radii, reach } = body;
  const { height, width, owner, next } = occupancy;
  const reader = textureReader(state, options.diameter);
  const unit = options.diameter / 41.6;
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
      light[i] = light[i]! + value;
    }
  }
}

/**
 * Adds what is not a nucleus: granules around some cells, fragments of dead ones, and specks that never move.
 *
 * @param light height x width: the whole image, or the part of it that begins at row `top`, where the bodies
 *   have their places already
 * @param options of the whole image
 */
export function addDebris(
  light: Float32Array,
  height: number,
  width: number,
  t: number,
  bodies: readonly Body[],
  remains: readonly Remains[],
  rng: Random,
  options: SimulateOptions,
  top = 0,
): void {
  const unit = options.diameter / 41.6;
  for (const { state } of bodies) {
    if (state.traits.granules > 0)
      addGranules(light, height, width, state, rng.fork(state.cell), unit, options);
  }
  remains.forEach((body, index) => {
    addFragments(light, height, width, t, { ...body, y: body.y - top }, rng.fork(-1 - index), options);
  });
  const still = rng.fork(1 << 28);
  const specks = Math.round((6 * options.debris * options.height * options.width) / 1e6);
  for (let i = 0; i < specks; i++) {
    addSpot(
      light,
      height,
      width,
      still.uniform(0, options.height) - top,
      still.uniform(0, width),
      still.uniform(0.8, 2) * unit,
      options.brightness * still.uniform(0.2, 1.2),
    );
  }
}

/** Bright points in a sector beside the nucleus, moving with it. */
function addGranules(
  light: Float32Array,
  height: number,
  width: number,
  state: Body["state"],
  rng: Random,
  unit: number,
  options: SimulateOptions,
): void {
  const side = rng.uniform(0, 2 * Math.PI);
  for (let g = 0; g < state.traits.granules; g++) {
    const angle = side + rng.normal(0, 0.7);
    const distance = state.traits.radius * rng.uniform(0.9, 2);
    const strength = options.brightness * 0.6 * Math.exp(rng.normal(-0.45, 0.8));
    addSpot(
      light,
      height,
      width,
      state.y + distance * Math.sin(angle),
      state.x + distance * Math.cos(angle),
      rng.uniform(0.6, 1.2) * unit,
      strength,
    );
  }
}

/** A dead nucleus: a few round, very bright pieces that drift apart and fade. */
function addFragments(
  light: Float32Array,
  height: number,
  width: number,
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
    addSpot(
      light,
      height,
      width,
      remains.y + distance * Math.sin(angle),
      remains.x + distance * Math.cos(angle),
      sigma,
      strength,
    );
  }
}

/** Adds a round spot with the profile of a Gaussian, flattened at the top like a small ball. */
function addSpot(
  light: Float32Array,
  height: number,
  width: number,
  cy: number,
  cx: number,
  sigma: number,
  strength: number,
): void {
  const span = 3 * sigma;
  const y1 = Math.min(height - 1, Math.floor(cy + span));
  const x1 = Math.min(width - 1, Math.floor(cx + span));
  for (let y = Math.max(0, Math.ceil(cy - span)); y <= y1; y++) {
    for (let x = Math.max(0, Math.ceil(cx - span)); x <= x1; x++) {
      const r2 = ((y - cy) ** 2 + (x - cx) ** 2) / (2 * sigma * sigma);
      const i = y * width + x;
      light[i] = light[i]! + strength * Math.min(1, 1.6 * Math.exp(-r2));
    }
  }
}
