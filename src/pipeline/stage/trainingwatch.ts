/** How a caller looks into a training while it goes on, and ends it early. */
import type { ModelDescription } from "../../model/modelfile.js";

/**
 * How a training is looked into while it goes on, and ended early. Nothing of it decides what is learned, but
 * for when the training ends; so it is no part of a configuration.
 */
export interface TrainingWatch {
  /** Seconds between two snapshots at least; none is taken where undefined. */
  readonly snapshotSeconds?: number | undefined;
  /** Called with the network as it is then. */
  readonly onSnapshot?: ((snapshot: ModelSnapshot) => void) | undefined;
  /**
   * Aborted, it ends the training after the present epoch, as if its steps were over: the thresholds are tuned,
   * the model is written, and a finished stage it is.
   */
  readonly finish?: AbortSignal | undefined;
}

/** A network in the midst of its training, with all that is needed to predict with it. */
export interface ModelSnapshot {
  /** Steps done. */
  readonly step: number;
  /** As `model.onnx` holds it: with the averaged weights. */
  readonly onnx: Uint8Array;
  /** The thresholds are those of the last score so far; before it, of the model gone on with, or the default. */
  readonly description: ModelDescription;
}
