/**
 * Shards of images that are fewer than the machines, such as one mosaic: each asks the network about some of
 * the rows of tiles of every image, and keeps the candidates in a file. The merge suppresses overlapping ones
 * over all of an image, outlines and numbers: labels and tables are those of the whole, byte for byte, at equal
 * threads, device and memory.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { ImageSource } from "../../core/image.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import type { ScalePlan } from "../../segment/scaleplan.js";
import type { TileRowsFound, TileRowsPart, TileRowsShard } from "../../segment/segmentimage.js";
import { planScales, predictFrame, type SegmentedFrame } from "../../segment/segmentmovie.js";
import type { TileCandidates } from "../../segment/tilecandidates.js";
import type { Config } from "../config/options.js";
import { movieOptions, readShard, type SegmentationInput, segmentShard, writeShard } from "./shard.js";

/** Shards of tile rows, and the scales of all frames. */
export interface ShardOfTileRows extends TileRowsShard {
  /** Default: planned from all frames. */
  readonly plan?: ScalePlan | undefined;
}

/** Whether shards have rows of tiles of every frame rather than frames. @param count of shards */
export const sharesTileRows = ({ frames }: Pick<ImageSource, "frames">, count: number): boolean =>
  frames < count;

/** The files of a shard, one a frame. */
export const tileRowsParts = (
  folder: string,
  { frames }: Pick<ImageSource, "frames">,
  { index, count }: TileRowsShard,
): string[] =>
  Array.from({ length: frames }, (_, frame) => join(folder, `${frame}-${index}-of-${count}.rows`));

/**
 * Asks the network about the rows of tiles of a shard. `folder`, which must exist, gets `tileRowsParts`, those
 * of shards without a row, too.
 *
 * @throws InvalidInput for an option out of range; Cancelled; OutputError; what reading throws
 */
export async function segmentTileRows(
  folder: string,
  { source, model, diameters }: SegmentationInput,
  shard: ShardOfTileRows,
  config: Config,
  context: StageContext,
): Promise<void> {
  const options = { ...movieOptions(config), diameters };
  const plan = shard.plan ?? (await planScales(source, model, options, context));
  for (const [frame, path] of tileRowsParts(folder, source, shard).entries()) {
    throwIfCancelled(context, "Segmentation");
    const found = await predictFrame({ source, frame, plan }, model, shard, options, context);
    await writeShard(path, found);
  }
}

/**
 * Segments all frames from what the shards found: labels and overlays go into `folder`, tables are written by
 * `writeSegmentation`. Where the nuclei found correct the scale, the network is asked here.
 *
 * @param parts folder of the files of all shards
 * @throws InvalidInput when a part is missing or of another scale than others; CorruptFile; as `segmentShard`
 */
export async function mergeTileRows(
  folder: string,
  { parts, input }: { readonly parts: string; readonly input: SegmentationInput },
  { count, plan }: Omit<ShardOfTileRows, "index">,
  config: Config,
  context: StageContext,
): Promise<SegmentedFrame[]> {
  const { source } = input;
  const shards = Array.from({ length: count }, (_, index) => tileRowsParts(parts, source, { index, count }));
  for (const path of shards.flat())
    if (!existsSync(path))
      throw new InvalidInput(path, "what this shard found", "no such file", "segment the shard first");
  const byFrame: TileRowsFound[] = [];
  for (let frame = 0; frame < source.frames; frame++)
    byFrame.push(foundIn(shards.map((paths) => paths[frame]!)));
  const frames = byFrame.map((_, frame) => frame);
  const tileRows = (frame: number): TileRowsFound => byFrame[frame]!;
  return segmentShard(folder, input, { frames, plan, tileRows }, config, context);
}

/** What the shards of a frame found, of which one at a time is in memory. */
function foundIn(paths: readonly string[]): TileRowsFound {
  let scale = NaN;
  for (const path of paths) {
    const part = readShard<TileRowsPart>(path);
    if (Number.isNaN(scale)) scale = part.scale;
    if (part.scale !== scale)
      throw new InvalidInput(
        path,
        `nuclei found at the scale ${scale}, as in the first shard`,
        String(part.scale),
        "segment all shards with the same options",
      );
  }
  return {
    scale,
    async *candidates(): AsyncGenerator<TileCandidates> {
      for (const path of paths) yield* readShard<TileRowsPart>(path).tiles;
    },
  };
}
