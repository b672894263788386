import type { Graph, Value } from "./graph.js";
import { add, divide, multiply, scale, squareRoot, subtract } from "./primitives.js";

/** Decay of the first moment a step: the paper's. */
const adamBeta1 = 0.9;
/** Decay of the second moment a step: the paper's. */
const adamBeta2 = 0.999;
/** Added to the root of the second moment: Keras' (see `emitAdam`). */
const adamEpsilon = 1e-7;

/** What Adam keeps from step to step, flat vectors of equal length. */
export interface AdamState {
  readonly weights: Value;
  /**
   * Sum over past steps of beta1^age times the gradient: Adam's first moment without its factor 1 - beta1.
   */
  readonly first: Value;
  /** The same of the squared gradient, with beta2. */
  readonly second: Value;
}

/**
 * One step of Adam on flat vectors of equal length. The moments are kept un-normalised and the bias
 * correction is folded into two scalars per step (`adamScalars`), which saves the graph three passes over all
 * parameters.
 *
 * Source: Kingma & Ba 2015, algorithm 1, rearranged; epsilon 1e-7 as in Keras, which StarDist trains with.
 */
export function emitAdam(
  graph: Graph,
  state: AdamState,
  gradient: Value,
  rate: Value,
  epsilon: Value,
): AdamState {
  const first = add(graph, scale(graph, state.first, adamBeta1), gradient);
  const second = add(graph, scale(graph, state.second, adamBeta2), multiply(graph, gradient, gradient));
  const change = divide(graph, multiply(graph, first, rate), add(graph, squareRoot(graph, second), epsilon));
  return { weights: subtract(graph, state.weights, change), first, second };
}

/**
 * The scalars that make `emitAdam` equal to Adam: with c1 = 1 - beta1^t and c2 = 1 - beta2^t,
 * rate ((1 - beta1) m / c1) / (sqrt((1 - beta2) v / c2) + epsilon) = rate' m / (sqrt(v) + epsilon').
 *
 * @param step t, from 1
 */
export function adamScalars(
  step: number,
  learningRate: number,
): { readonly rate: number; readonly epsilon: number } {
  const root = Math.sqrt((1 - adamBeta2 ** step) / (1 - adamBeta2));
  return {
    rate: (learningRate * root * (1 - adamBeta1)) / (1 - adamBeta1 ** step),
    epsilon: adamEpsilon * root,
  };
}
