/**
 * One image and a model to nuclei and labels, as `karyon segment` does it: with the scale, the normalisation
 * and the thresholds of the model. Images too large to be held are read and labelled in rows.
 */
import { isKaryonError, StageError } from "../core/errors.js";
import type { Image, PixelData } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { countMissing } from "../core/missing.js";
import { concatNuclei, type Nuclei } from "../core/nuclei.js";
import type { StageContext } from "../core/progress.js";
import type { IntensityRange } from "../imgproc/normalise.js";
import type { Rows } from "../imgproc/rescale.js";
import type { ModelDescription } from "../model/modelfile.js";
import type { Predictor } from "../model/predictor.js";
import { estimateHere, estimateSize } from "./nucleussize.js";
import { askNetwork, type Outliner } from "./outlining.js";
import { defaultMemory, isStreamed, type PartOptions, partsOf } from "./parts.js";
import { previewWindows, type ReadableImage, readableOf, rowsOf } from "./readable.js";
import { correctedScale, scaleFor } from "./modelscale.js";
import { imageCorrection } from "./scaleplan.js";
import {
  candidatesOfTiles,
  type FoundNuclei,
  segment,
  type Segmentation,
  segmentRows,
  type SegmentOptions,
} from "./segment.js";
import type { TileCandidates } from "./tilecandidates.js";

/** A network, and how it is used. */
export interface SegmentationModel {
  readonly predictor: Predictor;
  readonly description: ModelDescription;
}

/** How nuclei become labels, whatever the image. */
export interface LabelOptions extends PartOptions {
  /** Cells of the network above it become candidates, 0..1. Default: that of the model. */
  readonly probabilityThreshold?: number | undefined;
  /** Share of the smaller area that two nuclei may have in common, 0..1. Default: that of the model. */
  readonly overlapThreshold?: number | undefined;
  /** `refined`: the object's own contour in the image. `star`: the polygon of the network. */
  readonly outline: "star" | "refined";
  /** The grey values that become 0 and 1. Default: the model's percentiles of the image. */
  readonly range?: IntensityRange | undefined;
}

/** Options of `segmentImage`. */
export interface SegmentImageOptions extends LabelOptions {
  /** px of the network's input per px of the image. Default: from the size of the nuclei. */
  readonly rescale?: number | undefined;
  /** Diameter of the nuclei, px of the image. Default: estimated, and corrected by the nuclei found. */
  readonly diameter?: number | undefined;
}

/** What all that segments starts from. */
export const defaultLabelOptions: LabelOptions = { outline: "refined", memory: defaultMemory };

/** Where the labels of one image go. */
export interface LabelReceiver {
  /** Takes an image and its labels as a whole. */
  whole(image: Image, labels: LabelImage): Promise<void>;
  /** Opens what takes the labels of an image that is never held as a whole. */
  rows(): Promise<RowReceiver>;
}

/** Takes an image and its labels from top to bottom, whole rows at a time. */
export interface RowReceiver {
  /**
   * Rows `from`..`from + labels.length / width`, each once. The next call waits for this one.
   *
   * @param data grey values of the rows
   */
  add(data: PixelData, labels: Int32Array, from: number): Promise<void>;
  /** After the last row. */
  close(): Promise<void>;
  /** Instead of `close`, after an error: nothing is left behind. */
  abort(): Promise<void>;
}

/** What was found in an image, and how. */
export interface SegmentedImage extends FoundNuclei {
  /** px of the network's input per px of the image. */
  readonly scale: number;
  /** Pixels without a finite number. */
  readonly missing: number;
}

/** Where the segmentation of an image begins. */
export interface StartingScale {
  readonly scale: number;
  /** The nuclei found correct the scale where it is wrong by more than this factor; undefined: they do not. */
  readonly correction: number | undefined;
}

/**
 * Finds the nuclei of an image with everything that the model knows: exactly what `karyon segment` ` +
 `finds in an
 * image of its own.
 *
 * With another amount of memory labels may differ in the last bits of the network's sums.
 *
 * @throws InvalidInput for an option out of range, or memory that does not suffice; Cancelled
 */
export async function segmentImage(
  image: Image,
  model: SegmentationModel,
  options: Partial<SegmentImageOptions> = {},
  context: StageContext = {},
): Promise<Segmentation & SegmentedImage> {
  const settings = { ...defaultLabelOptions, ...options };
  const readable = readableOf(image);
  const start = await startingScale(readable, model.description, settings);
  let labels: LabelImage | undefined;
  const receiver = collecting(image, (whole) => (labels = whole));
  const job = { ...settings, name: "the image", start, receiver };
  const found = await segmentReadable(readable, model, job, context);
  return { ...found, labels: labels! };
}

