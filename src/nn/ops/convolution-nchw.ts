import type { Graph, Value } from "../graph.js";
import { concat, matmulTransposed, pad, reshape, slice, sum, transpose } from "../primitives.js";
import type { ConvolutionRules } from "./convolution-rules.js";

/** Convolution in standard memory order, of standard operators. */
export const nchwConvolution: ConvolutionRules = { forward, inputGradient, weightGradient, biasGradient };

const attributes = (size: number): Record<string, number[]> => {
  const margin = (size - 1) / 2;
  return { kernel_shape: [size, size], pads: [margin, margin, margin, margin] };
};

function forward(graph: Graph, x: Value, weights: Value, bias: Value, relu: boolean): Value {
  const shape = [x.shape[0]!, weights.shape[0]!, ...x.shape.slice(2)];
  const y = graph.node("Conv", [x, weights, bias], shape, attributes(weights.shape[2]!));
  return relu ? graph.node("Relu", [y], shape) : y;
}

/** The transposed convolution: each output gradient is spread over the pixels its output was made of. */
function inputGradient(graph: Graph, gradient: Value, weights: Value): Value {
  const shape = [gradient.shape[0]!, weights.shape[1]!, ...gradient.shape.slice(2)];
  return graph.node("ConvTranspose", [gradient, weights], shape, attributes(weights.shape[2]!));
}

/**
 * dW[o, c, i, j] = sum over n, y, x of gradient[n, o, y, x] padded[n, c, y + i, x + j]: one matrix product
 * per tap of the kernel, whose long side N H W lies last in memory for both factors.
 */
function weightGradient(graph: Graph, x: Value, gradient: Value, size: number): Value {
  const [count, inputs, height, width] = x.shape as [number, number, number, number];
  const outputs = gradient.shape[1]!;
  const pixels = count * height * width;
  const margin = (size - 1) / 2;
  const padded = transpose(
    graph,
    pad(graph, x, [0, 0, margin, margin], [0, 0, margin, margin]),
    [1, 0, 2, 3],
  );
  const right = reshape(graph, transpose(graph, gradient, [1, 0, 2, 3]), [outputs, pixels]);
  const taps = Array.from({ length: size * size }, (_, tap) => {
    const shifted = slice(graph, padded, [2, 3], [Math.floor(tap / size), tap % size], [height, width]);
    return reshape(graph, matmulTransposed(graph, right, reshape(graph, shifted, [inputs, pixels])), [
      outputs,
      inputs,
      1,
    ]);
  });
  return reshape(graph, concat(graph, taps, 2), [outputs, inputs, size, size]);
}

function biasGradient(graph: Graph, gradient: Value): Value {
  const [count, outputs, height, width] = gradient.shape as [number, number, number, number];
  // In two steps: the runtime is slow to reduce axes that are not adjacent.
  return sum(graph, sum(graph, reshape(graph, gradient, [count, outputs, height * width]), [2]), [0]);
}
