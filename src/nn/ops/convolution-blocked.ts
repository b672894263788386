/**
 * Convolution in blocked memory. Forward and both gradients are the runtime's own blocked convolution; the
 * work is to bring the operands into the order it wants without small transposes, which are slow.
 *
 * Orders: activations [N, C/B, H, W, B]; weights [O/B, C/B, size, size, B of C, B of O]; for an image of
 * fewer channels than a block, activations [N, C, H, W] and weights [O/B, C, size, size, B of O].
 */
import type { Graph, Value } from "../graph.js";
import { blockedDomain, reorderOutput } from "../layout.js";
import { add, gather, matmul, pad, reshape, slice, sum, transpose } from "../primitives.js";
import type { ConvolutionRules } from "./convolution-rules.js";

/** Convolution in blocks of `block` channels, and its gradients. */
export const blockedConvolution = (block: number): ConvolutionRules => ({
  forward,
  inputGradient: (graph, gradient, weights) => inputGradient(graph, gradient, weights, block),
  weightGradient: (graph, x, gradient, size) =>
    size === 1
      ? pointwiseWeightGradient(graph, x, gradient, block)
      : weightGradient(graph, x, gradient, size, block),
  biasGradient: (graph, gradient) => biasGradient(graph, gradient, block),
});

/** A blocked convolution with strides of 1. */
interface BlockedConvolution {
  /** Image, kernels and, perhaps, bias. */
  readonly inputs: readonly Value[];
  /** Of the result. */
  readonly shape: readonly number[];
  /** Height and width of the kernels. */
  readonly kernel: readonly number[];
  /** Zeros around the image. */
  readonly margin: number;
  /** Columns from one tap to the next. Default 1. */
  readonly step?: number;
  /** Groups of channels that do not mix. Default 1. */
  readonly group?: number;
  readonly relu?: boolean;
}

function emit(
  graph: Graph,
  { inputs, shape, kernel, margin, step = 1, group = 1, relu }: BlockedConvolution,
): Value {
  const attributes = {
    kernel_shape: kernel,
    pads: [margin, margin, margin, margin],
    strides: [1, 1],
    dilations: [1, step],
    group,
    ...(relu ? { activation: "Relu" } : {}),
  };
  return graph.node("Conv", inputs, shape, attributes, blockedDomain);
}

function forward(graph: Graph, x: Value, weights: Value, bias: Value, relu: boolean): Value {
  const [outputs, , size] = weights.shape as [number, number, number];
  return emit(graph, {
    inputs: [x, weights, bias],
    shape: [x.shape[0]!, outputs, ...x.shape.slice(2)],
    kernel: [size, size],
    margin: (size - 1) / 2,
    relu,
  });
}

/** A convolution of the gradient with the kernels turned by half a turn and inputs and outputs exchanged. */
function inputGradient(graph: Graph, gradient: Value, weights: Value, block: number): Value {
  const [outputs, inputs, size] = weights.shape as [number, number, number];
  if (inputs < block) throw new Error("the image in front of the blocked layout has no gradient");
  const [blocksOut, blocksIn, taps] = [outputs / block, inputs / block, size * size];
  // Whole B x B squares are rows of a table: one lookup turns the kernel and transposes the grid of blocks.
  const order: number[] = [];
  for (let i = 0; i < blocksIn; i++)
    for (let o = 0; o < blocksOut; o++)
      for (let t = taps - 1; t >= 0; t--) order.push((o * blocksIn + i) * taps + t);
  const squares = gather(graph, reshape(graph, weights, [order.length, block * block]), order);
  // Each square read as B pixels of one block of channels: putting the channels first transposes it.
  const turned = reorderOutput(graph, reshape(graph, squares, [order.length, block, block / 4, 4]));
  return emit(graph, {
    inputs: [gradient, reshape(graph, turned, [inputs, outputs, size, size])],
    shape: [gradient.shape[0]!, inputs, ...gradient.shape.slice(2)],
    kernel: [size, size],
    margin: (size - 1) / 2,
  });
}

