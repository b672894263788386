/** The tables of tracks: `spots.csv`, `tracks.csv`, `divisions.csv`, `repairs.csv`. */
import { column, type Table } from "../../core/table.js";
import { branchOfRow, parentOfRow } from "../../core/tracks.js";
import { formatTable } from "../../io/csvtable.js";
import { byProbability } from "../../analyse/lineage/divisions.js";
import type { TrackedMovie } from "../../track/movie/trackmovie.js";
import type { Repair } from "../../track/repair/repair.js";
import type { Division } from "../../track/track.js";
import { nucleiCsv, storedNumber } from "../../io/nucleifile.js";

/**
 * The text of each table by file name.
 *
 * - `spots.csv`: every nucleus with its branch, the row of the nucleus it comes from, by how much that link is
 * likelier than the best solution without it (`TrackResult.margins`: natural logarithm of a likelihood ratio;
 * empty where there is none), and its label in the masks (another one after a gap, as the challenge wants it).
 * - `tracks.csv`: every branch.
 * - `divisions.csv`: every division with its probability, the doubtful ones first.
 *
 * @param labelOfRow label of each nucleus in the masks; undefined where there are none
 * @param pixelSize µm, where it is known
 */
export function trackTables(
  movie: Pick<TrackedMovie, "graph" | "branches" | "divisions" | "margins">,
  labelOfRow: Int32Array | undefined,
  pixelSize: number | undefined,
): Record<string, string> {
  const { graph, branches, divisions, margins } = movie;
  const tracks = branchOfRow(branches, graph.nuclei.count);
  const extra = {
    spot: Int32Array.from(tracks, (_, row) => row),
    track: tracks,
    parent_spot: parentOfRow(graph),
    link_margin: margins,
    ...(labelOfRow === undefined ? {} : { mask_label: labelOfRow }),
  };
  return {
    "spots.csv": nucleiCsv(graph.nuclei, pixelSize, undefined, extra),
    "tracks.csv": formatTable(branchTable(movie)),
    "divisions.csv": formatTable(divisionTable(movie, tracks, divisions)),
  };
}

function branchTable({ graph: { nuclei }, branches }: Pick<TrackedMovie, "graph" | "branches">): Table {
  const frameOf = (row: number): number => nuclei.frame[row]!;
  return tableOf("tracks", branches, {
    track: ({ id }) => id,
    parent_track: ({ parent }) => parent,
    lineage: ({ root }) => root,
    first_frame: ({ rows }) => frameOf(rows[0]!),
    last_frame: ({ rows }) => frameOf(rows.at(-1)!),
    spots: ({ rows }) => rows.length,
  });
}

/** A table with one row an item; the headers are the keys. */
const tableOf = <T>(
  name: string,
  items: readonly T[],
  columns: Readonly<Record<string, (item: T) => number | string>>,
): Table => ({
  name,
  columns: Object.entries(columns).map(([key, valueOf]) =>
    column(key, items.map(valueOf) as number[] | string[]),
  ),
});

/**
 * Divisions in the order of the table: by probability, the doubtful first, those without one last; then by the
 * mother's last frame and its track. Probabilities are those of the table, or its order would seem arbitrary.
 */
export function sortedDivisions(
  { graph: { nuclei } }: Pick<TrackedMovie, "graph">,
  tracks: Int32Array,
  divisions: readonly Division[],
): Division[] {
  const frameOf = ({ motherRow }: Division): number => nuclei.frame[motherRow]!;
  const trackOf = ({ motherRow }: Division): number => tracks[motherRow]!;
  return divisions
    .map((division) => ({ ...division, probability: storedNumber(division.probability) }))
    .sort(
      (a, b) =>
        byProbability(a.probability, b.probability) || frameOf(a) - frameOf(b) || trackOf(a) - trackOf(b),
    );
}

/** One row a division; places in px. */
function divisionTable(
  movie: Pick<TrackedMovie, "graph">,
  tracks: Int32Array,
  divisions: readonly Division[],
): Table {
  const { nuclei } = movie.graph;
  return tableOf("divisions", sortedDivisions(movie, tracks, divisions), {
    frame: ({ motherRow }) => nuclei.frame[motherRow]!,
    mother_track: ({ motherRow }) => tracks[motherRow]!,
    daughter_track_1: ({ daughters: [a] }) => tracks[a]!,
    daughter_track_2: ({ daughters: [, b] }) => tracks[b]!,
    mother_spot: ({ motherRow }) => motherRow,
    daughter_spot_1: ({ daughters: [a] }) => a,
    daughter_spot_2: ({ daughters: [, b] }) => b,
    y_px: ({ motherRow }) => nuclei.y[motherRow]!,
    x_px: ({ motherRow }) => nuclei.x[motherRow]!,
    probability: ({ probability }) => probability,
  });
}

/** `repairs.csv`: one row a repair, by frame. */
export const repairsCsv = (repairs: readonly Repair[]): string =>
  formatTable(
    tableOf("repairs", repairs, {
      frame: ({ frame }) => frame,
      repair: ({ kind }) => kind,
      y_px: ({ y }) => y,
      x_px: ({ x }) => x,
      area_before_px2: ({ areaBefore }) => areaBefore,
      area_after_px2: ({ areaAfter }) => areaAfter,
    }),
  );
