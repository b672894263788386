/**
 * Standard ONNX operators with their shapes: what forward and gradient formulas are written in. Nothing here
 * knows of gradients.
 */
import { sizeOf } from "../core/tensor.js";
import type { Graph, Value } from "./graph.js";

type Shape = readonly number[];

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Shape of an elementwise result; lengths of 1 stretch, missing leading axes count as 1. */
export function broadcast(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return range(rank).map((i) => {
    const [p, q] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (p !== q && p !== 1 && q !== 1)
      throw new Error(`shapes [${a.join(", ")}] and [${b.join(", ")}] do not fit`);
    return Math.max(p, q);
  });
}

const binary =
  (type: string) =>
  (graph: Graph, a: Value, b: Value): Value =>
    graph.node(type, [a, b], broadcast(a.shape, b.shape));
const unary =
  (type: string) =>
  (graph: Graph, a: Value): Value =>
    graph.node(type, [a], a.shape);

/** a + b, broadcast. */
export const add = binary("Add");
/** a - b, broadcast. */
export const subtract = binary("Sub");
/** a b, element by element, broadcast. */
export const multiply = binary("Mul");
/** a / b, element by element, broadcast. */
export const divide = binary("Div");
/** Booleans: whether a = b, broadcast. */
export const equal = binary("Equal");
/** |a|. */
export const absolute = unary("Abs");
/** The square root of a. */
export const squareRoot = unary("Sqrt");
/** 1 / (1 + e^-a). */
export const sigmoid = unary("Sigmoid");
/** log(1 + e^x), without overflow. */
export const softplus = unary("Softplus");

/** a times a constant. */
export const scale = (graph: Graph, a: Value, factor: number): Value =>
  multiply(graph, a, graph.scalar(factor));

/** Booleans to 0 and 1. */
export const toFloat = (graph: Graph, a: Value): Value => graph.node("Cast", [a], a.shape, { to: 1 });

/**
 * 1 where a is positive, 0 elsewhere, for a >= 0: a hard sigmoid so steep that nothing lies on its slope. Far
 * faster than Sign or Greater.
 */
export const positive = (graph: Graph, a: Value): Value =>
  graph.node("HardSigmoid", [a], a.shape, { alpha: { float: steepSlope }, beta: { float: 0 } });

/** -1, 0 or 1. Written as a clipped multiple, since Sign is slow on processors and missing on WebGPU. */
export const sign = (graph: Graph, a: Value): Value =>
  graph.node("Clip", [scale(graph, a, steepSlope), graph.scalar(-1), graph.scalar(1)], a.shape);

/** Slope of the hard functions that stand for steps: no value but 0 lies on it. */
const steepSlope = 1e20;

/** The same values in another shape of the same size. */
export function reshape(graph: Graph, a: Value, shape: Shape): Value {
  if (sizeOf(shape) !== sizeOf(a.shape))
    throw new Error(`cannot reshape [${a.shape.join(", ")}] to [${shape.join(", ")}]`);
  return graph.node("Reshape", [a, graph.integers(shape)], shape);
}

/** @param axes axis of `a` that each axis of the result is */
export const transpose = (graph: Graph, a: Value, axes: Shape): Value =>
  graph.node(
    "Transpose",
    [a],
    axes.map((axis) => a.shape[axis]!),
    { perm: axes },
  );

/** The parts one after the other along an axis; their other axes must be of equal length. */
export function concat(graph: Graph, parts: readonly Value[], axis: number): Value {
  const shape = [...parts[0]!.shape];
  for (const part of parts)
    if (part.shape.some((length, i) => i !== axis && length !== shape[i]))
      throw new Error(`cannot concatenate [${part.shape.join(", ")}]`);
  shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  return graph.node("Concat", parts, shape, { axis });
}

/** The inverse of `concat`: parts of the given lengths along an axis. */
export function split(graph: Graph, a: Value, lengths: Shape, axis: number): Value[] {
  if (lengths.reduce((sum, n) => sum + n, 0) !== a.shape[axis])
    throw new Error(`cannot split ${a.shape[axis]} into ${lengths.join(" + ")}`);
  const shapes = lengths.map((length) => a.shape.map((n, i) => (i === axis ? length : n)));
  return graph.nodeOf("Split", [a, graph.integers(lengths)], shapes, { axis });
}

/** a[begin .. begin + lengths) along the given axes. */
export function slice(graph: Graph, a: Value, axes: Shape, begin: Shape, lengths: Shape): Value {
  const shape = [...a.shape];
  axes.forEach((axis, i) => {
    if (begin[i]! + lengths[i]! > shape[axis]!)
      throw new Error(`slice ends beyond axis ${axis} of [${a.shape.join(", ")}]`);
    shape[axis] = lengths[i]!;
  });
  const end = begin.map((start, i) => start + lengths[i]!);
  return graph.node("Slice", [a, graph.integers(begin), graph.integers(end), graph.integers(axes)], shape);
}

/** Zeros before and after, one pair of counts per axis. */
export const pad = (graph: Graph, a: Value, before: Shape, after: Shape): Value =>
  graph.node(
    "Pad",
    [a, graph.integers([...before, ...after])],
    a.shape.map((n, i) => n + before[i]! + after[i]!),
    { mode: "constant" },
  );

/** Rows of a by a constant list of indices. */
export const gather = (graph: Graph, a: Value, rows: Shape): Value =>
  graph.node("Gather", [a, graph.integers(rows)], [rows.length, ...a.shape.slice(1)], { axis: 0 });

/** Sum over the given axes, which the result no longer has. */
export const sum = (graph: Graph, a: Value, axes: Shape): Value =>
  graph.node(
    "ReduceSum",
    [a, graph.integers(axes)],
    a.shape.filter((_, i) => !axes.includes(i)),
    { keepdims: 0 },
  );

/** Mean over everything: a scalar. */
export const mean = (graph: Graph, a: Value): Value => graph.node("ReduceMean", [a], [], { keepdims: 0 });

/** Matrix product over the last two axes. */
export function matmul(graph: Graph, a: Value, b: Value): Value {
  const [rows, inner, inner2, columns] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-2)!, b.shape.at(-1)!];
  if (inner !== inner2) throw new Error(`cannot multiply [${a.shape.join(", ")}] by [${b.shape.join(", ")}]`);
  return graph.node(
    "MatMul",
    [a, b],
    [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns],
  );
}

/** a times the transpose of b, for matrices. */
export const matmulTransposed = (graph: Graph, a: Value, b: Value): Value =>
  graph.node("Gemm", [a, b], [a.shape[0]!, b.shape[0]!], { transA: 0, transB: 1 });
