/** Messages between the pipeline, the thread that draws batches and the thread that trains. */
import type { MessagePort } from "node:worker_threads";
import type { Batch } from "../../core/batch.js";
import type { ExpectedQuality } from "../../core/quality.js";
import type { Tensor } from "../../core/tensor.js";
import type { AugmentOptions } from "../../dataset/augment.js";
import type { ScaledSample } from "../../dataset/samples.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import type { Schedule } from "../../model/schedule.js";
import type { TrainingRecord, TrainingState } from "../../model/train.js";
import type { Device } from "../../nn/devices.js";
import type { Answer } from "../answer.js";
import type { BatchRing } from "./ring.js";
import type { PlainError } from "../answer.js";

/** What the pipeline asks a training for. */
export interface TrainingRequest {
  readonly model: ModelConfig;
  readonly settings: TrainingSettings;
  /** First weights; random where absent. */
  readonly weights?: ReadonlyMap<string, Tensor> | undefined;
  /** Where an interrupted training was. */
  readonly resume?: TrainingState | undefined;
  /** Written into every checkpoint: plain data that says what it belongs to. */
  readonly origin: unknown;
}

/** To the thread that trains. */
export interface TrainRequest extends TrainingRequest {
  readonly ring: BatchRing;
  /**
   * From the thread that draws: `Answer<Prepared>`, and once this thread wants no more batches
   * `Answer<ScaledSample[]>` where nothing was held back; or an error.
   */
  readonly port: MessagePort;
}

/** To the thread that draws. */
export interface DrawRequest {
  readonly model: ModelConfig;
  readonly settings: TrainingSettings;
  /** Taken out by the thread, so that each array can be freed when it is no longer needed. */
  readonly samples: ScaledSample[];
  /** Frames of a movie show the same nuclei: parts of each are held back for validation, not whole frames. */
  readonly kind: "movie" | "images";
  /** Step of the first batch, from 0. */
  readonly first: number;
  readonly ring: BatchRing;
  readonly port: MessagePort;
}

/** What the training has to know of the samples before it begins. */
export interface Prepared {
  /** Validation batches. */
  readonly check: readonly Batch[];
  /** What was held back. */
  readonly validation: readonly ScaledSample[];
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
}

/** Everything that decides what is learned, besides the data. */
export interface TrainingSettings {
  readonly steps: number;
  readonly batch: number;
  readonly patch: number;
  readonly learningRate: number;
  readonly schedule: Schedule["schedule"];
  readonly warmup: number;
  /** See `TrainOptions`. */
  readonly averaging: number;
  readonly stepsPerEpoch: number;
  readonly scoreEvery: number;
  readonly contentAfter?: number | undefined;
  readonly validation: number;
  readonly foregroundFraction: number;
  readonly augment: AugmentOptions | "none";
  /** Share of the patches that show touching nuclei composed from single ones, 0..0.9. */
  readonly compose: number;
  readonly seed: number;
  readonly threads: number;
  readonly device: Device;
}

/** What a training answers. */
export interface TrainingOutcome extends Omit<Prepared, "check" | "validation"> {
  readonly onnx: Uint8Array;
  readonly history: readonly TrainingRecord[];
  readonly best: number;
  /** With their score on what was held back; NaN where nothing was. */
  readonly thresholds: { readonly probability: number; readonly overlap: number; readonly score: number };
  readonly layout: string;
  /** Undefined where nothing was held back. */
  readonly expected: ExpectedQuality | undefined;
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
  | { readonly device: Device; readonly error: PlainError }
  | {
      readonly device: Device;
      /**
       * Of a step's gradient from the processor's, as a part of the largest; null where the runtime cannot do
       * the step.
       */
      readonly difference: number | null;
      /** How many times as fast as the processor; null where it was not timed. */
      readonly speed: number | null;
    };

/** From the thread that trains to the pipeline. */
export type TrainingMessage =
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly message: string }
  | { readonly type: "checkpoint"; readonly step: number; readonly bytes: Uint8Array }
  | { readonly type: "answer"; readonly answer: Answer<TrainingOutcome> };
