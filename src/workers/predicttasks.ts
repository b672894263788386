/** Predictions of parts of frames, with networks that stay open. */
import { measureScale } from "../annotate/measurescale.js";
import { poolScale } from "../annotate/scale.js";
import type { ModelSource } from "../api/openmodel.js";
import type { Image, Window } from "../core/image.js";
import { croppedLabels, type LabelImage, renumber } from "../core/labels.js";
import { type IntensityRange, normaliseRangeOfParts } from "../imgproc/normalise.js";
import { createPredictor } from "../model/predictor.js";
import type { Device } from "../nn/devices.js";
import { readableOf } from "../segment/readable.js";
import {
  collecting,
  type LabelOptions,
  type SegmentationModel,
  segmentReadable,
  type StartingScale,
} from "../segment/segmentimage.js";
import { recent } from "./serving.js";

/** What of a frame decides how its parts are predicted. */
export interface PredictionFacts {
  /** The grey values that become 0 and 1. */
  readonly range: IntensityRange;
  /** Of a nucleus, px; NaN where it is unknown or was not asked for. */
  readonly diameter: number;
}

/** A frame, or windows that stand for it, and what is asked of them. */
export interface PredictionFactsRequest {
  readonly images: readonly Image[];
  /** Percentiles of the grey values. */
  readonly normalisation: { readonly low: number; readonly high: number };
  readonly measured: boolean;
}

/** What is asked of a part of a frame. */
export interface PredictRequest {
  /** Equal for equal networks. */
  readonly model: string;
  /** Undefined where the thread is believed to hold it. */
  readonly source: ModelSource | undefined;
  readonly threads: number;
  readonly device: Device;
  /** The window with what surrounds it. */
  readonly image: Image;
  /** What is asked for, in the image. */
  readonly inner: Window;
  readonly start: StartingScale;
  readonly options: LabelOptions;
}

/** What a network finds in a part of a frame. */
export interface PredictedRegion {
  /** Of the window: 0 background, 1..count by first pixel. */
  readonly labels: LabelImage;
  /** By label, from 1: of the network, 0..1. */
  readonly scores: Float64Array;
  /** px of the network's input per px of the image. */
  readonly scale: number;
}

/** Networks that stay open: two are compared side by side. */
const held = 2;
const models = recent<SegmentationModel>(held, ({ predictor }) => void predictor.release());

/** The tasks of the thread. */
export const predictTasks = {
  /** What of a frame decides how its parts are predicted. */
  facts: async ({ images, normalisation, measured }: PredictionFactsRequest): Promise<PredictionFacts> => ({
    range: await normaliseRangeOfParts(
      async function* () {
        for (const { data } of images) yield data;
      },
      normalisation.low,
      normalisation.high,
    ),
    diameter: measured ? poolScale(images.map((image) => measureScale(image))).diameter : NaN,
  }),
  /** The labels of a part of a frame; undefined where the network is needed. */
  region: async (request: PredictRequest, signal: AbortSignal): Promise<PredictedRegion | undefined> => {
    const { model, source, threads, device, image, inner, start, options } = request;
    let opened = models.get(model);
    if (opened === undefined) {
      if (source === undefined) return undefined;
      const { onnx, description } = source;
      opened = {
        description,
        predictor: await createPredictor(onnx, description.config, { threads, device }),
      };
      models.set(model, opened);
    }
    let whole: LabelImage | undefined;
    const receiver = collecting(image, (labels) => (whole = labels));
    const job = { ...options, name: "the region", start, receiver };
    const { nuclei, scale } = await segmentReadable(readableOf(image), opened, job, { signal });
    return { ...regionOf(whole!, nuclei.score, inner), scale };
  },
} as const;

/** The tasks, by name. */
export type PredictTasks = typeof predictTasks;

/** The part of labels that lies in a window, and the scores of its objects. */
function regionOf(
  whole: LabelImage,
  scores: Float64Array,
  inner: Window,
): Pick<PredictedRegion, "labels" | "scores"> {
  const part = croppedLabels(whole, inner);
  const before = part.data.slice();
  const labels = renumber(part);
  const found = new Float64Array(labels.count);
  for (let i = 0; i < before.length; i++)
    if (before[i]! > 0) found[labels.data[i]! - 1] = scores[before[i]! - 1]!;
  return { labels, scores: found };
}
