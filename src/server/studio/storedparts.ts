/** What a run folder alone says of a project: the labels that were made, and no work that goes on. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { stageOutputs } from "../../pipeline/stage/stagenames.js";
import { readLabelFolder } from "../../pipeline/track/labelfolder.js";
import type { LabelLayerName } from "../messages.js";
import type { LabelLayer, PartsOf } from "../parts.js";

const folders: Partial<Readonly<Record<LabelLayerName, string>>> = {
  labels: stageOutputs.segment,
};

/** Parts without corrections, jobs and models. */
export const storedParts: PartsOf = (project) => {
  const layerOf = (name: LabelLayerName): LabelLayer | undefined => {
    const folder = join(project.settings().out, folders[name] ?? "");
    if (folders[name] === undefined || !existsSync(folder)) return undefined;
    return { source: readLabelFolder(folder).labels, version: Math.floor(statSync(folder).mtimeMs) };
  };
  return {
    labelLayer: async (name) => layerOf(name),
    state: async () => {
      const labels = layerOf("labels");
      return {
        labelLayers: labels === undefined ? {} : { labels: labels.version },
        corrections: {
          revision: 0,
          edits: { annotation: 0, labels: 0, tracks: 0 },
          canUndo: false,
          canRedo: false,
          unapplied: [],
        },
        reviewed: [],
        job: null,
        models: [],
      };
    },
    close: async () => undefined,
  };
};
