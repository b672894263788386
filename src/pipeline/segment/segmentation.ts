/**
 * A model and images to label images on disk: `NAME.tif`, `overlays/`, `objects.csv`, `segmentation.json`.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { acquisitionsOf, type FrameKind, frameKind } from "../../annotate/acquisitions.js";
import { poolScale, type ScaleEstimate } from "../../annotate/scale.js";
import { StageError, isKaryonError } from "../../core/errors.js";
import type { Image, ImageSource, ReadOptions } from "../../core/image.js";
import type { LabelImage } from "../../core/labels.js";
import { missingText, missingWarnings } from "../../core/missing.js";
import { concatNuclei, type Nuclei } from "../../core/nuclei.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { equivalentDiameter } from "../../imgproc/regions.js";
import type { ModelDescription } from "../../model/modelfile.js";
import { correctedScale, scaleFor } from "../../segment/scale.js";
import { type FoundNuclei, type Segmentation, segment, type SegmentOptions } from "../../segment/segment.js";
import { median } from "../../stats/percentile.js";
import { framePool, mapOrdered } from "../../workers/pool.js";
import type { Config } from "../config/options.js";
import { threadsOf } from "../config/threads.js";
import { writeFileAtomic } from "../store/files.js";
import { writeLabels } from "../store/labelfiles.js";
import type { LoadedModel } from "../store/modelfolder.js";
import { nucleiCsv } from "../store/nucleifile.js";
import { type LargeFrame, previewWindows, segmentLarge } from "./largesegmentation.js";
import { isStreamed, memoryLimit, partsOf } from "./memory.js";

/** Contents of `segmentation.json`. */
export interface SegmentationSummary {
  readonly kind: "movie" | "images";
  readonly pixelSize?: number | undefined;
  readonly frameInterval?: number | undefined;
  readonly probabilityThreshold: number;
  readonly overlapThreshold: number;
  readonly outline: "star" | "refined";
  readonly images: readonly {
    readonly name: string;
    readonly height: number;
    readonly width: number;
    readonly scale: number;
    readonly nuclei: number;
  }[];
  readonly warnings: readonly string[];
}

/** Nuclei may be this much smaller or larger than those the model learned from. */
const tolerance = 1.1;

/**
 * A scale is worth correcting by more than this factor: another pass of one image of many; of the first
 * frame, for a whole movie, it is worth less.
 */
const correction = 1.25;

/**
 * Segments every frame of `source` into `folder`, which must exist.
 *
 * @param diameters of the nuclei by frame name, px, where they are known from an annotation; else they are
 *   estimated
 */
