/**
 * What the frames before and after say of a candidate of a movie. A nucleus that moves by a fraction of its
 * size keeps its area and brightness, and what is certain there is certain here; a merged pair, a piece of a
 * nucleus or a flare of noise has no counterpart, or no certain one.
 */
import KDBush from "kdbush";
import type { ObjectFeatures } from "./types.js";

/** Difference of the positions, in diameters, at which the likeness has fallen to exp(-1/2). */
const positionSpread = 0.25;
/** The same of the logarithms of the areas. */
const areaSpread = 0.25;
/** The same of the logarithms of the intensities. */
const intensitySpread = 0.35;

/** Log odds beyond which nothing is added: one very certain frame must not outvote the other. */
const maxLogOdds = 6;

/**
 * What the neighbouring frames say of each candidate.
 *
 * @param frames candidates of each frame, in the order of time; at least two frames
 * @param logits of each candidate, from its own frame alone
 * @param typicalArea of a nucleus, px
 * @returns per frame and candidate: logit of the most similar candidate of a neighbouring frame times the
 *   likeness to it (0..1), mean over the one or two neighbouring frames; 0 without a counterpart
 */
export function neighbourSupport(
  frames: readonly ObjectFeatures[],
  logits: readonly Float64Array[],
  typicalArea: number,
): Float64Array[] {
  const diameter = Math.sqrt((4 * typicalArea) / Math.PI);
  const indices = frames.map(({ count, x, y }) => {
    const index = new KDBush(count);
    for (let i = 0; i < count; i++) index.add(x[i]!, y[i]!);
    return count === 0 ? undefined : index.finish();
  });
  return frames.map((objects, frame) => {
    const neighbours = [frame - 1, frame + 1].filter((other) => frames[other] !== undefined);
    return Float64Array.from({ length: objects.count }, (_, i) => {
      let sum = 0;
      for (const other of neighbours) {
        const { likeness, row } = counterpart(objects, i, frames[other]!, indices[other], diameter);
        if (likeness > 0) sum += likeness * Math.max(-maxLogOdds, Math.min(maxLogOdds, logits[other]![row]!));
      }
      return sum / neighbours.length;
    });
  });
}

/**
 * The most similar candidate of another frame, the first of several equally similar; likeness 0 where none is
 * near.
 */
function counterpart(
  objects: ObjectFeatures,
  i: number,
  others: ObjectFeatures,
  index: KDBush | undefined,
  diameter: number,
): { likeness: number; row: number } {
  let best = { likeness: 0, row: -1 };
  // Beyond four deviations the likeness is below 0.001.
  for (const row of index?.within(objects.x[i]!, objects.y[i]!, 4 * positionSpread * diameter) ?? []) {
    const distance =
      Math.hypot(others.y[row]! - objects.y[i]!, others.x[row]! - objects.x[i]!) /
      (positionSpread * diameter);
    const area = Math.log(others.area[row]! / objects.area[i]!) / areaSpread;
    const intensity = logRatio(others.intensity[row]!, objects.intensity[i]!) / intensitySpread;
    const likeness = Math.exp(-0.5 * (distance ** 2 + area ** 2 + intensity ** 2));
    if (likeness > best.likeness || (likeness === best.likeness && likeness > 0 && row < best.row))
      best = { likeness, row };
  }
  return best;
}

/**
 * Of two heights that may be 0 or below; a thousandth of the larger stands for those. 0 where neither is
 * above 0.
 */
function logRatio(a: number, b: number): number {
  const maximum = Math.max(a, b);
  return maximum > 0 ? Math.log(Math.max(a, 1e-3 * maximum) / Math.max(b, 1e-3 * maximum)) : 0;
}
