/**
 * The two graphs of a training: the step (forward, backward, Adam) and the loss alone, both over one flat
 * vector of weights.
 */
import type { Batch } from "../core/batch.js";
import { sizeOf } from "../core/tensor.js";
import { emitAdam } from "../nn/adam.js";
import { Graph, type Value } from "../nn/graph.js";
import type { Layout } from "../nn/layout.js";
import { concat, reshape, slice, split } from "../nn/primitives.js";
import { Tape } from "../nn/tape.js";
import { emitLoss, type LossGraph, type LossValues } from "./loss.js";
import type { ModelConfig } from "./modelconfig.js";
import { packedParametersOf, type Parameter } from "./parameters.js";
import { emitUnet } from "./unet.js";

/** How large the batches of a training are. */
export interface BatchSize {
  /** Patches in a batch. */
  readonly batch: number;
  /** Edge of a patch, px. */
  readonly patch: number;
}

/** Shapes of the four arrays of a `Batch`. */
export function batchShapes(
  config: ModelConfig,
  { batch, patch }: BatchSize,
): Record<keyof Batch, readonly number[]> {
  const cells = patch / config.grid;
  return {
    image: [batch, 1, patch, patch],
    probability: [batch, 1, cells, cells],
    mask: [batch, 1, cells, cells],
    distances: [batch, config.rays, cells, cells],
  };
}

/** Weights that stay in a processor's cache with their gradient and moments while they are updated. */
const pieceLength = 2 ** 16;

/**
 * Lengths of the pieces of the packed vector that are updated one after the other. One where the layout is
 * the standard one: other devices have no such caches.
 */
export function updatedPieces(config: ModelConfig, layout: Layout): number[] {
  const length = packedParametersOf(config, layout).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (layout.kind === "nchw") return [length];
  return Array.from({ length: Math.ceil(length / pieceLength) }, (_, k) =>
    Math.min(pieceLength, length - k * pieceLength),
  );
}

/**
 * One step of training. Inputs: the arrays of a batch, `weights` (a packed vector), the same in pieces (see
 * `updatedPieces`), `weights_0` and so on, as the moments `first_0`, `second_0`; `rate`, `epsilon` (scalars, see
 * `adamScalars`). Outputs: `loss`, `probabilityLoss`, `distanceLoss`, `gradientNorm` (scalars), and the pieces
 * `newWeights_0`, `newFirst_0`, `newSecond_0` and so on.
 */
export function buildStepGraph(config: ModelConfig, layout: Layout, size: BatchSize): Uint8Array {
  const graph = new Graph();
  const tape = new Tape(graph, layout);
  const parameters = packedParametersOf(config, layout);
  const flat = flatInput(graph, "weights", parameters);
  const values = cut(graph, flat, parameters);
  for (const value of values.values()) tape.track(value);
  const { joined, losses } = emitForward(tape, config, size, values);
  tape.backward([[joined, losses.gradient]]);
  const gradient = concat(
    graph,
    parameters.map(({ name, shape }) => reshape(graph, tape.gradient(values.get(name)!), [sizeOf(shape)])),
    0,
  );
  const [rate, epsilon] = [graph.input("rate", []), graph.input("epsilon", [])];
  const lengths = updatedPieces(config, layout);
  const parts = lengths.length === 1 ? [gradient] : split(graph, gradient, lengths, 0);
  parts.forEach((part, k) => {
    const input = (name: string): Value => graph.input(`${name}_${k}`, part.shape);
    const state = { weights: input("weights"), first: input("first"), second: input("second") };
    const next = emitAdam(graph, state, part, rate, epsilon);
    graph.output(`newWeights_${k}`, next.weights);
    graph.output(`newFirst_${k}`, next.first);
    graph.output(`newSecond_${k}`, next.second);
  });
  outputLosses(graph, losses);
  // The loss can stay finite while a gradient does not (rectification may turn NaN into 0), so that both are
  // watched.
  graph.output("gradientNorm", graph.node("ReduceL2", [gradient], [], { keepdims: 0 }));
  return graph.encode();
}

/**
 * The loss of a batch. Inputs: the arrays of a batch and `weights`. Outputs: `loss`, `probabilityLoss`,
 * `distanceLoss`.
 */
export function buildLossGraph(config: ModelConfig, layout: Layout, size: BatchSize): Uint8Array {
  const graph = new Graph();
  const parameters = packedParametersOf(config, layout);
  const values = cut(graph, flatInput(graph, "weights", parameters), parameters);
  outputLosses(graph, emitForward(new Tape(graph, layout), config, size, values).losses);
  return graph.encode();
}

function emitForward(
  tape: Tape,
  config: ModelConfig,
  size: BatchSize,
  parameters: ReadonlyMap<string, Value>,
): { joined: Value; losses: LossGraph } {
  const { graph } = tape;
  const shapes = batchShapes(config, size);
  const outputs = emitUnet(tape, config, graph.input("image", shapes.image), parameters);
  const losses = emitLoss(graph, outputs, {
    probability: graph.input("probability", shapes.probability),
    mask: graph.input("mask", shapes.mask),
    distances: graph.input("distances", shapes.distances),
  });
  return { joined: outputs.joined, losses };
}

const flatInput = (graph: Graph, name: string, parameters: readonly Parameter[]): Value =>
  graph.input(name, [parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)]);

/**
 * Not one Split: WebGPU has a shader write to a few buffers only. For the processor the runtime makes one
 * Split of it again.
 */
function cut(graph: Graph, flat: Value, parameters: readonly Parameter[]): Map<string, Value> {
  let begin = 0;
  return new Map(
    parameters.map(({ name, shape }) => {
      const part = slice(graph, flat, [0], [begin], [sizeOf(shape)]);
      begin += sizeOf(shape);
      return [name, reshape(graph, part, shape)];
    }),
  );
}

function outputLosses(graph: Graph, losses: LossValues): void {
  graph.output("loss", losses.loss);
  graph.output("probabilityLoss", losses.probabilityLoss);
  graph.output("distanceLoss", losses.distanceLoss);
}
