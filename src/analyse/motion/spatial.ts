import KDBush from "kdbush";
import type { Nuclei } from "../../core/nuclei.js";
import { fitDecay } from "../../stats/decay.js";
import type { Units } from "../units/units.js";
import type { Velocities } from "./collectivedrift.js";
import type { Steps } from "./steps.js";

/**
 * How alike the velocities of nuclei are that lie a distance apart in the same frame: one row a bin of
 * distances.
 */
export interface SpatialCorrelation {
  readonly count: number;
  /** Edges of the bins, in the unit of length. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Mean distance of the pairs; NaN without pairs. */
  readonly distance: Float64Array;
  /** Mean of v_i · v_j over the pairs / mean of v · v. */
  readonly value: Float64Array;
  readonly pairs: Float64Array;
  /** The same of what nuclei do beside the mean movement of the frame, u = v - <v>. */
  readonly fluctuation: Float64Array;
  readonly fluctuationPairs: Float64Array;
  /**
   * Distance over which the fluctuation's correlation falls to 1 / e, in the unit of length; NaN, 0 or
   * infinity as of `fitDecay`.
   */
  readonly length: number;
}

/** Bins are one spacing wide and reach so many spacings. */
const bins = 12;
/** About so many pairs are looked at; of longer movies frames at even distances. */
const maxPairs = 5e6;

/**
 * C(r) = <v_i · v_j> / <v · v> over pairs of nuclei r apart at the end of a step of one frame, in bins as
 * wide as the median distance to the nearest nucleus. Each nucleus's own movement and errors of the places
 * are in the denominator only, so that C does not begin at 1. The correlation length is the scale of an
 * exponential fitted to the bins up to the first whose correlation is not above 0: with the mean of the frame
 * taken away it must turn negative farther out.
 *
 * Source: Angelini et al. 2010, Phys. Rev. Lett. 104:168104; Petitjean et al. 2010, Biophys. J. 98:1790.
 *
 * @param spacing median distance to the nearest nucleus, in the unit of length
 * @param size of the field, px: bins reach at most half of its shorter side
 */
export function spatialCorrelation(
  nuclei: Nuclei,
  frames: number,
  steps: Steps,
  { single, uy, ux }: Velocities,
  spacing: number,
  size: { readonly height: number; readonly width: number },
  units: Units,
): SpatialCorrelation {
  const count =
    spacing > 0
      ? Math.max(
          0,
          Math.min(bins, Math.floor((Math.min(size.height, size.width) * units.perPixel) / 2 / spacing)),
        )
      : 0;
  const floats = (): Float64Array => new Float64Array(count);
  const [distance, dots, pairs, own, ownPairs] = [floats(), floats(), floats(), floats(), floats()];
  const [square, ownSquare] = [
    { sum: 0, n: 0 },
    { sum: 0, n: 0 },
  ];
  const width = spacing / units.perPixel;
  const { starts, order } = stepsByFrame(steps, single, frames);
  const expected =
    (order.length * (order.length / Math.max(1, frames)) * Math.PI * (count * width) ** 2) /
    (size.height * size.width) /
    2;
  const stride = Math.max(1, Math.ceil(expected / maxPairs));
  for (let frame = 0; frame < frames && count > 0; frame += stride) {
    const here = order.subarray(starts[frame], starts[frame + 1]);
    if (here.length < 2) continue;
    const tree = new KDBush(here.length);
    for (const step of here) tree.add(nuclei.x[steps.to[step]!]!, nuclei.y[steps.to[step]!]!);
    tree.finish();
    here.forEach((a, i) => {
      square.sum += steps.vy[a]! ** 2 + steps.vx[a]! ** 2;
      square.n++;
      const hasOwn = !Number.isNaN(uy[a]!);
      if (hasOwn) {
        ownSquare.sum += uy[a]! ** 2 + ux[a]! ** 2;
        ownSquare.n++;
      }
      const [y, x] = [nuclei.y[steps.to[a]!]!, nuclei.x[steps.to[a]!]!];
      for (const j of tree.within(x, y, count * width)) {
        if (j <= i) continue;
        const b = here[j]!;
        const r = Math.hypot(nuclei.y[steps.to[b]!]! - y, nuclei.x[steps.to[b]!]! - x);
        const bin = Math.floor(r / width);
        if (bin >= count) continue;
        distance[bin]! += r;
        dots[bin]! += steps.vy[a]! * steps.vy[b]! + steps.vx[a]! * steps.vx[b]!;
        pairs[bin]!++;
        if (!hasOwn) continue;
        own[bin]! += uy[a]! * uy[b]! + ux[a]! * ux[b]!;
        ownPairs[bin]!++;
      }
    });
  }
  const meanDistance = distance.map((sum, k) => (sum / pairs[k]!) * units.perPixel);
  const fluctuation = own.map((sum, k) => sum / ownPairs[k]! / (ownSquare.sum / ownSquare.n));
  const bin = (k: number): number => k * spacing;
  return {
    count,
    from: Float64Array.from({ length: count }, (_, k) => bin(k)),
    to: Float64Array.from({ length: count }, (_, k) => bin(k + 1)),
    distance: meanDistance,
    value: dots.map((sum, k) => sum / pairs[k]! / (square.sum / square.n)),
    pairs,
    fluctuation,
    fluctuationPairs: ownPairs,
    length: correlationLength(meanDistance, fluctuation, ownPairs),
  };
}

function correlationLength(distance: Float64Array, value: Float64Array, pairs: Float64Array): number {
  const used = Array.from(distance.keys()).filter((k) => pairs[k]! > 0);
  const end = used.findIndex((k) => value[k]! <= 0);
  if (end === 0) return 0;
  const fitted = end < 0 ? used : used.slice(0, end);
  return fitDecay(
    fitted.map((k) => distance[k]!),
    fitted.map((k) => value[k]!),
    fitted.map((k) => pairs[k]!),
  ).scale;
}

/** Steps of one frame by frame of arrival: those of frame t are `order[starts[t]..starts[t + 1])`. */
export function stepsByFrame(
  steps: Steps,
  single: Uint8Array,
  frames: number,
): { readonly starts: Int32Array; readonly order: Int32Array } {
  const starts = new Int32Array(frames + 1);
  for (let i = 0; i < steps.count; i++) if (single[i] === 1) starts[steps.frame[i]! + 1]!++;
  for (let frame = 0; frame < frames; frame++) starts[frame + 1]! += starts[frame]!;
  const next = starts.slice();
  const order = new Int32Array(starts[frames]!);
  for (let i = 0; i < steps.count; i++) if (single[i] === 1) order[next[steps.frame[i]!]!++] = i;
  return { starts, order };
}
