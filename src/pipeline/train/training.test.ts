import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labelImage } from "../../core/labels.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { defaultModelConfig } from "../../model/modelconfig.js";
import { formatModelDescription, parseModelDescription } from "../../model/modelfile.js";
import { resolveConfig } from "../config/config.js";
import type { Config } from "../config/options.js";
import { annotate, train } from "../run/commands.js";
import { writeLabels } from "../store/labelfiles.js";
import { loadModel } from "../store/modelfolder.js";
import { readRun } from "../store/provenance.js";
import type { TrainingRecord } from "../../model/train.js";
import type { ModelSnapshot, PipelineEvent } from "../stage/events.js";
import { openTrainedModel } from "./trainedmodel.js";
import {
  type TrainingResult,
  ignoresUncertain,
  networkScale,
  scaleRule,
  trainingSettings,
  trainingWarnings,
} from "./training.js";

const settingsOf = (train: Readonly<Record<string, unknown>>): ReturnType<typeof trainingSettings> =>
  trainingSettings(resolveConfig({ train }, "the test").train, 7, 2);

describe("trainingSettings", () => {
  it("are exactly the paper's in its preset", () => {
    const { model, settings } = settingsOf({ preset: "paper" });
    expect(model).toEqual({ ...defaultModelConfig, rays: 32, grid: 2, depth: 3, filters: 32 });
    expect(settings).toEqual({
      steps: 100 * 256,
      stepsPerEpoch: 256,
      batch: 4,
      patch: 64,
      learningRate: 3e-4,
      schedule: "plateau",
      warmup: 0,
      augment: "none",
      validation: 0.15,
      averaging: 0,
      scoreEvery: 3,
      contentAfter: 2,
      foregroundFraction: 0.9,
      compose: 0,
      seed: 7,
      threads: 2,
      device: "cpu",
    });
  });

  it("are a matter of the effort, which is the paper's in its preset", () => {
    expect(
      (["quick", "standard", "thorough", "paper"] as const).map(
        (effort) => settingsOf({ effort }).settings.steps,
      ),
    ).toEqual([1000, 3000, 10_000, 25_600]);
    expect(settingsOf({}).settings).toEqual(settingsOf({ effort: "standard" }).settings);
    expect(settingsOf({ effort: "paper" })).toEqual(settingsOf({ preset: "paper" }));
    expect(settingsOf({ effort: "quick", preset: "paper" })).toEqual(settingsOf({ effort: "quick" }));
    // A score every 300 steps; 1200 without a better one end the hold.
    expect(settingsOf({ effort: "thorough" }).settings).toMatchObject({
      stepsPerEpoch: 100,
      scoreEvery: 3,
      contentAfter: 4,
      schedule: "hold",
      averaging: 0.995,
    });
  });

  it("follow the user before the preset, switch by switch", () => {
    expect(settingsOf({ preset: "paper", steps: 10, augment: true }).settings).toMatchObject({
      steps: 10,
      batch: 4,
      learningRate: 3e-4,
    });
    expect(settingsOf({ preset: "paper", augment: true }).settings.augment).not.toBe("none");
    expect(settingsOf({ augment: false }).settings.augment).toBe("none");
    expect(settingsOf({ steps: 50 }).settings).toMatchObject({ warmup: 5, stepsPerEpoch: 4 });
    // A dozen epochs of at most 25 steps, or thirty.
    expect([300, 600, 3000].map((steps) => settingsOf({ steps }).settings.stepsPerEpoch)).toEqual([
      25, 25, 100,
    ]);
  });

  it("are gentler where a training goes on from a model, whose shape they take over", () => {
    const config = { ...defaultModelConfig, rays: 16, depth: 2, features: 64 };
    const from = {
      config,
      normalisation: { low: 1, high: 99 },
      thresholds: { probability: 0.5, overlap: 0.3 },
      diameter: 40,
      provenance: {},
    };
    const goingOn = (train: Readonly<Record<string, unknown>>): ReturnType<typeof trainingSettings> =>
      trainingSettings(resolveConfig({ train }, "the test").train, 7, 2, from);
    const { model, settings } = goingOn({ depth: 2 });
    expect(model).toEqual(config);
    expect(settings.learningRate).toBeLessThan(settingsOf({}).settings.learningRate);
    expect(settings.warmup).toBeLessThan(settingsOf({}).settings.warmup);
    expect(goingOn({ learningRate: 0.1 }).settings.learningRate).toBe(0.1);
    for (const wrong of [{ grid: 1 }, { filters: 8 }])
      expect(() => goingOn(wrong)).toThrow(/train\.(grid: expected 2|filters: expected 32), as in the model/);
  });

  it("warn of a network that does not even find its own annotation", () => {
    expect(trainingWarnings(0.8)).toEqual([]);
    expect(trainingWarnings(0.31).join()).toMatch(
      /only poorly with the annotation \(0\.31 of 1.*train\.steps/,
    );
    expect(trainingWarnings(NaN).join()).toMatch(/quality of the network is not known/);
    const expected = { low: 0.6, high: 0.85, agreement: 0.85, stability: 0.93, objects: 200 };
    expect(trainingWarnings(0.7, { ...expected, f1: 0.81 })).toEqual([]);
    expect(trainingWarnings(0.7, { ...expected, f1: 0.72 }).join()).toMatch(
      /hard for the method: about 28 of 100 nuclei .*F1 at IoU 0\.5 0\.60 to 0\.85, estimated without truth/,
    );
  });

  it("refuse a patch that the network cannot halve often enough, and name one that it can", () => {
    expect(() => settingsOf({ patch: 72, depth: 4 })).toThrow(
      /train\.patch: expected a multiple of 32.*received 72; for example 96/,
    );
  });
});

describe("networkScale", () => {
  const auto = { preset: "auto", nucleusSize: undefined } as const;

  it("leaves nuclei of middling size as they are, and brings all others to one such size", () => {
    expect([35, 41, 60].map((diameter) => networkScale(diameter, auto))).toEqual([1, 1, 1]);
    const sizes = [8, 12, 90, 300].map((diameter) => diameter * networkScale(diameter, auto));
    for (const size of sizes) expect(size).toBeCloseTo(sizes[0]!, 9);
    expect(networkScale(sizes[0]!, auto)).toBe(1);
  });

  it("takes the wanted size, and never scales by what is not known, nor in the paper's preset", () => {
    expect(networkScale(40, { preset: "paper", nucleusSize: 20 })).toBe(0.5);
    expect(networkScale(16, { preset: "paper", nucleusSize: undefined })).toBe(1);
    expect([0, NaN].map((diameter) => networkScale(diameter, auto))).toEqual([1, 1]);
  });
});

describe("scaleRule", () => {
  it("leaves nuclei of sizes that the model to go on from knows, and brings others to its own", () => {
    const auto = { preset: "auto", nucleusSize: undefined } as const;
    const model = { diameter: 20, diameterRange: { low: 15, high: 70 } };
    expect([16, 20, 65].map(scaleRule(auto, model))).toEqual([1, 1, 1]);
    expect(scaleRule(auto, model)(100)).toBe(0.2);
    expect(scaleRule(auto, { diameter: 20 })(40)).toBe(0.5);
    expect(scaleRule({ ...auto, nucleusSize: 30 }, model)(60)).toBe(0.5);
    expect(scaleRule(auto, undefined)(16)).toBe(networkScale(16, auto));
  });
});

describe("train", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "karyon-training-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const [height, width] = [96, 96];
  const centres = [
    [24, 24],
    [24, 70],
    [70, 24],
    [70, 70],
  ] as const;
  const nucleus = (i: number): number =>
    centres.findIndex(([y, x]) => (Math.floor(i / width) - y) ** 2 + ((i % width) - x) ** 2 < 13 ** 2) + 1;
  const pixels = (value: (i: number) => number): Uint8Array =>
    Uint8Array.from({ length: height * width }, (_, i) => value(i));
  // Noise of little period, so that the background is not constant.
  const noise = (i: number): number => (i * 7919) % 13;
  const plane = (data: Uint8Array): { height: number; width: number; samples: number; data: Uint8Array } => ({
    height,
    width,
    samples: 1,
    data,
  });
  const small = { train: { steps: 3, patch: 32, filters: 4, batch: 1 }, general: { threads: 1 } };

  it("learns from channel 1 of a movie, whose training set has one channel", async () => {
    const movie = join(folder, "two.tif");
    const frame = [plane(pixels(noise)), plane(pixels((i) => (nucleus(i) > 0 ? 150 : 20) + noise(i)))];
    writeFileSync(movie, encodeTiff([...frame, ...frame], { imagej: { frames: 2, channels: 2 } }));
    const config = resolveConfig({ ...small, input: { channel: 1 } }, "the test");
    const { images } = await annotate({
      inputs: [movie],
      out: join(folder, "dataset"),
      config,
      overwrite: false,
    });
    expect(images.map(({ kept }) => kept)).toEqual([4, 4]);
    const { history } = await train({
      dataset: join(folder, "dataset"),
      out: join(folder, "model"),
      config,
      overwrite: false,
    });
    expect(history.at(-1)!.step).toBe(3);
  });

  it(
    "expects a quality only where uncertain objects are ignored, for where they are painted over " +
      "the easy ones are all there is",
    () => {
      const dataset = (name: string, background?: string): string => {
        mkdirSync(join(folder, name));
        if (background !== undefined)
          writeFileSync(join(folder, name, "annotation.json"), JSON.stringify({ background }));
        return join(folder, name);
      };
      expect(
        [dataset("ignore", "ignore"), dataset("noise", "noise"), dataset("keep", "keep"), dataset("own")].map(
          ignoresUncertain,
        ),
      ).toEqual([true, false, false, true]);
    },
  );

  it("says what a dataset lacks, in a sentence and before anything is written", async () => {
    const config = resolveConfig(small, "the test");
    const attempt = (dataset: string): Promise<unknown> =>
      train({ dataset: join(folder, dataset), out: join(folder, "none"), config, overwrite: false });
    await expect(attempt("nowhere")).rejects.toThrow(
      /nowhere: expected a dataset with the folders images and masks.*karyon annotate\.$/,
    );
    mkdirSync(join(folder, "half", "masks"), { recursive: true });
    mkdirSync(join(folder, "half", "images"));
    writeFileSync(join(folder, "half", "images", "a.tif"), encodeTiff([plane(pixels(noise))]));
    await expect(attempt("half")).rejects.toThrow(/expected a mask for the image a/);
    await writeLabels(
      join(folder, "half", "masks", "a.tif"),
      labelImage(height, width, new Int32Array(height * width)),
    );
    await expect(attempt("half")).rejects.toThrow(
      /at least one annotated nucleus, received none in 1 image;/,
    );
    await writeLabels(join(folder, "half", "masks", "a.tif"), labelImage(2, 2, Int32Array.of(1, 0, 0, 0)));
    await expect(attempt("half")).rejects.toThrow(/expected 96 x 96 px as its image, received 2 x 2 px/);
    expect(readdirSync(folder).filter((name) => name.includes("none"))).toEqual([]);
  });

  /** A dataset of two images with four nuclei each, without annotation.json. */
  async function makeDataset(name: string): Promise<string> {
    const dataset = join(folder, name);
    mkdirSync(join(dataset, "images"), { recursive: true });
    for (const image of ["a", "b"]) {
      writeFileSync(
        join(dataset, "images", `${image}.tif`),
        encodeTiff([plane(pixels((i) => (nucleus(i) > 0 ? 150 : 20) + noise(i)))]),
      );
      await writeLabels(
        join(dataset, "masks", `${image}.tif`),
        labelImage(
          height,
          width,
          Int32Array.from({ length: height * width }, (_, i) => nucleus(i)),
        ),
      );
    }
    return dataset;
  }
  const configOf = (train: Readonly<Record<string, unknown>>): Config =>
    resolveConfig(
      { general: { threads: 1 }, train: { patch: 32, depth: 1, batch: 2, augment: false, ...train } },
      "the test",
    );

  it("goes on from a model: with its weights, shape and normalisation", async () => {
    const dataset = await makeDataset("grounds");
    const base = join(folder, "base");
    const scratch = await train({
      dataset,
      out: base,
      config: configOf({ steps: 400, filters: 8, rays: 16, learningRate: 3e-3 }),
      overwrite: false,
    });
    const json = join(base, "model.json");
    const before = parseModelDescription(readFileSync(json, "utf8"));
    writeFileSync(json, formatModelDescription({ ...before, normalisation: { low: 2, high: 99 } }));
    const next = join(folder, "next");
    const { history, model, description } = await train({
      dataset,
      out: next,
      config: configOf({ steps: 2, from: base, learningRate: 1e-7 }),
      overwrite: false,
    });
    expect(model).toEqual(scratch.model);
    expect(description.normalisation).toEqual({ low: 2, high: 99 });
    expect(description.provenance["from"]).toEqual({
      sha256: createHash("sha256")
        .update(readFileSync(join(base, "model.onnx")))
        .digest("hex"),
      created: before.provenance["created"],
    });
    expect(history[0]!.loss).toBeLessThan(scratch.history[0]!.loss / 2);
    const [old, now] = [await loadModel(base, 1), await loadModel(next, 1)];
    const image = Float32Array.from({ length: height * width }, (_, i) => (nucleus(i) > 0 ? 1 : 0));
    const [a, b] = [
      await old.predictor.predict(image, height, width),
      await now.predictor.predict(image, height, width),
    ];
    // Two steps of 1e-7 at most for each weight.
    for (let i = 0; i < a.probability.length; i++)
      expect(Math.abs(a.probability[i]! - b.probability[i]!)).toBeLessThan(1e-4);
    expect(Math.max(...a.probability)).toBeGreaterThan(0.1);
    await Promise.all([old.predictor.release(), now.predictor.release()]);
    expect(readRun(next)!.inputs.map(({ file }) => file)).toContain(join("..", "base", "model.onnx"));
    // What contradicts the model, and what is no model.
    const attempt = (more: Readonly<Record<string, unknown>>): Promise<unknown> =>
      train({
        dataset,
        out: join(folder, "never"),
        config: configOf({ steps: 2, from: base, ...more }),
        overwrite: false,
      });
    await expect(attempt({ rays: 32 })).rejects.toThrow(
      /train\.rays: expected 16, as in the model .*base, received 32; leave out train\.rays, or train from scratch without train\.from\./,
    );
    await expect(attempt({ depth: 2 })).rejects.toThrow(/train\.depth: expected 1/);
    await expect(attempt({ from: dataset })).rejects.toThrow(
      /expected a model folder with model\.onnx and model\.json/,
    );
    expect(readdirSync(folder).filter((name) => name.includes("never"))).toEqual([]);
  });

  it("reads no more images than it was told to, and says of which it learned", async () => {
    const dataset = await makeDataset("many");
    // The first of two halves is a; what is not chosen is not even read.
    writeFileSync(join(dataset, "images", "a.tif"), "no image");
    const { description } = await train({
      dataset,
      out: join(folder, "one"),
      config: configOf({ steps: 2, filters: 4, trainingImages: 1 }),
      overwrite: false,
    });
    expect(description.provenance["trainingImages"]).toEqual(["b"]);
    await expect(
      train({
        dataset,
        out: join(folder, "both"),
        config: configOf({ steps: 2, filters: 4 }),
        overwrite: false,
      }),
    ).rejects.toThrow(/a\.tif/);
  });

  it("goes on after a stop between two saved states, and tells the epochs before it again", async () => {
    const dataset = await makeDataset("paused");
    const config = configOf({ steps: 300, filters: 4 });
    const records = (events: readonly PipelineEvent[]): TrainingRecord[] =>
      events.flatMap((event) => (event.event === "epoch" ? [event.record] : []));
    const timeless = (list: readonly TrainingRecord[]): TrainingRecord[] =>
      list.map((record) => ({ ...record, seconds: 0 }));
    const attempt = (out: string, stopAt: number): [PipelineEvent[], Promise<TrainingResult>] => {
      const controller = new AbortController();
      const events: PipelineEvent[] = [];
      const onEvent = (event: PipelineEvent): void => {
        events.push(event);
        if (event.event === "progress" && event.stage === "train" && event.done >= stopAt) controller.abort();
      };
      const options = { dataset, out: join(folder, out), config, overwrite: false };
      return [events, train(options, { signal: controller.signal, onEvent })];
    };
    const [all, whole] = attempt("unpaused", Infinity);
    const { description, history } = await whole;
    expect(records(all)).toEqual(history);
    expect(history.length).toBeGreaterThan(3);
    const every = history[0]!.step;
    const [before, paused] = attempt("pausing", 2 * every + 1);
    await expect(paused).rejects.toMatchObject({ kind: "Cancelled" });
    const done = records(before).length;
    expect(done).toBeGreaterThanOrEqual(2);
    expect(before.at(-1)).toMatchObject({
      text: expect.stringMatching(
        new RegExp(`^The training after step ${done * every} of 300 is kept`),
      ) as string,
    });
    const [after, resumed] = attempt("pausing", Infinity);
    const result = await resumed;
    expect(timeless(records(after))).toEqual(timeless(history));
    expect(records(after).slice(0, done)).toEqual(records(before));
    const { created: _, ...provenance } = result.description.provenance;
    expect({ ...description.provenance, ...provenance }).toEqual(description.provenance);
    const onnx = (out: string): Buffer => readFileSync(join(folder, out, "model.onnx"));
    expect(onnx("pausing").equals(onnx("unpaused"))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith(".pausing"))).toEqual([]);
  });

  it("ends early with a model like any other when it is to finish, and says so", async () => {
    const dataset = await makeDataset("hurried");
    const config = configOf({ steps: 50_000, filters: 4 });
    const finish = new AbortController();
    const snapshots: ModelSnapshot[] = [];
    const events: PipelineEvent[] = [];
    const out = join(folder, "early");
    const { description, ended, history } = await train(
      { dataset, out, config, overwrite: false },
      {
        onEvent: (event) => events.push(event),
        training: {
          finish: finish.signal,
          snapshotSeconds: 0,
          onSnapshot: (snapshot) => {
            snapshots.push(snapshot);
            finish.abort();
          },
        },
      },
    );
    const { step } = history.at(-1)!;
    expect([ended, step < 50_000]).toEqual([true, true]);
    expect(description.provenance).toMatchObject({ steps: step, endedBy: "the user" });
    expect(readRun(out)!.notices.join()).toContain(`ended by the user after step ${step} of 50000`);
    expect(events.at(-1)).toMatchObject({ event: "done", data: { steps: step, endedBy: "the user" } });
    expect(openTrainedModel(out).description.thresholds).toEqual(description.thresholds);
    expect(readdirSync(folder).filter((name) => name.startsWith(".early"))).toEqual([]);
    const { config: shape, normalisation, diameter, diameterRange } = description;
    expect(snapshots[0]!.description).toMatchObject({
      config: shape,
      normalisation,
      diameter,
      diameterRange,
    });
    expect(snapshots[0]!.description.provenance).toEqual({ step: snapshots[0]!.step });
  });

  it("stops when told to, leaving no folder", async () => {
    const controller = new AbortController();
    const dataset = join(folder, "full");
    mkdirSync(join(dataset, "images"), { recursive: true });
    writeFileSync(
      join(dataset, "images", "a.tif"),
      encodeTiff([plane(pixels((i) => (nucleus(i) > 0 ? 150 : 20) + noise(i)))]),
    );
    await writeLabels(
      join(dataset, "masks", "a.tif"),
      labelImage(
        height,
        width,
        Int32Array.from({ length: height * width }, (_, i) => nucleus(i)),
      ),
    );
    const config = resolveConfig({ ...small, train: { ...small.train, steps: 100_000 } }, "the test");
    const onEvent = ({ event }: { event: string }): void => {
      if (event === "progress") controller.abort();
    };
    await expect(
      train(
        { dataset, out: join(folder, "stopped"), config, overwrite: false },
        { signal: controller.signal, onEvent },
      ),
    ).rejects.toMatchObject({ kind: "Cancelled" });
    expect(readdirSync(folder).filter((name) => name.includes("stopped"))).toEqual([]);
  });
});
