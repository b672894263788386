import { describe, expect, it } from "vitest";
import { discConfig, discOptions, discs } from "../../test/discs.js";
import { differing } from "../../test/planes.js";
import { random } from "../core/random.js";
import type { ModelConfig } from "./modelconfig.js";
import { initialWeights, parametersOf, toTensors } from "./parameters.js";
import { train } from "./train.js";

describe("train", () => {
  it.each<Partial<ModelConfig>>([
    { grid: 1, depth: 4, filters: 8, features: 8 },
    { grid: 4, depth: 1, convolutionsPerLevel: 2 },
    { grid: 2, depth: 3, filters: 5, features: 7, rays: 3 },
  ])("trains networks of other shapes: %o", async (shape) => {
    const other = { ...discConfig, ...shape };
    const run = { ...discOptions, patch: 32, layout: "auto" as const, steps: 30, stepsPerEpoch: 10 };
    const one = discs(2, other, run);
    const { history, weights, layout } = await train(
      other,
      run,
      { nextBatch: () => one, validation: [] },
      {},
    );
    const losses = history.map(({ loss }) => loss);
    // On one batch the loss falls from epoch to epoch, and by half in thirty steps.
    expect(losses[1]).toBeLessThan(losses[0]!);
    expect(losses[2]).toBeLessThan(losses[1]!);
    expect(losses[2]).toBeLessThan(losses[0]! / 2);
    // A gradient reaches every parameter, and none is left where it was or is not finite.
    const before = toTensors(other, initialWeights(other, random(run.seed)));
    expect([...weights.keys()]).toEqual(parametersOf(other).map(({ name }) => name));
    for (const [name, { data: values }] of weights) {
      expect(values.every(Number.isFinite), name).toBe(true);
      expect(differing(values, before.get(name)!.data), name).toBeGreaterThan(values.length / 2);
    }
    if (other.filters % 8 !== 0) expect(layout).toBe("nchw");
  });
});
