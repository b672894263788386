/** A training set on disk to a model on disk: `model.onnx`, `model.json`, `training.csv`, `loss.svg`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { InvalidInput } from "../core/errors.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { formatCsv } from "../io/csv.js";
import { median } from "../imgproc/percentile.js";
import { defaultAugmentOptions } from "../dataset/augment.js";
import { defaultModelConfig, type ModelConfig, sizeMultiple } from "../model/config.js";
import { formatModelDescription, type ModelDescription } from "../model/file.js";
import type { TrainingRecord } from "../model/train.js";
import type { Device } from "../nn/device.js";
import { lossPlot } from "../report/plots.js";
import { labelDiameters } from "../workers/diameters.js";
import { valueOf } from "../workers/errors.js";
import { workerFile } from "../workers/pool.js";
import type { TrainingMessage, TrainingOutcome, TrainingRequest, TrainingSettings } from "../workers/protocol.js";
import { type AnnotationSummary, diametersOf } from "./annotation.js";
import { readJson, writeFileAtomic } from "./files.js";
import { listImages } from "./imagefolder.js";
import { counted } from "./inputs.js";
import { readLabels } from "./labelfiles.js";
import type { Config, TrainConfig } from "./options.js";
import { version } from "./provenance.js";
import { openSource } from "./source.js";
import { threadsOf } from "./threads.js";

/** The paper's settings: 100 epochs of 256 steps, patches of 64 px, no augmentation. Source: Englbrecht et al. 2021 and its scripts. */
const paper = { steps: 25_600, batch: 4, patch: 64, learningRate: 3e-4, schedule: "plateau", warmup: 0, augment: false, filters: 32 } as const;

/** Reaches its plateau in about ten minutes on two cores. */
const auto = { steps: 3000, batch: 4, patch: 96, learningRate: 1e-3, schedule: "cosine", warmup: 100, augment: true, filters: 32 } as const;

/** Presets, and whatever the user set instead. */
export function trainingSettings(train: TrainConfig, seed: number, threads: number, device: Device = "cpu"): { model: ModelConfig; settings: TrainingSettings } {
  const preset = train.preset === "paper" ? paper : auto;
  const steps = train.steps ?? preset.steps;
  const settings: TrainingSettings = {
    steps, seed, threads, device,
    batch: train.batch ?? preset.batch,
    patch: train.patch ?? preset.patch,
    learningRate: train.learningRate ?? preset.learningRate,
    schedule: train.schedule ?? preset.schedule,
    warmup: Math.min(preset.warmup, Math.floor(steps / 10)),
    stepsPerEpoch: train.preset === "paper" ? 256 : Math.max(1, Math.round(steps / 30)),
    validation: train.validation,
    foregroundFraction: 0.9,
    compose: train.compose,
    augment: (train.augment ?? preset.augment) ? defaultAugmentOptions : "none",
  };
  const model: ModelConfig = { ...defaultModelConfig, rays: train.rays, grid: train.grid, depth: train.depth, filters: train.filters ?? preset.filters };
  const multiple = sizeMultiple(model);
  if (settings.patch % multiple !== 0) throw new InvalidInput("train.patch", `a multiple of ${multiple} (grid x 2^depth)`, String(settings.patch), `for example ${Math.ceil(settings.patch / multiple) * multiple}`);
  return { model, settings };
}

/** Diameters in between are left as they are: there the network's grid is fine enough and its field wide enough. */
const comfortable = [30, 60] as const;
const target = 40;

/** How much images with nuclei of this diameter (px) are scaled for the network. The paper's method takes them as they are. */
export function networkScale(diameter: number, { preset, nucleusSize }: Pick<TrainConfig, "preset" | "nucleusSize">): number {
  if (!(diameter > 0)) return 1;
  if (nucleusSize !== undefined) return nucleusSize / diameter;
  return preset === "paper" || (diameter >= comfortable[0] && diameter <= comfortable[1]) ? 1 : target / diameter;
}

