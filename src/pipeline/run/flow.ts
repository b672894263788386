/** The order of the work: images, annotation, network, labels, tracks, statistics, figures, report. */
import { type Annotation, annotateStage } from "../annotate/annotatestage.js";
import { analyseStage } from "../analyse/analysestage.js";
import type { Config } from "../config/options.js";
import { withCorrections } from "../correct/correctannotation.js";
import { withCorrectedLabels } from "../correct/correctlabels.js";
import type { Corrections } from "../correct/corrections.js";
import { withCorrectedTracks } from "../correct/correcttracks.js";
import { exportersOf } from "../../exchange/exporters.js";
import { exportStage } from "../exchange/exporting.js";
import { figuresStage } from "../report/figures.js";
import { reportStage } from "../report/reporting.js";
import { type RunResults, untrackedStatistics } from "../report/results.js";
import type { SegmentationResult } from "../segment/segmentation.js";
import { segmentStage } from "../segment/segmentstage.js";
import type { OpenInputs } from "../source/opening.js";
import { isTrackable } from "../source/source.js";
import { type MakeStage, type Result, resultFrom } from "../stage/stage.js";
import type { RunStage } from "../stage/stagenames.js";
import type { InputRecord, RunRecord } from "../store/provenance.js";
import { trackStage } from "../track/trackstage.js";
import { openTrainedModel, type TrainedModel } from "../train/trainedmodel.js";
import { trainStage } from "../train/trainstage.js";
import { unlessDoubtful } from "./sureannotation.js";

/** What a run starts from. */
export interface RunStart {
  /** The output folder. */
  readonly out: string;
  readonly config: Config;
  /** The images, open. */
  readonly inputs: OpenInputs;
  /** A network that is used instead of one of its own. */
  readonly given?: Result<TrainedModel> | undefined;
  /** The files of a model that is trained further. */
  readonly initialModel?: readonly InputRecord[] | undefined;
  /** What was corrected by hand in the output folder. */
  readonly corrections: Corrections;
  /** `run.json` as it stands. */
  readonly record: () => RunRecord;
}

/** A network that images are measured with. */
export interface Network {
  readonly model: Result<TrainedModel>;
  /** Of the same images, where there is one. */
  readonly annotation?: Result<Annotation> | undefined;
}

/** The whole way of the images: each line's result is what a later line takes. */
export async function makeRun(make: MakeStage<RunStage>, start: RunStart): Promise<RunResults> {
  const { inputs, config, given, initialModel, corrections } = start;
  if (given !== undefined) return finishRun(make, { model: given }, start);
  const annotation = await make(annotateStage(inputs, config));
  const corrected = await withCorrections(make, annotation, { source: inputs.source, corrections });
  const model = await make(unlessDoubtful(trainStage(corrected, config, initialModel), [corrected], config));
  // The segmentation takes the size of the nuclei from the annotation as it was made: a correction by hand is no
  // reason to segment again.
  return finishRun(make, { model, annotation }, start);
}

/** The way from a network on, which the movies of a study share. */
export async function finishRun(
  make: MakeStage<RunStage>,
  network: Network,
  start: RunStart,
): Promise<RunResults> {
  const { out, inputs, config, record, corrections } = start;
  const input = { out, source: inputs.source, corrections };
  const found = await make(segmentStage({ inputs, ...network }, config));
  const segmentation = await withCorrectedLabels(make, found, input);
  const measured = isTrackable(inputs.source)
    ? await measureTracks(make, segmentation, start)
    : { statistics: untrackedStatistics(segmentation, inputs.source) };
  const results: RunResults = {
    out,
    record,
    config,
    inputs,
    corrections,
    ...network,
    found,
    segmentation,
    ...measured,
  };
  const formats = exportersOf(config.run.export ?? "");
  if (formats.length > 0) await make(exportStage(results, formats));
  const figures = await make(figuresStage(results));
  await make(reportStage(results, figures));
  return results;
}

async function measureTracks(
  make: MakeStage<RunStage>,
  segmentation: Result<SegmentationResult>,
  { out, inputs, config, corrections }: RunStart,
): Promise<Pick<RunResults, "tracks" | "statistics">> {
  const found = await make(trackStage(segmentation, config));
  const tracks = await withCorrectedTracks(make, found, { out, corrections });
  const statistics = await make(analyseStage({ tracks, images: inputs }, config));
  return { tracks, statistics };
}

/** A network that exists, as a result. @param files of its model folder */
export const givenModel = (folder: string, files: readonly InputRecord[]): Result<TrainedModel> =>
  resultFrom(
    files.map(({ sha256 }) => sha256),
    () => Promise.resolve(openTrainedModel(folder)),
  );
