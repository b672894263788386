/** The analysis as a stage: tracks, and images where brightness is measured, to statistics. */
import type { Statistics } from "../../analyse/analyse.js";
import type { Config } from "../config/options.js";
import type { OpenInputs } from "../source/opening.js";
import { imagesBasis } from "../source/opening.js";
import type { Result, Stage } from "../stage/stage.js";
import type { TrackingResult } from "../track/tracking.js";
import { analyseInto, readStatistics } from "./analysis.js";

/** What an analysis takes. */
export interface AnalyseStageInput {
  readonly tracks: Result<TrackingResult>;
  /** The images that the labels were made from. Without them no brightness is measured. */
  readonly images?: OpenInputs | undefined;
}

/** Measures tracks. */
export const analyseStage = (
  { tracks, images }: AnalyseStageInput,
  config: Config,
): Stage<Statistics, "analyse", Statistics> => ({
  name: "analyse",
  text: `density, speed, direction, divisions${images === undefined ? "" : ", brightness"}`,
  from: [tracks],
  options: {
    images: images && imagesBasis(images, config),
    seed: config.general.seed,
    analyse: config.analyse,
  },
  make: async (folder, work) => {
    const made = await analyseInto(folder, await tracks.value(), images?.source, config, work);
    const { branches, meanNucleiPerFrame, meanSpeed } = made.summary;
    return {
      value: made,
      text: `${meanNucleiPerFrame.toFixed(0)} nuclei a frame, ${branches} tracks, ${speedText(made)}`,
      data: { tracks: branches, meanNucleiPerFrame, meanSpeed, units: made.units },
    };
  },
  open: async (folder, made) => made ?? readStatistics(folder, await tracks.value(), config),
});

const speedText = ({ summary: { meanSpeed }, units }: Statistics): string =>
  Number.isNaN(meanSpeed)
    ? "nothing moved"
    : `mean speed ${meanSpeed.toFixed(3)} ${units.length}/${units.time}`;
