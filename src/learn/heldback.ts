/** What a trained network makes of images that were held back from its training. */
import type { LabelImage } from "../core/labels.js";
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
    const annotated = matchInstances(labels, found);
    out.push({
      annotated: agreementCounts(annotated),
      ...knownInside(found, annotated.predicted.label),
      flipped: others.map((other) => agreementCounts(matchInstances(found, other))),
    });
  }
  return out;
}

/**
 * How many nuclei lie wholly inside an image, and of how many of them the annotation does not know. Those at the border
 * do not count: what is held back may be a corner, at whose border nobody knows anything.
 *
 * @param known labels of which the annotation knows whether they are nuclei
 */
function knownInside(
  { height, width, data, count }: LabelImage,
  known: Int32Array,
): Pick<HeldBack, "found" | "unknown"> {
  const [absent, inside, atBorder] = [0, 1, 2];
  const place = new Uint8Array(count + 1).fill(absent);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const isBorder = y === 0 || x === 0 || y === height - 1 || x === width - 1;
      const label = data[p]!;
      if (label > 0 && place[label] !== atBorder) place[label] = isBorder ? atBorder : inside;
    }
  }
  const found = place.reduce((sum, where) => sum + (where === inside ? 1 : 0), 0);
  const ofThese = known.reduce((sum, label) => sum + (place[label] === inside ? 1 : 0), 0);
  return { found, unknown: found - ofThese };
}
