import type { Value } from "../graph.js";
import { reorderInput, reorderOutput } from "../layout.js";
import { concat, pad, split } from "../primitives.js";
import type { Tape } from "../tape.js";

/** Joins feature maps along the channels. In the blocked layout each must fill whole blocks. */
export function concatChannels(tape: Tape, parts: readonly Value[]): Value {
  const lengths = parts.map((part) => part.shape[1]!);
  return tape.record(parts, concat(tape.graph, parts, 1), (gradient) =>
    split(tape.graph, gradient, lengths, 1),
  );
}

/**
 * The first `channels` of a feature map in standard memory order, whatever the layout.
 *
 * @param x [N, C, H, W], C >= channels
 */
export function plainChannels(tape: Tape, x: Value, channels: number): Value {
  const { graph, layout } = tape;
  const rest = x.shape[1]! - channels;
  if (layout.kind === "nchw") {
    if (rest !== 0) throw new Error(`${x.shape[1]} channels where ${channels} are wanted`);
    return x;
  }
  return tape.record([x], reorderOutput(graph, x, channels), (gradient) => [
    reorderInput(graph, rest === 0 ? gradient : pad(graph, gradient, [0, 0, 0, 0], [0, rest, 0, 0])),
  ]);
}
