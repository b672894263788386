/**
 * The stages as `run` and the single commands both know them: what is announced, what is made, and what is
 * said of the result.
 */
import type { Statistics } from "../../analyse/analyse.js";
import type { ImageSource } from "../../core/image.js";
import { counted } from "../../core/wording.js";
import { statisticsOf, writeStatistics } from "../analyse/analysis.js";
import { type LabelledFrames, measureIntensities } from "../analyse/movieintensities.js";
import { annotateInto, type AnnotationSummary, diametersOf } from "../annotate/annotation.js";
import { chooseDevice } from "../config/device.js";
import type { Config } from "../config/options.js";
import { threadsOf } from "../config/threads.js";
import { segmentInto, type SegmentationSummary } from "../segment/segmentation.js";
import { isTrackable } from "../source/source.js";
import type { Stage } from "../stage/stage.js";
import type { RunStage } from "../stage/stagenames.js";
import { loadModel } from "../store/modelfolder.js";
import {
  radiusText,
  readTracks,
  type StoredTracks,
  trackInto,
  type TrackingSummary,
} from "../track/tracking.js";
import type { CheckpointOptions } from "../train/checkpoint.js";
import {
  effortOf,
  expectationText,
  trainingWarnings,
  trainInto,
  type TrainingResult,
} from "../train/training.js";

const framesOf = (source: ImageSource): string =>
  counted(source.frames, isTrackable(source) ? "frame" : "image");

const total = <K extends string>(rows: readonly Readonly<Record<K, number>>[], key: K): number =>
  rows.reduce((sum, row) => sum + row[key], 0);

export const annotateStage = (source: ImageSource, config: Config): Stage<AnnotationSummary, RunStage> => ({
  name: "annotate",
  text: `${framesOf(source)}, preset ${config.annotate.preset}`,
  fill: async (folder, context) => {
    const value = await annotateInto(folder, source, config, context);
    const sizes = [
      ...new Set([...diametersOf(value).values()].map((diameter) => `${diameter.toFixed(0)} px`)),
    ];
    const diameter =
      sizes.length === 0 ? "" : `, diameter ${sizes.slice(0, 5).join(", ")}${sizes.length > 5 ? " ..." : ""}`;
    const touching =
      value.composed === undefined
        ? ""
        : `, ${counted(value.composed.length, "image")} of touching nuclei composed`;
    const text =
      `${total(value.images, "kept")} of ${total(value.images, "candidates")} objects are certain ` +
      `nuclei${windowsText(value)}${diameter}${touching}`;
    return { value, text, notices: value.warnings };
  },
});

/** How much of images too large to be annotated whole was looked at. */
function windowsText({ images }: AnnotationSummary): string {
  const windows = images.filter(({ window }) => window !== undefined);
  return windows.length === 0
    ? ""
    : `, in ${counted(windows.length, "window")} of ` +
        `${counted(new Set(windows.map(({ source }) => source)).size, "large image")}`;
}

export const trainStage = (
  dataset: string,
  config: Config,
  checkpoints: CheckpointOptions,
): Stage<TrainingResult, RunStage> => ({
  name: "train",
  text: `a StarDist network from ${config.train.from ?? "scratch"}, effort ${effortOf(config.train)}`,
  fill: async (folder, context) => {
    const { device, notices } = await chooseDevice(config);
    const value = await trainInto(folder, dataset, config, context, device, checkpoints);
    const {
      history,
      description: { thresholds },
    } = value;
    const text =
      `${history.at(-1)?.step ?? 0} steps, loss ${history.at(-1)?.loss.toFixed(3)}, thresholds ` +
      `${thresholds.probability.toFixed(2)} and ` +
      `${thresholds.overlap.toFixed(2)}${expectationText(value.expected)}`;
    return {
      value,
      text,
      device,
      notices: [
        ...notices,
        ...value.warnings,
        ...trainingWarnings(Number(value.description.provenance["validationScore"] ?? NaN), value.expected),
      ],
    };
  },
});

/** @param diameters of the nuclei by frame name, px, where an annotation tells them */
export const segmentStage = (
  model: string,
  source: ImageSource,
  config: Config,
  diameters?: () => ReadonlyMap<string, number>,
): Stage<SegmentationSummary, RunStage> => ({
  name: "segment",
  text: framesOf(source),
  fill: async (folder, context) => {
    const { device, notices } = await chooseDevice(config);
    const loaded = await loadModel(model, threadsOf(config), device);
    try {
      const input = { source, model: loaded, diameters: diameters?.() };
      const { summary: value } = await segmentInto(folder, input, config, context);
      return {
        value,
        text: `${total(value.images, "nuclei")} nuclei`,
        device,
        notices: [...notices, ...value.warnings],
      };
    } finally {
      await loaded.predictor.release();
    }
  },
});

export const trackStage = (labels: string, config: Config): Stage<TrackingSummary, RunStage> => ({
  name: "track",
  text: "linking nuclei through time",
  fill: async (folder, context) => {
    const { summary: value } = await trackInto(folder, labels, config, context);
    return {
      value,
      text:
        `${value.branches} tracks, ${value.divisions} divisions, radius ` +
        `${radiusText(value)}${value.repairs > 0 ? `, ${counted(value.repairs, "mask")} repaired` : ""}`,
      notices: value.warnings,
    };
  },
});

/** What is measured beside the tracks: images of every frame, and the labels of the nuclei in them. */
export interface MeasuredImages {
  readonly source: ImageSource;
  readonly labels: (tracks: StoredTracks) => LabelledFrames;
}

export const analyseStage = (
  tracks: string,
  config: Config,
  images?: MeasuredImages,
): Stage<Statistics, RunStage> => ({
  name: "analyse",
  text:
    images === undefined
      ? "density, speed, direction, divisions"
      : "density, speed, direction, divisions, brightness",
  fill: async (folder, context) => {
    const stored = readTracks(tracks);
    const value = statisticsOf(stored, config);
    await writeStatistics(folder, value);
    const intensities =
      images === undefined
        ? undefined
        : await measureIntensities(folder, value, images.labels(stored), images.source, config, context);
    const {
      summary: { branches, meanNucleiPerFrame, meanSpeed },
      units,
    } = value;
    const speed = Number.isNaN(meanSpeed)
      ? "nothing moved"
      : `mean speed ${meanSpeed.toFixed(3)} ${units.length}/${units.time}`;
    return {
      value: { ...value, intensities },
      text: `${meanNucleiPerFrame.toFixed(0)} nuclei a frame, ${branches} tracks, ${speed}`,
    };
  },
});
