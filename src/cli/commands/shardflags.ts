/** The flags of work that several machines share. */
import { InvalidInput } from "../../core/errors.js";
import { type RunStage, stageOutputs } from "../../pipeline/stage/stagenames.js";
import type { Part } from "../../pipeline/stage/stage.js";
import type { PartRequest } from "../../pipeline/stage/stageparts.js";

/** Makes a part, or the whole of all parts. */
export const shardFlags = [
  [
    "--shard <i/n>",
    "only make part i (from 1) of n, for several machines that share a file system; first --round 1 of all " +
      "parts, then --round 2, then --merge",
  ],
  ["--round <round>", "with --shard: 1 (sizes of the nuclei) or 2 (the frames themselves)"],
  ["--merge <n>", "make the result from all n parts: the very bytes that one machine writes"],
] as const;

const stages = Object.keys(stageOutputs).filter((stage) => !stage.startsWith("correct"));

/** A flag as it was typed. */
const typed = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Ends the work after a stage. */
export const untilFlag = ["--until <stage>", `stop after a stage: ${stages.join(", ")}`] as const;

/** @throws InvalidInput when there is no such stage */
export function untilOf(options: Readonly<Record<string, unknown>>): RunStage | undefined {
  const { until } = options;
  if (until === undefined) return undefined;
  if (typeof until === "string" && stages.includes(until)) return until as RunStage;
  throw new InvalidInput("--until", `a stage (${stages.join(", ")})`, typed(until));
}

/** Part i of n as it is typed, from 0. @throws InvalidInput when there is no such part */
export function shardOf(given: unknown): Omit<Part, "round"> {
  const match = /^(\d+)\/(\d+)$/.exec(typed(given));
  const [number, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || number < 1 || number > count)
    throw new InvalidInput("--shard", "part i of n, from 1/n to n/n, such as 2/8", typed(given));
  return { index: number - 1, count };
}

/** The number of parts that are merged; undefined without a merge. @throws InvalidInput as `partRequestOf` */
export function mergeOf({ merge, shard, round }: Readonly<Record<string, unknown>>): number | undefined {
  if (merge === undefined) return undefined;
  const other = shard === undefined ? round : shard;
  if (other !== undefined)
    throw new InvalidInput("--merge", "neither --shard nor --round with it", typed(other), "leave one out");
  if (!/^[1-9]\d*$/.test(typed(merge)))
    throw new InvalidInput("--merge", "the number of parts, 1 or more", typed(merge));
  return Number(merge);
}

/**
 * What is asked of a stage; undefined for the whole of it.
 *
 * @throws InvalidInput for flags that do not go together
 */
export function partRequestOf(options: Readonly<Record<string, unknown>>): PartRequest | undefined {
  const { shard, round } = options;
  const merge = mergeOf(options);
  if (merge !== undefined) return { merge };
  if (shard === undefined && round === undefined) return undefined;
  if (shard === undefined)
    throw new InvalidInput("--round", "--shard with it", "none", "say which part of how many");
  const part = shardOf(shard);
  if (round !== "1" && round !== "2")
    throw new InvalidInput("--round", "1 or 2", round === undefined ? "none" : typed(round));
  return { part: { ...part, round: Number(round) } };
}
