import { describe, expect, it } from "vitest";
import { ort } from "#runtime";
import { random } from "../core/random.js";
import { adamScalars, emitAdam } from "./adam.js";
import { Graph, type Value } from "./graph.js";

const COUNT = 50;

async function adamSession(): Promise<ort.InferenceSession> {
  const graph = new Graph();
  const input = (name: string): Value => graph.input(name, [COUNT]);
  const state = { weights: input("weights"), first: input("first"), second: input("second") };
  const next = emitAdam(graph, state, input("gradient"), graph.input("rate", []), graph.input("epsilon", []));
  graph.output("newWeights", next.weights);
  graph.output("newFirst", next.first);
  graph.output("newSecond", next.second);
  return ort.InferenceSession.create(graph.encode());
}

describe("emitAdam", () => {
  it("moves by the learning rate in the first step, whatever the gradient's size", () => {
    // By hand: m / c1 = g and v / c2 = g^2, so that the step is rate g / (|g| + 1e-7).
    const { rate, epsilon } = adamScalars(1, 0.01);
    for (const g of [1e-3, 1, 50])
      expect((rate * g) / (Math.sqrt(g * g) + epsilon)).toBeCloseTo((0.01 * g) / (g + 1e-7), 12);
  });

  it("follows the published algorithm over 20 steps", async () => {
    const session = await adamSession();
    const rng = random(5);
    const vector = (make: () => number): Float32Array => Float32Array.from({ length: COUNT }, make);
    const tensor = (data: Float32Array, shape = [COUNT]): ort.Tensor =>
      new ort.Tensor("float32", data, shape);
    let state = { weights: vector(() => rng.normal()), first: vector(() => 0), second: vector(() => 0) };
    const [w, m, v] = [Float64Array.from(state.weights), new Float64Array(COUNT), new Float64Array(COUNT)];
    for (let t = 1; t <= 20; t++) {
      const gradient = vector(() => rng.normal() * 10 ** rng.uniform(-5, 1));
      const learningRate = 0.01 / t;
      for (let i = 0; i < COUNT; i++) {
        // Kingma & Ba 2015, algorithm 1.
        m[i] = 0.9 * m[i]! + 0.1 * gradient[i]!;
        v[i] = 0.999 * v[i]! + 0.001 * gradient[i]! ** 2;
        w[i]! -= (learningRate * (m[i]! / (1 - 0.9 ** t))) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-7);
      }
      const { rate, epsilon } = adamScalars(t, learningRate);
      const results = await session.run({
        weights: tensor(state.weights),
        first: tensor(state.first),
        second: tensor(state.second),
        gradient: tensor(gradient),
        rate: tensor(Float32Array.of(rate), []),
        epsilon: tensor(Float32Array.of(epsilon), []),
      });
      const data = (name: string): Float32Array => results[name]!.data as Float32Array;
      state = { weights: data("newWeights"), first: data("newFirst"), second: data("newSecond") };
    }
    await session.release();
    // Single precision over 20 steps of at most 0.01.
    state.weights.forEach((value, i) => expect(Math.abs(value - w[i]!)).toBeLessThan(1e-6));
    expect(Math.max(...state.weights.map((value, i) => Math.abs(value - w[i]!)))).toBeGreaterThan(0);
  });
});
