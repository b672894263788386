import { describe, expect, it } from "vitest";
import { ort } from "#runtime";
import { CorruptFile, InvalidInput } from "../core/errors.js";
import { random } from "../core/random.js";
import { Graph } from "../nn/graph.js";
import { probeBlock, type Layout } from "../nn/layout.js";
import { readOpset } from "../nn/onnx.js";
import { sigmoid } from "../nn/primitives.js";
import { Tape } from "../nn/tape.js";
import { defaultModelConfig, receptiveMargin, sizeMultiple, type ModelConfig } from "./modelconfig.js";
import {
  exportOnnx,
  formatModelDescription,
  parseModelDescription,
  weightsFromOnnx,
  type ModelDescription,
} from "./modelfile.js";
import { initialWeights, pack, packedParametersOf, toTensors } from "./parameters.js";
import { createPredictor } from "./predictor.js";
import { emitUnet } from "./unet.js";

const config: ModelConfig = {
  rays: 8,
  grid: 2,
  depth: 2,
  filters: 16,
  convolutionsPerLevel: 1,
  features: 16,
};
const standard = initialWeights(config, random(1));
const weights = toTensors(config, standard);
const onnx = exportOnnx(config, weights);

const noise = (seed: number, count: number): Float32Array => {
  const rng = random(seed);
  return Float32Array.from({ length: count }, () => rng.normal());
};
const largestDifference = (a: Float32Array, b: Float32Array): number => {
  expect(a.length).toBe(b.length);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);
};

describe("exportOnnx", () => {
  it("keeps every bit of the weights", () => {
    expect(weightsFromOnnx(onnx, config)).toEqual(weights);
  });

  it("is read as it comes from a file, in Node's Buffer", () => {
    expect(weightsFromOnnx(Buffer.from(onnx), config)).toEqual(weights);
  });

  it("states the version of its operators", () => {
    expect(readOpset(onnx, "model.onnx")).toBe(17);
    expect(() => readOpset(Uint8Array.of(), "model.onnx")).toThrow(CorruptFile);
  });

  it("names inputs and outputs and leaves height and width open", async () => {
    const session = await ort.InferenceSession.create(onnx);
    expect([session.inputNames, session.outputNames]).toEqual([["image"], ["probability", "distances"]]);
    const shapeOf = (port: unknown): unknown => (port as { shape: unknown }).shape;
    expect(session.inputMetadata.map(shapeOf)).toEqual([[1, 1, "height", "width"]]);
    expect(session.outputMetadata.map(shapeOf)).toEqual([
      [1, 1, "grid_height", "grid_width"],
      [1, 8, "grid_height", "grid_width"],
    ]);
    await session.release();
  });

  it("uses standard operators only", () => {
    expect(Buffer.from(onnx).includes("com.microsoft")).toBe(false);
  });

  it("computes what the training graph computes, in its blocked layout", async (context) => {
    const block = await probeBlock();
    if (block === undefined) return context.skip("this processor has no blocked operators");
    const layout: Layout = { kind: "blocked", block };
    const [height, width] = [16, 32];
    const graph = new Graph();
    const packed = pack(config, layout, standard);
    let at = 0;
    const parameters = new Map(
      packedParametersOf(config, layout).map(({ name, shape }) => {
        const length = shape.reduce((product, n) => product * n, 1);
        return [name, graph.initialiser(name, shape, packed.slice(at, (at += length)))];
      }),
    );
    const { logits, distances } = emitUnet(
      new Tape(graph, layout),
      config,
      graph.input("image", [1, 1, height, width]),
      parameters,
    );
    graph.output("probability", sigmoid(graph, logits));
    graph.output("distances", distances);
    const session = await ort.InferenceSession.create(graph.encode());
    const image = noise(2, height * width);
    const training = await session.run({ image: new ort.Tensor("float32", image, [1, 1, height, width]) });
    await session.release();
    const predictor = await createPredictor(onnx, config, { threads: 1 });
    const exported = await predictor.predict(image, height, width);
    await predictor.release();
    expect(
      largestDifference(exported.probability, training["probability"]!.data as Float32Array),
    ).toBeLessThan(1e-6);
    expect(largestDifference(exported.distances, training["distances"]!.data as Float32Array)).toBeLessThan(
      1e-6,
    );
  });

  it("refuses weights of another network", () => {
    expect(() => exportOnnx({ ...config, features: 32 }, weights)).toThrow(InvalidInput);
    expect(() => weightsFromOnnx(onnx, { ...config, rays: 16 })).toThrow(
      /model\.onnx, tensor "head\.weight"/,
    );
  });
});

