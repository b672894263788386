/** A training set on disk: `images/`, `masks/` and, where `karyon annotate` made it, `annotation.json`. */
import { evenlySpreadIndices } from "../../stats/evenly.js";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { LabelImage } from "../../core/labels.js";
import { isImageName } from "../../io/formats/formatnames.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import { fullestPart, pixelsOfEach } from "../../dataset/imageparts.js";
import { type Normalisation, scaleSample, type ScaledSample } from "../../dataset/samples.js";
import { labelDiameters } from "../../learn/labeldiameters.js";
import { median } from "../../stats/percentile.js";
import type { TrainingSamples } from "../../workers/train/trainingthreads.js";
import { type AnnotationSummary, diametersOf } from "../annotate/annotation.js";
import { listImages } from "../source/imagefolder.js";
import { imageOfMask, listLabels } from "../source/labeladdresses.js";
import { openImageFile } from "../source/imagefile.js";
import { openSource } from "../source/source.js";
import { readJson } from "../store/files.js";
import { type LabelOptions, readLabels } from "../store/labelfiles.js";

/** One image of a training set and its mask. */
export interface DatasetFile {
  readonly name: string;
  readonly image: string;
  readonly mask: string;
}

/** Within a data set as StarDist has it, what it is trained on; `test` beside it is kept for testing. */
const trainingPart = "train";

/** The folder of a training set that has `images` and `masks`: itself, or `train` in it. */
function folderOf(dataset: string): string {
  const part = join(dataset, trainingPart);
  return !existsSync(join(dataset, "images")) && existsSync(join(part, "images")) ? part : dataset;
}

/**
 * The images and masks of a training set, by name: of its folders `images` and `masks`, or of those in `train`.
 *
 * @param correctedMasks folder of masks that take the place of those of the same name
 * @throws InvalidInput when they are not there, or do not go together
 */
export function datasetFiles(dataset: string, correctedMasks?: string): DatasetFile[] {
  const folders = ["images", "masks"].map((name) => join(folderOf(dataset), name));
  for (const folder of folders) {
    if (!existsSync(folder))
      throw new InvalidInput(
        dataset,
        "a dataset with the folders images and masks",
        `no folder ${folder}`,
        "make one with karyon annotate",
      );
  }
  const [images, masks] = [listImages(folders[0]!), listLabels(folders[1]!)];
  const byImage = new Map([...masks].map(([name, file]) => [imageOfMask(name), file]));
  return [...images].map(([name, image]) => {
    const mask = masks.get(name) ?? byImage.get(name);
    if (mask === undefined)
      throw new InvalidInput(
        folders[1]!,
        `a mask for the image ${name}`,
        "none",
        "add it, or remove the image",
      );
    const corrected = correctedMasks === undefined ? "" : join(correctedMasks, `${name}.tif`);
    return { name, image, mask: corrected !== "" && existsSync(corrected) ? corrected : mask };
  });
}

/** How a training set is read. */
export interface ReadingOptions {
  /** px of the network's input per px of an image whose nuclei have this diameter, px. */
  readonly scaleOf: (diameter: number) => number;
  readonly normalisation: Normalisation;
  /** As for `datasetFiles`. */
  readonly correctedMasks?: string | undefined;
  /** Images to use. Default: as many as have `mostPixels`. */
  readonly images: number | undefined;
}

/** A training set in memory, at the network's scale. */
export interface TrainingSet extends TrainingSamples {
  /** Those used. */
  readonly images: readonly { readonly name: string; readonly sha256: string }[];
  /** What a user should know, one sentence each. */
  readonly notices: readonly string[];
}

/**
 * Pixels at the network's scale that are used, at most. 64 million took 2495 MiB at their peak, the program
 * included; so many 2041 MiB (docs/claims.md).
 */
export const maxPixels = 44e6;

