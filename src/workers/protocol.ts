/** Messages between the pipeline and the thread that trains. */
import type { Image } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import type { AugmentOptions } from "../dataset/augment.js";
import type { ModelConfig } from "../model/config.js";
import type { TrainingRecord } from "../model/train.js";
import type { Device } from "../nn/device.js";
import type { Answer } from "./errors.js";

export interface TrainingRequest {
  readonly samples: readonly { readonly name: string; readonly image: Image; readonly labels: LabelImage; readonly scale: number }[];
  /** Frames of a movie show the same nuclei: parts of each are held back for validation, not whole frames. */
  readonly kind: "movie" | "images";
  readonly model: ModelConfig;
  readonly settings: TrainingSettings;
  /** One Int32; set to 1 to stop. Shared, because the training blocks its thread's messages. */
  readonly stop: SharedArrayBuffer;
}

/** Everything that decides what is learned, besides the data. */
export interface TrainingSettings {
  readonly steps: number;
  readonly batch: number;
  readonly patch: number;
  readonly learningRate: number;
  readonly schedule: "cosine" | "plateau" | "constant";
  readonly warmup: number;
  readonly stepsPerEpoch: number;
  readonly validation: number;
  readonly foregroundFraction: number;
  readonly augment: AugmentOptions | "none";
  /** Share of the patches that show touching nuclei composed from single ones, 0..0.9. */
  readonly compose: number;
  readonly seed: number;
  readonly threads: number;
  readonly device: Device;
}

export interface TrainingOutcome {
  readonly onnx: Uint8Array;
  readonly history: readonly TrainingRecord[];
  readonly best: number;
  readonly thresholds: { readonly probability: number; readonly overlap: number; readonly score: number };
  /** Median diameter of the training nuclei at the network's scale, px. */
  readonly diameter: number;
  /** Smallest and largest median diameter of a training image, likewise. */
  readonly diameterRange: { readonly low: number; readonly high: number };
  readonly trainingNames: readonly string[];
  readonly validationNames: readonly string[];
  /** Images with composed nuclei that were added to the training part. */
  readonly composed: number;
  /** What a user should know, one sentence each. */
  readonly warnings: readonly string[];
  readonly layout: string;
}

/** What `probe.ts` is asked, as JSON. */
export interface ProbeRequest {
  /** Tried in this order. */
  readonly devices: readonly Device[];
  /** Of the processor, which they are compared with; without it they are not timed. */
  readonly threads?: number | undefined;
}

/** What a device does; an error where it is missing. */
export type DeviceReport =
  | { readonly device: Device; readonly message: string }
  | {
    readonly device: Device;
    /** Of a step's gradient from the processor's, as a part of the largest; null where the runtime cannot do the step. */
    readonly difference: number | null;
    /** How many times as fast as the processor; null where it was not timed. */
    readonly speed: number | null;
  };

export type TrainingMessage =
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly message: string }
  | { readonly type: "answer"; readonly answer: Answer<TrainingOutcome> };
