/** The tables of a run folder, as the page shows them. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { concatNuclei } from "../../core/nuclei.js";
import { nucleiCsv } from "../../io/nucleifile.js";
import { readAnnotation } from "../../pipeline/annotate/annotation.js";
import { type PlacedImage, placedImages } from "../../pipeline/correct/annotationlabels.js";
import { stageOutputs } from "../../pipeline/stage/stagenames.js";
import type { EditedNuclei, EditedTracksText } from "../corrections/livetables.js";
import type { StudioTable, TableColumn, TableName } from "../messages.js";
import {
  columnsOf,
  type ColumnTable,
  madeColumn,
  madeFromFiles,
  noRows,
  numbersIn,
  oncePerKey,
  ordered,
  readColumns,
  titleOf,
  withRows,
  wordsIn,
} from "./tablecolumns.js";

/** Reads the tables of one run folder; each again only when its files have changed. */
export interface RunTables {
  /**
   * A table. One that is not there yet has no rows and no columns.
   *
   * @throws CorruptFile, InvalidInput where a file is damaged
   */
  readonly table: (name: TableName) => StudioTable;
}

/** Where a run lies, and how its frames are called. */
export interface TablePlace {
  readonly out: string;
  readonly frameNames: readonly string[];
  /** µm; undefined where unknown. */
  readonly pixelSize: number | undefined;
  /** What was corrected by hand, and no table on disk holds. */
  readonly edited: EditedTables;
}

/** Tables after corrections by hand. */
export interface EditedTables {
  /** Undefined where no track was corrected. */
  readonly tracks?: EditedTracksText | undefined;
  /** Nuclei of frames whose labels were corrected. */
  readonly labels: EditedNuclei;
  readonly annotation: EditedNuclei;
}

/** A table: the files that it is made from, the first of which must be there, and how. */
interface TableRule {
  readonly files: (place: TablePlace) => readonly string[];
  readonly make: (files: readonly string[], place: TablePlace) => ColumnTable;
  /** What it follows from beside its files. Default: nothing */
  readonly key?: (place: TablePlace) => string;
}

const objects = "objects.csv";
const annotation = join(stageOutputs.annotate, "annotation.json");

const candidateFiles = (): string[] => [join(stageOutputs.annotate, objects), annotation];

const tracksKey = ({ edited: { tracks } }: TablePlace): string => tracks?.key ?? "";

/** A table of tracks: as tracking left it, or after corrections. */
function trackColumns(path: string, { edited: { tracks } }: TablePlace): ColumnTable {
  const text = tracks?.files[basename(path)];
  return text === undefined ? readColumns(path) : columnsOf(text, path);
}

/** A table of nuclei with the frames that were corrected. */
function edited(table: ColumnTable, { frames }: EditedNuclei, { pixelSize }: TablePlace): ColumnTable {
  if (frames.size === 0) return table;
  const text = nucleiCsv(concatNuclei([...frames.values()]), pixelSize);
  return withRows(table, columnsOf(text, "the corrected labels"), new Set(frames.keys()));
}

const rules: Readonly<Record<TableName, TableRule>> = {
  candidates: {
    files: candidateFiles,
    make: ([table], place) => candidatesOf(readColumns(table!), place),
  },
  annotation: {
    files: candidateFiles,
    make: ([table], place) =>
      edited(keptOf(candidatesOf(readColumns(table!), place)), place.edited.annotation, place),
    key: ({ edited: { annotation: nuclei } }) => nuclei.key,
  },
  labels: {
    files: () => [join(stageOutputs.segment, objects)],
    make: ([table], place) => edited(labelsOf(readColumns(table!)), place.edited.labels, place),
    key: ({ edited: { labels } }) => labels.key,
  },
  spots: {
    files: () => [join(stageOutputs.track, "spots.csv"), join(stageOutputs.analyse, "nuclei.csv")],
    make: ([spots, nuclei], place) => spotsOf(trackColumns(spots!, place), ifThere(nuclei!)),
    key: tracksKey,
  },
  tracks: {
    files: () => [join(stageOutputs.track, "tracks.csv"), join(stageOutputs.analyse, "tracks.csv")],
    make: ([tracks, analysed], place) => tracksOf(trackColumns(tracks!, place), ifThere(analysed!)),
    key: tracksKey,
  },
  divisions: {
    files: () => ["divisions.csv", "spots.csv"].map((file) => join(stageOutputs.track, file)),
    make: ([divisions, spots], place) =>
      divisionsOf(
        trackColumns(divisions!, place),
        existsSync(spots!) ? trackColumns(spots!, place) : undefined,
      ),
    key: tracksKey,
  },
};

