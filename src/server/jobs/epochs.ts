/** Epochs of a training, as pages read them. */
import type { EpochRecord } from "../messages.js";

/** An epoch from what the training tells of it: JSON holds no NaN. */
export function epochOf(record: Readonly<Record<keyof EpochRecord, number | null>>): EpochRecord {
  const known = (value: number | null): number | null =>
    value === null || Number.isNaN(value) ? null : value;
  return {
    epoch: record.epoch!,
    step: record.step!,
    loss: record.loss!,
    validationLoss: known(record.validationLoss),
    score: known(record.score),
    learningRate: record.learningRate!,
    seconds: record.seconds!,
  };
}
