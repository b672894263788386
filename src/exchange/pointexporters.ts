/** Tracks as tables of points: for napari and for MotilityLab and celltrackR. */
import { type Branch, branchesOf, type TrackGraph } from "../core/tracks.js";
import { csvLine, formatRows } from "../io/csv.js";
import { type Exporter, type ExportInput, fileInPieces, neededPart, wholeFile } from "./exporter.js";

/**
 * A tracks layer of napari: `NAME_tracks.csv` with the columns of its data, in frames and px, and
 * `NAME_graph.json` with the parent of each track that has one. A track is a branch: it ends at a division.
 * Source: napari's documentation of the tracks layer.
 */
export const napariExporter: Exporter = {
  name: "napari",
  title: "napari tracks",
  needs: ["graph"],
  async *files(input) {
    const graph = neededPart(input, "graph", "napari tracks");
    const branches = input.branches ?? branchesOf(graph);
    const scale = { time: 1, length: 1 };
    yield pointFile(`${input.name}_tracks.csv`, ["track_id", "t", "y", "x"], { graph, branches, scale });
    const parents = branches.filter(({ parent }) => parent > 0).map(({ id, parent }) => [id, [parent]]);
    yield wholeFile(`${input.name}_graph.json`, `${JSON.stringify(Object.fromEntries(parents))}\n`);
  },
};

/**
 * A table as `read.tracks.csv` of celltrackR and MotilityLab takes it, with `sep = ","` and
 * `pos.columns = c(3, 4)`. Times are in seconds and places in µm where both are known, else in frames and px. A
 * track is a branch: a lineage that divides is no track there. Source: the manual of celltrackR.
 */
export const motilityLabExporter: Exporter = {
  name: "motilitylab",
  title: "MotilityLab CSV",
  needs: ["graph"],
  extension: "motility.csv",
  async *files(input) {
    const graph = neededPart(input, "graph", "MotilityLab CSV");
    const branches = input.branches ?? branchesOf(graph);
    yield pointFile(`${input.name}.csv`, ["id", "t", "x", "y"], { graph, branches, scale: scaleOf(input) });
  },
};

interface Scale {
  readonly time: number;
  readonly length: number;
}

const scaleOf = ({ pixelSize, frameInterval }: ExportInput): Scale =>
  pixelSize === undefined || frameInterval === undefined
    ? { time: 1, length: 1 }
    : { time: frameInterval, length: pixelSize };

type PointColumn = "track_id" | "id" | "t" | "y" | "x";

interface Points {
  readonly graph: TrackGraph;
  readonly branches: readonly Branch[];
  readonly scale: Scale;
}

const pointFile = (
  path: string,
  columns: readonly PointColumn[],
  { graph: { nuclei }, branches, scale }: Points,
): ReturnType<typeof fileInPieces> =>
  fileInPieces(path, function* () {
    const encoder = new TextEncoder();
    yield encoder.encode(csvLine(columns));
    for (const part of parts(branches)) {
      const rows = part.flatMap((branch) => branch.rows);
      const ids = part.flatMap(({ id, rows: { length } }) => new Array<number>(length).fill(id));
      const values = (column: PointColumn): number[] => {
        if (column === "t") return rows.map((row) => nuclei.frame[row]! * scale.time);
        if (column === "y" || column === "x") return rows.map((row) => nuclei[column][row]! * scale.length);
        return ids;
      };
      yield encoder.encode(formatRows(columns.map(values)));
    }
  });

/** Branches in parts, a few thousand at once. */
function* parts(branches: readonly Branch[]): Iterable<readonly Branch[]> {
  for (let from = 0; from < branches.length; from += 2000) yield branches.slice(from, from + 2000);
}
