/**
 * A segmentation in parts, as the machines of a cluster do it: first the sizes of the nuclei, then the frames,
 * then the tables. A part is some of the frames; where there are fewer frames than parts, rows of tiles of each.
 */
import { copyFileSync, linkSync, readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { framesOfShard } from "../../core/frameshards.js";
import type { StageContext } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import type { Device } from "../../nn/devices.js";
import type { SizeEstimate } from "../../segment/nucleussize.js";
import type { ScalePlan } from "../../segment/scaleplan.js";
import { planScales, type SegmentedFrame, settleScale } from "../../segment/segmentmovie.js";
import { chooseDevice } from "../config/device.js";
import type { Config } from "../config/options.js";
import type { Part, StageParts, StageResult } from "../stage/stage.js";
import { mergeTileRows, segmentTileRows, sharesTileRows } from "./mosaicparts.js";
import { type SegmentationResult, writeSegmentation } from "./segmentation.js";
import {
  estimateShard,
  mergeShards,
  movieOptions,
  poolShards,
  readShard,
  type SegmentationInput,
  segmentShard,
  writeShard,
} from "./shard.js";

/** Does something with the network and the images, open. */
export type WithInput = <T>(device: Device, use: (input: SegmentationInput) => Promise<T>) => Promise<T>;

/** What the first round leaves: the plan of the whole, or estimates of which it is made, or nothing to share. */
interface SizesPart {
  readonly plan?: ScalePlan | undefined;
  readonly estimates: readonly SizeEstimate[];
}

/** What the second round leaves beside labels and overlays. */
interface FramesPart {
  readonly frames: readonly SegmentedFrame[];
  readonly device: Device;
  readonly notices: readonly string[];
}

/** Folder of the labels of all parts. */
const labelFolder = "labels";
const fileOf = ({ index, count, round }: Part): string =>
  `${round === 1 ? "sizes" : "frames"}-${index}-of-${count}`;

/** How a segmentation is made in parts. @param isKnown whether the scales are, without a first round */
export const segmentationParts = (
  config: Config,
  isKnown: boolean,
  withInput: WithInput,
): StageParts<SegmentationResult> => ({
  rounds: isKnown ? [2] : [1, 2],
  file: fileOf,
  make: async (folder, part, work) => {
    const { device, notices } = await chooseDevice(config);
    return withInput(device, async (input) => {
      const frames = framesOfShard(part, input.source.frames);
      const path = join(folder, fileOf(part));
      if (part.round === 1) {
        const sizes = await sizesOf(input, frames, config, work);
        await writeShard(path, sizes);
        return sizesText(sizes);
      }
      const plan = planOfParts(folder, input, part.count, config);
      if (sharesTileRows(input.source, part.count)) {
        await segmentTileRows(folder, input, { index: part.index, count: part.count, plan }, config, work);
        await writeShard(path, { frames: [], device, notices } satisfies FramesPart);
        return `rows of tiles of ${counted(input.source.frames, "image")}`;
      }
      const labels = join(folder, labelFolder);
      const found = await segmentShard(labels, input, { frames, plan }, config, work);
      await writeShard(path, { frames: found, device, notices } satisfies FramesPart);
      return counted(found.length, "frame");
    });
  },
  merge: (path, folder, count, work) => {
    const parts = readRound<FramesPart>(folder, count, 2);
    const { device, notices } = parts[0]!;
    return withInput(device, async (input) => {
      if (sharesTileRows(input.source, count)) {
        const whole = { count, plan: planOfParts(folder, input, count, config) };
        const found = await mergeTileRows(path, { parts: folder, input }, whole, config, work);
        return madeOf(await writeSegmentation(path, input, found, config), { device, notices });
      }
      const frames = mergeShards(
        input.source,
        parts.map((part) => part.frames),
      );
      await linkLabels(join(folder, labelFolder), path, frames);
      return madeOf(await writeSegmentation(path, input, frames, config), { device, notices });
    });
  },
});

/**
 * The scale of a movie is settled by its first frame, and estimated from a few: its first part does that for
 * all. Of independent images each part estimates its own.
 */
async function sizesOf(
  { source, model, diameters }: SegmentationInput,
  frames: readonly number[],
  config: Config,
  context: StageContext,
): Promise<SizesPart> {
  const isKnown = config.segment.rescale !== undefined || diameters !== undefined;
  if (isKnown) return { estimates: [] };
  if (source.kind !== "movie") return { estimates: await estimateShard(source, frames, config, context) };
  if (frames[0] !== 0) return { estimates: [] };
  const options = movieOptions(config);
  const plan = await planScales(source, model, options, context);
  return { plan: await settleScale(source, model, plan, options, context), estimates: [] };
}

const sizesText = ({ plan, estimates }: SizesPart): string => {
  if (plan !== undefined) return `the scale of the movie, ${plan.scales[0]!.toFixed(3)}`;
  return estimates.length > 0 ? `sizes of ${counted(estimates.length, "image")}` : "nothing to estimate";
};

/** The scales of all frames, as all parts use them; undefined where they are known without the parts. */
function planOfParts(
  folder: string,
  { source, model, diameters }: SegmentationInput,
  count: number,
  config: Config,
): ScalePlan | undefined {
  if (config.segment.rescale !== undefined || diameters !== undefined) return undefined;
  const sizes = readRound<SizesPart>(folder, count, 1);
  return (
    sizes.find(({ plan }) => plan !== undefined)?.plan ??
    poolShards(
      source,
      model,
      sizes.map(({ estimates }) => estimates),
    )
  );
}

const readRound = <T>(folder: string, count: number, round: number): T[] =>
  Array.from({ length: count }, (_, index) => readShard<T>(join(folder, fileOf({ index, count, round }))));

/** Puts labels and overlays of the frames into the result; the parts keep theirs until it lies in its place. */
async function linkLabels(from: string, to: string, frames: readonly SegmentedFrame[]): Promise<void> {
  const names = new Set(frames.map(({ name }) => name));
  const files = readdirSync(from, { recursive: true, encoding: "utf8" }).filter((file) =>
    names.has(basename(file).replace(/\.(tif|png)$/, "")),
  );
  for (const file of files) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    try {
      linkSync(join(from, file), join(to, file));
    } catch {
      copyFileSync(join(from, file), join(to, file));
    }
  }
}

/** What is told of a segmentation. */
export function madeOf(
  made: SegmentationResult,
  { device, notices }: { readonly device: Device; readonly notices: readonly string[] },
): StageResult<SegmentationResult> {
  const { images, warnings } = made.summary;
  const nuclei = images.reduce((sum, image) => sum + image.nuclei, 0);
  return {
    value: made,
    text: `${nuclei} nuclei`,
    data: { images: images.length, nuclei },
    device,
    notices: [...notices, ...warnings],
  };
}
