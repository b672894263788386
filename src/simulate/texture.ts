import type { Random } from "../core/random.js";
import type { NucleusState } from "./cell.js";
import { smoothNoise, standardise } from "./fields.js";

/**
 * Two independent chromatin patterns; a nucleus shows its place in both, mixed by a slowly turning phase, so
 * that it changes gently.
 */
export interface TextureAtlas {
  readonly size: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

const size = 512;
/** A nucleus reaches this far from its place at most. */
const border = 100;
/** The diameter, px, for which the grain below was measured. */
const measuredDiameter = 41.6;

/**
 * Grain: correlation 0.8 at 2 px and 0.46 at 4 px after the blur of the microscope, as in MDCK nuclei, with a
 * coarser part.
 */
export function textureAtlas(rng: Random): TextureAtlas {
  const pattern = (stream: number): Float32Array => {
    const fine = smoothNoise(size, size, 1.45, rng.fork(stream));
    const coarse = smoothNoise(size, size, 4.5, rng.fork(stream + 10));
    return standardise(fine.map((value, i) => 0.82 * value + 0.57 * coarse[i]!));
  };
  return { size, a: pattern(1), b: pattern(2) };
}

/** Reads the atlas in the frame of one nucleus. */
export interface TextureReader {
  readonly originY: number;
  readonly originX: number;
  /** Rows of the map from image offsets to atlas offsets. */
  readonly yy: number;
  readonly yx: number;
  readonly xy: number;
  readonly xx: number;
  readonly weightA: number;
  readonly weightB: number;
}

/** Where a nucleus reads the atlas, and at which size. */
export function textureReader(state: NucleusState, diameter: number): TextureReader {
  const { traits, texturePhase, outline } = state;
  const scale = measuredDiameter / diameter;
  const [sin, cos] = [Math.sin(outline.angle) * scale, Math.cos(outline.angle) * scale];
  return {
    originY: border + traits.textureY * (size - 2 * border),
    originX: border + traits.textureX * (size - 2 * border),
    yy: cos * traits.mirror,
    yx: -sin * traits.mirror,
    xy: sin,
    xx: cos,
    weightA: Math.cos(texturePhase),
    weightB: Math.sin(texturePhase),
  };
}

/** The pattern, mean 0 and variance 1, at an offset from the nucleus's centre. */
export function textureAt(atlas: TextureAtlas, reader: TextureReader, dy: number, dx: number): number {
  const v = Math.min(size - 1.001, Math.max(0, reader.originY + reader.yy * dy + reader.yx * dx));
  const u = Math.min(size - 1.001, Math.max(0, reader.originX + reader.xy * dy + reader.xx * dx));
  const i = Math.floor(v) * size + Math.floor(u);
  const fy = v - Math.floor(v);
  const fx = u - Math.floor(u);
  const [w00, w01, w10, w11] = [(1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx];
  const { a, b } = atlas;
  return (
    reader.weightA * (w00 * a[i]! + w01 * a[i + 1]! + w10 * a[i + size]! + w11 * a[i + size + 1]!) +
    reader.weightB * (w00 * b[i]! + w01 * b[i + 1]! + w10 * b[i + size]! + w11 * b[i + size + 1]!)
  );
}
