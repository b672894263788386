/**
 * The annotation of a folder in parts, as the machines of a cluster do it, each in a process of its own: first
 * the scales of every part, then the candidates of every part, then the dataset. What they leave for each
 * other lies in one folder that all of them reach.
 */
import {
  mergeShards,
  type ProposalShard,
  proposeShard,
  type ScaleShard,
  scaleShard,
} from "../../annotate/annotationshards.js";
import type { Shard } from "../../core/frameshards.js";
import { packValue, unpackValue } from "../../core/packing.js";
import type { Spill } from "../../core/spill.js";
import { folderSpill } from "../store/folderspill.js";
import { type AnnotationSummary, type AnnotationTarget, withWorkers, writeDataset } from "./annotation.js";

/** What is annotated in parts. */
export interface PartsTarget extends Omit<AnnotationTarget, "folder"> {
  /** Folder that the parts share. */
  readonly parts: string;
}

/** Name of the file of a part. */
export const partKey = (round: "scales" | "proposals", { index, count }: Shard): string =>
  `${round}-${index}-of-${count}`;

/** The results of a round, of all parts. @throws InvalidInput when one is missing */
const readRound = async <T>(spill: Spill, round: "scales" | "proposals", count: number): Promise<T[]> =>
  Promise.all(
    Array.from(
      { length: count },
      async (_, index) => unpackValue(await spill.get(partKey(round, { index, count }))) as T,
    ),
  );

/** First round: the scales of a part. @throws Cancelled, OutputError */
export function scalesInto(target: PartsTarget, shard: Shard): Promise<void> {
  const spill = folderSpill(target.parts);
  return withWorkers(target, spill, async ({ job }) =>
    spill.put(partKey("scales", shard), packValue(await scaleShard(job, shard))),
  );
}

/**
 * Second round: the candidates of a part.
 *
 * @throws InvalidInput when the scales of a part are missing, or of another movie or with other options;
 *   Cancelled, OutputError
 */
export function candidatesInto(target: PartsTarget, shard: Shard): Promise<void> {
  const spill = folderSpill(target.parts);
  return withWorkers(target, spill, async ({ job }) => {
    const scales = await readRound<ScaleShard>(spill, "scales", shard.count);
    await spill.put(partKey("proposals", shard), packValue(await proposeShard(job, shard, scales)));
  });
}

/**
 * Last round: the dataset, with the very bytes of a whole annotation. The folder of the parts stays.
 *
 * @param parts folder that the parts shared
 * @param count number of the parts
 * @throws InvalidInput when a part is missing, or of another movie or with other options; Cancelled,
 *   OutputError
 */
export function mergeInto(
  target: AnnotationTarget,
  parts: string,
  count: number,
): Promise<AnnotationSummary> {
  const spill = folderSpill(parts);
  return writeDataset(
    target,
    async (job, use) =>
      mergeShards(
        job,
        await readRound<ScaleShard>(spill, "scales", count),
        await readRound<ProposalShard>(spill, "proposals", count),
        use,
      ),
    spill,
  );
}
