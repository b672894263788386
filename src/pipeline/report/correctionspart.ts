/** What the report says of corrections by hand. */
import { countEdits } from "../../correct/editlog.js";
import type { Layer } from "../../correct/edits.js";
import { matchInstances, scoreInstances } from "../../evaluate/instances.js";
import type { CorrectionsPart, ScorePart } from "../../report/input.js";
import { counted } from "../../core/wording.js";
import { readLabels } from "../store/labelfiles.js";
import type { RunResults } from "./results.js";

const names: Readonly<Record<Layer, string>> = {
  annotation: "training set",
  labels: "labels of the network",
  tracks: "tracks",
};

/** IoU at which the network is compared with the frames that were looked through. */
const thresholds = [0.5, 0.7, 0.8, 0.9];

/** The corrections of a run; undefined where there are none. */
export async function correctionsPart(results: RunResults): Promise<CorrectionsPart | undefined> {
  const { layers } = countEdits(results.corrections.log);
  const changed = (Object.keys(names) as Layer[])
    .map((layer) => ({ name: names[layer], ...layers[layer] }))
    .filter(({ edits, reviewed }) => edits + reviewed.length > 0)
    .map(({ name, edits, frames, reviewed, gestures }) => ({
      name,
      edits,
      frames: frames.length,
      reviewed: reviewed.length,
      gestures: Object.entries(gestures)
        .map(([gesture, count]) => `${gesture} ${count}`)
        .join(", "),
    }));
  return changed.length === 0 ? undefined : { layers: changed, scores: await scoresOf(results) };
}

/**
 * The labels of the network against those that a person left in the frames that were looked through. The person
 * started from the network's labels, so that the outlines of the two agree more than with a drawing from scratch.
 */
async function scoresOf({ corrections, found }: RunResults): Promise<ScorePart | undefined> {
  const reviewed = corrections.reviewed.labels;
  if (reviewed.length === 0) return undefined;
  const { labels } = await found.value();
  const matchings = [];
  for (const { frame, file } of reviewed)
    matchings.push(matchInstances(await readLabels(file), await labels.read(frame)));
  const { pooled } = scoreInstances(matchings, thresholds);
  return {
    title: `The network against ${counted(reviewed.length, "frame")} that a person looked through and corrected`,
    thresholds: pooled.thresholds,
  };
}
