import type { Value } from "../nn/graph.js";
import { concatChannels, plainChannels } from "../nn/ops/channels.js";
import { convolution } from "../nn/ops/convolution.js";
import { maxPool, upsample } from "../nn/ops/pooling.js";
import { split } from "../nn/primitives.js";
import type { Tape } from "../nn/tape.js";
import type { ModelConfig } from "./modelconfig.js";
import { headFilters } from "./parameters.js";

/** What the network computes. */
export interface Outputs {
  /** [N, rays, h, w], px; linear, so that an untrained network may give negative ones. */
  readonly distances: Value;
  /** [N, 1, h, w], before the sigmoid. */
  readonly logits: Value;
  /** Both, [N, rays + 1, h, w], distances first: what the gradient of the loss enters at. */
  readonly joined: Value;
}

/**
 * Emits StarDist's network (layers as in `layersOf`).
 *
 * @param image [N, 1, H, W] in standard order, H and W multiples of `sizeMultiple(config)`
 * @param parameters by name, in the order of the tape's layout
 */
export function emitUnet(
  tape: Tape,
  config: ModelConfig,
  image: Value,
  parameters: ReadonlyMap<string, Value>,
): Outputs {
  const parameter = (name: string): Value => {
    const value = parameters.get(name);
    if (value === undefined) throw new Error(`parameter ${name} is missing`);
    return value;
  };
  const layer = (name: string, x: Value, relu = true): Value =>
    convolution(tape, x, parameter(`${name}.weight`), parameter(`${name}.bias`), relu);
  const repeat = (name: string, x: Value): Value => {
    let y = x;
    for (let i = 0; i < config.convolutionsPerLevel; i++) y = layer(`${name}_${i}`, y);
    return y;
  };
  let x = image;
  for (let g = 0; 2 ** g < config.grid; g++) x = maxPool(tape, repeat(`grid_${g}`, x));
  const skipped: Value[] = [];
  for (let level = 0; level < config.depth; level++) {
    const y = repeat(`down_${level}`, x);
    skipped.push(y);
    x = maxPool(tape, y);
  }
  x = repeat("middle", x);
  for (let level = config.depth - 1; level >= 0; level--)
    x = repeat(`up_${level}`, concatChannels(tape, [upsample(tape, x), skipped[level]!]));
  const joined = plainChannels(tape, layer(headFilters, layer("features", x), false), config.rays + 1);
  const [distances, logits] = split(tape.graph, joined, [config.rays, 1], 1);
  return { distances: distances!, logits: logits!, joined };
}
