/**
 * Starts the two threads of a training and listens to them. The runtime blocks the thread that calls it, so
 * this one stays free.
 */
import { MessageChannel, Worker } from "node:worker_threads";
import { ThreadLost } from "../../core/errors.js";
import type { StageContext } from "../../core/progress.js";
import type { TrainingRecord } from "../../model/train.js";
import type { ScaledSample } from "../../dataset/samples.js";
import { type Answer, valueOf } from "../answer.js";
import { quietSince } from "../quiet.js";
import { workerFile } from "../workerfile.js";
import type {
  DrawRequest,
  Snapshot,
  TrainingMessage,
  TrainingOutcome,
  TrainingRequest,
  TrainRequest,
} from "./protocol.js";
import { batchLengths, type BatchRing, batchRing, finish, stop } from "./ring.js";

/** What is trained on. */
export interface TrainingSamples {
  /** Emptied: their arrays go to the thread that draws from them. No two may share a buffer. */
  readonly samples: ScaledSample[];
  readonly kind: "movie" | "images";
}

/** How a training is followed, ended and stopped. */
export interface TrainingContext extends StageContext {
  /** Called with each epoch, in order, and with the last before the training answers. */
  readonly onEpoch?: ((record: TrainingRecord) => void) | undefined;
  /** Called with the network as it is, every `snapshotSeconds` of the request. */
  readonly onSnapshot?: ((snapshot: Snapshot) => void) | undefined;
  /** Aborted, it ends the training after the present epoch, as if its steps were over. */
  readonly finish?: AbortSignal | undefined;
}

/**
 * Trains in threads of its own.
 *
 * Three ways to an end. Left alone, it does its steps. Stopped (`context.signal`), it hands the state after
 * the last whole epoch to `onCheckpoint`, also when it was not due, and throws Cancelled: the steps after
 * that epoch are lost, and a training resumed from the state gives the bytes that it would have given without
 * the stop. Asked to finish (`context.finish`), it does the present epoch, tunes the thresholds, and answers
 * with what there is; it can still be stopped until it has answered.
 *
 * @param onCheckpoint gets a state to save; one call ends before the next begins, and all before this returns
 * @throws the error that stopped either thread; Cancelled when `context.signal` is aborted
 */
export async function trainInThreads(
  { samples, kind }: TrainingSamples,
  request: TrainingRequest,
  onCheckpoint: (bytes: Uint8Array, step: number) => Promise<void>,
  context: TrainingContext,
): Promise<TrainingOutcome> {
  const threads = startThreads(samples, kind, request);
  const { ring, drawing, training } = threads;
  const onAbort = (): void => stop(ring);
  const onFinish = (): void => finish(ring);
  if (context.signal?.aborted) onAbort();
  if (context.finish?.aborted) onFinish();
  context.signal?.addEventListener("abort", onAbort, { once: true });
  context.finish?.addEventListener("abort", onFinish, { once: true });
  try {
    return await outcomeOf(threads, onCheckpoint, context);
  } finally {
    context.signal?.removeEventListener("abort", onAbort);
    context.finish?.removeEventListener("abort", onFinish);
    stop(ring);
    await quietSince(performance.now());
    await Promise.all([drawing.terminate(), training.terminate()]);
  }
}

interface Threads {
  readonly ring: BatchRing;
  /** Draws batches. */
  readonly drawing: Worker;
  /** Trains. */
  readonly training: Worker;
}

/** Starts both threads; `samples` is emptied. */
function startThreads(
  samples: ScaledSample[],
  kind: TrainingSamples["kind"],
  request: TrainingRequest,
): Threads {
  const { model, settings } = request;
  const ring = batchRing(batchLengths(settings.batch, settings.patch, model.rays, model.grid));
  const { port1, port2 } = new MessageChannel();
  const moved = samples.splice(0);
  const draw: DrawRequest = {
    model,
    settings,
    kind,
    samples: moved,
    first: request.resume?.step ?? 0,
    ring,
    port: port1,
  };
  const train: TrainRequest = { ...request, ring, port: port2 };
  const drawing = new Worker(new URL(workerFile("train/batchworker.js")), {
    workerData: draw,
    transferList: [
      port1,
      ...moved.flatMap(({ data, labels }) => [data.buffer, labels.data.buffer] as ArrayBuffer[]),
    ],
  });
  const training = new Worker(new URL(workerFile("train/trainworker.js")), {
    workerData: train,
    transferList: [port2],
  });
  moved.length = 0;
  return { ring, drawing, training };
}

/** Listens to both threads until the training one answers, or one is lost. */
function outcomeOf(
  { ring, drawing, training }: Threads,
  onCheckpoint: (bytes: Uint8Array, step: number) => Promise<void>,
  context: TrainingContext,
): Promise<TrainingOutcome> {
  let saving = Promise.resolve();
  return new Promise<TrainingOutcome>((resolve, reject) => {
    // What a thread foresees comes as an answer, through the training thread; the rest of this is for what it
    // does not.
    let lost: { readonly error: unknown } | undefined;
    const answer = async (value: Answer<TrainingOutcome>): Promise<TrainingOutcome> => {
      await saving;
      if (lost !== undefined) throw lost.error;
      return valueOf(value);
    };
    training.on("message", (message: TrainingMessage) => {
      if (message.type === "progress") context.onProgress?.(message);
      else if (message.type === "epoch") context.onEpoch?.(message.record);
      else if (message.type === "snapshot") context.onSnapshot?.(message.snapshot);
      else if (message.type === "answer") resolve(answer(message.answer));
      else saving = saving.then(() => onCheckpoint(message.bytes, message.step));
    });
    const rejectLost = (error: unknown): void => reject(new ThreadLost("trains", error));
    training.on("error", rejectLost);
    training.on("exit", (code) => rejectLost(new Error(`it ended with code ${code}`)));
    // The training thread is asked to end, not ended: the runtime would take the process with it.
    const onLost = (error: unknown): void => {
      lost ??= { error: new ThreadLost("draws batches", error) };
      stop(ring);
    };
    drawing.on("error", onLost);
    drawing.on("exit", (code) => {
      if (code !== 0) onLost(new Error(`it ended with code ${code}`));
    });
  });
}