export async function segmentInto(
  folder: string,
  source: ImageSource,
  { description, predictor }: LoadedModel,
  config: Config,
  context: StageContext,
  diameters?: ReadonlyMap<string, number>,
): Promise<SegmentationSummary> {
  await mkdir(join(folder, "overlays"), { recursive: true });
  const { rescale, outline } = config.segment;
  const known =
    diameters ??
    (rescale === undefined ? await estimateDiameters(source, config, context) : new Map<string, number>());
  const scales = source.frameNames.map((name) => rescale ?? scaleFor(known.get(name) ?? NaN, description));
  const probabilityThreshold = config.segment.probabilityThreshold ?? description.thresholds.probability;
  const overlapThreshold = config.segment.overlapThreshold ?? description.thresholds.overlap;
  const settings = {
    probabilityThreshold,
    overlapThreshold,
    outline,
    normalisation: description.normalisation,
  };
  const overlays = overlayWriter(join(folder, "overlays"));
  const tables: Nuclei[] = [];
  const images: SegmentationSummary["images"][number][] = [];
  const warnings: string[] = [];
  try {
    for (const [frame, name] of source.frameNames.entries()) {
      throwIfCancelled(context, "Segmentation");
      const part: StageContext = {
        signal: context.signal,
        onProgress: ({ done, total }) =>
          context.onProgress?.({ done: frame + done / total, total: source.frames, message: name }),
      };
      const size = await source.size(frame);
      const optionsAt = (scale: number): Partial<SegmentOptions> => ({
        ...settings,
        scale,
        ...partsOf(size, scale, predictor.config, config),
      });
      // An estimate may be wrong; the nuclei found tell their size better. A movie has one scale, settled by
      // its first frame.
      const settled =
        diameters !== undefined || rescale !== undefined || (source.kind === "movie" && frame > 0);
      const settle = (nuclei: Nuclei): boolean => {
        const better = settled
          ? scales[frame]!
          : correctedScale(
              nuclei,
              scales[frame]!,
              description,
              source.kind === "movie" ? tolerance : correction,
            );
        if (better === scales[frame]!) return true;
        if (source.kind === "movie") scales.fill(better);
        else scales[frame] = better;
        return false;
      };
      let found: FoundNuclei;
      let missing: readonly string[];
      if (isStreamed(size, memoryLimit(config))) {
        const large: LargeFrame = { ...size, source, frame, options: readOptions(config, context) };
        if (!settled)
          settle(
            await nucleiInWindows(large, (image) =>
              explained(name, () =>
                segment(image, predictor, optionsAt(scales[frame]!), { signal: context.signal }),
              ),
            ),
          );
        const paths = {
          labels: join(folder, `${name}.tif`),
          overlay: join(folder, "overlays", `${name}.png`),
        };
        const result = await explained(name, () =>
          segmentLarge(large, predictor, optionsAt(scales[frame]!), paths, part),
        );
        [found, missing] = [result, missingText(result.missing, size.height * size.width)];
      } else {
        const image = await readFrame(source, frame, config, context);
        const at = (scale: number): Promise<Segmentation> =>
          explained(name, () => segment(image, predictor, optionsAt(scale), part));
        let result = await at(scales[frame]!);
        if (!settle(result.nuclei)) result = await at(scales[frame]!);
        await writeLabels(join(folder, `${name}.tif`), result.labels);
        await overlays.add(name, image, result.labels);
        [found, missing] = [result, missingWarnings(image)];
      }
      const { count } = found.nuclei;
      tables.push({ ...found.nuclei, frame: found.nuclei.frame.fill(frame) });
      images.push({ name, ...size, scale: Math.round(scales[frame]! * 1000) / 1000, nuclei: count });
      for (const text of [...missing, ...(count === 0 ? ["no nucleus was found."] : [])])
        warnings.push(`${name}: ${text}`);
      context.onProgress?.({ done: frame + 1, total: source.frames, message: `${name}: ${count} nuclei` });
    }
    await overlays.finish();
  } finally {
    await overlays.close();
  }
  if (diameters === undefined)
    warnings.push(
      ...scaleWarnings(
        images.map(({ name, scale }, frame) => ({ name, scale, diameter: diameterOf(tables[frame]!) })),
        description,
        rescale !== undefined,
      ),
    );
  await writeFileAtomic(
    join(folder, "objects.csv"),
    nucleiCsv(concatNuclei(tables), source.pixelSize, source.frameNames),
  );
  const summary: SegmentationSummary = {
    kind: source.kind,
    pixelSize: source.pixelSize,
    frameInterval: source.frameInterval,
    probabilityThreshold,
    overlapThreshold,
    outline,
    images,
    warnings,
  };
  await writeFileAtomic(join(folder, "segmentation.json"), `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

const diameterOf = ({ count, area }: Nuclei): number =>
  count === 0 ? NaN : equivalentDiameter(median(area));

/**
 * What a user must know who applies a model to images that it was not made from: a network outlines nuclei of
 * the size that it learned, and others badly.
 *
 * @param images with the factor they were scaled by, and the median diameter of the nuclei found, px of the
 *   image; NaN where none was found
 * @param told whether the user set the factor
 */
export function scaleWarnings(
  images: readonly { readonly name: string; readonly scale: number; readonly diameter: number }[],
  description: Pick<ModelDescription, "diameter" | "diameterRange">,
  told: boolean,
): string[] {
  const { low, high } = description.diameterRange ?? {
    low: description.diameter,
    high: description.diameter,
  };
  const learned = low === high ? `${low.toFixed(0)} px` : `${low.toFixed(0)} to ${high.toFixed(0)} px`;
  const some = (chosen: typeof images): string =>
    `${chosen.length === images.length ? "the images" : `${chosen.length} of ${images.length} images`} ` +
    `(${chosen[0]!.name}${chosen.length > 1 ? ", ..." : ""})`;
  if (!told) {
    const scaled = images.filter(({ scale }) => scale !== 1);
    if (scaled.length === 0) return [];
    const factors = [...new Set(scaled.map(({ scale }) => scale))].sort((a, b) => a - b);
    const by = factors.length === 1 ? String(factors[0]) : `${factors[0]} to ${factors.at(-1)}`;
    return [
      `The nuclei in ${some(scaled)} have another size than those that the model learned, ` +
        `${learned} wide: the images were scaled by ${by} for the network (--rescale sets the ` +
        "factor, 1 leaves them as they are).",
    ];
  }
  const strange = images.filter(
    ({ scale, diameter }) => diameter * scale < low / correction || diameter * scale > high * correction,
  );
  if (strange.length === 0) return [];
  const { diameter, scale } = strange[0]!;
  return [
    `The nuclei found in ${some(strange)} are ${(diameter * scale).toFixed(0)} px wide as the ` +
      `network sees them, those that the model learned ${learned}: outlines and counts suffer; ` +
      "leave out --rescale, or train on these images.",
  ];
}

interface OverlayWriter {
  add(name: string, image: Image, labels: LabelImage): Promise<void>;
  /** Waits for the last. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Overlays that are so many behind are waited for. */
const maxWaiting = 2;

/**
 * Draws and writes overlays in a thread of their own, while the next frame is segmented. The first error is
 * thrown by the call that follows it.
 */
function overlayWriter(folder: string): OverlayWriter {
  const pool = framePool(1);
  const waiting: Promise<void>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const check = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  return {
    async add(name, image, labels) {
      const work = pool
        .run("labelOverlay", { image, labels })
        .then((png) => writeFileAtomic(join(folder, `${name}.png`), png));
      // Caught at once: an error that nobody awaits yet would end the program.
      waiting.push(
        work.catch((error: unknown) => {
          failure ??= { error };
        }),
      );
      if (waiting.length > maxWaiting) await waiting.shift();
      check();
    },
    async finish() {
      await Promise.all(waiting);
      check();
    },
    async close() {
      await Promise.all(waiting);
      await pool.close();
    },
  };
}

const readOptions = ({ input }: Config, { signal }: StageContext): ReadOptions => ({
  channel: input.channel,
  z: input.z,
  signal,
});

const readFrame = (
  source: ImageSource,
  frame: number,
  config: Config,
  context: StageContext,
): Promise<Image> => source.read(frame, readOptions(config, context));

/** What a look at a few windows of a large image finds. */
async function nucleiInWindows(
  image: LargeFrame,
  work: (part: Image) => Promise<Segmentation>,
): Promise<Nuclei> {
  const tables: Nuclei[] = [];
  for (const window of previewWindows(image))
    tables.push((await work(await image.source.readWindow(image.frame, window, image.options))).nuclei);
  return concatNuclei(tables);
}

/** Names the frame in errors that nobody foresaw, such as those of the runtime. */
async function explained<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isKaryonError(error)) throw error;
    throw new StageError("segment", name, error, "run again with a smaller --memory if memory is short");
  }
}

/**
 * Images with more pixels are judged by a few windows of them: the filters of the estimate take far more
 * memory than the image.
 */
const isVast = ({ height, width }: { readonly height: number; readonly width: number }): boolean =>
  height * width > 2 ** 23;

/** Estimates the diameter of the nuclei by frame name, pooled over acquisitions. */
async function estimateDiameters(
  source: ImageSource,
  config: Config,
  context: StageContext,
): Promise<Map<string, number>> {
  const pool = framePool(threadsOf(config));
  try {
    // A movie has one scale: a few frames tell it.
    const preview =
      source.kind === "movie"
        ? [...new Set([0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * (source.frames - 1))))]
        : source.frameNames.map((_, frame) => frame);
    const found = await mapOrdered(preview.length, threadsOf(config), async (index) => {
      throwIfCancelled(context, "Segmentation");
      const frame = preview[index]!;
      const size = await source.size(frame);
      const options = readOptions(config, context);
      const parts = isVast(size) ? previewWindows(size) : [{ y: 0, x: 0, ...size }];
      const estimates: ScaleEstimate[] = [];
      let kind: FrameKind | undefined;
      for (const part of parts) {
        const image =
          parts.length === 1
            ? await source.read(frame, options)
            : await source.readWindow(frame, part, options);
        estimates.push(await pool.run("estimate", { image, diameter: undefined }, context.signal));
        kind = frameKind({ ...image, ...size }, poolScale(estimates));
      }
      context.onProgress?.({
        done: 0,
        total: source.frames,
        message: `nucleus size, ${source.frameNames[frame]}`,
      });
      return { estimate: poolScale(estimates), kind: kind! };
    });
    const groups = acquisitionsOf(
      found.map(({ kind }) => kind),
      source.kind,
    );
    const diameterOf = (group: number): number =>
      poolScale(found.filter((_, index) => groups[index] === group).map(({ estimate }) => estimate)).diameter;
    return new Map(
      source.frameNames.map((name, frame) => [
        name,
        diameterOf(source.kind === "movie" ? 0 : groups[frame]!),
      ]),
    );
  } finally {
    await pool.close();
  }
}
