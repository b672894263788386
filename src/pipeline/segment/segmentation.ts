/**
 * A model and images to label images on disk: `NAME.tif`, `overlays/`, `objects.csv`, `segmentation.json`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { LabelSource } from "../../core/labels.js";
import { concatNuclei, type Nuclei } from "../../core/nuclei.js";
import type { StageContext } from "../../core/progress.js";
import { equivalentDiameter } from "../../imgproc/regions.js";
import { thresholdsOf } from "../../segment/segmentimage.js";
import type { SegmentedFrame } from "../../segment/segmentmovie.js";
import { median } from "../../stats/percentile.js";
import type { Config } from "../config/options.js";
import { writeFileAtomic } from "../store/files.js";
import { labelsInFiles } from "../store/labelsource.js";
import { asStored, nucleiCsv, parseNuclei } from "../../io/nucleifile.js";
import { readVersioned, writeVersioned } from "../store/versioned.js";
import { frameWarnings } from "./framewarnings.js";
import { scaleWarnings } from "./scalewarnings.js";
import { type SegmentationInput, segmentShard } from "./shard.js";

/** Contents of `segmentation.json`. */
export interface SegmentationSummary {
  readonly kind: "movie" | "images";
  /** µm per px; absent where it is unknown. */
  readonly pixelSize?: number | undefined;
  /** Seconds; absent where it is unknown. */
  readonly frameInterval?: number | undefined;
  readonly probabilityThreshold: number;
  readonly overlapThreshold: number;
  readonly outline: "star" | "refined";
  /** One a frame; sizes in px, `scale` in px of the network's input per px, to three decimals. */
  readonly images: readonly {
    readonly name: string;
    readonly height: number;
    readonly width: number;
    readonly scale: number;
    readonly nuclei: number;
  }[];
  readonly warnings: readonly string[];
}

/** A segmentation: just made, or read from its folder. */
export interface SegmentationResult {
  readonly summary: SegmentationSummary;
  /** Of all frames, as `objects.csv` holds them (`asStored`): the same bits whether made or read. */
  readonly nuclei: Nuclei;
  /**
   * The same as they were measured, with brightness and score as stored. Absent where the result was read: the
   * table holds 10 digits, so that who needs all of them measures the labels.
   */
  readonly measured?: Nuclei | undefined;
  /** One a frame, read from the folder. */
  readonly labels: LabelSource;
}

/**
 * Segments every frame of the source into `folder`, which must exist.
 *
 * @returns the result; once the folder gets another name, `segmentationIn` finds the labels there
 * @throws InvalidInput for an option out of range; Cancelled; OutputError; what reading throws
 */
export async function segmentInto(
  folder: string,
  input: SegmentationInput,
  config: Config,
  context: StageContext,
): Promise<SegmentationResult> {
  const all = { frames: input.source.frameNames.map((_, frame) => frame) };
  return writeSegmentation(folder, input, await segmentShard(folder, input, all, config, context), config);
}

/**
 * Writes the tables of a segmentation whose labels lie in `folder`.
 *
 * @param frames all frames of the source, in their order (`mergeShards`)
 * @throws OutputError
 */
export async function writeSegmentation(
  folder: string,
  input: SegmentationInput,
  frames: readonly SegmentedFrame[],
  config: Config,
): Promise<SegmentationResult> {
  const { source } = input;
  const all = concatNuclei(frames.map(({ nuclei }) => nuclei));
  const summary = summaryOf(input, frames, config);
  await writeFileAtomic(join(folder, "objects.csv"), nucleiCsv(all, source.pixelSize, source.frameNames));
  await writeVersioned(join(folder, "segmentation.json"), "segmentation", summary);
  const nuclei = asStored(all);
  const { meanIntensity, score } = nuclei;
  return { summary, nuclei, measured: { ...all, meanIntensity, score }, labels: labelsIn(folder, summary) };
}

function summaryOf(
  { source, model: { description }, diameters }: SegmentationInput,
  frames: readonly SegmentedFrame[],
  config: Config,
): SegmentationSummary {
  const { rescale, outline } = config.segment;
  const images = frames.map(({ name, height, width, scale, nuclei }) => ({
    name,
    height,
    width,
    scale: Math.round(scale * 1000) / 1000,
    nuclei: nuclei.count,
  }));
  const warnings = frameWarnings(frames, source.kind);
  if (diameters === undefined) {
    const scaled = images.map(({ name, scale }, k) => ({ name, scale, diameter: diameterOf(frames[k]!) }));
    warnings.push(...scaleWarnings(scaled, description, rescale !== undefined));
  }
  return {
    kind: source.kind,
    pixelSize: source.pixelSize,
    frameInterval: source.frameInterval,
    ...thresholdsOf(description, config.segment),
    outline,
    images,
    warnings,
  };
}

const diameterOf = ({ nuclei: { count, area } }: SegmentedFrame): number =>
  count === 0 ? NaN : equivalentDiameter(median(area));

const labelsIn = (folder: string, { images }: SegmentationSummary): LabelSource =>
  labelsInFiles(
    images.map(({ name }) => join(folder, `${name}.tif`)),
    images.map(({ name }) => name),
  );

/** The result once its folder has another name. */
export const segmentationIn = (folder: string, result: SegmentationResult): SegmentationResult => ({
  ...result,
  labels: labelsIn(folder, result.summary),
});

/**
 * Reads what `segmentInto` wrote; label images are read when they are asked for.
 *
 * @throws InvalidInput when the folder is no result of a segmentation
 */
export function readSegmentation(folder: string): SegmentationResult {
  const [summaryFile, table] = [join(folder, "segmentation.json"), join(folder, "objects.csv")];
  for (const path of [summaryFile, table])
    if (!existsSync(path))
      throw new InvalidInput(
        folder,
        "a folder that karyon segment wrote",
        `no ${path}`,
        "segment the images first",
      );
  const summary = readVersioned<SegmentationSummary>(summaryFile, "segmentation");
  return {
    summary,
    nuclei: parseNuclei(readFileSync(table, "utf8"), table),
    labels: labelsIn(folder, summary),
  };
}
