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
  readonly relu?: boolean;
}

function emit(graph: Graph, { inputs, shape, kernel, margin, relu }: BlockedConvolution): Value {
  const attributes = {
    kernel_shape: kernel,
    pads: [margin, margin, margin, margin],
    strides: [1, 1],
    dilations: [1, 1],
    group: 1,
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
 * convolution: the inputs are C images of N channels, the gradients are O kernels of N channels and H x W
 * taps, and the result has size x size pixels.
 */
function weightGradient(graph: Graph, x: Value, gradient: Value, size: number, block: number): Value {
  const [count, inputs, height, width] = x.shape as [number, number, number, number];
  const outputs = gradient.shape[1]!;
  const taps = size * size;
  const images = transpose(graph, paddedPlain(graph, x, (size - 1) / 2, block), [1, 0, 2, 3]);
  const kernels = transpose(
    graph,
    reshape(graph, gradient, [count, outputs / block, height * width * block]),
    [1, 0, 2],
  );
  const piece = (begin: number, length: number): Value => {
    const whole = length === count;
    const from = whole ? images : slice(graph, images, [1], [begin], [length]);
    const by = reshape(graph, whole ? kernels : slice(graph, kernels, [1], [begin], [length]), [
      outputs,
      length,
      height,
      width,
    ]);
    return emit(graph, {
      inputs: [from, by],
      shape: [inputs, outputs, size, size],
      kernel: [height, width],
      margin: 0,
    });
  };
  // With B channels or more the operator would take its input to be blocked, so that a larger batch goes in
  // pieces.
  const longest = count < block ? count : block / 2;
  let total = piece(0, Math.min(longest, count));
  for (let begin = longest; begin < count; begin += longest)
    total = add(graph, total, piece(begin, Math.min(longest, count - begin)));
  const parts = inputs < block ? [inputs, 1] : [inputs / block, block];
  const squares = reshape(graph, total, [...parts, outputs / block, taps, block]);
  return reshape(graph, transpose(graph, squares, [2, 0, 3, 1, 4]), [outputs, inputs, size, size]);
}

/** Inputs with a margin of zeros, in standard order. */
function paddedPlain(graph: Graph, x: Value, margin: number, block: number): Value {
  const [count, inputs, height, width] = x.shape as [number, number, number, number];
  if (inputs < block) return pad(graph, x, [0, 0, margin, margin], [0, 0, margin, margin]);
  const rows = reshape(graph, x, [count, inputs / block, height, width * block]);
  const padded = pad(graph, rows, [0, 0, margin, margin * block], [0, 0, margin, margin * block]);
  return reorderOutput(
    graph,
    reshape(graph, padded, [count, inputs, height + 2 * margin, width + 2 * margin]),
  );
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
