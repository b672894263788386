import { ort } from "#runtime";
import { CorruptFile, InvalidInput, isKaryonError, messageOf } from "../core/errors.js";
import type { Device } from "../nn/devices.js";
import { openSession } from "../nn/session.js";
import { checkModelConfig, sizeMultiple, type ModelConfig } from "./modelconfig.js";

/** What a network says about an image, on its grid: h = height / grid, w = width / grid. */
export interface RawPrediction {
  /** h x w, object probability 0..1. */
  readonly probability: Float32Array;
  /** rays x h x w, px of the image; a poorly trained network may give negative ones. */
  readonly distances: Float32Array;
}

/** A network that is open: it holds memory of the runtime until it is released. */
export interface Predictor {
  readonly config: ModelConfig;
  /**
   * What the network says about an image.
   *
   * @param data height x width, normalised grey values
   * @param height px, a multiple of grid x 2^depth
   * @param width px, likewise
   * @throws InvalidInput when they are not, or the data is not of that size
   */
  predict(data: Float32Array, height: number, width: number): Promise<RawPrediction>;
  /** Frees what the runtime holds; the predictor cannot be used after it. */
  release(): Promise<void>;
}

/**
 * Opens a model for prediction.
 *
 * @param onnxBytes as `exportOnnx` writes it
 * @param options.device default `cpu`
 * @throws CorruptFile when the runtime cannot open it, InvalidInput where the device is missing
 */
export async function createPredictor(
  onnxBytes: Uint8Array,
  config: ModelConfig,
  options: { readonly threads: number; readonly device?: Device | undefined },
): Promise<Predictor> {
  checkModelConfig(config);
  const session = await open(onnxBytes, options.device ?? "cpu", options.threads);
  const multiple = sizeMultiple(config);
  return {
    config,
    async predict(data, height, width) {
      if (height < 1 || width < 1 || height % multiple !== 0 || width % multiple !== 0)
        throw new InvalidInput(
          "image size",
          `multiples of ${multiple} px`,
          `${height} x ${width}`,
          "pad the image",
        );
      if (data.length !== height * width)
        throw new InvalidInput("image", `${height * width} values`, String(data.length));
      const results = await session.run({ image: new ort.Tensor("float32", data, [1, 1, height, width]) });
      return {
        probability: results["probability"]!.data as Float32Array,
        distances: results["distances"]!.data as Float32Array,
      };
    },
    release: () => session.release(),
  };
}

/**
 * Threads that have nothing to do sleep: there are few steps in a prediction and each is long, so that waking
 * costs nothing, and the others need the cores. There is no plan of the memory for each size of an image: with
 * it the runtime holds all layers at once, nearly twice as much, and is no faster.
 */
const sessionOptions = {
  enableMemPattern: false,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
};

async function open(bytes: Uint8Array, device: Device, threads: number): Promise<ort.InferenceSession> {
  try {
    return await openSession(bytes, device, threads, sessionOptions);
  } catch (error) {
    if (isKaryonError(error)) throw error;
    throw new CorruptFile(
      "model.onnx",
      0,
      `the ONNX runtime refused the model (${messageOf(error)})`,
      "train it again, or copy it again",
    );
  }
}