describe("createPredictor", () => {
  it("takes any fitting size, and tiles with the receptive margin give the values of the whole", async () => {
    const predictor = await createPredictor(onnx, config, { threads: 1 });
    const multiple = sizeMultiple(config);
    const margin = Math.ceil(receptiveMargin(config) / multiple) * multiple;
    const [height, width] = [2 * multiple, 2 * margin + 4 * multiple];
    const image = noise(3, height * width);
    const whole = await predictor.predict(image, height, width);
    expect([whole.probability.length, whole.distances.length]).toEqual([
      (height * width) / 4,
      2 * height * width,
    ]);
    // The left half, with the margin to its right only.
    const inner = width / 2;
    const part = inner + margin;
    const tile = Float32Array.from(
      { length: height * part },
      (_, i) => image[Math.floor(i / part) * width + (i % part)]!,
    );
    const { probability } = await predictor.predict(tile, height, part);
    for (let y = 0; y < height / 2; y++)
      for (let x = 0; x < inner / 2; x++)
        expect(
          Math.abs(probability[(y * part) / 2 + x]! - whole.probability[(y * width) / 2 + x]!),
        ).toBeLessThan(1e-6);
    await predictor.release();
  });

  it("names the sizes it takes", async () => {
    const predictor = await createPredictor(onnx, config, { threads: 1 });
    await expect(predictor.predict(noise(1, 12 * 16), 12, 16)).rejects.toThrow(
      "image size: expected multiples of 8 px, received 12 x 16; pad the image.",
    );
    await expect(predictor.predict(noise(1, 15), 8, 8)).rejects.toThrow(/expected 64 values, received 15/);
    await predictor.release();
  });

  it("says when a file is no model", async () => {
    await expect(createPredictor(Uint8Array.of(1, 2, 3), config, { threads: 1 })).rejects.toThrow(
      CorruptFile,
    );
    // No platform has both.
    const device = process.platform === "darwin" ? "dml" : "coreml";
    await expect(createPredictor(onnx, config, { threads: 1, device })).rejects.toThrow(
      /^device (coreml|dml): expected a device that works on this machine, received a runtime with cpu/,
    );
    expect(() => weightsFromOnnx(onnx.slice(0, onnx.length / 2), config)).toThrow(CorruptFile);
  });
});

describe("model.json", () => {
  const description: ModelDescription = {
    config: defaultModelConfig,
    normalisation: { low: 1, high: 99.8 },
    thresholds: { probability: 0.48, overlap: 0.4 },
    diameter: 31.5,
    provenance: { seed: 1, karyon: "0.1.0" },
  };
  const text = formatModelDescription(description);

  it("is read as it was written", () => {
    expect(parseModelDescription(text)).toEqual(description);
    expect(JSON.parse(text)).toMatchObject({ format: "karyon-model", version: 1 });
  });

  it.each([
    ["{", /model\.json: expected a JSON file/],
    ["[]", /model\.json: expected the description of a Karyon model/],
    [text.replace('"version": 1', '"version": 2'), /model\.json, version: /],
    [text.replace('"low": 1', '"low": "1"'), /model\.json, normalisation, low: /],
    [text.replace('"high": 99.8', '"high": 0.5'), /low percentile below the high one/],
    [text.replace('"grid": 2', '"grid": 3'), /model\.grid: expected 1, 2 or 4, received 3/],
    [text.replace('"probability": 0.48', '"probability": 48'), /thresholds, probability/],
  ])("names what is wrong (%#)", (wrong, message) => {
    expect(wrong).not.toBe(text);
    expect(() => parseModelDescription(wrong)).toThrow(message);
    expect(() => parseModelDescription(wrong)).toThrow(InvalidInput);
  });
});