/**
 * Pixels of masks that are kept from the choice of the images until they are prepared, at most: 4 bytes each.
 * A mask gives way to a sample of 8 bytes a pixel, so that the peak stays that of the samples. Masks beyond
 * it are decoded again.
 */
const maxKeptPixels = maxPixels;

/**
 * Least part of an independent image that is worth its place among those that are learned from, pixels at the
 * network's scale: some six nuclei across.
 */
export const leastPart = 256 ** 2;

/** Images that are learned from. */
export interface ChosenImages {
  readonly indices: readonly number[];
  /** Pixels of each at most, at the network's scale; Infinity: all are used whole. */
  readonly most: number;
}

/**
 * Which images are used, and how much of each. Frames of a movie show the same cells again: as many as fit are used
 * whole. Independent images differ: all are used, or as many as give a part that is worth it.
 *
 * @param pixels of each, at the network's scale
 * @param requested images, which are used whole
 */
export function chosenImages(
  pixels: readonly number[],
  kind: "movie" | "images",
  requested: number | undefined,
  maximum = maxPixels,
): ChosenImages {
  if (kind === "movie" || requested !== undefined)
    return { indices: evenlyChosen(pixels, requested, maximum), most: Infinity };
  const indices = evenlyChosen(
    pixels.map((count) => Math.min(count, leastPart)),
    undefined,
    maximum,
  );
  const used = indices.map((index) => pixels[index]!);
  // One image is used whole, whatever its size.
  return { indices, most: used.length === 1 ? Infinity : pixelsOfEach(used, maximum) };
}

/**
 * Which of the images are used: evenly spread over the list.
 *
 * @param pixels of each
 * @param requested images; default: as many as together have `most` pixels, one at least
 */
export function evenlyChosen(
  pixels: readonly number[],
  requested: number | undefined,
  maximum = maxPixels,
): number[] {
  const spread = (count: number): number[] => evenlySpreadIndices(pixels.length, count);
  if (requested !== undefined) return spread(requested);
  for (let count = smallestThatFit(pixels, maximum); count > 1; count--) {
    const chosen = spread(count);
    if (chosen.reduce((sum, index) => sum + pixels[index]!, 0) <= maximum) return chosen;
  }
  return spread(1);
}

/** How many images fit at most: the smallest ones. */
function smallestThatFit(pixels: readonly number[], maximum: number): number {
  const ascending = [...pixels].sort((a, b) => a - b);
  let sum = 0;
  const beyond = ascending.findIndex((count) => (sum += count) > maximum);
  return beyond < 0 ? pixels.length : beyond;
}

/**
 * Reads images with nuclei and brings them to the network's scale. Images of a training set have one channel
 * and one slice, whichever they were taken from.
 *
 * @throws InvalidInput when there is no nucleus, or a mask has not the size of its image
 */
export async function readSamples(
  dataset: string,
  { scaleOf, normalisation, correctedMasks, images: requested }: ReadingOptions,
  context: StageContext,
): Promise<TrainingSet> {
  const summaryFile = join(folderOf(dataset), "annotation.json");
  const summary = existsSync(summaryFile) ? readJson<AnnotationSummary>(summaryFile) : undefined;
  const diameters = summary === undefined ? undefined : diametersOf(summary);
  const files = datasetFiles(dataset, correctedMasks);
  const usable = await usableImages(
    files,
    (name, labels) => scaleOf(diameters?.get(name) ?? median(labelDiameters(labels))),
    context,
  );
  if (usable.length === 0)
    throw new InvalidInput(
      dataset,
      "at least one annotated nucleus",
      `none in ${counted(files.length, "image")}`,
      "look at the overlays, and annotate with another annotate.diameter or annotate.sensitivity",
    );
  const kind = summary?.kind ?? "images";
  const { indices, most } = chosenImages(
    usable.map(({ pixels }) => pixels),
    kind,
    requested,
  );
  const chosen = indices.map((index) => usable[index]!);
  const count = usable.length;
  // The masks of the others are not needed any more.
  usable.length = 0;
  const samples = await samplesOf(chosen, { normalisation, most }, context);
  const fewer = requested === undefined && chosen.length < count;
  const side = Math.floor(Math.sqrt(most));
  return {
    samples,
    kind,
    images: samples.map((sample) => ({ name: sample.name, sha256: fingerprint(sample) })),
    notices: [
      ...(folderOf(dataset) === dataset
        ? []
        : [`The images of the folder ${trainingPart} are used; others of ${dataset} are kept for testing.`]),
      ...(fewer
        ? [
            `${chosen.length} of ${count} images, evenly spread, are used for training. More ` +
              `than ${maxPixels / 1e6} million pixels at the network's scale would need much memory and ` +
              "help little (train.trainingImages sets the number).",
          ]
        : []),
      ...(Number.isFinite(most)
        ? [
            `Of each image, at most ${side} x ${side} px at the ` +
              `network's scale are used for training, where most nuclei are: all of them would be more than ` +
              `${maxPixels / 1e6} million pixels (train.trainingImages takes fewer images, whole).`,
          ]
        : []),
    ],
  };
}

