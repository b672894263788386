/** Tracks on disk to statistics on disk: one CSV a table, `statistics.json`. */
import { join } from "node:path";
import { analyse, type Statistics } from "../analyse/analyse.js";
import { statisticsTables } from "../analyse/tables.js";
import { formatCsv } from "../io/csv.js";
import { writeFileAtomic } from "./files.js";
import type { Config } from "./options.js";
import type { StoredTracks } from "./tracking.js";

/** Statistics of tracks (`readTracks`). The calibration is the one that tracking noted, unless the configuration gives another. */
export function statisticsOf({ graph, summary }: StoredTracks, config: Config): Statistics {
  const { height, width } = summary;
  return analyse(graph, { height, width, pixelSize: config.input.pixelSize ?? summary.pixelSize, frameInterval: config.input.frameInterval ?? summary.frameInterval });
}

/** Writes the tables into `folder`, which must exist. */
export async function writeStatistics(folder: string, statistics: Statistics): Promise<void> {
  for (const { name, header, columns } of statisticsTables(statistics)) await writeFileAtomic(join(folder, `${name}.csv`), formatCsv(header, columns));
  const { units, summary } = statistics;
  await writeFileAtomic(join(folder, "statistics.json"), `${JSON.stringify({ units, summary }, null, 2)}\n`);
}