export interface TrainingResult {
  readonly history: readonly TrainingRecord[];
  readonly description: ModelDescription;
  readonly settings: TrainingSettings;
  readonly model: ModelConfig;
  /** What a user should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** Below this agreement of network and annotation, on parts held back from training, the result is hardly of use. */
const poorAgreement = 0.5;

/**
 * What a user must know of a training.
 *
 * @param score mean average precision over IoU .3, .5, .7 against the annotation of parts held back, 0..1; NaN where nothing could be held back
 */
export function trainingWarnings(score: number): string[] {
  if (Number.isNaN(score)) return ["Too little is annotated to hold any of it back: nothing tells how good the network is."];
  if (score >= poorAgreement) return [];
  return [`The network finds the annotation again only poorly (agreement ${score.toFixed(2)} of 1 on parts held back from training): train longer (--steps), or look at the annotation's overlays, before you use what it finds.`];
}

/** Trains on the dataset in `dataset` and writes the model into `folder`, which must exist. */
export async function trainInto(folder: string, dataset: string, config: Config, context: StageContext, device: Device): Promise<TrainingResult> {
  const { model, settings } = trainingSettings(config.train, config.general.seed, threadsOf(config), device);
  const { samples, kind } = await readSamples(dataset, config.train, context);
  const outcome = await trainInWorker({ samples, kind, model, settings, stop: new SharedArrayBuffer(4) }, context);
  const description: ModelDescription = {
    config: model,
    normalisation: { low: 1, high: 99.8 },
    thresholds: { probability: outcome.thresholds.probability, overlap: outcome.thresholds.overlap },
    diameter: outcome.diameter,
    diameterRange: outcome.diameterRange,
    provenance: {
      karyon: version, created: new Date().toISOString(), seed: settings.seed, layout: outcome.layout, settings, bestStep: outcome.best,
      validationScore: outcome.thresholds.score, trainingImages: outcome.trainingNames, validationImages: outcome.validationNames,
      ...(settings.compose > 0 ? { composedImages: outcome.composed } : {}),
    },
  };
  await writeFileAtomic(join(folder, "model.onnx"), outcome.onnx);
  await writeFileAtomic(join(folder, "model.json"), formatModelDescription(description));
  await writeFileAtomic(join(folder, "training.csv"), historyCsv(outcome.history));
  await writeFileAtomic(join(folder, "loss.svg"), lossPlot(outcome.history.map(({ step, loss, validationLoss }) => ({ step, trainingLoss: loss, validationLoss }))));
  return { history: outcome.history, description, settings, model, warnings: outcome.warnings };
}

/** The images and masks of a training set, by name. @throws InvalidInput when they are not there, or do not go together */
export function datasetFiles(dataset: string): { readonly name: string; readonly image: string; readonly mask: string }[] {
  const folders = ["images", "masks"].map((name) => join(dataset, name));
  for (const folder of folders) {
    if (!existsSync(folder)) throw new InvalidInput(dataset, "a dataset with the folders images and masks", `no folder ${folder}`, "make one with karyon annotate");
  }
  const [images, masks] = folders.map(listImages) as [Map<string, string>, Map<string, string>];
  return [...images].map(([name, image]) => {
    const mask = masks.get(name);
    if (mask === undefined) throw new InvalidInput(folders[1]!, `a mask for the image ${name}`, "none", "add it, or remove the image");
    return { name, image, mask };
  });
}

/** The images of a training set have one channel and one slice, whichever they were taken from. */
async function readSamples(dataset: string, train: TrainConfig, context: StageContext): Promise<Pick<TrainingRequest, "samples" | "kind">> {
  const summaryFile = join(dataset, "annotation.json");
  const summary = existsSync(summaryFile) ? readJson<AnnotationSummary>(summaryFile) : undefined;
  const diameters = summary === undefined ? undefined : diametersOf(summary);
  const files = datasetFiles(dataset);
  const samples = [];
  for (const { name, image: path, mask } of files) {
    throwIfCancelled(context, "Training");
    const labels = await readLabels(mask);
    if (labels.count === 0) continue;
    const image = await (await openSource([path])).read(0);
    if (image.height !== labels.height || image.width !== labels.width) throw new InvalidInput(mask, `${image.height} x ${image.width} px as its image`, `${labels.height} x ${labels.width} px`);
    samples.push({ name, image, labels, scale: networkScale(diameters?.get(name) ?? median(labelDiameters(labels)), train) });
  }
  if (samples.length === 0) throw new InvalidInput(dataset, "at least one annotated nucleus", `none in ${counted(files.length, "image")}`, "look at the overlays, and set --diameter or --sensitivity when annotating");
  return { samples, kind: summary?.kind ?? "images" };
}

/** Runs the training in a thread of its own: the runtime blocks the thread that calls it. */
function trainInWorker(request: TrainingRequest, context: StageContext): Promise<TrainingOutcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(workerFile("training.js")), { workerData: request });
    const stop = (): void => void Atomics.store(new Int32Array(request.stop), 0, 1);
    if (context.signal?.aborted) stop();
    context.signal?.addEventListener("abort", stop, { once: true });
    const settle = (action: () => void): void => {
      context.signal?.removeEventListener("abort", stop);
      action();
      void worker.terminate();
    };
    worker.on("message", (message: TrainingMessage) => {
      if (message.type === "progress") context.onProgress?.(message);
      else settle(() => resolve(Promise.resolve(message.answer).then(valueOf)));
    });
    worker.on("error", (error) => settle(() => reject(error)));
    worker.on("exit", (code) => settle(() => reject(new Error(`the training thread ended with code ${code}`))));
  });
}

function historyCsv(history: readonly TrainingRecord[]): string {
  const keys = Object.keys(history[0] ?? {}) as (keyof TrainingRecord)[];
  return formatCsv(keys.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/^seconds$/, "time_s")), keys.map((key) => history.map((record) => Number(record[key] ?? NaN))));
}
