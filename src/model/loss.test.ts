import { describe, expect, it } from "vitest";
import { ort } from "#runtime";
import { random } from "../core/random.js";
import { Graph } from "../nn/graph.js";
import { split } from "../nn/primitives.js";
import { emitLoss } from "./loss.js";

const [N, RAYS, EDGE] = [2, 3, 2];
const POINTS = N * EDGE * EDGE;
const PLANE = EDGE * EDGE;

interface Data {
  readonly joined: Float32Array;
  readonly probability: Float32Array;
  readonly mask: Float32Array;
  readonly distances: Float32Array;
}

async function compute({
  joined,
  probability,
  mask,
  distances,
}: Data): Promise<Record<string, Float32Array>> {
  const graph = new Graph();
  const shapes = {
    joined: [N, RAYS + 1, EDGE, EDGE],
    probability: [N, 1, EDGE, EDGE],
    mask: [N, 1, EDGE, EDGE],
    distances: [N, RAYS, EDGE, EDGE],
  };
  const whole = graph.input("joined", shapes.joined);
  const [e, q] = split(graph, whole, [RAYS, 1], 1);
  const targets = {
    probability: graph.input("probability", shapes.probability),
    mask: graph.input("mask", shapes.mask),
    distances: graph.input("distances", shapes.distances),
  };
  const made = emitLoss(graph, { distances: e!, logits: q!, joined: whole }, targets);
  for (const name of ["loss", "probabilityLoss", "distanceLoss", "gradient"] as const)
    graph.output(name, made[name]);
  const session = await ort.InferenceSession.create(graph.encode());
  const tensor = (data: Float32Array, shape: number[]): ort.Tensor => new ort.Tensor("float32", data, shape);
  const results = await session.run({
    joined: tensor(joined, shapes.joined),
    probability: tensor(probability, shapes.probability),
    mask: tensor(mask, shapes.mask),
    distances: tensor(distances, shapes.distances),
  });
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => [name, value.data as Float32Array]),
  );
}

/** The definition, point by point, in double precision. */
function expected(
  joined: ArrayLike<number>,
  { probability, mask, distances }: Data,
): { probabilityLoss: number; distanceLoss: number; loss: number } {
  let [entropy, weightSum, deviation, background] = [0, 0, 0, 0];
  for (let n = 0; n < N; n++)
    for (let at = 0; at < PLANE; at++) {
      const [p, m] = [probability[n * PLANE + at]!, mask[n * PLANE + at]!];
      const q = 1 / (1 + Math.exp(-joined[(n * (RAYS + 1) + RAYS) * PLANE + at]!));
      entropy -= m * (p * Math.log(q) + (1 - p) * Math.log(1 - q));
      weightSum += m * p;
      for (let k = 0; k < RAYS; k++) {
        const [e, d] = [joined[(n * (RAYS + 1) + k) * PLANE + at]!, distances[(n * RAYS + k) * PLANE + at]!];
        deviation += (m * p * Math.abs(e - d)) / RAYS;
        background += (m * (1 - p) * Math.abs(e)) / RAYS;
      }
    }
  const probabilityLoss = entropy / POINTS;
  const distanceLoss = deviation / POINTS / (weightSum / POINTS + 1e-7) + (1e-4 * background) / POINTS;
  return { probabilityLoss, distanceLoss, loss: probabilityLoss + 0.2 * distanceLoss };
}

const rng = random(8);
const draw = (count: number, make: () => number): Float32Array => Float32Array.from({ length: count }, make);
const data: Data = {
  joined: draw(POINTS * (RAYS + 1), () => rng.normal(0, 2)),
  probability: draw(POINTS, () => (rng.next() < 0.4 ? 0 : rng.next())),
  mask: draw(POINTS, () => (rng.next() < 0.3 ? 0 : 1)),
  distances: draw(POINTS * RAYS, () => rng.uniform(0, 5)),
};

describe("emitLoss", () => {
  it("is StarDist's loss, with nothing for points that the mask leaves out", async () => {
    expect(data.mask.includes(0) && data.mask.includes(1)).toBe(true);
    const results = await compute(data);
    for (const [name, value] of Object.entries(expected(data.joined, data)))
      expect(Math.abs(results[name]![0]! / value - 1), name).toBeLessThan(1e-6);
  });

  it("has the gradient of its definition (central differences in double precision)", async () => {
    const { gradient } = await compute(data);
    const joined = Float64Array.from(data.joined);
    const largest = Math.max(...gradient!.map(Math.abs));
    joined.forEach((value, i) => {
      joined[i] = value + 1e-5;
      const above = expected(joined, data).loss;
      joined[i] = value - 1e-5;
      const below = expected(joined, data).loss;
      joined[i] = value;
      expect(Math.abs((above - below) / 2e-5 - gradient![i]!)).toBeLessThan(1e-6 * largest);
    });
  });

  it("is finite, and asks for nothing, where no point counts", async () => {
    const results = await compute({ ...data, mask: new Float32Array(POINTS) });
    expect(results["loss"]![0]).toBe(0);
    expect(results["gradient"]!.every((value) => value === 0)).toBe(true);
  });

  it("does not overflow for logits of any size", async () => {
    const results = await compute({ ...data, joined: data.joined.map((_, i) => (i % 2 === 0 ? 200 : -200)) });
    expect(Number.isFinite(results["loss"]![0])).toBe(true);
    expect(results["gradient"]!.every(Number.isFinite)).toBe(true);
  });
});
