/** Folder or file of each stage in the output folder of a run. */
export const stageOutputs = { annotate: "annotation", train: "model", segment: "labels", track: "tracks", analyse: "statistics", figures: "figures", report: "report.html" } as const;
export type RunStage = keyof typeof stageOutputs;
