/** Flags that several commands have. */
export const outputFlag = ["-o, --output <folder>", "required: folder for the result"] as const;
export const overwriteFlag = ["--overwrite", "replace an earlier result of Karyon in that folder"] as const;

export const outputOf = (options: Readonly<Record<string, unknown>>): string => String(options["output"]);
export const overwriteOf = (options: Readonly<Record<string, unknown>>): boolean => options["overwrite"] === true;
