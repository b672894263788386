/** The results of a run, as its figures and its report take them. */
import type { Statistics } from "../../analyse/analyse.js";
import { isLarge, windowGrid, windowName } from "../../annotate/views.js";
import type { Image, ImageSource, Window } from "../../core/image.js";
import type { Nuclei } from "../../core/nuclei.js";
import { imageStatistics } from "../analyse/analysis.js";
import type { Annotation } from "../annotate/annotatestage.js";
import type { Corrections } from "../correct/corrections.js";
import type { Config } from "../config/options.js";
import type { SegmentationResult } from "../segment/segmentation.js";
import type { OpenInputs } from "../source/opening.js";
import { resultFrom, type Result } from "../stage/stage.js";
import type { RunRecord } from "../store/provenance.js";
import type { TrackingResult } from "../track/tracking.js";
import type { TrainedModel } from "../train/trainedmodel.js";

/** What the stages of a run made, each opened when it is asked for. */
export interface RunResults {
  /** The output folder. */
  readonly out: string;
  /** `run.json` as it stands. */
  readonly record: () => RunRecord;
  readonly config: Config;
  readonly inputs: OpenInputs;
  /** What was corrected by hand. */
  readonly corrections: Corrections;
  /** Absent where a given model made one needless. */
  readonly annotation?: Result<Annotation> | undefined;
  readonly model: Result<TrainedModel>;
  /** The labels of the network. */
  readonly found: Result<SegmentationResult>;
  /** The same with what was corrected. */
  readonly segmentation: Result<SegmentationResult>;
  /** Absent for images that are independent of each other. */
  readonly tracks?: Result<TrackingResult> | undefined;
  readonly statistics: Result<Statistics>;
}

/** Statistics of the frames of a set of independent images. */
export function untrackedStatistics(
  segmentation: Result<SegmentationResult>,
  { pixelSize }: ImageSource,
): Result<Statistics> {
  return resultFrom([segmentation.basis], async () => imageStatistics(await segmentation.value(), pixelSize));
}

/** What pictures of a run show: a frame, or, of one too large, the middle one of its annotated windows. */
export interface ShownPart {
  /** Of the image in the dataset. */
  readonly name: string;
  readonly image: Image;
  readonly window: Window | undefined;
}

/** The picture of a frame that figures and report show. */
export async function shownPart(results: RunResults, frame: number): Promise<ShownPart> {
  const { source } = results.inputs;
  const frameName = source.frameNames[frame]!;
  const annotation = await results.annotation?.value();
  const windows =
    annotation === undefined
      ? await unannotatedWindows(source, frame)
      : annotation.summary.images.filter((image) => image.source === frameName);
  const { name, window } = windows[Math.floor(windows.length / 2)] ?? { name: frameName, window: undefined };
  const image = window === undefined ? await source.read(frame) : await source.readWindow(frame, window);
  return { name, window, image };
}

/** The frame that pictures show. */
export const middleFrame = ({ inputs }: RunResults): number => Math.floor(inputs.source.frames / 2);

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