/** An image with at least one nucleus. */
interface UsableImage {
  readonly file: DatasetFile;
  readonly scale: number;
  /** At the network's scale. */
  readonly pixels: number;
  /** Its mask, where that was kept; taken out when it is used. */
  labels?: LabelImage | undefined;
}

/**
 * The images that have a nucleus, in order. All masks are decoded for it, also where annotation.json says how
 * many nuclei they hold: a user may have drawn in them since.
 */
async function usableImages(
  files: readonly DatasetFile[],
  scaleOf: (name: string, labels: LabelImage) => number,
  context: StageContext,
): Promise<UsableImage[]> {
  const usable: UsableImage[] = [];
  let kept = 0;
  for (const file of files) {
    throwIfCancelled(context, "Training");
    const labels = await readLabels(file.mask, await sizeOptions(file));
    if (labels.count === 0) continue;
    const scale = scaleOf(file.name, labels);
    const isKept = kept + labels.data.length <= maxKeptPixels;
    if (isKept) kept += labels.data.length;
    usable.push({
      file,
      scale,
      pixels: labels.height * labels.width * scale ** 2,
      labels: isKept ? labels : undefined,
    });
  }
  return usable;
}

/** Outlines have no size: they get that of their image. */
async function sizeOptions({ image, mask }: DatasetFile): Promise<LabelOptions> {
  if (isImageName(mask)) return {};
  return { size: await openImageFile(image) };
}

/** Reads the images and brings them, with their masks, to the network's scale. */
async function samplesOf(
  images: readonly UsableImage[],
  { normalisation, most }: { readonly normalisation: Normalisation; readonly most: number },
  context: StageContext,
): Promise<ScaledSample[]> {
  const samples: ScaledSample[] = [];
  for (const usable of images) {
    throwIfCancelled(context, "Training");
    const { name, image: path, mask } = usable.file;
    const image = await (await openSource([path])).read(0);
    const labels = usable.labels ?? (await readLabels(mask, { size: image }));
    usable.labels = undefined;
    if (image.height !== labels.height || image.width !== labels.width)
      throw new InvalidInput(
        mask,
        `${image.height} x ${image.width} px as its image`,
        `${labels.height} x ${labels.width} px`,
      );
    const { pixels, scale } = usable;
    const part = pixels > most ? fullestPart(labels, most / scale ** 2) : undefined;
    samples.push(scaleSample({ name, image, labels, scale, part }, normalisation));
  }
  return samples;
}

const fingerprint = ({ data, labels }: ScaledSample): string =>
  createHash("sha256")
    .update(`${labels.height} x ${labels.width}`)
    .update(new Uint8Array(data.buffer))
    .update(new Uint8Array(labels.data.buffer))
    .digest("hex");
