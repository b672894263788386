/** The tracking as a stage: labels to tracks. */
import { counted } from "../../core/wording.js";
import type { Config } from "../config/options.js";
import type { Result, Stage } from "../stage/stage.js";
import type { TrackingInput } from "./labelfolder.js";
import { radiusText, readTracking, trackingIn, trackInto, type TrackingResult } from "./tracking.js";

/** Links the nuclei of labels through time. */
export const trackStage = (
  labels: Result<TrackingInput>,
  config: Config,
): Stage<TrackingResult, "track", TrackingResult> => ({
  name: "track",
  text: "linking nuclei through time",
  from: [labels],
  options: { input: config.input, track: config.track },
  make: async (folder, work) => {
    const made = await trackInto(folder, await labels.value(), config, work);
    const { branches, divisions, repairs, warnings } = made.summary;
    const repaired = repairs > 0 ? `, ${counted(repairs, "mask")} repaired` : "";
    return {
      value: made,
      text: `${branches} tracks, ${divisions} divisions, radius ${radiusText(made.summary)}${repaired}`,
      data: { tracks: branches, divisions, repairs },
      notices: warnings,
    };
  },
  open: async (folder, made) =>
    made === undefined ? readTracking(folder, (await labels.value()).labels) : trackingIn(folder, made),
});
