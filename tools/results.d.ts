/** One question with its figures, as `bench/results/*.json` holds it. */
export interface ResultTable {
  readonly commit: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
export function readResults(): ResultTable[];
export function resultsPage(
  results: readonly ResultTable[],
  changedOf?: (commit: string) => boolean | undefined,
): string;
export function readmeTables(results: readonly ResultTable[]): string;
export function readmeWith(readme: string, results: readonly ResultTable[]): string;
