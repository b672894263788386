import { describe, expect, it, vi } from "vitest";
import { discConfig as config, discOptions as options, discs } from "../../test/discs.js";
import type { Batch } from "../core/batch.js";
import { Cancelled, InvalidInput, TrainingDiverged } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { probeBlock } from "../nn/layout.js";
import { toTensors } from "./parameters.js";
import {
  train,
  type TrainingData,
  type TrainingRecord,
  type TrainingState,
  type TrainOptions,
} from "./train.js";

const data: TrainingData = { nextBatch: (step) => discs(step), validation: [discs(1000), discs(1001)] };
const bytes = (weights: ReadonlyMap<string, Tensor>): string =>
  [...weights]
    .map(([name, { data: values }]) => `${name} ${Buffer.from(values.buffer).toString("base64")}`)
    .join();
const withoutTime = (history: readonly TrainingRecord[]): TrainingRecord[] =>
  history.map((record) => ({ ...record, seconds: 0 }));
const block = await probeBlock();

describe("train", () => {
  it("learns one batch by heart: the loss falls to a quarter", async () => {
    const one = discs(1);
    const { history } = await train(
      config,
      { ...options, steps: 150, stepsPerEpoch: 10, warmup: 10 },
      { nextBatch: () => one, validation: [] },
      {},
    );
    expect(history.length).toBe(15);
    expect(history.at(-1)!.loss).toBeLessThan(history[0]!.loss / 4);
    expect(history.at(-1)!.distanceLoss).toBeLessThan(history[0]!.distanceLoss / 4);
  });

  it("gives the same bytes for the same seed, and others for another", async () => {
    const [a, b, c] = [
      await train(config, options, data, {}),
      await train(config, options, data, {}),
      await train(config, { ...options, seed: 12 }, data, {}),
    ];
    expect(bytes(a.weights)).toBe(bytes(b.weights));
    expect(withoutTime(a.history)).toEqual(withoutTime(b.history));
    expect(bytes(a.weights)).not.toBe(bytes(c.weights));
  });

  it("ends after the epoch in which it is asked to, with what an uninterrupted one had then", async () => {
    let asked = false;
    const states: TrainingState[] = [];
    const early = { ...options, steps: 40, stepsPerEpoch: 4, averaging: 0.9 };
    const whole = await train(config, early, data, {});
    const part = await train(
      config,
      {
        ...early,
        onStep: (step) => (asked ||= step === 6),
        finish: () => asked,
        onEpoch: (_, state) => void states.push(state()),
      },
      data,
      {},
    );
    expect([whole.ended, part.ended]).toEqual([false, true]);
    expect(withoutTime(part.history)).toEqual(withoutTime(whole.history.slice(0, 2)));
    // A training that goes on, and is to end: nothing more is done.
    const resumed = await train(
      config,
      { ...early, resume: states[1], finish: () => true, onStep: () => expect.fail("a step was done") },
      data,
      {},
    );
    expect(bytes(resumed.weights)).toBe(bytes(part.weights));
    expect([resumed.ended, resumed.history.length]).toEqual([true, 2]);
    // A wish that is there from the start does not leave a network that has learned nothing.
    expect((await train(config, { ...early, finish: () => true }, data, {})).history.length).toBe(1);
    // Asked for in the last epoch, it ends as it would have.
    const last = await train(config, { ...early, steps: 4, finish: () => true }, data, {});
    expect(last.ended).toBe(false);
  });

  it("gives the network after any step, averaged, and the same bytes at the end", async () => {
    const taken: [number, string][] = [];
    const short = { ...options, steps: 23, stepsPerEpoch: 23, averaging: 0.9 };
    const looked = await train(
      config,
      { ...short, onStep: (step, weights) => void taken.push([step, bytes(weights())]) },
      data,
      {},
    );
    expect(bytes(looked.weights)).toBe(bytes((await train(config, short, data, {})).weights));
    expect(taken.map(([step]) => step)).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
    // The average takes every tenth step; before the first, the weights themselves are all there is.
    expect(taken[0]![1]).not.toBe(taken[1]![1]);
    expect(taken[11]![1]).toBe(taken[12]![1]);
    expect(taken[19]![1]).not.toBe(taken[18]![1]);
    expect(taken[22]![1]).toBe(bytes(looked.weights));
  });

  it.skipIf(block === undefined)(
    "gives the same bytes with two threads, and nearly the same in the blocked layout",
    async () => {
      const one = await train(config, { ...options, layout: "blocked", threads: 2 }, data, {});
      const again = await train(config, { ...options, layout: "blocked", threads: 2 }, data, {});
      expect(one.layout).toBe(`blocked ${block}`);
      expect(bytes(one.weights)).toBe(bytes(again.weights));
      const plain = await train(config, options, data, {});
      one.history.forEach((record, i) =>
        expect(Math.abs(record.validationLoss / plain.history[i]!.validationLoss - 1)).toBeLessThan(1e-4),
      );
    },
  );

  it("records each epoch, the last even where it is shorter", async () => {
    const seen: number[] = [];
    const progress = vi.fn();
    const { history } = await train(
      config,
      { ...options, steps: 10, onEpoch: (record) => void seen.push(record.step) },
      data,
      { onProgress: progress },
    );
    expect(history.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 4],
      [2, 8],
      [3, 10],
    ]);
    expect(seen).toEqual([4, 8, 10]);
    expect(progress).toHaveBeenCalledTimes(10);
    expect(progress.mock.lastCall![0]).toMatchObject({ done: 10, total: 10 });
    for (const record of history) {
      expect(record.loss).toBeCloseTo(record.probabilityLoss + 0.2 * record.distanceLoss, 5);
      expect(record.validationLoss).toBeCloseTo(
        record.validationProbabilityLoss + 0.2 * record.validationDistanceLoss,
        5,
      );
      expect(record.score).toBeNaN();
    }
  });

  it("asks for the batches 0, 1, 2, ...", async () => {
    const asked: number[] = [];
    await train(
      config,
      { ...options, steps: 3, warmup: 0 },
      { nextBatch: async (step) => (asked.push(step), discs(step)), validation: [] },
      {},
    );
    expect(asked).toEqual([0, 1, 2]);
  });
});

