/** Flags that several commands have. */
export const outputFlag = ["-o, --output <folder>", "required: folder for the result"] as const;
export const overwriteFlag = [
  "--overwrite",
  "replace an earlier result of this command in that folder",
] as const;
