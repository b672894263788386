/** A line of the table of samples: one movie. */
export interface SampleRow {
  /** Of the table, from 1. */
  readonly line: number;
  /** Folder of the sample's results; unique, also where case does not count. */
  readonly name: string;
  /** As the table has it. */
  readonly file: string;
  /** A file, a series of one, a folder or a pattern, as seen from where the program runs. */
  readonly input: string;
  /** Name of the series; undefined where the input is none. */
  readonly series?: string | undefined;
  readonly condition: string;
  /** Undefined where the table has no such column: the movie is a replicate of its own. */
  readonly replicate: string | undefined;
  /** µm. */
  readonly pixelSize: number | undefined;
  /** s. */
  readonly frameInterval: number | undefined;
}

/** A line of the table before its movie has a name. */
export type UnnamedRow = Omit<SampleRow, "name">;
