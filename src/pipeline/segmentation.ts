/** A model and images to label images on disk: `NAME.tif`, `overlays/`, `objects.csv`, `segmentation.json`. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { poolScale, type ScaleEstimate } from "../annotate/scale.js";
import { StageError, isKaryonError } from "../core/errors.js";
import type { Image, ImageSource } from "../core/image.js";
import { concatNuclei, type Nuclei } from "../core/nuclei.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { segment } from "../segment/segment.js";
import { framePool } from "../workers/pool.js";
import { acquisitionsOf, frameKind } from "./acquisitions.js";
import { writeFileAtomic } from "./files.js";
import { writeLabels } from "./labelfiles.js";
import type { LoadedModel } from "./modelfiles.js";
import type { Config } from "./options.js";
import { nucleiCsv } from "./tables.js";
import { threadsOf } from "./threads.js";

/** Contents of `segmentation.json`. */
export interface SegmentationSummary {
  readonly kind: "movie" | "images";
  readonly pixelSize?: number | undefined;
  readonly frameInterval?: number | undefined;
  readonly probabilityThreshold: number;
  readonly overlapThreshold: number;
  readonly outline: "star" | "refined";
  readonly images: readonly { readonly name: string; readonly height: number; readonly width: number; readonly scale: number; readonly nuclei: number }[];
  readonly warnings: readonly string[];
}

/** A model works where nuclei have the size it learned; up to this factor images are left as they are. */
const tolerance = 1.3;

/** Segments every frame of `source` into `folder`, which must exist. */
export async function segmentInto(folder: string, source: ImageSource, { description, predictor }: LoadedModel, config: Config, context: StageContext): Promise<SegmentationSummary> {
  await mkdir(join(folder, "overlays"), { recursive: true });
  const scales = await frameScales(source, description.diameter, config, context);
  const pool = framePool(1);
  const overlays: Promise<void>[] = [];
  const probabilityThreshold = config.segment.probabilityThreshold ?? description.thresholds.probability;
  const overlapThreshold = config.segment.overlapThreshold ?? description.thresholds.overlap;
  const { outline, tile } = config.segment;
  const tables: Nuclei[] = [];
  const images: SegmentationSummary["images"][number][] = [];
  try {
    for (let frame = 0; frame < source.frames; frame++) {
      throwIfCancelled(context, "Segmentation");
      const name = source.frameNames[frame]!;
      const image = await readFrame(source, frame, config, context);
      const scale = scales[frame]!;
      const part: StageContext = { signal: context.signal, onProgress: ({ done, total }) => context.onProgress?.({ done: frame + done / total, total: source.frames, message: name }) };
      const result = await segmentFrame(name, () => segment(image, predictor, { probabilityThreshold, overlapThreshold, scale, tile, outline, normalisation: description.normalisation }, part));
      await writeLabels(join(folder, `${name}.tif`), result.labels);
      overlays.push(pool.run("labelOverlay", { image, labels: result.labels }).then((png) => writeFileAtomic(join(folder, "overlays", `${name}.png`), png)));
      if (overlays.length > 2) await overlays[overlays.length - 3];
      tables.push({ ...result.nuclei, frame: result.nuclei.frame.fill(frame) });
      images.push({ name, height: image.height, width: image.width, scale: Math.round(scale * 1000) / 1000, nuclei: result.labels.count });
      context.onProgress?.({ done: frame + 1, total: source.frames, message: `${name}: ${result.labels.count} nuclei` });
    }
    await Promise.all(overlays);
  } finally {
    await Promise.allSettled(overlays);
    await pool.close();
  }
  await writeFileAtomic(join(folder, "objects.csv"), nucleiCsv(concatNuclei(tables), source.pixelSize, source.frameNames));
  const summary: SegmentationSummary = {
    kind: source.kind, pixelSize: source.pixelSize, frameInterval: source.frameInterval, probabilityThreshold, overlapThreshold, outline, images,
    warnings: images.filter(({ nuclei }) => nuclei === 0).map(({ name }) => `${name}: no nucleus was found.`),
  };
  await writeFileAtomic(join(folder, "segmentation.json"), `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

const readFrame = (source: ImageSource, frame: number, { input }: Config, { signal }: StageContext): Promise<Image> => source.read(frame, { channel: input.channel, z: input.z, signal });

async function segmentFrame<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isKaryonError(error)) throw error;
    throw new StageError("segment", name, error, "run again with a smaller --tile if memory is short");
  }
}

/** What each frame is scaled by before the network sees it, from the size of its nuclei and of those the model learned. */
async function frameScales(source: ImageSource, learned: number, config: Config, context: StageContext): Promise<number[]> {
  const given = config.segment.rescale;
  if (given !== undefined) return new Array<number>(source.frames).fill(given);
  const pool = framePool(threadsOf(config));
  try {
    // A movie has one scale: a few frames tell it.
    const looked = source.kind === "movie" ? [...new Set([0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * (source.frames - 1))))] : Array.from({ length: source.frames }, (_, frame) => frame);
    const estimates: ScaleEstimate[] = [];
    const kinds = [];
    for (const frame of looked) {
      throwIfCancelled(context, "Segmentation");
      const image = await readFrame(source, frame, config, context);
      const estimate = await pool.run("estimate", { image, diameter: config.annotate.diameter }, context.signal);
      estimates.push(estimate);
      kinds.push(frameKind(image, estimate.diameter));
    }
    const groups = acquisitionsOf(kinds, source.kind);
    const scaleOf = (group: number): number => {
      const { diameter } = poolScale(estimates.filter((_, index) => groups[index] === group));
      if (!(diameter > 0) || !(learned > 0)) return 1;
      const scale = learned / diameter;
      return scale < tolerance && scale > 1 / tolerance ? 1 : scale;
    };
    return source.kind === "movie" ? new Array<number>(source.frames).fill(scaleOf(0)) : groups.map(scaleOf);
  } finally {
    await pool.close();
  }
}

