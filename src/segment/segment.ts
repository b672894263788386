import { InvalidInput } from "../core/errors.js";
import type { Image } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import type { Nuclei } from "../core/nuclei.js";
import type { StarPolygons } from "../core/polygons.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { normalise } from "../imgproc/normalise.js";
import { measure } from "../imgproc/regions.js";
import { rescale, type Plane } from "../imgproc/rescale.js";
import type { Predictor } from "../model/predictor.js";
import { scalePolygons, takePolygons } from "../starconvex/geometry.js";
import { paintPolygons } from "../starconvex/raster.js";
import { suppress } from "../starconvex/suppress.js";
import { tidyLabels } from "./assemble.js";
import { CandidateCollector } from "./candidates.js";
import { predictTiles } from "./predict.js";
import { refineOutlines } from "./refine.js";
import { defaultThresholds } from "./thresholds.js";

export interface SegmentOptions {
  /** Cells above it become candidates, 0..1. */
  readonly probabilityThreshold: number;
  /** Candidates that share more than this part of the smaller area exclude each other, 0..1. */
  readonly overlapThreshold: number;
  /** px of the network's input per px of the image. */
  readonly scale: number;
  /** Edge of the square given to the network at once, px of its input: memory against time. The result does not depend on it. */
  readonly tile: number;
  /** Percentiles of the image that become 0 and 1; those of the training. */
  readonly normalisation: { readonly low: number; readonly high: number };
  /** `star`: the predicted polygon. `refined`: each object's own contour in the image, see `refineOutlines`. */
  readonly outline: "star" | "refined";
  /** Objects with fewer pixels are dropped. */
  readonly minimumArea: number;
}

export const defaultSegmentOptions: SegmentOptions = {
  probabilityThreshold: defaultThresholds.probability, overlapThreshold: defaultThresholds.overlap, scale: 1, tile: 1024,
  normalisation: { low: 1, high: 99.8 }, outline: "refined", minimumArea: 10,
};

export interface Segmentation {
  /** Of the size of the image, labels consecutive in the order of their first pixel, each one connected piece. */
  readonly labels: LabelImage;
  /** px of the image; row k belongs to label k + 1. What the network said, also where the outline was refined. */
  readonly polygons: StarPolygons;
  /** Row k belongs to label k + 1; frame 0. */
  readonly nuclei: Nuclei;
}

/**
 * Finds the nuclei of an image.
 *
 * Polygons found at the network's scale are enlarged as polygons and painted on the image's own pixels, so that nothing is resampled.
 *
 * @throws InvalidInput for an option out of range; Cancelled
 */
export async function segment(
  image: Image, predictor: Predictor, options: Partial<SegmentOptions> = {}, context: StageContext = {},
): Promise<Segmentation> {
  const settings = { ...defaultSegmentOptions, ...options };
  checkOptions(settings);
  const { height, width } = image;
  const normalised: Plane = { height, width, data: normalise(image, settings.normalisation.low, settings.normalisation.high) };
  const found = await findPolygons(rescale(normalised, settings.scale), predictor, settings, context);
  throwIfCancelled(context, "Segmentation");
  const polygons = scalePolygons(found, 1 / settings.scale);
  const painted = paintPolygons(polygons, Int32Array.from({ length: polygons.count }, (_, row) => row), height, width);
  const outlined = settings.outline === "refined" ? refineOutlines(painted, normalised.data) : painted;
  const tidy = tidyLabels(outlined, polygons, Math.max(1, settings.minimumArea));
  return { ...tidy, nuclei: measure(tidy.labels, { image, scores: tidy.polygons.scores }) };
}

/** The polygons that remain after suppression, by descending score, px of the input. */
async function findPolygons(input: Plane, predictor: Predictor, settings: SegmentOptions, context: StageContext): Promise<StarPolygons> {
  const { rays, grid } = predictor.config;
  const collector = new CandidateCollector(rays, Math.ceil(input.width / grid));
  for await (const part of predictTiles(input.data, input.height, input.width, predictor, settings.tile, context)) {
    collector.add(part, settings.probabilityThreshold);
  }
  const candidates = collector.finish();
  return takePolygons(candidates, suppress(candidates, settings.overlapThreshold));
}

function checkOptions({ probabilityThreshold, scale, minimumArea, outline }: SegmentOptions): void {
  if (!(probabilityThreshold >= 0 && probabilityThreshold <= 1)) throw new InvalidInput("probability threshold", "0..1", String(probabilityThreshold));
  if (!(scale > 0 && Number.isFinite(scale))) throw new InvalidInput("scale", "a positive number", String(scale));
  if (!(minimumArea >= 0)) throw new InvalidInput("minimum area", "a number of px >= 0", String(minimumArea));
  if (outline !== "star" && outline !== "refined") throw new InvalidInput("outline", '"star" or "refined"', String(outline));
}
