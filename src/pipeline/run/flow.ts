/** The order of the work: each result is what the next stage takes. */
import type { Config } from "../config/options.js";
import { figuresStage } from "../report/figures.js";
import { reportStage } from "../report/reporting.js";
import type { RunResults } from "../report/results.js";
import type { OpenInputs } from "../source/opening.js";
import { isTrackable } from "../source/source.js";
import { type MakeStage, type Result, resultFrom } from "../stage/stage.js";
import type { RunStage } from "../stage/stagenames.js";
import type { InputRecord, RunRecord } from "../store/provenance.js";
import {
  analyseStage,
  type Annotation,
  annotateStage,
  openTrainedModel,
  segmentStage,
  type TrainedModel,
  trackStage,
  trainStage,
  untrackedStatistics,
} from "./stages.js";

/** What a run starts from. */
export interface RunStart {
  readonly out: string;
  readonly config: Config;
  /** The images, open. */
  readonly inputs: OpenInputs;
  /** `run.json` as it stands. */
  readonly record: () => RunRecord;
}

/** A network that exists, as a result. */
export const givenModel = (folder: string, files: readonly InputRecord[]): Result<TrainedModel> =>
  resultFrom(
    files.map(({ sha256 }) => sha256),
    () => openTrainedModel(folder),
  );

/** Images to annotation to network. */
export async function learn(
  make: MakeStage<RunStage>,
  { inputs, config }: RunStart,
  initialModel: readonly InputRecord[] | undefined,
): Promise<{ readonly annotation: Result<Annotation>; readonly model: Result<TrainedModel> }> {
  const annotation = await make(annotateStage(inputs, config));
  const model = await make(trainStage(annotation, config, initialModel));
  return { annotation, model };
}

/** Images and network to labels, tracks, statistics, figures and report. */
export async function measure(
  make: MakeStage<RunStage>,
  { out, inputs, config, record }: RunStart,
  { annotation, model }: { readonly annotation?: Result<Annotation>; readonly model: Result<TrainedModel> },
): Promise<RunResults> {
  const segmentation = await make(segmentStage({ inputs, model, annotation }, config));
  const tracks = isTrackable(inputs.source) ? await make(trackStage(segmentation, config)) : undefined;
  const statistics =
    tracks === undefined
      ? untrackedStatistics(segmentation, inputs.source)
      : await make(analyseStage({ inputs, segmentation, tracks }, config));
  const results = { out, record, config, inputs, annotation, model, segmentation, tracks, statistics };
  const figures = await make(figuresStage(results));
  await make(reportStage(results, figures));
  return results;
}
