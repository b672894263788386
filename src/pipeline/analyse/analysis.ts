/** Tracks on disk to statistics on disk: one CSV a table, `statistics.json`. */
import { join } from "node:path";
import { analyse, type Statistics } from "../../analyse/analyse.js";
import { type NucleiTable, nucleiTable } from "../../analyse/tables/nucleitable.js";
import { statisticsTables } from "../../analyse/tables/statisticstables.js";
import { csvLine, formatRows, formatCsv } from "../../io/csv.js";
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
  for (const { name, header, columns } of statisticsTables(statistics))
    await writeFileAtomic(join(folder, `${name}.csv`), formatCsv(header, columns));
  const nuclei = nucleiTable(statistics);
  await writeFileAtomic(join(folder, `${nuclei.name}.csv`), pieces(nuclei));
  const { units, summary, intervals, notes } = statistics;
  await writeFileAtomic(
    join(folder, "statistics.json"),
    `${JSON.stringify({ units, summary, intervals, notes }, null, 2)}\n`,
  );
}

const rowsAtOnce = 10_000;

/** The table as text, part by part: that of a long movie is larger than a text can be. */
function* pieces({ header, count, rows }: NucleiTable): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(csvLine(header));
  for (let from = 0; from < count; from += rowsAtOnce)
    yield encoder.encode(formatRows(rows(from, Math.min(count, from + rowsAtOnce))));
}
