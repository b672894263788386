/** Tracks on disk to statistics on disk: one CSV a table, `statistics.json`. */
import { join } from "node:path";
import { analyse, type Statistics } from "../../analyse/analyse.js";
import type { LongTable } from "../../core/table.js";
import { nucleiTable } from "../../analyse/tables/nucleitable.js";
import { statisticsTables } from "../../analyse/tables/statisticstables.js";
import { formatLongTable, formatTable } from "../../io/table.js";
import type { Config } from "../config/options.js";
import { writeFileAtomic } from "../store/files.js";
import type { StoredTracks } from "../track/tracking.js";

/**
 * Statistics of tracks (`readTracks`). The calibration is the one that tracking noted, unless the
 * configuration gives another.
 */
export function statisticsOf({ graph, summary, evidence }: StoredTracks, config: Config): Statistics {
  const { height, width } = summary;
  return analyse(
    graph,
    {
      height,
      width,
      pixelSize: config.input.pixelSize ?? summary.pixelSize,
      frameInterval: config.input.frameInterval ?? summary.frameInterval,
    },
    { seed: config.general.seed, resamples: config.analyse.resamples, evidence },
  );
}

/** Writes the tables into `folder`, which must exist. */
export async function writeStatistics(folder: string, statistics: Statistics): Promise<void> {
  for (const table of statisticsTables(statistics))
    await writeFileAtomic(join(folder, `${table.name}.csv`), formatTable(table));
  const nuclei = nucleiTable(statistics);
  await writeFileAtomic(join(folder, `${nuclei.name}.csv`), pieces(nuclei));
  const { units, summary, intervals, notes } = statistics;
  await writeFileAtomic(
    join(folder, "statistics.json"),
    `${JSON.stringify({ units, summary, intervals, notes }, null, 2)}\n`,
  );
}

/** The table as bytes, part by part: that of a long movie is larger than a text can be. */
function* pieces(table: LongTable): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const text of formatLongTable(table)) yield encoder.encode(text);
}
