import type { Image } from "../core/image.js";
import type { StageContext } from "../core/progress.js";
import type { ModelDescription } from "../model/modelfile.js";
import { createPredictor, type Predictor } from "../model/predictor.js";
import type { Device } from "../nn/devices.js";
import { type SegmentImageOptions, segmentImage } from "../segment/segmentimage.js";
import type { Segmentation } from "../segment/segment.js";
import { cores } from "#platform";

/** A model in memory: the contents of `model.onnx` and `model.json`. */
export interface ModelSource {
  /** The network, as `exportOnnx` writes it. */
  readonly onnx: Uint8Array;
  /** How it is used; `parseModelDescription` reads it from the text of `model.json`. */
  readonly description: ModelDescription;
}

/** Options of `openModel`. */
export interface OpenModelOptions {
  /** Threads of the processor. Default: all cores. */
  readonly threads?: number | undefined;
  /** Where the network runs. Default `cpu`. */
  readonly device?: Device | undefined;
}

/** Options of `Model.segment` and `segment`. */
export interface ModelSegmentOptions extends StageContext {
  /** Least probability of a nucleus, 0..1. Default: that of the model. */
  readonly probabilityThreshold?: number | undefined;
  /** Largest overlap of two nuclei, 0..1, as a share of the smaller. Default: that of the model. */
  readonly overlapThreshold?: number | undefined;
  /** `refined`: the object's own contour in the image; `star`: the network's polygon. Default `refined`. */
  readonly outline?: "star" | "refined" | undefined;
  /** px of the network's input per px of the image. Default: from the size of the nuclei. */
  readonly rescale?: number | undefined;
  /** Diameter of the nuclei, px of the image, where it is known. Default: estimated from the image. */
  readonly diameter?: number | undefined;
  /** Bytes that the process may take. Default 4 GB. */
  readonly memory?: number | undefined;
  /** Edge of the tiles that the network sees, px, whatever the memory. Default: as large as that allows. */
  readonly tile?: number | undefined;
}

/** A model that is open: it holds memory of the runtime until it is released. */
export interface Model extends AsyncDisposable {
  readonly description: ModelDescription;
  /** The network itself, for what `segment` does not do. */
  readonly predictor: Predictor;
  /**
   * Finds the nuclei of an image as `karyon segment` does: with the model's normalisation and thresholds, and
   * at the scale at which the network sees nuclei of the size that it knows.
   *
   * @throws InvalidInput for an option out of range; Cancelled when `options.signal` is aborted
   */
  segment(image: Image, options?: ModelSegmentOptions): Promise<Segmentation>;
  /** Gives the memory back; the model is of no use afterwards. Also done by `await using`. */
  release(): Promise<void>;
}

/**
 * Opens a model.
 *
 * @throws CorruptFile when the runtime cannot open the network; InvalidInput where the device is missing
 */
export async function openModel(
  { onnx, description }: ModelSource,
  { threads = cores(), device = "cpu" }: OpenModelOptions = {},
): Promise<Model> {
  const predictor = await createPredictor(onnx, description.config, { threads, device });
  const release = (): Promise<void> => predictor.release();
  return {
    description,
    predictor,
    segment: (image, { signal, onProgress, ...options } = {}) =>
      segmentImage(image, { predictor, description }, given(options), { signal, onProgress }),
    release,
    [Symbol.asyncDispose]: release,
  };
}

/** Options that are undefined are as if they were absent. */
const given = (options: Omit<ModelSegmentOptions, keyof StageContext>): Partial<SegmentImageOptions> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** Options of `segment`. */
export interface SegmentOptions extends ModelSegmentOptions {
  /** An open model, or one that is opened for this image alone. */
  readonly model: Model | ModelSource;
}

/**
 * Finds the nuclei of one image with a model; see `Model.segment`. To segment several images, open the model
 * once.
 */
export async function segment(image: Image, { model, ...options }: SegmentOptions): Promise<Segmentation> {
  if ("segment" in model) return model.segment(image, options);
  const opened = await openModel(model);
  try {
    return await opened.segment(image, options);
  } finally {
    await opened.release();
  }
}