/** Names of the tables. */
export const tableNames = Object.keys(rules) as TableName[];

/** The table of that name. @throws InvalidInput */
export function tableName(text: string): TableName {
  const found = tableNames.find((name) => name === text);
  if (found === undefined) throw new InvalidInput("table", tableNames.join(", "), text);
  return found;
}

const ifThere = (path: string): ColumnTable | undefined => (existsSync(path) ? readColumns(path) : undefined);

/** @param place asked again for each table, since images are read anew and labels are corrected */
export function runTables(place: () => TablePlace): RunTables {
  const made = madeFromFiles<StudioTable>();
  return {
    table: (name) => {
      const now = place();
      const { files, make, key } = rules[name];
      const paths = files(now).map((file) => join(now.out, file));
      return made(
        name,
        paths,
        () => {
          const { count, columns } = existsSync(paths[0]!) ? make(paths, now) : noRows;
          return { name, count, columns };
        },
        key?.(now),
      );
    },
  };
}

/** Objects of windows of large images are placed in the frame, and their numbers follow each other in it. */
function candidatesOf(table: ColumnTable, { out, frameNames }: TablePlace): ColumnTable {
  const images = wordsIn(table, "image");
  const places = placesOf(out, frameNames);
  const shifts: Readonly<Record<string, (place: ViewPlace) => number>> = {
    candidate: ({ firstCandidate }) => firstCandidate,
    label: ({ firstLabel }) => firstLabel,
    y: ({ y }) => y,
    x: ({ x }) => x,
  };
  const shifted = ({ values, ...column }: TableColumn): TableColumn => {
    const shift = shifts[column.key];
    if (shift === undefined || !(values instanceof Float64Array)) return { ...column, values };
    const by = (value: number, row: number): number => {
      const view = places.get(images[row]!);
      // 0 is no label.
      return view === undefined || (column.key === "label" && value === 0) ? value : value + shift(view);
    };
    return { ...column, values: values.map(by) };
  };
  const own = numbersIn(table, "frame");
  const frames = Float64Array.from(images, (name, row) => places.get(name)?.frame ?? own?.[row] ?? 0);
  const columns = table.columns.filter(({ key }) => key !== "image" && key !== "frame").map(shifted);
  const all = [madeColumn("frame", frames), ...columns];
  return { count: table.count, columns: ordered(all, ["frame", "candidate"]) };
}

/** Where an annotated image lies, and how many candidates and labels of its frame come before its own. */
interface ViewPlace extends Pick<PlacedImage, "frame" | "y" | "x"> {
  readonly firstCandidate: number;
  readonly firstLabel: number;
}

/** By the name of the image. */
function placesOf(out: string, frameNames: readonly string[]): Map<string, ViewPlace> {
  if (!existsSync(join(out, annotation))) return new Map();
  const summary = readAnnotation(join(out, stageOutputs.annotate));
  const labels = placedImages({ summary }, frameNames, "masks");
  return new Map(
    placedImages({ summary }, frameNames, "candidates").map(({ name, frame, y, x, first }, k) => [
      name,
      { frame, y, x, firstCandidate: first, firstLabel: labels[k]!.first },
    ]),
  );
}

/** The sure nuclei among the candidates. */
function keptOf(table: ColumnTable): ColumnTable {
  const kept = numbersIn(table, "kept") ?? new Float64Array(table.count);
  const rows = Int32Array.from(Array.from(kept.keys()).filter((row) => kept[row] === 1));
  const columns = table.columns
    .filter(({ key }) => !["kept", "cause", "reason"].includes(key))
    .map((column) => ({ ...column, values: taken(column.values, rows) }));
  return { count: rows.length, columns: ordered(columns, ["frame", "label"]) };
}