describe("which weights are kept", () => {
  it("are those of the lowest validation loss, whatever the scores", async () => {
    const scores = [0.7, 0.7, 0.1];
    const states: TrainingState[] = [];
    const onEpoch: TrainOptions["onEpoch"] = (_, checkpoint) => void states.push(checkpoint());
    const result = await train(
      config,
      { ...options, onEpoch },
      { ...data, validate: async () => scores[states.length]! },
      {},
    );
    expect(result.history.map(({ score }) => score)).toEqual(scores);
    expect(result.best).toBe(12);
    expect(bytes(result.weights)).toBe(bytes(toTensors(config, states[2]!.weights)));
  });

  it("are not always the last", async () => {
    const { best, history } = await train(
      config,
      { ...options, learningRate: 0.3, schedule: "constant", warmup: 0 },
      data,
      {},
    );
    const losses = history.map(({ validationLoss }) => validationLoss);
    expect(best).toBe(history[losses.indexOf(Math.min(...losses))]!.step);
  });

  it("are the last where there is nothing to compare by", async () => {
    const { best, history } = await train(config, options, { ...data, validation: [] }, {});
    expect(best).toBe(12);
    expect(history.every(({ validationLoss }) => Number.isNaN(validationLoss))).toBe(true);
  });

  it("get a predictor that predicts with the present weights", async () => {
    const areas: number[] = [];
    const validate: TrainingData["validate"] = async (predictor) => {
      const { probability, distances } = await predictor.predict(discs(1000).image.slice(0, 256), 16, 16);
      expect([probability.length, distances.length]).toEqual([64, 8 * 64]);
      areas.push(probability.reduce((sum, value) => sum + value, 0));
      return 1;
    };
    await train(config, options, { ...data, validate }, {});
    expect(new Set(areas).size).toBe(3);
  });
});