async function startingScale(
  image: ReadableImage,
  description: ModelDescription,
  { rescale, diameter }: Partial<SegmentImageOptions>,
): Promise<StartingScale> {
  if (rescale !== undefined) return { scale: rescale, correction: undefined };
  if (diameter !== undefined) return { scale: scaleFor(diameter, description), correction: undefined };
  const { estimate } = await estimateSize(image, estimateHere);
  return { scale: scaleFor(estimate.seen, description), correction: imageCorrection };
}

/** Holds the labels of an image, whole or by rows. @param take gets them when they are complete */
export function collecting(
  { height, width }: Pick<Image, "height" | "width">,
  take: (labels: LabelImage) => void,
): LabelReceiver {
  return {
    whole: async (_, labels) => take(labels),
    async rows() {
      const data = new Int32Array(height * width);
      let count = 0;
      return {
        async add(_, labels, from) {
          data.set(labels, from * width);
          for (const label of labels) if (label > count) count = label;
        },
        close: async () => take({ height, width, data, count }),
        abort: async () => undefined,
      };
    },
  };
}

/** One image of many: how it is named in errors, where its scale begins, and where its labels go. */
export interface ImageJob extends LabelOptions {
  readonly name: string;
  readonly start: StartingScale;
  readonly receiver: LabelReceiver;
  /** What shards of the tile rows found, where there were some (`predictTileRows`). */
  readonly tileRows?: TileRowsFound | undefined;
  /** Where other images are worked on at the same time: how this one gets its turns. Default: it is alone. */
  readonly shared?: SharedNetwork | undefined;
}

/** One network for several images at a time, which are asked about one after the other. */
export interface SharedNetwork {
  /** Does what needs the network when nobody else does. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
  /** Makes labels of what the network said. */
  readonly outline: Outliner;
}

/** The candidates of all tiles of an image, and at what scale they were found. */
export interface TileRowsFound {
  /** px of the network's input per px of the image. At another scale the network is asked again. */
  readonly scale: number;
  /** Of all tiles, row-major; each call begins anew. */
  candidates(): AsyncIterable<TileCandidates>;
}

/**
 * Finds the nuclei of an image that is read where it is needed. Labels go to the receiver, before this
 * returns.
 *
 * @throws InvalidInput for an option out of range, or memory that does not suffice; Cancelled; what reading
 *   and the receiver throw
 */
export async function segmentReadable(
  image: ReadableImage,
  model: SegmentationModel,
  job: ImageJob,
  context: StageContext = {},
): Promise<SegmentedImage> {
  const { name, start, receiver } = job;
  const optionsAt = (scale: number): Partial<SegmentOptions> => optionsOf(image, model, scale, job);
  const withFound = (scale: number): Partial<SegmentOptions> => ({
    ...optionsAt(scale),
    candidates: job.tileRows?.scale === scale ? job.tileRows.candidates() : undefined,
  });
  const corrected = (nuclei: Nuclei): number =>
    start.correction === undefined
      ? start.scale
      : correctedScale(nuclei, start.scale, model.description, start.correction);
  if (isStreamed(image, job.memory))
    return explained(name, async () => {
      const scale = await scaleInWindows(image, model, job, context);
      const rows = await receiver.rows();
      return { scale, ...(await segmentInRows(image, model.predictor, rows, withFound(scale), context)) };
    });
  const whole = await image.read();
  const at = (scale: number): Promise<Segmentation> =>
    explained(name, () => segmentShared(whole, model.predictor, withFound(scale), job.shared, context));
  let found = await at(start.scale);
  const scale = corrected(found.nuclei);
  if (scale !== start.scale) found = await at(scale);
  const { labels, polygons, nuclei } = found;
  await receiver.whole(whole, labels);
  return { scale, polygons, nuclei, missing: countMissing(whole.data) };
}

/** `segment`, where the network may be shared. */
async function segmentShared(
  image: Image,
  predictor: Predictor,
  options: Partial<SegmentOptions>,
  shared: SharedNetwork | undefined,
  context: StageContext,
): Promise<Segmentation> {
  if (shared === undefined) return segment(image, predictor, options, context);
  const request = await shared.turn(() => askNetwork(image, predictor, options, context));
  return shared.outline(request, context.signal);
}