const taken = (values: TableColumn["values"], rows: Int32Array): TableColumn["values"] =>
  values instanceof Float64Array
    ? Float64Array.from(rows, (row) => values[row]!)
    : Array.from(rows, (row) => values[row]!);

function labelsOf(table: ColumnTable): ColumnTable {
  const columns = oncePerKey(table.columns.filter(({ key }) => key !== "image"));
  return { count: table.count, columns: ordered(columns, ["frame", "label"]) };
}

/** What only the statistics know of a nucleus. */
const movements = [
  "speed",
  "velocity_y",
  "velocity_x",
  "direction",
  "neighbours",
  "nearest_distance",
  "local_density",
];

/** Nuclei with the label of the track layer; with their movement, where it was analysed. */
function spotsOf(table: ColumnTable, analysed: ColumnTable | undefined): ColumnTable {
  const masks = numbersIn(table, "mask_label") ?? numbersIn(table, "label");
  const label = madeColumn("label", masks ?? new Float64Array(table.count));
  const own = table.columns.filter(({ key }) => !["spot", "label", "mask_label"].includes(key));
  // Both are made from the same tracks, row by row; statistics of earlier ones do not fit.
  const moves =
    analysed === undefined || !isSameRows(table, analysed)
      ? []
      : analysed.columns.filter(({ key }) => movements.includes(key));
  const columns = oncePerKey([label, ...own, ...moves]);
  return {
    count: table.count,
    columns: ordered(columns, ["frame", "label", "track", "y", "x", "area", "mean_intensity", "speed"]),
  };
}

function isSameRows(a: ColumnTable, b: ColumnTable): boolean {
  const isSame = (key: string): boolean => {
    const [left, right] = [numbersIn(a, key), numbersIn(b, key)];
    return left !== undefined && right !== undefined && left.every((value, row) => value === right[row]);
  };
  return a.count === b.count && isSame("frame") && isSame("track");
}

/** Names that the statistics have for the same. */
const trackKeys: Readonly<Record<string, string>> = {
  parent_track: "parent",
  lineage: "root",
  spots: "detections",
};

/** Tracks: the statistics of each where they are of these tracks, else what tracking tells. */
function tracksOf(table: ColumnTable, analysed: ColumnTable | undefined): ColumnTable {
  const [tracks, known] = [numbersIn(table, "track"), analysed && numbersIn(analysed, "track")];
  const isSame =
    known !== undefined &&
    tracks?.length === known.length &&
    tracks.every((track, row) => track === known[row]);
  if (isSame) return { count: table.count, columns: oncePerKey(analysed!.columns) };
  const columns = table.columns.map((column) => {
    const key = trackKeys[column.key] ?? column.key;
    return { ...column, key, title: titleOf(key) };
  });
  return { count: table.count, columns };
}

/** Names of the columns of divisions: as those of the statistics. */
const divisionKeys: Readonly<Record<string, string>> = {
  mother_track: "mother",
  daughter_track_1: "daughter_1",
  daughter_track_2: "daughter_2",
};

/** Divisions, with the number of frames from the mother's last to the daughters' first. */
function divisionsOf(table: ColumnTable, nucleiOfTracks: ColumnTable | undefined): ColumnTable {
  const columns = table.columns.map((column) => {
    const key = divisionKeys[column.key] ?? column.key;
    return { ...column, key, title: titleOf(key) };
  });
  const frames = nucleiOfTracks && numbersIn(nucleiOfTracks, "frame");
  const [frame, first, second] = ["frame", "daughter_spot_1", "daughter_spot_2"].map((key) =>
    numbersIn(table, key),
  );
  if (frames === undefined || frame === undefined || first === undefined || second === undefined)
    return { count: table.count, columns };
  const gap = frame.map(
    (from, row) => Math.min(frames[first[row]!] ?? NaN, frames[second[row]!] ?? NaN) - from,
  );
  const all = [...columns, madeColumn("gap", gap, "frames")];
  return { count: table.count, columns: ordered(all, ["frame", "mother", "y", "x", "probability"]) };
}