describe("averaged weights", () => {
  const every = { ...options, steps: 40, stepsPerEpoch: 10, warmup: 0, schedule: "constant" } as const;

  it("are the exponential average of those of every tenth step, which forgets faster at first", async () => {
    const states: TrainingState[] = [];
    const { best, weights } = await train(
      config,
      { ...every, averaging: 0.9, onEpoch: (_, checkpoint) => void states.push(checkpoint()) },
      { ...data, validation: [] },
      {},
    );
    const expected = Float64Array.from(states[0]!.weights);
    states.slice(1).forEach((state, i) => {
      // By hand: the second value has a share of 9 / 11, then 9 / 12, 9 / 13, until 1 - decay ** 10 is
      // larger.
      const kept = Math.min(0.9 ** 10, (i + 2) / (i + 11));
      state.weights.forEach((value, k) => (expected[k] = kept * expected[k]! + (1 - kept) * value));
    });
    const average = states.at(-1)!.average!;
    expect(Math.max(...average.map((value, k) => Math.abs(value - expected[k]!)))).toBeLessThan(1e-6);
    expect(
      Math.max(...average.map((value, k) => Math.abs(value - states.at(-1)!.weights[k]!))),
    ).toBeGreaterThan(1e-4);
    expect(best).toBe(40);
    expect(bytes(weights)).toBe(bytes(toTensors(config, average)));
  });

  it("are what is validated", async () => {
    const [plain, averaged] = [
      await train(config, every, data, {}),
      await train(config, { ...every, averaging: 0.9 }, data, {}),
    ];
    // The steps are the same, and so is the first value of the average.
    expect(averaged.history.map(({ loss }) => loss)).toEqual(plain.history.map(({ loss }) => loss));
    expect(averaged.history[0]!.validationLoss).toBe(plain.history[0]!.validationLoss);
    expect(averaged.history[3]!.validationLoss).not.toBe(plain.history[3]!.validationLoss);
  });
});

describe("a rate that is held", () => {
  const held: TrainOptions = {
    ...options,
    schedule: "hold",
    steps: 100,
    stepsPerEpoch: 5,
    warmup: 0,
    scoreEvery: 2,
    contentAfter: 2,
  };

  it("falls earlier when scores no longer rise, as steeply as planned", async () => {
    let scores = 0;
    const { history } = await train(
      config,
      held,
      { ...data, validate: async () => [0.1, 0.4, 0.401, 0.4][scores++] ?? 0.9 },
      {},
    );
    // Scores at steps 10, 20, 30, 40: the last two bring nothing noticeable over .4. Forty steps of falling
    // follow.
    expect(history.map(({ step }) => step).filter((step) => step % 10 === 0)).toEqual([
      10, 20, 30, 40, 50, 60, 70, 80,
    ]);
    expect(history.filter(({ score }) => !Number.isNaN(score)).map(({ step }) => step)).toEqual([
      10, 20, 30, 40, 50, 60, 70, 80,
    ]);
    expect([30, 40].map((step) => history[step / 5 - 1]!.learningRate)).toEqual([3e-3, 3e-3]);
    expect(history.at(-1)!.learningRate).toBeCloseTo((3e-3 / 2) * (1 - Math.cos(Math.PI / 40)), 12);
  });

  it("is held to its planned end while they rise", async () => {
    let scores = 0;
    const { history } = await train(config, held, { ...data, validate: async () => scores++ / 10 }, {});
    expect(history.at(-1)!.step).toBe(100);
  });

  it("goes on from a checkpoint made while it falls", async () => {
    const states: TrainingState[] = [];
    const score = async (): Promise<number> => 0.5;
    const all = { ...held, averaging: 0.9 };
    const whole = await train(
      config,
      { ...all, onEpoch: (_, checkpoint) => void states.push(structuredClone(checkpoint())) },
      { ...data, validate: score },
      {},
    );
    const saved = states.find(({ step }) => step === 50)!;
    expect(saved.fall).toBe(30);
    const resumed = await train(config, { ...all, resume: saved }, { ...data, validate: score }, {});
    expect(resumed.history.at(-1)!.step).toBe(70);
    expect(bytes(resumed.weights)).toBe(bytes(whole.weights));
  });
});

