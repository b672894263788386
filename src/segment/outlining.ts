/**
 * The second half of the segmentation of an image that is held as a whole: from what the network said to
 * nuclei and labels. It does without the network, so that another thread can do it while the next image is
 * predicted.
 */
import type { Image } from "../core/image.js";
import type { StageContext } from "../core/progress.js";
import { normaliseRangeOfParts } from "../imgproc/normalise.js";
import type { ModelConfig } from "../model/modelconfig.js";
import type { Predictor } from "../model/predictor.js";
import { rowsOfImage } from "./rows.js";
import {
  candidatesOfTiles,
  networkShare,
  partOf,
  segment,
  type Segmentation,
  type SegmentOptions,
} from "./segment.js";
import type { TileCandidates } from "./tilecandidates.js";

/** An image, and what the network said about it. Plain data. */
export interface OutlineRequest {
  readonly image: Image;
  readonly config: ModelConfig;
  /** As for `segment`; what the network found is in `tiles`. */
  readonly options: Partial<Omit<SegmentOptions, "candidates">>;
  /** The candidates of all tiles, row-major. */
  readonly tiles: readonly TileCandidates[];
}

/** Where the second half is done: in this thread, or in another one. */
export type Outliner = (request: OutlineRequest, signal?: AbortSignal) => Promise<Segmentation>;

/** The second half of `segment`, in this thread. @throws as `segment` */
export const outlineImage: Outliner = ({ image, config, options, tiles }, signal) =>
  segment(image, silent(config), { ...options, candidates: eachOf(tiles) }, { signal });

/** The first half of `segment`: asks the network. @throws as `segment` */
export async function askNetwork(
  image: Image,
  predictor: Predictor,
  { candidates, ...options }: Partial<SegmentOptions>,
  context: StageContext = {},
): Promise<OutlineRequest> {
  const rows = rowsOfImage(image);
  const { low, high } = options.normalisation ?? {};
  const range = options.range ?? (await normaliseRangeOfParts(() => eachOf([image.data]), low, high));
  const settled = { ...options, range };
  const all = (count: number): { from: number; to: number } => ({ from: 0, to: count });
  const part = partOf(context, 0, networkShare);
  const tiles: TileCandidates[] = [];
  for await (const tile of candidates ?? candidatesOfTiles(rows, predictor, all, settled, part))
    tiles.push(tile);
  return { image, config: predictor.config, options: settled, tiles };
}

/** A network that has said everything. */
const silent = (config: ModelConfig): Predictor => ({
  config,
  predict: () => Promise.reject(new Error("the network was asked before")),
  release: () => Promise.resolve(),
});

async function* eachOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
