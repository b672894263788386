import { InvalidInput } from "../core/errors.js";
import type { Image } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { concatNuclei, type Nuclei } from "../core/nuclei.js";
import type { StarPolygons } from "../core/polygons.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { areas } from "../imgproc/components.js";
import { type IntensityRange, normaliseRangeOfParts, normaliseTo } from "../imgproc/normalise.js";
import { largestPieces } from "../imgproc/pieces.js";
import { measure } from "../imgproc/regions.js";
import { rescaledLength, type Rows } from "../imgproc/rescale.js";
import { receptiveField } from "../model/modelconfig.js";
import type { Predictor } from "../model/predictor.js";
import { scalePolygons, takePolygons } from "../starconvex/geometry.js";
import { paintPolygons } from "../starconvex/raster.js";
import { SuppressionStream } from "../starconvex/suppress.js";
import { type Numbering, numbering, numberRows } from "./assemble.js";
import { type Band, bandsOf, type ObjectReach } from "./bands.js";
import { type InputRows, tileRowsOf } from "./predict.js";
import { type Outline, refinementFor, refineRows, rowsAround } from "./refine.js";
import { type ImageRows, inBands, normalisedRows, rescaledRows, rowsOfImage } from "./rows.js";
import { defaultThresholds } from "./thresholds.js";
import { findCandidates, type TileCandidates } from "./tilecandidates.js";

/** How an image is segmented. */
export interface SegmentOptions {
  /** Cells above it become candidates, 0..1. */
  readonly probabilityThreshold: number;
  /** Candidates that share more than this part of the smaller area exclude each other, 0..1. */
  readonly overlapThreshold: number;
  /** px of the network's input per px of the image. */
  readonly scale: number;
  /**
   * Edge of the square given to the network at once, px of its input: memory against time. The result does
   * not depend on it.
   */
  readonly tile: number;
  /**
   * Rows of the image that are painted and outlined at once: memory against time. The result does not depend
   * on it.
   */
  readonly band: number;
  /** Percentiles of the image that become 0 and 1; those of the training. */
  readonly normalisation: { readonly low: number; readonly high: number };
  /** The grey values that become 0 and 1, for a part of an image; those percentiles where undefined. */
  readonly range?: IntensityRange | undefined;
  /**
   * `star`: the predicted polygon. `refined`: each object's own contour in the image, see `refineOutlines`.
   */
  readonly outline: "star" | "refined";
  /** Objects with fewer pixels are dropped. */
  readonly minimumArea: number;
  /**
   * What the network found in all tiles, row-major, where that is known (`candidatesOfTiles` with the same
   * options); the network is not asked then.
   */
  readonly candidates?: AsyncIterable<TileCandidates> | undefined;
}

/**
 * Thresholds as StarDist's, the image at its own scale. A trained model knows better ones, and its
 * normalisation and scale: they stand in its description.
 */
export const defaultSegmentOptions: SegmentOptions = {
  probabilityThreshold: defaultThresholds.probability,
  overlapThreshold: defaultThresholds.overlap,
  scale: 1,
  tile: 1024,
  band: Infinity,
  normalisation: { low: 1, high: 99.8 },
  outline: "refined",
  minimumArea: 10,
};

/** What is found in an image, without its labels. */
export interface FoundNuclei {
  /**
   * px of the image; row k belongs to label k + 1. What the network said, also where the outline was refined.
   */
  readonly polygons: StarPolygons;
  /** Row k belongs to label k + 1; frame 0. */
  readonly nuclei: Nuclei;
}

/** What is found in an image, with its labels. */
export interface Segmentation extends FoundNuclei {
  /**
   * Of the size of the image, labels consecutive in the order of their first pixel, each one connected piece.
   */
  readonly labels: LabelImage;
}

/**
 * Finds the nuclei of an image.
 *
 * Polygons found at the network's scale are enlarged as polygons and painted on the image's own pixels, so
 * that nothing is resampled.
 *
 * @throws InvalidInput for an option out of range; Cancelled
 */
export async function segment(
  image: Image,
  predictor: Predictor,
  options: Partial<SegmentOptions> = {},
  context: StageContext = {},
): Promise<Segmentation> {
  const { height, width } = image;
  const data = new Int32Array(height * width);
  const write = (rows: Int32Array, from: number): Promise<void> =>
    Promise.resolve(data.set(rows, from * width));
  const found = await segmentRows(rowsOfImage(image), predictor, write, options, context);
  return { labels: { height, width, data, count: found.nuclei.count }, ...found };
}

