/** Frames shared out among machines. */
import { InvalidInput } from "./errors.js";

/** A part of the frames: consecutive ones, as many as in any other part, or one more. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  /** Number of parts. */
  readonly count: number;
}

/** The frames of a part, ascending. @throws InvalidInput when there is no such part */
export function framesOfShard({ index, count }: Shard, frames: number): number[] {
  if (!(Number.isInteger(index) && Number.isInteger(count) && index >= 0 && index < count))
    throw new InvalidInput("shard", "a part from 0 to the number of parts minus one", `${index} of ${count}`);
  const [first, end] = [index, index + 1].map((part) => Math.floor((part * frames) / count)) as [
    number,
    number,
  ];
  return Array.from({ length: end - first }, (_, i) => first + i);
}
