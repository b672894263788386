/**
 * A model on disk: `model.onnx`, which any ONNX runtime opens, and `model.json`, which says how to use it.
 */
import { z } from "zod";
import { InvalidInput, messageOf } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { Graph } from "../nn/graph.js";
import { nchwLayout } from "../nn/layout.js";
import { readInitialisers } from "../nn/onnx.js";
import { sigmoid } from "../nn/primitives.js";
import { Tape } from "../nn/tape.js";
import { checkModelConfig, sizeMultiple, type ModelConfig } from "./modelconfig.js";
import { fromTensors, toTensors } from "./parameters.js";
import { emitUnet } from "./unet.js";

/**
 * The network without its training, for images of any height and width that are multiples of
 * `sizeMultiple(config)`.
 *
 * Input `image` [1, 1, H, W]; outputs `probability` [1, 1, H/grid, W/grid], after the sigmoid, and
 * `distances` [1, rays, H/grid, W/grid]. Standard operators only.
 *
 * @throws InvalidInput when a weight is missing or has another shape than the configuration gives it
 */
export function exportOnnx(config: ModelConfig, weights: ReadonlyMap<string, Tensor>): Uint8Array {
  checkModelConfig(config);
  const graph = new Graph();
  const checked = toTensors(config, fromTensors(config, weights, "weights"));
  const parameters = new Map(
    [...checked].map(([name, { shape, data }]) => [name, graph.initialiser(name, shape, data)]),
  );
  // Any fitting size serves to build the graph: the operators take their sizes from the image, and the file
  // declares them open.
  const edge = sizeMultiple(config);
  const image = graph.input("image", [1, 1, edge, edge], [1, 1, "height", "width"]);
  const { distances, logits } = emitUnet(new Tape(graph, nchwLayout), config, image, parameters);
  graph.output("probability", sigmoid(graph, logits), [1, 1, "grid_height", "grid_width"]);
  graph.output("distances", distances, [1, config.rays, "grid_height", "grid_width"]);
  return graph.encode({ karyon_config: JSON.stringify(config), size_multiple: String(edge) });
}

/**
 * The weights stored in a model file.
 *
 * @throws CorruptFile when the bytes are no ONNX model
 * @throws InvalidInput when the weights are not those of this configuration
 */
export function weightsFromOnnx(bytes: Uint8Array, config: ModelConfig): Map<string, Tensor> {
  checkModelConfig(config);
  return toTensors(config, fromTensors(config, readInitialisers(bytes, "model.onnx"), "model.onnx"));
}

/** Contents of `model.json`. */
export interface ModelDescription {
  readonly config: ModelConfig;
  /** Percentiles of an image's grey values that become 0 and 1. */
  readonly normalisation: { readonly low: number; readonly high: number };
  readonly thresholds: { readonly probability: number; readonly overlap: number };
  /** Median diameter of the nuclei it was trained on, px of the network's input. */
  readonly diameter: number;
  /**
   * Smallest and largest median diameter of a training image, px of the network's input; where absent,
   * `diameter` alone.
   */
  readonly diameterRange?: { readonly low: number; readonly high: number } | undefined;
  /** How it came about; for people, not for programs. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

/** `format` of a `model.json`. */
const formatName = "karyon-model";
/** `version` of that format. */
const formatVersion = 1;

const fraction = z.number().min(0).max(1);
const percentage = z.number().min(0).max(100);
const schema = z.object({
  format: z.literal(formatName),
  version: z.literal(formatVersion),
  config: z.object({
    rays: z.number(),
    grid: z.number(),
    depth: z.number(),
    filters: z.number(),
    convolutionsPerLevel: z.number(),
    features: z.number(),
  }),
  normalisation: z.object({ low: percentage, high: percentage }),
  thresholds: z.object({ probability: fraction, overlap: fraction }),
  diameter: z.number().positive(),
  diameterRange: z.object({ low: z.number().positive(), high: z.number().positive() }).optional(),
  provenance: z.record(z.string(), z.unknown()),
});

/** The text of `model.json`. */
export const formatModelDescription = (description: ModelDescription): string =>
  `${JSON.stringify({ format: formatName, version: formatVersion, ...description }, undefined, 2)}\n`;

/**
 * @param where name of the file, for messages
 * @throws InvalidInput naming the first thing that is wrong
 */
export function parseModelDescription(text: string, where = "model.json"): ModelDescription {
  const next = "use the model.json that was written with this model.onnx";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidInput(where, "a JSON file", messageOf(error), next);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    throw new InvalidInput(
      [where, ...path.map(String)].join(", "),
      "the description of a Karyon model",
      message,
      next,
    );
  }
  const { config, normalisation, thresholds, diameter, diameterRange, provenance } = result.data;
  checkModelConfig(config);
  if (normalisation.low >= normalisation.high)
    throw new InvalidInput(
      `${where}, normalisation`,
      "a low percentile below the high one",
      `${normalisation.low} and ${normalisation.high}`,
      next,
    );
  return { config, normalisation, thresholds, diameter, diameterRange, provenance };
}
