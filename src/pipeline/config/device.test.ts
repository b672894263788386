import { describe, expect, it } from "vitest";
import type { Batch } from "../../core/batch.js";
import { random } from "../../core/random.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import { exportOnnx } from "../../model/modelfile.js";
import { initialWeights, toTensors } from "../../model/parameters.js";
import { createPredictor } from "../../model/predictor.js";
import { train, type TrainOptions } from "../../model/train.js";
import { devices, type Device } from "../../nn/devices.js";
import { resolveConfig } from "./config.js";
import { chooseDevice } from "./device.js";

const choose = (device: "auto" | Device): ReturnType<typeof chooseDevice> =>
  chooseDevice(resolveConfig({ general: { device } }, "test"));
const missing = async (device: Device): Promise<string | undefined> =>
  choose(device).then(
    () => undefined,
    (error: Error) => error.message,
  );

const model: ModelConfig = { rays: 4, grid: 2, depth: 2, filters: 8, convolutionsPerLevel: 2, features: 16 };
const batch = (step: number): Batch => {
  const rng = random(step);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => rng.next());
  return {
    image: draw(2 * 256),
    probability: draw(2 * 64),
    mask: new Float32Array(2 * 64).fill(1),
    distances: draw(2 * 4 * 64).map((x) => 5 * x),
  };
};
const options: TrainOptions = {
  steps: 5,
  batch: 2,
  patch: 16,
  learningRate: 1e-3,
  schedule: "constant",
  warmup: 0,
  stepsPerEpoch: 1,
  seed: 3,
  threads: 1,
  layout: "auto",
};
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);

interface Trained {
  readonly losses: readonly number[];
  readonly weights: readonly number[];
  readonly layout: string;
}

/**
 * On every device that is here: a training of five steps and a prediction, beside the processor in the
 * standard layout.
 */
describe.each(devices)("on %s", (device) => {
  it("trains and predicts what the processor does", { timeout: 300_000 }, async (context) => {
    const reason = await missing(device);
    if (reason !== undefined) return context.skip(reason);
    const at = async (where: Pick<TrainOptions, "device" | "layout">): Promise<Trained> => {
      const { history, weights, layout } = await train(
        model,
        { ...options, ...where },
        { nextBatch: batch, validation: [batch(100)] },
        {},
      );
      return {
        losses: history.flatMap(({ loss, validationLoss }) => [loss, validationLoss]),
        weights: [...weights.values()].flatMap(({ data }) => [...data]),
        layout,
      };
    };
    const [expected, received] = [await at({ layout: "nchw" }), await at({ device, layout: "auto" })];
    expect(received.losses.length).toBe(10);
    // Single precision in another order of sums: a loss keeps five digits. A weight is off by more of a step,
    // since Adam divides a gradient by its own size, however tiny it is and however much of it is rounding; a
    // wrong gradient would move weights by whole steps.
    received.losses.forEach((loss, i) => expect(Math.abs(loss / expected.losses[i]! - 1)).toBeLessThan(1e-5));
    expect(largest(received.weights, expected.weights)).toBeLessThan(0.05 * options.learningRate);
    if (device !== "cpu") expect(received.layout).toBe("nchw");

    const onnx = exportOnnx(model, toTensors(model, initialWeights(model, random(4))));
    const rng = random(5);
    const image = Float32Array.from({ length: 24 * 40 }, () => rng.normal());
    const [there, here] = [
      await createPredictor(onnx, model, { threads: 1, device }),
      await createPredictor(onnx, model, { threads: 1 }),
    ];
    const [a, b] = [await there.predict(image, 24, 40), await here.predict(image, 24, 40)];
    expect(largest(a.probability, b.probability)).toBeLessThan(1e-5);
    expect(largest(a.distances, b.distances)).toBeLessThan(1e-5);
    await there.release();
    await here.release();
  });
});

describe("chooseDevice", () => {
  it("takes the processor by name, without a word", async () => {
    expect(await choose("cpu")).toEqual({ device: "cpu", notices: [] });
  });

  it("says in one sentence that a device is missing, and what to do", async () => {
    // No platform has both.
    const errors = [await missing("coreml"), await missing("dml")].filter((message) => message !== undefined);
    expect(errors.length).toBeGreaterThan(0);
    for (const message of errors)
      expect(message).toMatch(
        /^device (coreml|dml): expected a device that works on this machine, received a runtime with cpu[^.]* on this platform; it is part of (macOS|Windows); use general\.device cpu elsewhere\.$/,
      );
  });

  it("names the runtime's own install script where CUDA is missing", async (context) => {
    const message = await missing("cuda");
    if (message === undefined) return context.skip("this machine has CUDA");
    expect(message).toMatch(/^device cuda: expected .*, received .*--onnxruntime-node-install=cuda12.*\.$/);
  });

  it("is content with the processor where nothing else works, and says nothing", async (context) => {
    const others = [await missing("cuda"), await missing("webgpu")];
    if (others.includes(undefined)) return context.skip("this machine has a device to choose");
    expect(await choose("auto")).toEqual({ device: "cpu", notices: [] });
  });

  it("looks once", () => {
    expect(choose("auto")).toBe(choose("auto"));
  });
});
