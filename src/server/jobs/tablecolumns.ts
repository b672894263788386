/** Tables in CSV files as columns for the page: numbers in typed arrays, words where a column has no numbers. */
import { readFileSync, statSync } from "node:fs";
import { CorruptFile } from "../../core/errors.js";
import { rowsWithLines, numberColumns } from "../../io/csv.js";
import { parseTable } from "../../io/csvtable.js";
import { quantityName } from "../../plot/quantities.js";
import type { TableColumn } from "../messages.js";

/** Columns of words in the tables of a run; all others hold numbers. */
const wordColumns = new Set(["image", "cause", "reason", "fate"]);

/** A table as it lies in a file. */
export interface ColumnTable {
  readonly count: number;
  readonly columns: readonly TableColumn[];
}

/** A table without rows. */
export const noRows: ColumnTable = { count: 0, columns: [] };

/**
 * Reads a CSV table.
 *
 * @param words whether a column holds words, by its key
 * @throws CorruptFile where a cell of a column of numbers holds none; InvalidInput where the file is no table
 */
export const readColumns = (path: string, words?: (key: string) => boolean): ColumnTable =>
  columnsOf(readFileSync(path, "utf8"), path, words);

/** The same for the text of a table. @param path where it comes from, for messages */
export function columnsOf(
  text: string,
  path: string,
  words: (key: string) => boolean = (key) => wordColumns.has(key),
): ColumnTable {
  const end = text.indexOf("\n");
  const names = parseTable(end < 0 ? text : text.slice(0, end + 1), path).columns;
  const isWords = names.map(({ key }) => words(key));
  const asked = names.filter((_, k) => !isWords[k]).map(({ header }) => header);
  const { columns, wrong } = numberColumns(text, asked, path);
  if (wrong !== undefined && !/^-?inf$/.test(wrong.text))
    throw new CorruptFile(
      path,
      0,
      `row ${wrong.row + 2}, column ${wrong.name} holds "${wrong.text}", not a number`,
      "make the table again with karyon",
    );
  const numbers = columns[Symbol.iterator]();
  const rows = isWords.includes(true) ? rowsWithLines(text, path).slice(1) : [];
  const made = names.map(({ header, key }, k): TableColumn => ({
    ...named(header, key),
    values: isWords[k] ? rows.map(({ values }) => values[k]!) : numbers.next().value!,
  }));
  return { count: made[0]?.values.length ?? 0, columns: made };
}

/** Key, title and unit of a column, from its header. */
function named(header: string, key: string): Omit<TableColumn, "values"> {
  const { unit } = quantityName(header);
  return { key, title: titleOf(key), unit: header === key ? "" : unit };
}

/** Words with a capital in front. */
export const titleOf = (key: string): string =>
  `${key.slice(0, 1).toUpperCase()}${key.slice(1).replaceAll("_", " ")}`;

/** A column of numbers that no file has. */
export const madeColumn = (key: string, values: Float64Array, unit = ""): TableColumn => ({
  key,
  title: titleOf(key),
  unit,
  values,
});

/** The numbers of a column; undefined where there is none, or it holds words. */
export function numbersIn({ columns }: ColumnTable, key: string, unit?: string): Float64Array | undefined {
  const found = columns.find((column) => column.key === key && (unit === undefined || column.unit === unit));
  return found?.values instanceof Float64Array ? found.values : undefined;
}

/** The words of a column; none where there is none. */
export function wordsIn({ columns }: ColumnTable, key: string): readonly string[] {
  const found = columns.find((column) => column.key === key)?.values;
  return found === undefined || found instanceof Float64Array ? [] : found;
}

/**
 * One column a key: places in px, since they are looked up in images; all else in µm where that is known.
 *
 * @param columns may hold the same in px and in µm
 */
export function oncePerKey(columns: readonly TableColumn[]): TableColumn[] {
  const kept = new Map<string, TableColumn>();
  for (const column of columns) {
    const isPlace = column.key === "y" || column.key === "x";
    if (!kept.has(column.key) || (!isPlace && column.unit.startsWith("µm"))) kept.set(column.key, column);
  }
  return [...kept.values()];
}

/** The columns with these first, in this order. */
export function ordered(columns: readonly TableColumn[], first: readonly string[]): TableColumn[] {
  const rank = ({ key }: TableColumn): number => (first.indexOf(key) + first.length + 1) % (first.length + 1);
  const firsts = columns.filter(({ key }) => first.includes(key)).sort((a, b) => rank(a) - rank(b));
  return [...firsts, ...columns.filter(({ key }) => !first.includes(key))];
}

/**
 * A table in which the rows of some frames are others: columns that these lack hold NaN or "" there, but the score
 * of an object that keeps its label. Rows are sorted by frame, then label.
 *
 * @param anew all rows of `frames`; may hold a column in several units
 */
export function withRows(table: ColumnTable, anew: ColumnTable, frames: ReadonlySet<number>): ColumnTable {
  const [frame, label] = ["frame", "label"].map((key) => numbersIn(table, key) ?? new Float64Array(0));
  const [newFrame, newLabel] = ["frame", "label"].map((key) => numbersIn(anew, key) ?? new Float64Array(0));
  const key = (f: number, l: number): number => f * 2 ** 31 + l;
  const rows = [
    ...Array.from(frame!, (value, row) => ({ row, isNew: false, at: key(value, label![row]!) })).filter(
      ({ row }) => !frames.has(frame![row]!),
    ),
    ...Array.from(newFrame!, (value, row) => ({ row, isNew: true, at: key(value, newLabel![row]!) })),
  ].sort((a, b) => a.at - b.at);
  const before = new Map(Array.from(frame!, (value, row) => [key(value, label![row]!), row]));
  const columns = table.columns.map((column): TableColumn => {
    const own = column.values;
    const other = anew.columns.find(
      ({ key: name, unit }) => name === column.key && unit === column.unit,
    )?.values;
    if (!(own instanceof Float64Array))
      return { ...column, values: rows.map(({ row, isNew }) => String((isNew ? other : own)?.[row] ?? "")) };
    const scored = column.key === "score" ? before : undefined;
    const valueOf = ({ row, isNew, at }: (typeof rows)[number]): number => {
      if (!isNew) return own[row]!;
      return scored === undefined ? Number(other?.[row] ?? NaN) : (own[scored.get(at) ?? -1] ?? NaN);
    };
    return { ...column, values: Float64Array.from(rows, valueOf) };
  });
  return { count: rows.length, columns };
}

/** Keeps what was made from files for as long as they, and `more`, stay as they are. */
export function madeFromFiles<T>(): (
  key: string,
  files: readonly string[],
  make: () => T,
  more?: string,
) => T {
  const kept = new Map<string, { readonly state: string; readonly value: T }>();
  return (key, files, make, more = "") => {
    const state = [...files.map(stateOf), more].join("\n");
    const known = kept.get(key);
    if (known?.state === state) return known.value;
    const value = make();
    kept.set(key, { state, value });
    return value;
  };
}

function stateOf(path: string): string {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status === undefined ? path : `${path} ${status.size} ${status.mtimeNs} ${status.ino}`;
}
