/**
 * The comparison of a study on disk: `samples.csv`, `conditions.csv`, `tests.csv`, `courses.csv` and the
 * plots.
 */
import { join } from "node:path";
import type { Comparison } from "../../analyse/compare/conditions.js";
import type { MovieMeasures } from "../../analyse/compare/movies.js";
import { suffixesOf } from "../../analyse/units/suffixes.js";
import { column, type Column, type Table } from "../../core/table.js";
import { formatTable } from "../../io/table.js";
import { comparisonPlots } from "../../plot/conditionplots.js";
import { rasteriser, writeFigure } from "../report/figures.js";
import { writeFileAtomic } from "../store/files.js";

/** A column with one value a row, made from the row's record. */
const columnOver =
  <T>(rows: readonly T[]) =>
  (key: string, of: (row: T) => number | string, unit?: string): Column =>
    column(key, rows.map(of) as number[] | string[], unit);

/** @param files of the samples, as the user named them */
function comparisonTables(
  movies: readonly MovieMeasures[],
  files: readonly string[],
  comparison: Comparison,
): Table[] {
  return [
    samplesTable(movies, files),
    conditionsTable(comparison),
    ...(comparison.tests.length === 0 ? [] : [testsTable(comparison)]),
    ...(movies[0]!.tracked ? [coursesTable(movies)] : []),
  ];
}

function samplesTable(movies: readonly MovieMeasures[], files: readonly string[]): Table {
  const quantities = [...new Set(movies.flatMap(({ values }) => [...values.keys()]))];
  const of = columnOver(movies);
  return {
    name: "samples",
    columns: [
      of("sample", ({ name }) => name),
      of("condition", ({ condition }) => condition),
      of("replicate", ({ replicate }) => replicate ?? ""),
      column("file", files),
      ...quantities.map((quantity) => of(quantity, ({ values }) => values.get(quantity) ?? NaN)),
    ],
  };
}

function conditionsTable({ summaries }: Comparison): Table {
  const of = columnOver(summaries);
  return {
    name: "conditions",
    columns: [
      of("quantity", ({ quantity }) => quantity),
      of("condition", ({ condition }) => condition),
      of("movies", ({ movies }) => movies),
      of("replicates", ({ n }) => n),
      of("mean", ({ mean }) => mean),
      of("sd", ({ sd }) => sd),
      of("ci95_low", ({ low }) => low),
      of("ci95_high", ({ high }) => high),
    ],
  };
}

function testsTable({ tests, design }: Comparison): Table {
  const of = columnOver(tests);
  return {
    name: "tests",
    columns: [
      of("quantity", ({ quantity }) => quantity),
      of("condition_1", ({ first }) => first),
      of("condition_2", ({ second }) => second),
      of("replicates_1", ({ nFirst }) => nFirst),
      of("replicates_2", ({ nSecond }) => nSecond),
      of("difference", ({ t }) => t.difference),
      of("ci95_low", ({ t }) => t.low),
      of("ci95_high", ({ t }) => t.high),
      of("hedges_g", ({ hedgesG }) => hedgesG),
      of("t_test", () => (design === "paired" ? "paired" : "Welch")),
      of("t", ({ t }) => t.t),
      of("df", ({ t }) => t.df),
      of("p_t", ({ t }) => t.p),
      of("p_t_holm", ({ tHolm }) => tHolm),
      of("p_permutation", ({ permutation }) => permutation.p),
      of("p_permutation_holm", ({ permutationHolm }) => permutationHolm),
      of("relabelings", ({ permutation }) => permutation.relabelings),
      of("all_relabelings", ({ permutation }) => (permutation.exact ? "yes" : "no")),
      of("smallest_possible_p_permutation", ({ permutation }) => permutation.smallest),
      of("note", ({ note }) => note),
    ],
  };
}

function coursesTable(movies: readonly MovieMeasures[]): Table {
  const u = suffixesOf(movies[0]!.units);
  const times = movies.flatMap((movie) => movie.courses.time.map((time) => ({ movie, time })));
  const of = columnOver(times);
  return {
    name: "courses",
    columns: [
      of("sample", ({ movie }) => movie.name),
      of("condition", ({ movie }) => movie.condition),
      of("replicate", ({ movie }) => movie.replicate ?? ""),
      of("time", ({ time }) => time, u.time),
      column(
        "density",
        movies.flatMap(({ courses }) => courses.density),
        u.density,
      ),
      column(
        "mean_speed",
        movies.flatMap(({ courses }) => courses.speed),
        u.speed,
      ),
    ],
  };
}

/** Writes tables and plots into `folder`, which must exist. */
export async function writeComparison(
  folder: string,
  movies: readonly MovieMeasures[],
  files: readonly string[],
  comparison: Comparison,
): Promise<void> {
  for (const table of comparisonTables(movies, files, comparison))
    await writeFileAtomic(join(folder, `${table.name}.csv`), formatTable(table));
  const rasterise = await rasteriser();
  for (const { name, svg } of comparisonPlots(movies, comparison).flatMap(({ plots }) => plots))
    await writeFigure(folder, name, svg, rasterise);
}
