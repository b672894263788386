/** What a trained network makes of images that were held back from its training. */
import type { StarPolygons } from "../core/polygons.js";
import type { StageContext } from "../core/progress.js";
import type { ScaledSample } from "../dataset/samples.js";
import { agreementCounts, type HeldBack } from "../evaluate/expected.js";
import { matchInstances } from "../evaluate/instances.js";
import type { Predictor } from "../model/predictor.js";
import { candidatesOf } from "../segment/candidates.js";
import { labelsUnderFlips, mirrorImages } from "../segment/flips.js";
import { predictTiled } from "../segment/predict.js";
import { lowestProbability, type Thresholds } from "../segment/thresholds.js";

/** An image that was held back, and what the network said of it. */
export interface Looked extends ScaledSample {
  /** Above `lowestProbability`. */
  readonly candidates: StarPolygons;
}

/** Who is told between the images, and who may end it. */
export interface HeldBackContext extends Pick<StageContext, "signal"> {
  readonly say: (message: string) => void;
}

/** Edge of the tiles that these images are predicted in, px. */
const tile = 1024;

/** At most so many pixels of mirror images are predicted. */
const mirroredPixels = 3 * 2 ** 20;

/** What the network says of images; only candidates stay in memory. */
export async function lookedAt(
  predictor: Predictor,
  images: readonly ScaledSample[],
  what: string,
  { signal, say }: HeldBackContext,
): Promise<Looked[]> {
  const out: Looked[] = [];
  for (const [index, image] of images.entries()) {
    say(`${what}, image ${index + 1} of ${images.length}`);
    const { data, labels } = image;
    const prediction = await predictTiled({ ...labels, data }, predictor, tile, { signal });
    out.push({ ...image, candidates: candidatesOf(prediction, lowestProbability) });
  }
  return out;
}

/** Compares what the network finds with the annotation, and with what it finds in mirror images. */
export async function heldBackOf(
  predictor: Predictor,
  thresholds: Thresholds,
  images: readonly Looked[],
  { signal, say }: HeldBackContext,
): Promise<HeldBack[]> {
  const out: HeldBack[] = [];
  const pixels = images.reduce((sum, { data }) => sum + data.length, 0);
  // Not the same for all: each side has its turn.
  const sides = Math.min(mirrorImages, Math.max(1, Math.floor(mirroredPixels / pixels)));
  const mirrors = (first: number): number[] =>
    Array.from({ length: sides }, (_, i) => (first + i) % mirrorImages);
  for (const [index, { data, labels, candidates }] of images.entries()) {
    say(`estimating the quality, image ${index + 1} of ${images.length}`);
    const [found, ...others] = await labelsUnderFlips(
      { ...labels, data },
      predictor,
      { ...thresholds, tile, candidates, mirrors: mirrors(index) },
      { signal },
    );
    out.push({
      annotated: agreementCounts(matchInstances(labels, found)),
      found: found.count,
      flipped: others.map((other) => agreementCounts(matchInstances(found, other))),
    });
  }
  return out;
}
