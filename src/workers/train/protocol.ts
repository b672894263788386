/** Messages between the pipeline, the thread that draws batches and the thread that trains. */
import type { MessagePort } from "node:worker_threads";
import type { Tensor } from "../../core/tensor.js";
import type { ScaledSample } from "../../dataset/samples.js";
import type { Snapshot, TrainingOutcome } from "../../learn/fit.js";
import type { TrainingSettings } from "../../learn/trainingsettings.js";
import type { ModelConfig } from "../../model/modelconfig.js";
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
  /** Seconds between two snapshots at least; none is taken where undefined. */
  readonly snapshotSeconds?: number | undefined;
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

export type { Prepared } from "../../learn/drawing.js";
export type { Snapshot, TrainingOutcome } from "../../learn/fit.js";
export type { TrainingSettings } from "../../learn/trainingsettings.js";

/** From the thread that trains to the pipeline. */
export type TrainingMessage =
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly message: string }
  | { readonly type: "epoch"; readonly record: TrainingRecord }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "checkpoint"; readonly step: number; readonly bytes: Uint8Array }
  | { readonly type: "answer"; readonly answer: Answer<TrainingOutcome> };