/**
 * dW[o, c, i, j] = sum over n, y, x of gradient[n, o, y, x] padded[n, c, y + i, x + j], read as a
 * convolution: the gradients are O kernels of H x W taps, and a block of B input channels is one image whose
 * rows hold the channels of each pixel side by side. Taps B columns apart meet one channel, and of the
 * result, `size` x `size` B, each column is a tap and a channel: the order of weights, and of the inputs.
 */
function weightGradient(graph: Graph, x: Value, gradient: Value, size: number, block: number): Value {
  const [count, inputs, height, width] = x.shape as [number, number, number, number];
  const outputs = gradient.shape[1]!;
  // As many channels as a block the operator would take for one.
  if (count >= block) {
    const half = (begin: number, length: number): Value => {
      const [some, by] = [x, gradient].map((all) => slice(graph, all, [0], [begin], [length]));
      return weightGradient(graph, some!, by!, size, block);
    };
    return add(graph, half(0, count >> 1), half(count >> 1, count - (count >> 1)));
  }
  const inner = inputs < block ? 1 : block;
  const groups = inputs / inner;
  const margin = (size - 1) / 2;
  const around = [0, 0, margin, margin * inner];
  const padded = pad(graph, reshape(graph, x, [count, groups, height, width * inner]), around, around);
  const images = transpose(graph, padded, [1, 0, 2, 3]);
  const whole = count * outputs * height * width <= cachedTaps;
  const sums = whole
    ? emit(graph, {
        inputs: [images, samplesAsChannels(graph, gradient, block)],
        shape: [groups, outputs, size, size * inner],
        kernel: [height, width],
        margin: 0,
        step: inner,
      })
    : sampleBySample(graph, images, gradient, size);
  const squares = reshape(graph, sums, [groups, outputs / block, size * size * inner * block]);
  return reshape(graph, transpose(graph, squares, [1, 0, 2]), [outputs, inputs, size, size]);
}

/**
 * Taps of all kernels that stay in a processor's cache while one image after the other meets them. More of
 * them go sample by sample.
 */
const cachedTaps = 2 ** 18;

/** Gradients [N, O, H, W] as kernels [O, N, H, W]. */
function samplesAsChannels(graph: Graph, gradient: Value, block: number): Value {
  const [count, outputs, height, width] = gradient.shape as [number, number, number, number];
  const samples = reshape(graph, gradient, [count, outputs / block, height * width * block]);
  return reshape(graph, transpose(graph, samples, [1, 0, 2]), [outputs, count, height, width]);
}

/** The gradient of each sample by itself, as a group of channels, and their sum. @param images [K, N, ...] */
function sampleBySample(graph: Graph, images: Value, gradient: Value, size: number): Value {
  const [groups, , , columns] = images.shape as [number, number, number, number];
  const [count, outputs, height, width] = gradient.shape as [number, number, number, number];
  const inner = columns / (width + size - 1);
  const each = emit(graph, {
    inputs: [images, reshape(graph, gradient, [count * outputs, 1, height, width])],
    shape: [groups, count * outputs, size, size * inner],
    kernel: [height, width],
    margin: 0,
    step: inner,
    group: count,
  });
  return sum(graph, reshape(graph, each, [groups, count, outputs * size * size * inner]), [1]);
}

/** For a kernel of one tap the sum over pixels is a matrix product. */
function pointwiseWeightGradient(graph: Graph, x: Value, gradient: Value, block: number): Value {
  const [count, inputs, height, width] = x.shape as [number, number, number, number];
  const outputs = gradient.shape[1]!;
  const left = reshape(graph, reorderOutput(graph, x), [count, inputs, height * width]);
  const right = reshape(graph, reorderOutput(graph, gradient), [count, outputs, height * width]);
  // The runtime merges this transpose into the product.
  const products = sum(graph, matmul(graph, left, transpose(graph, right, [0, 2, 1])), [0]);
  const squares = reshape(graph, products, [inputs / block, block, outputs / block, block]);
  return reshape(graph, transpose(graph, squares, [2, 0, 1, 3]), [outputs, inputs, 1, 1]);
}

function biasGradient(graph: Graph, gradient: Value, block: number): Value {
  const [count, outputs, height, width] = gradient.shape as [number, number, number, number];
  const pixels = reshape(graph, gradient, [count, outputs / block, height * width, block]);
  return reshape(graph, sum(graph, sum(graph, pixels, [2]), [0]), [outputs]);
}