/**
 * `segment` for images of any size: neither the image nor its labels are in memory as a whole, and the result
 * is the same.
 *
 * The image is read four times (five, where its values are floats): for the percentiles of the normalisation,
 * for the network, for the background of the outlines, and for the outlines. In memory are one row of tiles,
 * the candidates that are not decided yet, the polygons and the table of the nuclei, and then one band of the
 * image with its labels and filters: about 40 bytes for each of its pixels.
 *
 * @param write takes the labels row by row: all rows once, from top to bottom, from..from + rows.length /
 *   width at a time. It may keep them.
 * @throws InvalidInput for an option out of range; Cancelled; what `image` and `write` throw
 */
export async function segmentRows(
  image: ImageRows,
  predictor: Predictor,
  write: (rows: Int32Array, from: number) => Promise<void>,
  options: Partial<SegmentOptions> = {},
  context: StageContext = {},
): Promise<FoundNuclei> {
  const settings = { ...defaultSegmentOptions, ...options };
  checkOptions(settings);
  const { height } = image;
  const band = Math.min(height, Math.floor(settings.band));
  const range = await rangeOf(image, settings, band);
  const normalised = normalisedRows(image, range);
  const polygons = scalePolygons(
    await findPolygons(
      rescaledRows(normalised, settings.scale),
      predictor,
      settings,
      partOf(context, 0, networkShare),
    ),
    1 / settings.scale,
  );
  throwIfCancelled(context, "Segmentation");
  const outline =
    settings.outline === "refined" ? await outlineOf(polygons, normalised, band, context) : undefined;
  const found = numbering(polygons.count);
  const drawing = { image, polygons, range, outline, found, minimumArea: Math.max(1, settings.minimumArea) };
  const tables: Nuclei[] = [];
  for (const rows of bandsOf(polygons, height, band, reachOf(outline))) {
    throwIfCancelled(context, "Segmentation");
    tables.push(await drawBand(drawing, rows, write));
    partOf(context, networkShare, 1).onProgress?.({ done: rows.core.to, total: height });
  }
  return {
    polygons: takePolygons(
      polygons,
      found.labels.map((label) => label - 1),
    ),
    nuclei: concatNuclei(tables),
  };
}

/**
 * What `segmentRows` asks the network, for some rows of tiles: the candidates of each tile, row-major. The grey
 * values of all of the image are looked at for the normalisation.
 *
 * @param share from the number of rows of tiles of the whole to those that are predicted
 * @throws as `segmentRows`
 */
export async function* candidatesOfTiles(
  image: ImageRows,
  predictor: Predictor,
  share: (rows: number) => Rows,
  options: Partial<SegmentOptions>,
  context: StageContext = {},
): AsyncGenerator<TileCandidates> {
  const settings = { ...defaultSegmentOptions, ...options };
  checkOptions(settings);
  const size = rescaledLength(image.height, settings.scale);
  const some = share(tileRowsOf(size, settings.tile, predictor.config));
  if (some.to <= some.from) return;
  const band = Math.min(image.height, Math.floor(settings.band));
  const normalised = normalisedRows(image, await rangeOf(image, settings, band));
  yield* findCandidates(rescaledRows(normalised, settings.scale), predictor, settings, context, some);
}

const rangeOf = async (
  image: ImageRows,
  { range, normalisation: { low, high } }: SegmentOptions,
  band: number,
): Promise<IntensityRange> => range ?? normaliseRangeOfParts(() => inBands(image, band), low, high);

/** What all bands of an image are drawn with. */
interface Drawing {
  readonly image: ImageRows;
  readonly polygons: StarPolygons;
  readonly range: IntensityRange;
  readonly outline: Outline | undefined;
  /** The objects of the bands before. */
  readonly found: Numbering;
  /** px, at least 1. */
  readonly minimumArea: number;
}

