/** What the stages of a run left on disk, for the stages that show it: figures and report. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Statistics } from "../../analyse/analyse.js";
import { isLarge, windowGrid, windowName } from "../../annotate/views.js";
import { InvalidInput } from "../../core/errors.js";
import type { Image, ImageSource, Window } from "../../core/image.js";
import type { Nuclei } from "../../core/nuclei.js";
import { parseCsv } from "../../io/csv.js";
import type { LossRecord } from "../../plot/plots.js";
import { imageStatistics, readStatistics } from "../analyse/analysis.js";
import type { AnnotationSummary } from "../annotate/annotation.js";
import type { Config } from "../config/options.js";
import { readSegmentation } from "../segment/segmentation.js";
import { isTrackable } from "../source/source.js";
import { type RunStage, stageOutputs } from "../stage/stagenames.js";
import { readJson } from "../store/files.js";
import type { RunRecord } from "../store/provenance.js";
import { readTracking, type TrackingResult } from "../track/tracking.js";

/** What a stage wrote. @throws InvalidInput when the stage is not finished */
export function summaryOf<T>(out: string, stage: RunStage, name: string): T {
  const path = join(out, stageOutputs[stage], name);
  if (!existsSync(path))
    throw new InvalidInput(
      path,
      "a finished run",
      "nothing there",
      "run the same karyon run command again to finish it",
    );
  return readJson<T>(path);
}

export interface RunNumbers {
  readonly statistics: Statistics;
  /** Absent for images that are independent of each other. */
  readonly tracks?: TrackingResult;
}

/** Statistics of a run, and the tracks that they are of. @throws InvalidInput when a stage is not finished */
export function numbersOf(out: string, source: ImageSource, config: Config): RunNumbers {
  summaryOf(out, "segment", "segmentation.json");
  if (!isTrackable(source)) {
    const segmentation = readSegmentation(join(out, stageOutputs.segment));
    return { statistics: imageStatistics(segmentation, source.pixelSize) };
  }
  const tracks = readTracking(join(out, stageOutputs.track));
  return {
    tracks,
    statistics: readStatistics(join(out, stageOutputs.analyse), tracks, config),
  };
}

/** `numbersOf` for stages that follow each other: read and computed once, when the first asks. */
export function numbersOnce(out: string, source: ImageSource, config: Config): () => RunNumbers {
  let numbers: RunNumbers | undefined;
  return () => (numbers ??= numbersOf(out, source, config));
}

/** What pictures of a run show: a frame, or, of one too large, the middle one of its annotated windows. */
export interface ShownPart {
  /** Of the image in the dataset. */
  readonly name: string;
  readonly image: Image;
  readonly window: Window | undefined;
}

export async function shownPart(
  source: ImageSource,
  frame: number,
  annotation: AnnotationSummary | undefined,
  { input }: Config,
): Promise<ShownPart> {
  const options = { channel: input.channel, z: input.z };
  const frameName = source.frameNames[frame]!;
  const windows =
    annotation === undefined
      ? await unannotatedWindows(source, frame)
      : annotation.images.filter((image) => image.source === frameName);
  const { name, window } = windows[Math.floor(windows.length / 2)] ?? { name: frameName, window: undefined };
  return {
    name,
    window,
    image:
      window === undefined
        ? await source.read(frame, options)
        : await source.readWindow(frame, window, options),
  };
}

async function unannotatedWindows(
  source: ImageSource,
  frame: number,
): Promise<{ readonly name: string; readonly window: Window }[]> {
  const size = await source.size(frame);
  return isLarge(size)
    ? windowGrid(size).map((window) => ({ name: windowName(source.frameNames[frame]!, window), window }))
    : [];
}

/** Nuclei with their places in a window; those beyond it lie outside of its picture. */
export const within = (nuclei: Nuclei, window: Window | undefined): Nuclei =>
  window === undefined
    ? nuclei
    : { ...nuclei, y: nuclei.y.map((y) => y - window.y), x: nuclei.x.map((x) => x - window.x) };

/**
 * What the annotation says; absent where a given model made one needless.
 *
 * @throws InvalidInput when the stage is not finished
 */
export const annotationOf = (
  out: string,
  { model }: Pick<RunRecord, "model">,
): AnnotationSummary | undefined =>
  model !== undefined && !existsSync(join(out, stageOutputs.annotate))
    ? undefined
    : summaryOf<AnnotationSummary>(out, "annotate", "annotation.json");

/** Folder of the model that a run trained or was given. */
export const modelOf = (out: string, { model }: Pick<RunRecord, "model">): string =>
  model === undefined ? join(out, stageOutputs.train) : dirname(resolve(out, model[0]!.file));

/** The curve of the training of the model in a folder; empty where it was copied without. */
export function lossRecords(model: string): LossRecord[] {
  const path = join(model, "training.csv");
  if (!existsSync(path)) return [];
  const { header, rows } = parseCsv(readFileSync(path, "utf8"));
  const column = (name: string): number => header.indexOf(name);
  const numberOf = (cell: string | undefined): number =>
    cell === undefined || cell === "" ? NaN : Number(cell);
  return rows.map((row) => ({
    step: numberOf(row[column("step")]),
    trainingLoss: numberOf(row[column("loss")]),
    validationLoss: numberOf(row[column("validation_loss")]),
  }));
}
