/** What a comparison takes and gives. */
import type { Comparison } from "../../analyse/compare/conditions.js";
import type { MovieMeasures } from "../../analyse/compare/movies.js";
import type { RunResults } from "../report/results.js";
import type { SampleRow } from "./samplerow.js";

/** A sample of a study with the results of its run. */
export interface FinishedSample {
  readonly row: SampleRow;
  readonly results: RunResults;
}

/** What a comparison was made from, and what it says. */
export interface Compared {
  readonly movies: readonly MovieMeasures[];
  readonly comparison: Comparison;
  readonly warnings: readonly string[];
}
