/**
 * The thread that draws batches ahead of the training. It alone holds the training images; what was held back
 * it hands on.
 */
import { workerData } from "node:worker_threads";
import type { Batch } from "../../core/batch.js";
import type { ScaledSample } from "../../dataset/samples.js";
import { type Answer, answerError } from "../answer.js";
import { drawingOf } from "../../learn/drawing.js";
import type { DrawRequest, Prepared } from "./protocol.js";
import { isStopped, put, wakeReader } from "./ring.js";

const { port, ring, samples, kind, model, settings, first } = workerData as DrawRequest;

function post(
  answer: Answer<Prepared | readonly ScaledSample[]>,
  transferred: readonly (Float32Array | Int32Array)[] = [],
): void {
  // Handed over, not copied: they exist once.
  port.postMessage(
    answer,
    transferred.map(({ buffer }) => buffer as ArrayBuffer),
  );
  wakeReader(ring);
}

const arraysOf = (images: readonly ScaledSample[]): (Float32Array | Int32Array)[] =>
  images.flatMap(({ data, labels }) => [data, labels.data]);
const arraysOfBatch = ({ image, probability, mask, distances }: Batch): Float32Array[] => [
  image,
  probability,
  mask,
  distances,
];

try {
  // Taken out of the request, which stays: the labels before the division would stay with it.
  const { prepared, next, some } = drawingOf(samples.splice(0), kind, model, settings);
  const tunable = prepared.validation.length > 0;
  post({ value: prepared }, [...arraysOf(prepared.validation), ...prepared.check.flatMap(arraysOfBatch)]);
  // Without an end of its own: who takes the batches knows how many there are to be, and finds nothing else
  // in the port while it does.
  for (let step = first; put(ring, next(step));) step++;
  // Last, since nothing can be drawn from what was handed over.
  if (!tunable && !isStopped(ring)) {
    const images = some();
    post({ value: images }, arraysOf(images));
  }
} catch (error) {
  post(answerError(error));
}