describe("a training that is stopped", () => {
  it("goes on from its checkpoint to the very bytes it would have reached", async () => {
    const states: TrainingState[] = [];
    const whole = await train(
      config,
      {
        ...options,
        schedule: "plateau",
        patience: 1,
        onEpoch: (_, checkpoint) => void states.push(checkpoint()),
      },
      data,
      {},
    );
    expect(states.map(({ step }) => step)).toEqual([4, 8, 12]);
    // As it would come back from a file.
    const saved = structuredClone(states[1]!);
    const resumed = await train(
      config,
      { ...options, schedule: "plateau", patience: 1, resume: saved },
      data,
      {},
    );
    expect(bytes(resumed.weights)).toBe(bytes(whole.weights));
    expect(resumed.history.map(({ step }) => step)).toEqual([4, 8, 12]);
    expect(resumed.history[2]!.loss).toBe(whole.history[2]!.loss);
  });

  it("stops before the next step when the signal says so", async () => {
    const controller = new AbortController();
    let steps = 0;
    const nextBatch = (step: number): Batch => {
      if (step === 2) controller.abort();
      return discs(step);
    };
    await expect(
      train(
        config,
        options,
        { nextBatch, validation: [] },
        { signal: controller.signal, onProgress: () => steps++ },
      ),
    ).rejects.toThrow(Cancelled);
    expect(steps).toBe(2);
    await expect(train(config, options, data, { signal: AbortSignal.abort() })).rejects.toThrow(
      "Training was stopped before it ended",
    );
  });

  it.each(["image", "distances", "probability"] as const)("says so when %s holds NaN", async (name) => {
    const broken = (step: number): Batch => {
      const batch = discs(step);
      if (step === 1) batch[name].fill(NaN, 0, 200);
      return batch;
    };
    const failure = await train(config, options, { nextBatch: broken, validation: [] }, {}).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(TrainingDiverged);
    expect((failure as TrainingDiverged).step).toBe(2);
  });

  it("says so when the learning rate blows it up", async () => {
    await expect(train(config, { ...options, learningRate: 1e25, warmup: 0 }, data, {})).rejects.toThrow(
      TrainingDiverged,
    );
  });
});

describe("options", () => {
  it.each([
    [{ patch: 18 }, /train\.patch: expected a multiple of 4 .* received 18; for example 20/],
    [{ steps: 0 }, /train\.steps/],
    [{ learningRate: NaN }, /train\.learningRate/],
    [{ warmup: 13 }, /train\.warmup/],
    [{ batch: 1.5 }, /train\.batch/],
  ])("refuses %o", async (wrong, message) => {
    await expect(train(config, { ...options, ...wrong }, data, {})).rejects.toThrow(message);
  });

  it("refuses batches of another size, naming the array", async () => {
    const nextBatch = (): Batch => discs(0, config, { batch: 3, patch: 16 });
    const message = /batch\.image: expected 512 values, \[2, 1, 16, 16\], received 768/;
    await expect(train(config, options, { ...data, nextBatch }, {})).rejects.toThrow(message);
  });

  it("refuses blocks that the network does not fill, when they were asked for", async () => {
    await expect(
      train({ ...config, filters: 12 }, { ...options, layout: "blocked" }, data, {}),
    ).rejects.toThrow(InvalidInput);
  });

  it("refuses the checkpoint of another network", async () => {
    const states: TrainingState[] = [];
    await train(
      config,
      { ...options, steps: 2, onEpoch: (_, checkpoint) => void states.push(checkpoint()) },
      data,
      {},
    );
    await expect(
      train({ ...config, rays: 16 }, { ...options, resume: states[0]! }, data, {}),
    ).rejects.toThrow(/checkpoint of \d+ weights/);
  });
});