/** The scale of an image that is not held as a whole, corrected by what is found in a few windows. */
async function scaleInWindows(
  image: ReadableImage,
  model: SegmentationModel,
  job: Omit<ImageJob, "receiver">,
  context: StageContext,
): Promise<number> {
  const { scale, correction } = job.start;
  if (correction === undefined) return scale;
  const nuclei = await nucleiInWindows(image, model.predictor, optionsOf(image, model, scale, job), context);
  return correctedScale(nuclei, scale, model.description, correction);
}

/** What a shard of the tile rows of an image found. Plain data. */
export interface TileRowsPart {
  /** px of the network's input per px of the image. */
  readonly scale: number;
  /** Of its tiles, row-major; none where the image has fewer rows of tiles than there are shards. */
  readonly tiles: readonly TileCandidates[];
}

/** One of several shards of an image, numbered from 0. */
export interface TileRowsShard {
  readonly index: number;
  readonly count: number;
}

/**
 * Asks the network about some rows of tiles of an image: the first of `segmentReadable`'s two halves, of which
 * the second is `segmentReadable` with what all shards found. The tiles are those of the whole, so that the
 * result is the same.
 *
 * Where the nuclei found may correct the scale of an image that is held as a whole, the part is that of the
 * starting scale.
 *
 * @throws as `segmentReadable`
 */
export async function predictTileRows(
  image: ReadableImage,
  model: SegmentationModel,
  job: Omit<ImageJob, "receiver">,
  { index, count }: TileRowsShard,
  context: StageContext = {},
): Promise<TileRowsPart> {
  return explained(job.name, async () => {
    const scale = isStreamed(image, job.memory)
      ? await scaleInWindows(image, model, job, context)
      : job.start.scale;
    const share = (rows: number): Rows => ({
      from: Math.floor((index * rows) / count),
      to: Math.floor(((index + 1) * rows) / count),
    });
    const options = optionsOf(image, model, scale, job);
    const tiles: TileCandidates[] = [];
    for await (const tile of candidatesOfTiles(rowsOf(image), model.predictor, share, options, context))
      tiles.push(tile);
    return { scale, tiles };
  });
}

/** Names the image in errors that nobody foresaw, such as those of the runtime. */
async function explained<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isKaryonError(error)) throw error;
    throw new StageError(
      "segment",
      name,
      error,
      "run again with a smaller segment.memory if memory is short",
    );
  }
}

const optionsOf = (
  image: ReadableImage,
  { predictor, description }: SegmentationModel,
  scale: number,
  options: LabelOptions,
): Partial<SegmentOptions> => ({
  ...thresholdsOf(description, options),
  outline: options.outline,
  normalisation: description.normalisation,
  range: options.range,
  scale,
  ...partsOf(image, scale, predictor.config, options),
});

/** The thresholds that are used: those of the model, unless others are given. */
export const thresholdsOf = (
  { thresholds }: Pick<ModelDescription, "thresholds">,
  { probabilityThreshold, overlapThreshold }: Pick<LabelOptions, "probabilityThreshold" | "overlapThreshold">,
): { readonly probabilityThreshold: number; readonly overlapThreshold: number } => ({
  probabilityThreshold: probabilityThreshold ?? thresholds.probability,
  overlapThreshold: overlapThreshold ?? thresholds.overlap,
});

/** The nuclei of a few windows of an image that is not held as a whole. */
async function nucleiInWindows(
  image: ReadableImage,
  predictor: Predictor,
  options: Partial<SegmentOptions>,
  { signal }: StageContext,
): Promise<Nuclei> {
  const tables: Nuclei[] = [];
  for (const window of previewWindows(image)) {
    const part = await image.readWindow(window);
    tables.push((await segment(part, predictor, options, { signal })).nuclei);
  }
  return concatNuclei(tables);
}

/**
 * Segments an image in rows. Its grey values are read once more for the receiver, which is closed at the end,
 * or aborted.
 *
 * @throws as `segmentRows`; what reading and the receiver throw
 */
export async function segmentInRows(
  image: ReadableImage,
  predictor: Predictor,
  receiver: RowReceiver,
  options: Partial<SegmentOptions>,
  context: StageContext,
): Promise<FoundNuclei & { readonly missing: number }> {
  const rows = rowsOf(image);
  let missing = 0;
  const write = async (labels: Int32Array, from: number): Promise<void> => {
    const data = await rows.rows(from, from + labels.length / image.width);
    missing += countMissing(data);
    await receiver.add(data, labels, from);
  };
  try {
    const found = await segmentRows(rows, predictor, write, options, context);
    await receiver.close();
    return { ...found, missing };
  } catch (error) {
    await receiver.abort();
    throw error;
  }
}
