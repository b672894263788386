/** The label images of a project: what its stages made, with what was corrected by hand. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LabelSource } from "../../core/labels.js";
import { readAnnotation } from "../../pipeline/annotate/annotation.js";
import { annotationLabels, type AnnotationPlane } from "../../pipeline/correct/annotationlabels.js";
import type { BaseLabels } from "../../pipeline/correct/correctionsession.js";
import type { LabelLayer as CorrectedLayer } from "../../pipeline/correct/corrections.js";
import { readSegmentation } from "../../pipeline/segment/segmentation.js";
import { type RunStage, stageOutputs } from "../../pipeline/stage/stagenames.js";
import { readRun, type StageRecord } from "../../pipeline/store/provenance.js";
import { hasMasks, masksIn } from "../../pipeline/track/storedmasks.js";
import { readTracking } from "../../pipeline/track/tracking.js";
import type { LabelLayerName } from "../messages.js";
import type { Project } from "../project.js";

/** Labels as a stage left them, and when. */
export interface StageLabels extends BaseLabels {
  /** Milliseconds since 1970. */
  readonly finished: number;
}

/** Which stage makes a layer. */
const stageOf: Readonly<Record<LabelLayerName, RunStage>> = {
  candidates: "annotate",
  annotation: "annotate",
  labels: "segment",
  tracks: "track",
};

/** Reads the labels of a project as its stages left them; opened files are kept until a stage is made again. */
export function stageLabels(project: Project): (name: LabelLayerName) => StageLabels | undefined {
  const known = new Map<LabelLayerName, { readonly key: string; readonly value: StageLabels }>();
  return (name) => {
    const { out } = project.settings();
    const record = readRun(out)?.stages[stageOf[name]];
    if (record?.basis === undefined || !existsSync(join(out, stageOutputs[stageOf[name]]))) return undefined;
    const key = `${out} ${project.imagesNumber()} ${record.basis} ${record.finished}`;
    const found = known.get(name);
    if (found?.key === key) return found.value;
    const labels = labelsOf(project, name);
    if (labels === undefined) return undefined;
    const value = { basis: record.basis, finished: finishedAt(record), labels };
    known.set(name, { key, value });
    return value;
  };
}

const finishedAt = ({ finished }: StageRecord): number => Date.parse(finished) || 0;

function labelsOf(project: Project, name: LabelLayerName): LabelSource | undefined {
  const { out } = project.settings();
  const folder = join(out, stageOutputs[stageOf[name]]);
  const planes: Partial<Readonly<Record<LabelLayerName, AnnotationPlane>>> = {
    candidates: "candidates",
    annotation: "masks",
  };
  const plane = planes[name];
  if (plane !== undefined) {
    const annotation = { folder, summary: readAnnotation(folder) };
    return annotationLabels(annotation, project.source(), plane);
  }
  if (name === "labels") return readSegmentation(folder).labels;
  const frames = project.source().frames;
  if (hasMasks(folder, frames)) return masksIn(folder, frames);
  // More tracks than masks can number: the labels that were tracked stand in.
  const segmented = labelsOf(project, "labels");
  return segmented && readTracking(folder, segmented).masks;
}

/** Whether a layer can be corrected. */
export const isCorrectable = (name: LabelLayerName): name is CorrectedLayer =>
  name === "annotation" || name === "labels";
