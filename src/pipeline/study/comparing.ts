/**
 * The comparison of a study on disk: `samples.csv`, `conditions.csv`, `tests.csv`, `courses.csv` and the
 * plots.
 */
import { join } from "node:path";
import type { Comparison } from "../../analyse/compare/conditions.js";
import type { MovieMeasures } from "../../analyse/compare/movies.js";
import { formatCsv } from "../../io/csv.js";
import { comparisonPlots } from "../../plot/conditionplots.js";
import { rasteriser, writeFigure } from "../report/figures.js";
import { writeFileAtomic } from "../store/files.js";

type Column = readonly [header: string, values: readonly (number | string)[]];

const table = (columns: readonly Column[]): string =>
  formatCsv(
    columns.map(([header]) => header),
    columns.map(([, values]) => values),
  );

/** @param files of the samples, as the user named them */
function comparisonTables(
  movies: readonly MovieMeasures[],
  files: readonly string[],
  comparison: Comparison,
): Record<string, string> {
  const { summaries, tests } = comparison;
  const quantities = [...new Set(movies.flatMap(({ values }) => [...values.keys()]))];
  const rows = movies.flatMap(({ name, condition, replicate, courses }) =>
    courses.time.map((time, i) => ({
      name,
      condition,
      replicate: replicate ?? "",
      time,
      density: courses.density[i]!,
      speed: courses.speed[i]!,
    })),
  );
  const [{ units, tracked }] = movies as [MovieMeasures];
  const length = units.length === "µm" ? "um" : "px";
  return {
    "samples.csv": table([
      ["sample", movies.map(({ name }) => name)],
      ["condition", movies.map(({ condition }) => condition)],
      ["replicate", movies.map(({ replicate }) => replicate ?? "")],
      ["file", files],
      ...quantities.map((quantity): Column => [
        quantity,
        movies.map(({ values }) => values.get(quantity) ?? NaN),
      ]),
    ]),
    "conditions.csv": table([
      ["quantity", summaries.map(({ quantity }) => quantity)],
      ["condition", summaries.map(({ condition }) => condition)],
      ["movies", summaries.map(({ movies: n }) => n)],
      ["replicates", summaries.map(({ n }) => n)],
      ["mean", summaries.map(({ mean }) => mean)],
      ["sd", summaries.map(({ sd }) => sd)],
      ["ci95_low", summaries.map(({ low }) => low)],
      ["ci95_high", summaries.map(({ high }) => high)],
    ]),
    ...(tests.length === 0
      ? {}
      : {
          "tests.csv": table([
            ["quantity", tests.map(({ quantity }) => quantity)],
            ["condition_1", tests.map(({ first }) => first)],
            ["condition_2", tests.map(({ second }) => second)],
            ["replicates_1", tests.map(({ nFirst }) => nFirst)],
            ["replicates_2", tests.map(({ nSecond }) => nSecond)],
            ["difference", tests.map(({ t }) => t.difference)],
            ["ci95_low", tests.map(({ t }) => t.low)],
            ["ci95_high", tests.map(({ t }) => t.high)],
            ["hedges_g", tests.map(({ hedgesG }) => hedgesG)],
            ["t_test", tests.map(() => (comparison.design === "paired" ? "paired" : "Welch"))],
            ["t", tests.map(({ t }) => t.t)],
            ["df", tests.map(({ t }) => t.df)],
            ["p_t", tests.map(({ t }) => t.p)],
            ["p_t_holm", tests.map(({ tHolm }) => tHolm)],
            ["p_permutation", tests.map(({ permutation }) => permutation.p)],
            ["p_permutation_holm", tests.map(({ permutationHolm }) => permutationHolm)],
            ["relabelings", tests.map(({ permutation }) => permutation.relabelings)],
            ["all_relabelings", tests.map(({ permutation }) => (permutation.exact ? "yes" : "no"))],
            ["smallest_possible_p_permutation", tests.map(({ permutation }) => permutation.smallest)],
            ["note", tests.map(({ note }) => note)],
          ]),
        }),
    ...(tracked
      ? {
          "courses.csv": table([
            ["sample", rows.map(({ name }) => name)],
            ["condition", rows.map(({ condition }) => condition)],
            ["replicate", rows.map(({ replicate }) => replicate)],
            [`time_${units.time === "min" ? "min" : "frames"}`, rows.map(({ time }) => time)],
            [`density_${length === "um" ? "per_mm2" : "per_megapixel"}`, rows.map(({ density }) => density)],
            [`mean_speed_${length}_per_${units.time}`, rows.map(({ speed }) => speed)],
          ]),
        }
      : {}),
  };
}

/** Writes tables and plots into `folder`, which must exist. */
export async function writeComparison(
  folder: string,
  movies: readonly MovieMeasures[],
  files: readonly string[],
  comparison: Comparison,
): Promise<void> {
  for (const [name, text] of Object.entries(comparisonTables(movies, files, comparison)))
    await writeFileAtomic(join(folder, name), text);
  const rasterise = await rasteriser();
  for (const { name, svg } of comparisonPlots(movies, comparison).flatMap(({ plots }) => plots))
    await writeFigure(folder, name, svg, rasterise);
}
