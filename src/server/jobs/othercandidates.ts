/** What an annotation of the run has found, for previews: in a window alone it is uncertain what is usual. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { emptyFeatures, featureColumns, type ObjectFeatures } from "../../annotate/types.js";
import { type AnnotationSummary, readAnnotation } from "../../pipeline/annotate/annotation.js";
import type { RegionPreviewRequest } from "../../pipeline/annotate/regionpreview.js";
import type { Config } from "../../pipeline/config/options.js";
import { stageOutputs } from "../../pipeline/stage/stagenames.js";
import { readRun } from "../../pipeline/store/provenance.js";
import { evenlySpreadIndices } from "../../stats/evenly.js";
import type { Project } from "../project.js";
import { type ColumnTable, madeFromFiles, numbersIn } from "./tablecolumns.js";

/** What is known of the acquisition that a frame belongs to; undefined where nothing is. */
export type KnownAcquisition = (frame: number) => RegionPreviewRequest["acquisition"];

/** Most candidates of other frames that are looked at: a preview takes some 100 ms. */
const mostCandidates = 4000;

/**
 * What the annotation in the run folder tells of a project's images. Nothing where it was made of images that were
 * read in another way, or by the published method.
 */
export function otherCandidates(project: Project): (candidates: ColumnTable) => KnownAcquisition {
  const summaries = madeFromFiles<AnnotationSummary | undefined>();
  return (candidates) => (frame) => {
    const { out } = project.settings();
    const folder = join(out, stageOutputs.annotate);
    const files = [join(folder, "annotation.json"), join(out, "run.json")];
    const summary = summaries("summary", files, () =>
      files.every(existsSync) ? readAnnotation(folder) : undefined,
    );
    const made = readRun(out)?.configuration as Partial<Config> | undefined;
    const isSame = JSON.stringify(made?.input) === JSON.stringify(project.config().input);
    if (summary === undefined || !isSame || summary.preset !== "auto") return undefined;
    const name = project.source().frameNames[frame];
    const image = summary.images.find((one) => (one.source ?? one.name) === name);
    if (image === undefined) return undefined;
    const { diameter } = summary.acquisitions[image.acquisition]!;
    // A diameter that was given says nothing of the images.
    const isEstimate = made?.annotate?.diameter === undefined && diameter > 0;
    const alike = framesOf(summary, image.acquisition, project.source().frameNames);
    return {
      ...(isEstimate ? { diameter } : {}),
      objects: objectsOf(
        candidates,
        alike.filter((other) => other !== frame),
      ),
    };
  };
}

function framesOf({ images }: AnnotationSummary, acquisition: number, names: readonly string[]): number[] {
  const places = new Map(names.map((name, frame) => [name, frame]));
  const frames = images
    .filter((image) => image.acquisition === acquisition)
    .map(({ name, source = name }) => places.get(source));
  return [...new Set(frames)].filter((frame) => frame !== undefined);
}

/** Candidates of some of the frames, spread over them. */
function objectsOf(table: ColumnTable, frames: readonly number[]): ObjectFeatures[] {
  const frameOfRow = numbersIn(table, "frame");
  if (frameOfRow === undefined || frames.length === 0) return [];
  const rows = new Map<number, number[]>(frames.map((frame) => [frame, []]));
  frameOfRow.forEach((frame, row) => rows.get(frame)?.push(row));
  const mean = Math.max(1, table.count / frames.length);
  const most = Math.max(1, Math.floor(mostCandidates / mean));
  const columns = featureColumns.map((key) => numbersIn(table, featureKey(key)));
  return evenlySpreadIndices(frames.length, most).map((index) => {
    const frame = frames[index]!;
    const own = rows.get(frame)!;
    const features = emptyFeatures(own.length, frame);
    featureColumns.forEach((key, k) => {
      const values = columns[k];
      if (values !== undefined) own.forEach((row, i) => (features[key][i] = values[row]!));
    });
    return features;
  });
}

/** The key of a feature as a column of a table, as `objects.csv` has it. */
export const featureKey = (name: string): string =>
  name === "intensity"
    ? "intensity_over_background"
    : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
