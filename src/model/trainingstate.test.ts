import { describe, expect, it } from "vitest";
import { CorruptFile } from "../core/errors.js";
import type { TrainingState } from "./train.js";
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from "./trainingstate.js";

const state: TrainingState = {
  step: 7,
  weights: Float32Array.of(1, -0, NaN, Infinity, 1e-45),
  first: Float32Array.of(2),
  second: new Float32Array(0),
  best: { step: 0, value: -Infinity, weights: Float32Array.of(3, 1 / 3) },
  plateau: { factor: 0.1 + 0.2, lowest: Infinity, waited: 0 },
  history: [
    {
      epoch: 1,
      step: 7,
      learningRate: 1e-3,
      loss: 0.1,
      probabilityLoss: -0,
      distanceLoss: 5e-324,
      validationLoss: NaN,
      validationProbabilityLoss: NaN,
      validationDistanceLoss: NaN,
      score: NaN,
      seconds: 1 / 3,
    },
  ],
};
const checkpoint: Checkpoint = { origin: { words: ["Zelle µ核", null, true], nested: { n: 1 } }, state };
/** As it comes from a file: somewhere in a larger buffer, at an odd place. */
const fromDisk = (bytes: Uint8Array): Uint8Array => Buffer.concat([Buffer.of(0), bytes]).subarray(1);
const decoded = (change: (bytes: Uint8Array) => Uint8Array): Checkpoint =>
  decodeCheckpoint(fromDisk(change(encodeCheckpoint(checkpoint))), "state");

describe("a checkpoint", () => {
  it("comes back bit by bit, with numbers that JSON does not have", () => {
    const back = decoded((bytes) => bytes);
    // toEqual tells -0 from 0 and takes NaN for itself.
    expect(back).toEqual(checkpoint);
    expect(Object.is(back.state.weights[1], -0)).toBe(true);
    expect(back.state.weights.buffer.byteLength).toBe(20);
  });

  it("carries vectors and numbers that are added to the state some day", () => {
    const more = {
      ...checkpoint,
      state: { ...state, averaged: { weights: Float32Array.of(5, 6), decay: -Infinity } },
    };
    expect(decodeCheckpoint(encodeCheckpoint(more), "state")).toEqual(more);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array, RegExp]>([
    [
      "cut short",
      (bytes) => bytes.subarray(0, bytes.length - 1),
      /^state: its checksum does not fit \(at byte 8\); remove it\.$/,
    ],
    ["changed in a bit", (bytes) => bytes.fill(bytes.at(-5)! ^ 1, -5, -4), /checksum/],
    ["empty", () => new Uint8Array(0), /not a saved training state/],
    [
      "something else",
      () => new TextEncoder().encode("a text that is long enough"),
      /not a saved training state/,
    ],
  ])("is refused when it is %s", (_, change, message) => {
    expect(() => decoded(change)).toThrow(CorruptFile);
    expect(() => decoded(change)).toThrow(message);
  });
});
