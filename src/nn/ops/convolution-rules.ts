import type { Graph, Value } from "../graph.js";

/**
 * What a layout has to offer. `size` is the edge of the square kernel, odd; outputs are as large as inputs.
 */
export interface ConvolutionRules {
  forward(graph: Graph, x: Value, weights: Value, bias: Value, relu: boolean): Value;
  inputGradient(graph: Graph, gradient: Value, weights: Value): Value;
  weightGradient(graph: Graph, x: Value, gradient: Value, size: number): Value;
  biasGradient(graph: Graph, gradient: Value): Value;
}
