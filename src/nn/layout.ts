/**
 * How activations and weights lie in memory inside a training graph.
 *
 * `nchw` is the standard one: it uses standard operators only, so it runs on every platform, and it is what
 * the other is tested against. `blocked` keeps B channels together, [N, C/B, H, W, B], so that a vector
 * register holds the channels of one pixel, and uses the ONNX Runtime's internal convolutions for it (domain
 * `com.microsoft.nchwc`). Tensors still *say* [N, C, H, W]; elementwise operators and Concat or Split of
 * whole blocks along the channels work on them unchanged. Shapes that mix pixels and channels do not.
 *
 * The internal domain may change with any release: the version of the runtime is pinned, and `probeBlock`
 * looks before it is used.
 */
import { ort } from "#runtime";
import { Graph, type Value } from "./graph.js";

/** How activations and weights lie in memory; `block` is the length of a block of channels. */
export type Layout = { readonly kind: "nchw" } | { readonly kind: "blocked"; readonly block: number };

/** The standard layout. */
export const nchwLayout: Layout = { kind: "nchw" };

/** Domain of the blocked operators. */
export const blockedDomain = "com.microsoft.nchwc";

/** Block length of a layout; 1 where channels are not grouped. */
export const blockOf = (layout: Layout): number => (layout.kind === "blocked" ? layout.block : 1);

/** Memory of standard order to blocked memory; the shape it says stays the same. */
export const reorderInput = (graph: Graph, a: Value): Value =>
  graph.node("ReorderInput", [a], a.shape, {}, blockedDomain);

/** Blocked memory to standard order, keeping the first `channels`. */
export const reorderOutput = (graph: Graph, a: Value, channels = a.shape[1]!): Value =>
  graph.node("ReorderOutput", [a], [a.shape[0]!, channels, ...a.shape.slice(2)], { channels }, blockedDomain);

/**
 * Calls `pair` for each weight of a convolution with its index in blocked memory, ascending, and its index in
 * standard order. Blocked memory: [O/B, I/B, height, width, B of I, B of O]; a convolution with fewer input
 * channels than a block (the image) keeps them apart: [O/B, I, height, width, B of O].
 *
 * @param shape [O, I, height, width], O a multiple of `block`, I too or smaller
 */
function inBlocks(
  shape: readonly number[],
  block: number,
  pair: (blocked: number, standard: number) => void,
): void {
  const [outputs, inputs, height, width] = shape as [number, number, number, number];
  const taps = height * width;
  const inner = inputs < block ? 1 : block;
  if (outputs % block !== 0 || inputs % inner !== 0)
    throw new Error(`weights [${shape.join(", ")}] do not fill blocks of ${block}`);
  let at = 0;
  for (let o = 0; o < outputs; o += block)
    for (let i = 0; i < inputs; i += inner)
      for (let square = 0; square < taps * inner; square++) {
        const column = i + (square % inner);
        const tap = Math.floor(square / inner);
        for (let row = o; row < o + block; row++) pair(at++, (row * inputs + column) * taps + tap);
      }
}

/** Convolution weights [O, I, height, width] to blocked memory. */
export function toBlocked(weights: Float32Array, shape: readonly number[], block: number): Float32Array {
  const out = new Float32Array(weights.length);
  inBlocks(shape, block, (blocked, standard) => (out[blocked] = weights[standard]!));
  return out;
}

/** The inverse of `toBlocked`. */
export function fromBlocked(weights: Float32Array, shape: readonly number[], block: number): Float32Array {
  const out = new Float32Array(weights.length);
  inBlocks(shape, block, (blocked, standard) => (out[standard] = weights[blocked]!));
  return out;
}

/**
 * Asks the runtime for its block length: 16 with AVX-512, 8 with AVX2. One reordering of a 64-channel image
 * of two pixels tells: the second pixel's first channel lands where the first block ends.
 *
 * @returns undefined where the runtime has no blocked operators, or one that the gradients here are not
 *   written for
 */
export async function probeBlock(): Promise<number | undefined> {
  const graph = new Graph();
  const channels = 64;
  const shape = [1, channels, 1, 2];
  graph.output("blocked", reorderInput(graph, graph.input("image", shape)));
  try {
    const session = await ort.InferenceSession.create(graph.encode(), {
      logSeverityLevel: 4,
      intraOpNumThreads: 1,
    });
    const counting = Float32Array.from({ length: 2 * channels }, (_, i) => i);
    const results = await session.run({ image: new ort.Tensor("float32", counting, shape) });
    await session.release();
    const block = (results["blocked"]!.data as Float32Array).indexOf(1);
    return block === 8 || block === 16 ? block : undefined;
  } catch {
    // A runtime without these operators refuses the model. That is the answer, not a failure.
    return undefined;
  }
}
