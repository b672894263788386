import type { Graph, Value } from "../graph.js";
import { blockedDomain, type Layout } from "../layout.js";
import { divide, equal, multiply, scale, toFloat } from "../primitives.js";
import type { Tape } from "../tape.js";

/** Maximum over squares of 2 x 2: [N, C, H, W] to [N, C, H/2, W/2], H and W even. */
export function maxPool(tape: Tape, x: Value): Value {
  const { graph, layout } = tape;
  const y = pool(graph, layout, "MaxPool", x);
  return tape.record([x], y, (gradient) => {
    // Equal maxima share the gradient. Flat regions (a black background) are full of them, and giving each
    // the whole would multiply it.
    const isMaximum = toFloat(graph, equal(graph, x, enlarge(graph, layout, y)));
    const share = divide(graph, gradient, scale(graph, pool(graph, layout, "AveragePool", isMaximum), 4));
    return [multiply(graph, isMaximum, enlarge(graph, layout, share))];
  });
}

/** Each pixel repeated as a square of 2 x 2: [N, C, H, W] to [N, C, 2 H, 2 W]. */
export function upsample(tape: Tape, x: Value): Value {
  const { graph, layout } = tape;
  return tape.record([x], enlarge(graph, layout, x), (gradient) => [
    scale(graph, pool(graph, layout, "AveragePool", gradient), 4),
  ]);
}

function pool(graph: Graph, layout: Layout, type: "MaxPool" | "AveragePool", x: Value): Value {
  const [count, channels, height, width] = x.shape as [number, number, number, number];
  const shape = [count, channels, height / 2, width / 2];
  const common = { kernel_shape: [2, 2], strides: [2, 2] };
  if (layout.kind === "nchw") return graph.node(type, [x], shape, common);
  // The blocked operators have no defaults.
  const rest = type === "MaxPool" ? { dilations: [1, 1], storage_order: 0 } : { count_include_pad: 0 };
  return graph.node(
    type,
    [x],
    shape,
    { ...common, ...rest, pads: [0, 0, 0, 0], ceil_mode: 0 },
    blockedDomain,
  );
}

function enlarge(graph: Graph, layout: Layout, x: Value): Value {
  const [count, channels, height, width] = x.shape as [number, number, number, number];
  const shape = [count, channels, 2 * height, 2 * width];
  if (layout.kind === "blocked")
    return graph.node("Upsample", [x], shape, { scales: [1, 1, 2, 2], mode: "nearest" }, blockedDomain);
  const factors = graph.constant([4], Float32Array.of(1, 1, 2, 2));
  const attributes = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  return graph.node("Resize", [x, undefined, factors], shape, attributes);
}