/** Draws the objects of a band, writes the rows of its core, and measures the objects that begin there. */
async function drawBand(
  { image, polygons, range, outline, found, minimumArea }: Drawing,
  { core, window }: Band,
  write: (rows: Int32Array, from: number) => Promise<void>,
): Promise<Nuclei> {
  const { height, width } = image;
  const data = await image.rows(window.from, window.to);
  const painted = paintPolygons(polygons, byScore(polygons), image, window);
  const outlined = outline
    ? refineRows(painted, normaliseTo({ data }, range), window.from, outline)
    : painted;
  const pieces = largestPieces(outlined, minimumArea);
  const before = found.labels.length;
  const rows = pieces.data.subarray((core.from - window.from) * width, (core.to - window.from) * width);
  await write(numberRows(found, rows), core.from);
  const fresh = newNumbers(pieces, found, before);
  const scores = found.labels.slice(before).map((label) => polygons.scores[label - 1]!);
  const nuclei = measure(fresh, { image: { ...fresh, data }, scores, part: { from: window.from, height } });
  return { ...nuclei, label: nuclei.label.map((label) => before + label) };
}

const reachOf = (outline: Outline | undefined): ObjectReach =>
  outline === undefined
    ? { grow: 0, around: 0 }
    : { grow: outline.refinement.grow, around: rowsAround(outline.refinement) };

/**
 * Share of the time of an image that goes into the network, about; the rest goes into the outlines. Only the
 * progress that is shown depends on it.
 */
export const networkShare = 0.75;

/** Reports the progress of a part of the work as that of the whole, which is 1. */
export const partOf = (context: StageContext, from: number, to: number): StageContext => ({
  ...context,
  onProgress: ({ done, total, message }) =>
    context.onProgress?.({ done: from + ((to - from) * done) / total, total: 1, message }),
});

/** The polygons that remain after suppression, by descending score, px of the input. */
async function findPolygons(
  input: InputRows,
  predictor: Predictor,
  settings: SegmentOptions,
  context: StageContext,
): Promise<StarPolygons> {
  const { config } = predictor;
  const stream = new SuppressionStream(config.rays, settings.overlapThreshold, receptiveField(config));
  const found = settings.candidates ?? findCandidates(input, predictor, settings, context);
  for await (const { polygons, cells, unseen } of found) stream.add(polygons, cells, unseen);
  return stream.finish();
}

const byScore = ({ count }: StarPolygons): Int32Array => Int32Array.from({ length: count }, (_, row) => row);

/**
 * What the contours of all objects have in common, from the size of the objects and the rows of the image;
 * undefined where there is no object.
 */
async function outlineOf(
  polygons: StarPolygons,
  normalised: InputRows,
  band: number,
  context: StageContext,
): Promise<Outline | undefined> {
  const { height } = normalised;
  const total = new Int32Array(polygons.count + 1);
  for (let from = 0; from < height; from += band) {
    const part = areas(
      paintPolygons(polygons, byScore(polygons), normalised, { from, to: Math.min(height, from + band) }),
    );
    for (let label = 1; label < total.length; label++) total[label]! += part[label]!;
  }
  const refinement = refinementFor(total, normalised);
  if (refinement === undefined) return undefined;
  for (let from = 0; from < height; from += band) {
    throwIfCancelled(context, "Segmentation");
    refinement.background.add(await normalised.rows(from, Math.min(height, from + band)), from);
  }
  return { refinement, background: refinement.background.finish() };
}

/** Takes out all but the objects with numbers above `before`, and counts those from 1. In place. */
function newNumbers(
  labels: LabelImage,
  { numbers, labels: numbered }: Numbering,
  before: number,
): LabelImage {
  const { data } = labels;
  for (let p = 0; p < data.length; p++) if (data[p] !== 0) data[p] = Math.max(0, numbers[data[p]!]! - before);
  return { ...labels, count: numbered.length - before };
}

function checkOptions({ probabilityThreshold, scale, band, minimumArea, outline }: SegmentOptions): void {
  if (!(probabilityThreshold >= 0 && probabilityThreshold <= 1))
    throw new InvalidInput("probability threshold", "0..1", String(probabilityThreshold));
  if (!(scale > 0 && Number.isFinite(scale)))
    throw new InvalidInput("scale", "a positive number", String(scale));
  if (!(band >= 1)) throw new InvalidInput("band", "a number of rows >= 1", String(band));
  if (!(minimumArea >= 0)) throw new InvalidInput("minimum area", "a number of px >= 0", String(minimumArea));
  if (outline !== "star" && outline !== "refined")
    throw new InvalidInput("outline", '"star" or "refined"', String(outline));
}
