/** The tracks of a project as tracking left them, read once. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { stageOutputs } from "../../pipeline/stage/stagenames.js";
import { readTracking, type TrackingResult } from "../../pipeline/track/tracking.js";
import { readSegmentation } from "../../pipeline/segment/segmentation.js";
import type { Project } from "../project.js";

/** Tracks, and what tells them from those of a later tracking. */
export interface BaseTracks {
  readonly key: string;
  readonly tracks: TrackingResult;
}

/** Reads the tracks; again when they were made again. Undefined where there are none. */
export function baseTracks(project: Project): () => BaseTracks | undefined {
  let known: BaseTracks | undefined;
  return () => {
    const { out } = project.settings();
    const folder = join(out, stageOutputs.track);
    const spots = statSync(join(folder, "spots.csv"), { throwIfNoEntry: false });
    if (spots === undefined) return undefined;
    const key = `${folder} ${spots.size} ${spots.mtimeMs}`;
    if (known?.key !== key) {
      const labels = join(out, stageOutputs.segment);
      const segmented = existsSync(labels) ? readSegmentation(labels).labels : undefined;
      known = { key, tracks: readTracking(folder, segmented) };
    }
    return known;
  };
}
