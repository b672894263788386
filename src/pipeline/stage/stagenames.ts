/** Folder or file of each stage in the output folder of a run. */
export const stageOutputs = {
  annotate: "annotation",
  correctAnnotation: "annotation-corrected",
  train: "model",
  segment: "labels",
  correctLabels: "labels-corrected",
  track: "tracks",
  correctTracks: "tracks-corrected",
  analyse: "statistics",
  export: "exports",
  figures: "figures",
  report: "report.html",
} as const;
/** A stage of a run. */
export type RunStage = keyof typeof stageOutputs;

/** The same for a study; each of its movies has the folder of a run, without a model, in `samples`. */
export const studyOutputs = {
  draw: "annotation",
  train: "model",
  compare: "comparison",
  report: "report.html",
} as const;
/** A stage that a study has beside those of its runs. */
export type StudyStage = keyof typeof studyOutputs;
