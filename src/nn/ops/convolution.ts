import type { Value } from "../graph.js";
import type { Layout } from "../layout.js";
import { multiply, positive } from "../primitives.js";
import type { Tape } from "../tape.js";
import { blockedConvolution } from "./convolution-blocked.js";
import { nchwConvolution } from "./convolution-nchw.js";
import type { ConvolutionRules } from "./convolution-rules.js";

const rulesOf = (layout: Layout): ConvolutionRules =>
  layout.kind === "blocked" ? blockedConvolution(layout.block) : nchwConvolution;

/**
 * Convolution with zero padding to equal size, plus bias, optionally rectified.
 *
 * @param x [N, C, H, W]
 * @param weights [O, C, size, size], size odd, in the layout's own order (`toBlocked`)
 * @param bias [O]
 * @returns [N, O, H, W]
 */
export function convolution(tape: Tape, x: Value, weights: Value, bias: Value, relu: boolean): Value {
  const { graph } = tape;
  const [outputs, inputs, size, width] = weights.shape as [number, number, number, number];
  if (inputs !== x.shape[1] || size !== width || size % 2 === 0 || bias.shape[0] !== outputs)
    throw new Error(
      `convolution of [${x.shape.join(", ")}] with [${weights.shape.join(", ")}] and bias [${bias.shape.join(", ")}]`,
    );
  const rules = rulesOf(tape.layout);
  const y = rules.forward(graph, x, weights, bias, relu);
  return tape.record([x, weights, bias], y, (gradient) => {
    // The rectified output tells where the input was positive; at exactly zero the gradient is zero, as
    // everywhere else.
    const inner = relu ? multiply(graph, gradient, positive(graph, y)) : gradient;
    return [
      tape.needs(x) ? rules.inputGradient(graph, inner, weights) : undefined,
      rules.weightGradient(graph, x, inner, size),
      rules.biasGradient(graph, inner),
    ];
  });
}
