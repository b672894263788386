/**
 * The network's parameters: their names and shapes, their first values, and the two flat vectors that hold
 * them all. The *standard* vector has them one after the other as [O, I, height, width]; it is what is saved.
 * The *packed* one is what a training graph works on: blocked weights, and a head padded with zeros to whole
 * blocks. Padding has no gradient, so it stays zero.
 */
import { InvalidInput } from "../core/errors.js";
import type { Random } from "../core/random.js";
import { sizeOf, type Tensor } from "../core/tensor.js";
import { blockOf, fromBlocked, toBlocked, type Layout } from "../nn/layout.js";
import type { ModelConfig } from "./modelconfig.js";

/** A convolution with bias, `size` x `size`. */
export interface Layer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly size: number;
}

/** Name of the last layer: the distances along all rays, then the logit of the object probability. */
export const headFilters = "head";

/**
 * All convolutions in the order of the data flow, as in StarDist: convolutions before each halving that the
 * grid asks for, a U-Net, a feature layer and the head.
 *
 * Source: stardist/models/model2d.py (_build_unet) and csbdeep/internals/blocks.py (unet_block).
 */
export function layersOf(config: ModelConfig): Layer[] {
  const { filters, depth, convolutionsPerLevel: repeats } = config;
  const layers: Layer[] = [];
  let channels = 1;
  const add = (name: string, outputs: number, size = 3): void => {
    layers.push({ name, inputs: channels, outputs, size });
    channels = outputs;
  };
  const on = (level: number): number => filters * 2 ** level;
  for (let g = 0; 2 ** g < config.grid; g++) for (let i = 0; i < repeats; i++) add(`grid_${g}_${i}`, filters);
  for (let level = 0; level < depth; level++)
    for (let i = 0; i < repeats; i++) add(`down_${level}_${i}`, on(level));
  // The last convolution of each level has the width of the level above, to which it is handed up.
  for (let i = 0; i < repeats; i++) add(`middle_${i}`, on(i < repeats - 1 ? depth : depth - 1));
  for (let level = depth - 1; level >= 0; level--) {
    channels += on(level);
    for (let i = 0; i < repeats; i++)
      add(`up_${level}_${i}`, on(i < repeats - 1 ? level : Math.max(0, level - 1)));
  }
  add("features", config.features);
  add(headFilters, config.rays + 1, 1);
  return layers;
}

/** A tensor of the network that is learned. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
}

const parametersOfLayers = (layers: readonly Layer[]): Parameter[] =>
  layers.flatMap(({ name, inputs, outputs, size }) => [
    { name: `${name}.weight`, shape: [outputs, inputs, size, size] },
    { name: `${name}.bias`, shape: [outputs] },
  ]);

/** In the order of the standard vector. */
export const parametersOf = (config: ModelConfig): Parameter[] => parametersOfLayers(layersOf(config));

/** Length of the standard vector. */
export const parameterCount = (config: ModelConfig): number =>
  parametersOf(config).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** The same parameters with the shapes that they have in a training graph of this layout. */
export function packedParametersOf(config: ModelConfig, layout: Layout): Parameter[] {
  const block = blockOf(layout);
  const fill = (layer: Layer): Layer =>
    layer.name === headFilters ? { ...layer, outputs: Math.ceil(layer.outputs / block) * block } : layer;
  return parametersOfLayers(layersOf(config).map(fill));
}

/** Whether every feature map of the network fills whole blocks. */
export const fitsBlocks = (config: ModelConfig, block: number): boolean =>
  config.filters % block === 0 && config.features % block === 0;

/** The standard vector in the order, and padded to the blocks, of a layout. */
export function pack(config: ModelConfig, layout: Layout, standard: Float32Array): Float32Array {
  const packed = packedParametersOf(config, layout);
  const out = new Float32Array(packed.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  let [from, to] = [0, 0];
  parametersOf(config).forEach(({ shape }, i) => {
    const wide = packed[i]!.shape;
    const values = new Float32Array(sizeOf(wide));
    values.set(standard.subarray(from, from + sizeOf(shape)));
    out.set(
      layout.kind === "blocked" && shape.length === 4 ? toBlocked(values, wide, layout.block) : values,
      to,
    );
    from += sizeOf(shape);
    to += values.length;
  });
  return out;
}

/** The inverse of `pack`. */
export function unpack(config: ModelConfig, layout: Layout, packed: Float32Array): Float32Array {
  const parameters = parametersOf(config);
  const out = new Float32Array(parameterCount(config));
  let [from, to] = [0, 0];
  packedParametersOf(config, layout).forEach(({ shape: wide }, i) => {
    const { shape } = parameters[i]!;
    const values = packed.subarray(from, from + sizeOf(wide));
    const ordered =
      layout.kind === "blocked" && shape.length === 4 ? fromBlocked(values, wide, layout.block) : values;
    out.set(ordered.subarray(0, sizeOf(shape)), to);
    from += sizeOf(wide);
    to += sizeOf(shape);
  });
  return out;
}

/** The standard vector cut into named tensors. */
export function toTensors(config: ModelConfig, standard: Float32Array): Map<string, Tensor> {
  let at = 0;
  return new Map(
    parametersOf(config).map(({ name, shape }) => {
      const data = standard.slice(at, at + sizeOf(shape));
      at += data.length;
      return [name, { shape, data }];
    }),
  );
}

/**
 * The inverse of `toTensors`. Tensors of other names are passed over.
 *
 * @param where name of what holds the tensors, for the message
 * @throws InvalidInput when a tensor is missing or has another shape than the configuration gives it
 */
export function fromTensors(
  config: ModelConfig,
  tensors: ReadonlyMap<string, Tensor>,
  where: string,
): Float32Array {
  const parts = parametersOf(config).map(({ name, shape }) => {
    const tensor = tensors.get(name);
    if (tensor === undefined || tensor.shape.join() !== shape.join())
      throw new InvalidInput(
        `${where}, tensor "${name}"`,
        `shape [${shape.join(", ")}]`,
        tensor ? `[${tensor.shape.join(", ")}]` : "no such tensor",
        "the weights and the configuration must come from the same training",
      );
    return tensor.data;
  });
  const out = new Float32Array(parameterCount(config));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * First values as a standard vector: weights uniform within sqrt(6 / (fan in + fan out)), biases zero. The
 * head's two outputs, which StarDist keeps in two layers, each count with their own fan out.
 *
 * Source: Glorot & Bengio 2010, equation 16; Keras' default initialiser.
 */
export function initialWeights(config: ModelConfig, rng: Random): Float32Array {
  const limit = ({ inputs, size }: Layer, outputs: number): number =>
    Math.sqrt(6 / ((inputs + outputs) * size * size));
  const tensors = layersOf(config).flatMap((layer, index): [string, Tensor][] => {
    const draw = rng.fork(index);
    const { name, inputs, outputs, size } = layer;
    const perOutput = inputs * size * size;
    const data = Float32Array.from({ length: outputs * perOutput }, (_, i) => {
      const isLogit = name === headFilters && i >= config.rays * perOutput;
      const bound = limit(layer, name === headFilters ? (isLogit ? 1 : config.rays) : outputs);
      return draw.uniform(-bound, bound);
    });
    return [
      [`${name}.weight`, { shape: [outputs, inputs, size, size], data }],
      [`${name}.bias`, { shape: [outputs], data: new Float32Array(outputs) }],
    ];
  });
  return fromTensors(config, new Map(tensors), "initial weights");
}
