import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { convexShapes } from "../../../test/fakes.js";
import type { Batch } from "../../core/batch.js";
import { random } from "../../core/random.js";
import { defaultAugmentOptions } from "../../dataset/augment.js";
import { type ScaledSample, scaleSample } from "../../dataset/samples.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import { createPredictor } from "../../model/predictor.js";
import type { TrainingRecord } from "../../model/train.js";
import { decodeCheckpoint } from "../../model/trainingstate.js";
import { type Answer, valueOf } from "../answer.js";
import { workerFile } from "../workerfile.js";
import { drawingOf } from "../../learn/drawing.js";
import type { DrawRequest, Prepared, Snapshot, TrainingSettings } from "./protocol.js";
import {
  batchLengths,
  type BatchRing,
  batchRing,
  closeRing,
  emptyBatch,
  put,
  stop,
  take,
  waitFor,
} from "./ring.js";
import { trainInThreads } from "./trainingthreads.js";

const model: ModelConfig = { rays: 8, grid: 2, depth: 1, filters: 4, convolutionsPerLevel: 1, features: 8 };
const settings: TrainingSettings = {
  steps: 25,
  batch: 2,
  patch: 32,
  learningRate: 1e-3,
  schedule: "cosine",
  warmup: 2,
  stepsPerEpoch: 5,
  validation: 0.2,
  foregroundFraction: 0.9,
  augment: defaultAugmentOptions,
  compose: 0.3,
  seed: 4,
  device: "cpu",
  averaging: 0,
  scoreEvery: 1,
  threads: 1,
};
const samplesOf = (): ScaledSample[] =>
  [1, 2].map((seed) => {
    const labels = convexShapes(16, 36, false, random(seed));
    const { height, width, data } = labels;
    return scaleSample({
      name: `image ${seed}`,
      image: { height, width, data: Uint16Array.from(data, (v, p) => 100 * Math.sign(v) + (p % 13)) },
      labels,
      scale: 1,
    });
  });
const lengths = batchLengths(settings.batch, settings.patch, model.rays, model.grid);
const bytesOf = ({ image, probability, mask, distances }: Batch): string =>
  [image, probability, mask, distances]
    .map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength).toString("base64"),
    )
    .join();

const workers: Worker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
});

/** Batches that wait in the ring: the last two words of its control count those written and those taken. */
function batchesIn({ control }: BatchRing): number {
  const words = new Int32Array(control);
  return Atomics.load(words, 2) - Atomics.load(words, 3);
}

interface Drawer {
  readonly received: () => unknown;
  readonly ended: Promise<number>;
}

/** The thread that draws batches, as the training meets it. */
function draw(ring: BatchRing, request: Partial<DrawRequest> = {}): Drawer {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL(workerFile("train/batchworker.js")), {
    workerData: {
      model,
      settings,
      samples: samplesOf(),
      kind: "movie",
      first: 0,
      ring,
      port: port1,
      ...request,
    },
    transferList: [port1],
  });
  workers.push(worker);
  return {
    received: () => {
      const message = receiveMessageOnPort(port2) as { message: Answer<unknown> } | undefined;
      return message === undefined ? undefined : valueOf(message.message);
    },
    ended: new Promise((resolve) => worker.on("exit", resolve)),
  };
}

