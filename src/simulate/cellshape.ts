/**
 * Nucleus outlines: an ellipse whose radius is modulated by a few Fourier modes, given as a table of radii
 * over the angle. They are star-convex about the centre by construction and change smoothly when their
 * parameters do.
 */
export interface OutlineParameters {
  /** Semi-axes in px and the angle of the first one, radians from x towards y. */
  readonly along: number;
  readonly across: number;
  readonly angle: number;
  /** Amplitudes (relative to the radius) and phases (radians) of the modes 3, 4, ... of the modulation. */
  readonly amplitudes: readonly number[];
  readonly phases: readonly number[];
}

/** Angles in the table; at a radius of 20 px its points lie 1 px apart. */
export const outlineAngles = 128;

const firstMode = 3;

/**
 * Radii in px at the angles 2 pi k / outlineAngles from x towards y in the image frame, k = 0..outlineAngles;
 * the last repeats the first, so that readers interpolate without a wrap. The area is that of the ellipse,
 * whatever the modulation.
 */
export function outlineRadii(parameters: OutlineParameters): Float32Array {
  const { along, across, angle, amplitudes, phases } = parameters;
  const radii = new Float32Array(outlineAngles + 1);
  let squares = 0;
  for (let k = 0; k < outlineAngles; k++) {
    const theta = (2 * Math.PI * k) / outlineAngles - angle;
    const ellipse = (along * across) / Math.hypot(across * Math.cos(theta), along * Math.sin(theta));
    let factor = 1;
    for (let m = 0; m < amplitudes.length; m++)
      factor += amplitudes[m]! * Math.cos((m + firstMode) * theta + phases[m]!);
    const r = ellipse * Math.max(0.4, factor);
    radii[k] = r;
    squares += r * r;
  }
  // Area in polar coordinates is the mean of pi r^2.
  const scale = Math.sqrt((along * across * outlineAngles) / squares);
  for (let k = 0; k < outlineAngles; k++) radii[k] = radii[k]! * scale;
  radii[outlineAngles] = radii[0]!;
  return radii;
}

/** The largest radius of a table, px. */
export const reachOf = (radii: Float32Array): number => radii.reduce((a, b) => Math.max(a, b), 0);
