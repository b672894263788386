import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { sizeOf } from "../core/tensor.js";
import { nchwLayout, type Layout } from "../nn/layout.js";
import { defaultModelConfig, type ModelConfig } from "./modelconfig.js";
import {
  fitsBlocks,
  fromTensors,
  initialWeights,
  layersOf,
  pack,
  packedParametersOf,
  parameterCount,
  toTensors,
  unpack,
} from "./parameters.js";

const small: ModelConfig = { rays: 8, grid: 2, depth: 2, filters: 16, convolutionsPerLevel: 2, features: 32 };

describe("layersOf", () => {
  it("lists StarDist's default network, layer by layer", () => {
    const widths = layersOf(defaultModelConfig).map(
      ({ inputs, outputs, size }) => `${inputs}-${outputs}${size === 1 ? " point" : ""}`,
    );
    // keras' summary of StarDist2D(Config2D(grid=(2, 2))), with its two heads in one.
    expect(widths).toEqual([
      "1-32",
      "32-32",
      "32-32",
      "32-32",
      "32-64",
      "64-64",
      "64-128",
      "128-128",
      "128-256",
      "256-128",
      "256-128",
      "128-64",
      "128-64",
      "64-32",
      "64-32",
      "32-32",
      "32-128",
      "128-33 point",
    ]);
    expect(parameterCount(defaultModelConfig)).toBe(1_425_185);
  });
});

describe("pack", () => {
  const standard = Float32Array.from({ length: parameterCount(small) }, (_, i) => i + 1);
  const layouts: Layout[] = [nchwLayout, { kind: "blocked", block: 8 }, { kind: "blocked", block: 16 }];

  it.each(layouts)("is undone by unpack (%o)", (layout) => {
    const packed = pack(small, layout, standard);
    expect(packed.length).toBe(
      packedParametersOf(small, layout).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    );
    expect(unpack(small, layout, packed)).toEqual(standard);
    // What was added is zero: every number of the standard vector appears once, and nothing else does.
    expect([...packed].filter((value) => value !== 0).sort((a, b) => a - b)).toEqual([...standard]);
  });

  it("fills the head to whole blocks", () => {
    const head = packedParametersOf(small, { kind: "blocked", block: 16 }).find(
      ({ name }) => name === "head.weight",
    );
    expect(head!.shape).toEqual([16, 32, 1, 1]);
    expect([
      fitsBlocks(small, 16),
      fitsBlocks({ ...small, filters: 24 }, 16),
      fitsBlocks({ ...small, filters: 24 }, 8),
    ]).toEqual([true, false, true]);
  });
});

describe("toTensors", () => {
  it("is undone by fromTensors", () => {
    const standard = initialWeights(small, random(2));
    expect(fromTensors(small, toTensors(small, standard), "test")).toEqual(standard);
  });

  it("names the tensor that is of another network", () => {
    const tensors = toTensors(small, initialWeights(small, random(2)));
    const wider = { ...small, rays: 16 };
    expect(() => fromTensors(wider, tensors, "model.onnx")).toThrow(
      /model\.onnx, tensor "head\.weight": expected shape \[17, 32, 1, 1\], received \[9, 32, 1, 1\]/,
    );
    expect(() => fromTensors({ ...small, depth: 3 }, tensors, "model.onnx")).toThrow(
      /"down_2_0\.weight": .* received no such tensor/,
    );
  });
});

describe("initialWeights", () => {
  it("draws each layer within Glorot's limit and nearly fills it; biases are zero", () => {
    const tensors = toTensors(defaultModelConfig, initialWeights(defaultModelConfig, random(3)));
    for (const { name, inputs, outputs, size } of layersOf(defaultModelConfig)) {
      expect(tensors.get(`${name}.bias`)!.data.every((value) => value === 0)).toBe(true);
      const { data } = tensors.get(`${name}.weight`)!;
      const distances = name === "head" ? data.subarray(0, 32 * 128) : data;
      const limit = Math.sqrt(6 / ((inputs + (name === "head" ? 32 : outputs)) * size * size));
      const largest = distances.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      expect(largest).toBeLessThanOrEqual(Math.fround(limit));
      expect(largest).toBeGreaterThan(0.97 * limit);
    }
    const logit = tensors.get("head.weight")!.data.subarray(32 * 128);
    const largest = Math.max(...logit.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(Math.fround(Math.sqrt(6 / 129)));
    expect(largest).toBeGreaterThan(Math.sqrt(6 / 160));
  });

  it("depends on the seed alone", () => {
    expect(initialWeights(small, random(4))).toEqual(initialWeights(small, random(4)));
    expect(initialWeights(small, random(4))).not.toEqual(initialWeights(small, random(5)));
  });
});
