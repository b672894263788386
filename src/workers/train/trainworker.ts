/**
 * The thread that trains: takes batches, trains, tunes the thresholds on the images held back, and answers
 * with the model's bytes.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { isKaryonError } from "../../core/errors.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import type { ScaledSample } from "../../dataset/samples.js";
import type { Prepared } from "../../learn/drawing.js";
import { fit, type Snapshot, type TrainingOutcome } from "../../learn/fit.js";
import type { TrainingState } from "../../model/train.js";
import { encodeCheckpoint } from "../../model/trainingstate.js";
import { type Answer, answerError, valueOf } from "../answer.js";
import type { TrainingMessage, TrainRequest } from "./protocol.js";
import { emptyBatch, closeRing, isStopped, isToFinish, take, waitFor } from "./ring.js";

const request = workerData as TrainRequest;
const { ring, port: draws } = request;
const port = parentPort!;
const post = (message: TrainingMessage, transferred: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, transferred);

const controller = new AbortController();

/** Messages do not arrive while this thread computes: the wish to stop is looked up. */
function lookUpStop(): void {
  if (isStopped(ring)) controller.abort();
}

const context: StageContext = {
  signal: controller.signal,
  onProgress: ({ done, total, message }) => post({ type: "progress", done, total, message: message ?? "" }),
};

/** What the drawing thread has sent, if anything. @throws what stopped it; Cancelled */
function received<T>(): T | undefined {
  lookUpStop();
  throwIfCancelled(context, "Training");
  const message = receiveMessageOnPort(draws) as { readonly message: Answer<T> } | undefined;
  return message === undefined ? undefined : valueOf(message.message);
}

/** Time between two saved states at least, ms: that much is lost when the machine stops. */
const savedEvery = 30_000;

/** Saves states; the last one that was not saved waits for the wish to stop. */
const keeper = {
  waiting: undefined as (() => TrainingState) | undefined,
  savedAt: -Infinity,
  onEpoch(state: () => TrainingState): void {
    this.waiting = state;
    if (performance.now() - this.savedAt >= savedEvery) this.save();
  },
  save(): void {
    if (this.waiting === undefined) return;
    const state = this.waiting();
    const bytes = encodeCheckpoint({ origin: request.origin, state });
    post({ type: "checkpoint", step: state.step, bytes }, [bytes.buffer]);
    this.waiting = undefined;
    this.savedAt = performance.now();
  },
};

/** Takes snapshots, the first when that much time has passed since the first step. */
const photographer = {
  every: 1000 * (request.snapshotSeconds ?? Infinity),
  takenAt: undefined as number | undefined,
  onStep(take: () => Snapshot): void {
    const now = performance.now();
    this.takenAt ??= now;
    if (now - this.takenAt < this.every) return;
    const snapshot = take();
    post({ type: "snapshot", snapshot }, [snapshot.onnx.buffer as ArrayBuffer]);
    this.takenAt = now;
  },
};

function perform(given: TrainRequest): Promise<TrainingOutcome> {
  const prepared = waitFor(ring, () => received<Prepared>());
  const batch = emptyBatch(ring.lengths);
  return fit(
    given,
    {
      prepared,
      nextBatch: () => {
        lookUpStop();
        // Before `closeRing`, nothing but an error can have been sent.
        take(ring, batch, () => void received());
        return batch;
      },
      some: () => waitFor(ring, () => received<readonly ScaledSample[]>()),
    },
    {
      ...context,
      look: lookUpStop,
      onEpoch: (record, checkpoint) => {
        post({ type: "epoch", record });
        keeper.onEpoch(checkpoint);
      },
      onStep: (snapshot) => photographer.onStep(snapshot),
      finish: () => isToFinish(ring),
      onEnd: () => closeRing(ring),
    },
  );
}

try {
  post({ type: "answer", answer: { value: await perform(request) } });
} catch (error) {
  if (isKaryonError(error) && error.kind === "Cancelled") keeper.save();
  post({ type: "answer", answer: answerError(error) });
}
