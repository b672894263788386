/**
 * The whole training step against PyTorch's in double precision (fixtures/generate_nn.py), and the layouts
 * against each other.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Batch } from "../core/batch.js";
import { sizeOf } from "../core/tensor.js";
import { nchwLayout, probeBlock, type Layout } from "../nn/layout.js";
import type { ModelConfig } from "./modelconfig.js";
import { exportOnnx } from "./modelfile.js";
import { layersOf, parametersOf, toTensors } from "./parameters.js";
import { createPredictor } from "./predictor.js";
import { Trainer, type OptimiserState, type StepLosses } from "./trainer.js";

// Bounds, each a few times what was measured, which stands behind it.
/** Relative: 4.2e-7. */
const LOSS = 1.5e-6;
/** Relative: 2e-7. */
const GRADIENT_NORM = 1e-6;
/** Of the largest element: 2.9e-7. */
const GRADIENT = 1e-6;
/** Of the learning rate, after three steps: 4.4e-4. Adam enlarges the rounding of small gradients. */
const WEIGHT = 2e-3;
/** Absolute, for outputs of size 0.1 to 1: 7e-8. */
const OUTPUT = 3e-7;

interface Golden {
  readonly batch: number;
  readonly patch: number;
  readonly config: ModelConfig;
  readonly steps: readonly StepLosses[];
  readonly stardistDistanceLoss: number;
  readonly probabilities: readonly number[];
  readonly distances: readonly number[];
  readonly gradientNorms: Readonly<Record<string, number>>;
  readonly gradient: readonly number[];
  readonly weights: readonly number[];
}

const folder = new URL("../../fixtures/nn/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
const { cases, learningRate, stride } = read("manifest") as {
  cases: string[];
  learningRate: number;
  stride: number;
};

/** The generator's hash: numbers in [0, 1). */
function uniform(seed: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    let x = (i + 1 + seed * 1000003) >>> 0;
    for (const [factor, shift] of [
      [2654435761, 15],
      [2246822519, 13],
      [3266489917, 16],
    ] as const) {
      x = Math.imul(x, factor) >>> 0;
      x = (x ^ (x >>> shift)) >>> 0;
    }
    return x / 2 ** 32;
  });
}

function firstWeights(config: ModelConfig): Float32Array {
  const parts = layersOf(config).flatMap(({ inputs, outputs, size }, k) => {
    const limit = Math.fround(Math.sqrt(6 / ((inputs + outputs) * size * size)));
    const weight = uniform(100 + 2 * k, outputs * inputs * size * size).map((u) => (2 * u - 1) * limit);
    return [...weight, ...uniform(101 + 2 * k, outputs).map((u) => (2 * u - 1) * 0.1)];
  });
  return Float32Array.from(parts);
}

function batchOf({ config, batch, patch }: Golden, step: number): Batch {
  const points = batch * (patch / config.grid) ** 2;
  const seed = step * 10;
  return {
    image: Float32Array.from(uniform(seed + 1, batch * patch * patch), (u) => 2 * u - 0.5),
    probability: Float32Array.from(uniform(seed + 2, points), (u) => (u < 0.5 ? 0 : u)),
    mask: Float32Array.from(uniform(seed + 3, points), (u) => (u > 0.1 ? 1 : 0)),
    distances: Float32Array.from(uniform(seed + 4, points * config.rays), (u) => 8 * u),
  };
}

interface Outcome {
  readonly losses: readonly StepLosses[];
  readonly gradient: Float32Array;
  readonly end: OptimiserState;
}

async function runSteps(golden: Golden, layout: Layout): Promise<Outcome> {
  const weights = firstWeights(golden.config);
  const zeros = (): Float32Array => new Float32Array(weights.length);
  const trainer = await Trainer.create({
    config: golden.config,
    layout,
    size: golden,
    threads: 1,
    state: { step: 0, weights, first: zeros(), second: zeros() },
  });
  const losses: StepLosses[] = [];
  let gradient = zeros();
  for (let step = 0; step < golden.steps.length; step++) {
    losses.push(await trainer.step(batchOf(golden, step), learningRate));
    // Moments are not normalised, so that after one step the first of them is the gradient itself.
    if (step === 0) gradient = trainer.state().first;
  }
  const end = trainer.state();
  await trainer.release();
  return { losses, gradient, end };
}

const sample = (vector: ArrayLike<number>): number[] => Array.from(vector).filter((_, i) => i % stride === 0);
const norm = (vector: ArrayLike<number>): number =>
  Math.sqrt(Array.from(vector).reduce((sum, value) => sum + value * value, 0));
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);
};

const block = await probeBlock();
const layouts: Layout[] = [nchwLayout, ...(block === undefined ? [] : [{ kind: "blocked", block } as const])];

describe.each(cases)("%s", (name) => {
  const golden = read(name) as Golden;

  it.each(layouts)("has PyTorch's losses, gradients and weights ($kind)", async (layout) => {
    const { losses, gradient, end } = await runSteps(golden, layout);
    losses.forEach((loss, step) => {
      for (const key of ["loss", "probability", "distance", "gradientNorm"] as const)
        expect(Math.abs(loss[key] / golden.steps[step]![key] - 1), `${key} of step ${step}`).toBeLessThan(
          LOSS,
        );
    });
    let at = 0;
    for (const parameter of parametersOf(golden.config)) {
      const part = gradient.subarray(at, (at += sizeOf(parameter.shape)));
      expect(Math.abs(norm(part) / golden.gradientNorms[parameter.name]! - 1), parameter.name).toBeLessThan(
        GRADIENT_NORM,
      );
    }
    expect(at).toBe(gradient.length);
    expect(largestDifference(sample(gradient), golden.gradient)).toBeLessThan(
      GRADIENT * Math.max(...golden.gradient.map(Math.abs)),
    );
    const wrong = sample(end.weights).map((value, i) => Math.abs(value - golden.weights[i]!) / learningRate);
    expect(Math.max(...wrong)).toBeLessThan(WEIGHT);
  });

  it("counts ignored points nowhere, where StarDist counts them as background", () => {
    // Recorded for both. The gap is what the ignored tenth adds to the background term.
    const gap = golden.stardistDistanceLoss - golden.steps[0]!.distance;
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(1e-5);
  });

  it("predicts as PyTorch does, from the exported model", async () => {
    const { config, batch, patch } = golden;
    const predictor = await createPredictor(
      exportOnnx(config, toTensors(config, firstWeights(config))),
      config,
      { threads: 1 },
    );
    const { image } = batchOf(golden, 0);
    const [probabilities, distances]: [number[], number[]] = [[], []];
    for (let n = 0; n < batch; n++) {
      const result = await predictor.predict(
        image.slice(n * patch * patch, (n + 1) * patch * patch),
        patch,
        patch,
      );
      probabilities.push(...result.probability);
      distances.push(...result.distances);
    }
    await predictor.release();
    expect(largestDifference(sample(probabilities), golden.probabilities)).toBeLessThan(OUTPUT);
    expect(largestDifference(sample(distances), golden.distances)).toBeLessThan(OUTPUT);
  });

  it.skipIf(block === undefined)("is the same in both layouts", async () => {
    const [standard, blocked] = [
      await runSteps(golden, nchwLayout),
      await runSteps(golden, { kind: "blocked", block: block! }),
    ];
    expect(largestDifference(standard.gradient, blocked.gradient)).toBeLessThan(
      GRADIENT * Math.max(...standard.gradient.map(Math.abs)),
    );
    expect(largestDifference(standard.end.weights, blocked.end.weights) / learningRate).toBeLessThan(WEIGHT);
  });
});