describe("the thread that draws batches", () => {
  it.each([
    [8, 0],
    [1, 0],
    [3, 9],
  ])("draws the very batches, through %i slots, from step %i", async (slots, first) => {
    const ring = batchRing(lengths, slots);
    const { received, ended } = draw(ring, { first });
    const alone = drawingOf(samplesOf(), "movie", model, settings);
    const { check, validation, ...facts } = waitFor(ring, received) as Prepared;
    expect([check.map(bytesOf), validation, facts]).toEqual([
      alone.prepared.check.map(bytesOf),
      alone.prepared.validation,
      { ...alone.prepared, check: undefined, validation: undefined },
    ]);
    expect([facts.composed > 0, check.length, validation.length]).toEqual([true, 8, 2]);
    const batch = emptyBatch(lengths);
    for (let step = first; step < settings.steps; step++) {
      // Sometimes the training is the slower one.
      if (step % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
      take(ring, batch, () => undefined);
      expect(bytesOf(batch) === bytesOf(alone.next(step)), `step ${step}`).toBe(true);
    }
    closeRing(ring);
    expect(await ended).toBe(0);
    expect(received()).toBeUndefined();
  });

  it(
    "sends nothing while batches are taken, be it after the last: who waits for one looks for " +
      "errors, and would drop it",
    async () => {
      const ring = batchRing(lengths, 2);
      const none = { ...settings, validation: 0, steps: 3 };
      const { received, ended } = draw(ring, { settings: none });
      waitFor(ring, received);
      for (let step = 0; step < none.steps; step++) take(ring, emptyBatch(lengths), () => undefined);
      // Until it waits with a full ring, or has ended: nothing more can come of itself.
      const exit = { seen: false };
      void ended.then(() => (exit.seen = true));
      while (batchesIn(ring) < ring.slots && !exit.seen)
        await new Promise((resolve) => setTimeout(resolve, 1));
      expect(exit.seen).toBe(false);
      expect(received()).toBeUndefined();
      closeRing(ring);
      expect(waitFor(ring, received)).toHaveLength(2);
      expect(await ended).toBe(0);
    },
  );

  it("hands on some of the training images at the end, also an early one, where none were held back", async () => {
    const ring = batchRing(lengths, 2);
    const none = { ...settings, validation: 0 };
    const { received, ended } = draw(ring, { settings: none });
    expect((waitFor(ring, received) as Prepared).check).toEqual([]);
    take(ring, emptyBatch(lengths), () => undefined);
    closeRing(ring);
    expect(waitFor(ring, received)).toEqual(drawingOf(samplesOf(), "movie", model, none).some());
    expect(await ended).toBe(0);
  });

  it("ends when it is stopped, though nobody takes what it has drawn", async () => {
    const ring = batchRing(lengths, 1);
    const { ended } = draw(ring);
    stop(ring);
    expect(await ended).toBe(0);
    expect(put(ring, emptyBatch(lengths))).toBe(false);
  });
});

describe("trainInThreads", () => {
  const train = (
    samples: ScaledSample[],
    changed: Partial<TrainingSettings> = {},
  ): ReturnType<typeof trainInThreads> =>
    trainInThreads(
      { samples, kind: "movie" },
      { model, settings: { ...settings, compose: 0, ...changed }, origin: "here" },
      async () => undefined,
      {},
    );

  it(
    "takes the samples over instead of copying them, and gives the same bytes with and without " +
      "validation again",
    async () => {
      const samples = samplesOf();
      const [{ data, labels }] = samples as [ScaledSample];
      const running = train(samples);
      expect([samples.length, data.length, labels.data.length]).toEqual([0, 0, 0]);
      const [one, two] = [await running, await train(samplesOf())];
      expect(Buffer.from(one.onnx).equals(two.onnx)).toBe(true);
      expect(one.history.map(({ step }) => step)).toEqual([5, 10, 15, 20, 25]);
      const [bare, again] = [
        await train(samplesOf(), { validation: 0 }),
        await train(samplesOf(), { validation: 0 }),
      ];
      expect(Buffer.from(bare.onnx).equals(again.onnx)).toBe(true);
      expect(bare.thresholds).toEqual(again.thresholds);
      // The score of images that were learned from would pass for one on images held back.
      expect([bare.thresholds.score, Number.isNaN(one.thresholds.score)]).toEqual([NaN, false]);
    },
  );

  it("throws what stopped the thread that draws, with its kind; bugs stay bugs", async () => {
    await expect(train(samplesOf(), { validation: 0.9 })).rejects.toMatchObject({
      kind: "InvalidInput",
      message: expect.stringMatching(/validation fraction: expected 0\.\.0\.5, received 0\.9/) as string,
    });
    // Met when the first batch is drawn, after the preparation went well.
    const bug = await train(samplesOf(), {
      augment: { ...defaultAugmentOptions, scale: null as unknown as [number, number] },
    }).catch((error: unknown) => error);
    expect(bug).toBeInstanceOf(Error);
    expect(bug).not.toHaveProperty("kind");
    expect((bug as Error).message).toMatch(/null/);
  });

  it("tells every epoch, before it answers", async () => {
    const records: TrainingRecord[] = [];
    const { history } = await trainInThreads(
      { samples: samplesOf(), kind: "movie" },
      { model, settings: { ...settings, compose: 0 }, origin: "here" },
      async () => undefined,
      { onEpoch: (record) => records.push(record) },
    );
    expect(records).toEqual(history);
    expect(records.map(({ step }) => step)).toEqual([5, 10, 15, 20, 25]);
  });

  it("hands out the network in the midst of its training, and the result is the same with and without", async () => {
    const snapshots: Snapshot[] = [];
    const run = (snapshotSeconds?: number): ReturnType<typeof trainInThreads> =>
      trainInThreads(
        { samples: samplesOf(), kind: "movie" },
        { model, settings: { ...settings, averaging: 0.9 }, origin: "here", snapshotSeconds },
        async () => undefined,
        { onSnapshot: (snapshot) => snapshots.push(snapshot) },
      );
    const without = await run();
    expect(snapshots).toEqual([]);
    const outcome = await run(0);
    expect(Buffer.from(outcome.onnx).equals(without.onnx)).toBe(true);
    expect(outcome.thresholds).toEqual(without.thresholds);
    expect(snapshots.map(({ step }) => step)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    expect(snapshots.at(-1)).toMatchObject({
      diameter: outcome.diameter,
      diameterRange: outcome.diameterRange,
    });
    // The network of the step whose weights were kept is the one that is kept.
    const kept = snapshots.find(({ step }) => step === outcome.best)!;
    expect(Buffer.from(kept.onnx).equals(outcome.onnx)).toBe(true);
    const predictor = await createPredictor(snapshots[3]!.onnx, model, { threads: 1 });
    expect((await predictor.predict(new Float32Array(32 * 32), 32, 32)).probability.length).toBe(256);
    await predictor.release();
    snapshots.length = 0;
    await run(3600);
    expect(snapshots).toEqual([]);
  });

  it("ends after the present epoch when it is to finish, with thresholds, and can be stopped even then", async () => {
    const long = { ...settings, compose: 0, steps: 50_000 };
    const finish = new AbortController();
    const outcome = await trainInThreads(
      { samples: samplesOf(), kind: "movie" },
      { model, settings: long, origin: "here" },
      async () => undefined,
      { finish: finish.signal, onEpoch: ({ epoch }) => void (epoch === 3 && finish.abort()) },
    );
    const { step } = outcome.history.at(-1)!;
    expect([outcome.ended, step % 5, step >= 15, step < 5000]).toEqual([true, 0, true, true]);
    expect(outcome.best).toBeLessThanOrEqual(step);
    expect(outcome.thresholds.probability).toBeGreaterThan(0);
    // Asked for before it began: one epoch.
    const atOnce = await trainInThreads(
      { samples: samplesOf(), kind: "movie" },
      { model, settings: long, origin: "here" },
      async () => undefined,
      { finish: AbortSignal.abort() },
    );
    expect([atOnce.history.length, atOnce.ended]).toEqual([1, true]);
    const both = trainInThreads(
      { samples: samplesOf(), kind: "movie" },
      { model, settings: long, origin: "here" },
      async () => undefined,
      { finish: AbortSignal.abort(), signal: AbortSignal.abort() },
    );
    await expect(both).rejects.toMatchObject({ kind: "Cancelled" });
  });

  it("hands out the state of the last finished epoch when it is stopped", async () => {
    const controller = new AbortController();
    const saved: Uint8Array[] = [];
    const context = {
      signal: controller.signal,
      onProgress: ({ done }: { done: number }) => {
        if (done >= 12) controller.abort();
      },
    };
    const long = { ...settings, compose: 0, steps: 5000 };
    await expect(
      trainInThreads(
        { samples: samplesOf(), kind: "movie" },
        { model, settings: long, origin: "here" },
        async (bytes) => void saved.push(bytes),
        context,
      ),
    ).rejects.toMatchObject({ kind: "Cancelled" });
    const steps = saved.map((bytes) => decodeCheckpoint(bytes, "state").state.step);
    expect([
      steps.length,
      steps[0],
      steps[1]! % 5,
      steps[1]! >= 10,
      decodeCheckpoint(saved[1]!, "state").origin,
    ]).toEqual([2, 5, 0, true, "here"]);
  });
});
