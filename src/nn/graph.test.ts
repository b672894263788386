import { describe, expect, it } from "vitest";
import { ort } from "#runtime";
import { CorruptFile } from "../core/errors.js";
import { Graph } from "./graph.js";
import { readInitialisers } from "./onnx.js";
import { add, broadcast, concat, matmul, reshape, scale, slice, split } from "./primitives.js";

describe("Graph", () => {
  it("makes a model that the runtime computes", async () => {
    // By hand: 3 x + (1, 2).
    const graph = new Graph();
    const bias = graph.initialiser("bias", [2], Float32Array.of(1, 2));
    graph.output("y", add(graph, scale(graph, graph.input("x", [2]), 3), bias));
    const session = await ort.InferenceSession.create(graph.encode({ author: "nobody" }));
    const { y } = await session.run({ x: new ort.Tensor("float32", Float32Array.of(10, 20), [2]) });
    expect([...(y!.data as Float32Array)]).toEqual([31, 62]);
    await session.release();
  });

  it("stores equal constants once", () => {
    const graph = new Graph();
    expect(graph.scalar(2)).toBe(graph.scalar(2));
    expect(graph.scalar(2)).not.toBe(graph.scalar(3));
    expect(graph.integers([2])).not.toBe(graph.constant([1], Float32Array.of(2)));
  });

  it("refuses to name an input as output: that would need a copy in every run", () => {
    const graph = new Graph();
    const x = graph.input("x", [2]);
    expect(() => graph.output("y", x)).toThrow(/cannot be the output/);
  });

  it("finds shapes that do not fit while the graph is built", () => {
    const graph = new Graph();
    const [a, b] = [graph.input("a", [2, 3]), graph.input("b", [4, 3])];
    expect(() => add(graph, a, b)).toThrow(/do not fit/);
    expect(() => concat(graph, [a, b], 1)).toThrow(/concatenate/);
    expect(() => reshape(graph, a, [5])).toThrow(/reshape/);
    expect(() => split(graph, a, [1, 1], 1)).toThrow(/split/);
    expect(() => slice(graph, a, [1], [2], [2])).toThrow(/beyond axis 1/);
    expect(() => matmul(graph, a, b)).toThrow(/multiply/);
    expect(() => graph.node("Pool", [a], [2, 1.5])).toThrow(/no shape/);
    expect(broadcast([4, 1, 3], [2, 1])).toEqual([4, 2, 3]);
  });
});

describe("readInitialisers", () => {
  const graph = new Graph();
  const weight = Float32Array.from({ length: 6 }, (_, i) => i / 7);
  graph.output("y", add(graph, graph.input("x", [2, 3]), graph.initialiser("weight", [2, 3], weight)));
  graph.integers([1, 2]);
  const bytes = graph.encode();

  it("reads the float tensors that were written, bit by bit, and passes over indices", () => {
    expect([...readInitialisers(bytes, "model.onnx")]).toEqual([["weight", { shape: [2, 3], data: weight }]]);
  });

  it("says so when the file is no model, or only a part of one", () => {
    expect(() => readInitialisers(new Uint8Array(0), "empty.onnx")).toThrow(
      /empty\.onnx: this is not an ONNX model/,
    );
    expect(() => readInitialisers(new TextEncoder().encode("<html>not found</html>"), "page.onnx")).toThrow(
      CorruptFile,
    );
    let refused = 0;
    for (let length = 0; length < bytes.length; length++) {
      try {
        readInitialisers(bytes.subarray(0, length), "cut.onnx");
      } catch (error) {
        expect(error).toBeInstanceOf(CorruptFile);
        refused++;
      }
    }
    // What follows the graph (the operator versions) is not read, so that a cut there is not seen.
    expect(refused).toBeGreaterThan(bytes.length - 20);
  });
});
