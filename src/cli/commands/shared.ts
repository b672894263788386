/** The output folder, which most commands need. */
export const outputFlag = ["-o, --output <folder>", "required: folder for the result"] as const;
/** Replaces an earlier result. */
export const overwriteFlag = [
  "--overwrite",
  "replace an earlier result of this command in that folder",
] as const;

/** Replaces a trained network, too. */
export const retrainFlag = [
  "--retrain",
  "with --overwrite: also replace the trained network, if changed inputs or options affect it",
] as const;
