/** The tables of a run folder, as the page shows them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { type AnnotationSummary, readAnnotation } from "../../pipeline/annotate/annotation.js";
import type { StudioTable, TableColumn, TableName } from "../messages.js";
import {
  type ColumnTable,
  madeColumn,
  madeFromFiles,
  noRows,
  numbersIn,
  oncePerKey,
  ordered,
  readColumns,
  titleOf,
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
}

/** A table: the files that it is made from, and how. */
interface TableRule {
  readonly files: readonly string[];
  readonly make: (place: TablePlace, at: (file: string) => string) => ColumnTable;
}

const objects = "annotation/objects.csv";
const annotation = "annotation/annotation.json";
const spots = "tracks/spots.csv";
const nuclei = "statistics/nuclei.csv";
const divisions = "tracks/divisions.csv";

const rules: Readonly<Record<TableName, TableRule>> = {
  candidates: {
    files: [objects, annotation],
    make: (place, at) => candidatesOf(readColumns(at(objects)), place),
  },
  annotation: {
    files: [objects, annotation],
    make: (place, at) => keptOf(candidatesOf(readColumns(at(objects)), place)),
  },
  labels: {
    files: ["labels/objects.csv"],
    make: (_, at) => labelsOf(readColumns(at("labels/objects.csv"))),
  },
  spots: {
    files: [spots, nuclei],
    make: (_, at) => spotsOf(readColumns(at(spots)), ifThere(at(nuclei))),
  },
  tracks: {
    files: ["tracks/tracks.csv", "statistics/tracks.csv"],
    make: (_, at) => tracksOf(readColumns(at("tracks/tracks.csv")), ifThere(at("statistics/tracks.csv"))),
  },
  divisions: {
    files: [divisions, spots],
    make: (_, at) => divisionsOf(readColumns(at(divisions)), ifThere(at(spots))),
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

/** @param place asked again for each table, since images are read anew */
export function runTables(place: () => TablePlace): RunTables {
  const made = madeFromFiles<StudioTable>();
  return {
    table: (name) => {
      const now = place();
      const at = (file: string): string => join(now.out, file);
      const { files, make } = rules[name];
      return made(name, files.map(at), () => {
        const { count, columns } = existsSync(at(files[0]!)) ? make(now, at) : noRows;
        return { name, count, columns };
      });
    },
  };
}

/** Objects of windows of large images are placed in the frame, and their numbers follow each other in it. */
function candidatesOf(table: ColumnTable, { out, frameNames }: TablePlace): ColumnTable {
  const images = wordsIn(table, "image");
  const summary = existsSync(join(out, annotation)) ? readAnnotation(join(out, "annotation")) : undefined;
  const places = summary === undefined ? new Map<string, ViewPlace>() : viewPlaces(summary, frameNames);
  const shifts: Readonly<Record<string, (place: ViewPlace) => number>> = {
    candidate: ({ candidates }) => candidates,
    label: ({ labels }) => labels,
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
  const columns = table.columns
    .filter(({ key }) => key !== "image" && key !== "frame")
    .map(shifted);
  return {
    count: table.count,
    columns: ordered([madeColumn("frame", frames), ...columns], ["frame", "candidate"]),
  };
}

/** Where an annotated image lies, and how many candidates and labels of its frame come before its own. */
export interface ViewPlace {
  readonly frame: number;
  readonly y: number;
  readonly x: number;
  readonly candidates: number;
  readonly labels: number;
}

/** The places of the annotated images, by name; of those that are windows, in their order in the summary. */
export function viewPlaces(
  { images }: Pick<AnnotationSummary, "images">,
  frameNames: readonly string[],
): Map<string, ViewPlace> {
  const frameOf = new Map(frameNames.map((name, frame) => [name, frame]));
  const counts = new Map<number, { candidates: number; labels: number }>();
  const places = new Map<string, ViewPlace>();
  images.forEach(({ name, source = name, window, candidates, kept }, index) => {
    const frame = frameOf.get(source) ?? index;
    const before = counts.get(frame) ?? { candidates: 0, labels: 0 };
    places.set(name, { frame, y: window?.y ?? 0, x: window?.x ?? 0, ...before });
    counts.set(frame, { candidates: before.candidates + candidates, labels: before.labels + kept });
  });
  return places;
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
