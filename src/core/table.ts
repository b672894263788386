/**
 * The one form of a table: named columns of equal length, each with its unit. Statistics, comparisons and
 * CSV files all have it, so that a column is written and read by its name and never by its position.
 */
import { InvalidInput } from "./errors.js";

/** What names a column. */
export interface ColumnName {
  /** Name without the unit, such as `mean_speed`: the same whatever the calibration. */
  readonly key: string;
  /** Name in a file: the key and, after an underscore, the unit. Unique in a table. */
  readonly header: string;
  /** Unit as the header has it, such as `um_per_min`; undefined for a number without one, and for texts. */
  readonly unit: string | undefined;
}

/** A column: numbers, NaN where there is no value, or texts. */
export interface Column extends ColumnName {
  readonly values: ArrayLike<number> | readonly string[];
}

/** Columns of equal length. */
export interface Table {
  /** Usable as a file name without extension. */
  readonly name: string;
  readonly columns: readonly Column[];
}

/** A table too long to be held at once: its parts are tables with the same columns. */
export interface LongTable {
  /** Usable as a file name without extension. */
  readonly name: string;
  readonly columns: readonly ColumnName[];
  readonly rows: number;
  /** The rows from `from` up to, but not including, `to`. */
  readonly part: (from: number, to: number) => Table;
}

/** Names a column. The header is the key with the unit behind it. */
export const columnName = (key: string, unit?: string): ColumnName => ({
  key,
  header: unit === undefined ? key : `${key}_${unit}`,
  unit,
});

/** A column of these values. */
export const column = (key: string, values: Column["values"], unit?: string): Column => ({
  ...columnName(key, unit),
  values,
});

/** Number of rows; 0 of a table without columns. */
export const rowCount = ({ columns }: Table): number => columns[0]?.values.length ?? 0;

/** The headers of a table's columns, in order. */
export const headersOf = ({ columns }: { readonly columns: readonly ColumnName[] }): string[] =>
  columns.map(({ header }) => header);

/**
 * The column with this header, or else the one with this key.
 *
 * @throws InvalidInput when there is none, or when several have the key
 */
export function columnOf(table: Table, name: string): Column {
  const exact = table.columns.find(({ header }) => header === name);
  if (exact !== undefined) return exact;
  const found = table.columns.filter(({ key }) => key === name);
  if (found.length === 1) return found[0]!;
  throw new InvalidInput(
    table.name,
    found.length === 0 ? `a column "${name}"` : `one column "${name}"`,
    found.length === 0
      ? `the columns ${headersOf(table).join(", ")}`
      : headersOf({ columns: found }).join(", "),
  );
}

/**
 * The numbers of a column. Texts are read as a CSV file has them: an empty one is NaN, `inf` is infinity.
 *
 * @throws InvalidInput when there is no such column, or a text is no number
 */
export function numbersOf(table: Table, name: string): Float64Array {
  const { values, header } = columnOf(table, name);
  const numbers = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    numbers[row] = typeof value === "number" ? value : numberOf(value);
    if (typeof value === "string" && value !== "" && Number.isNaN(numbers[row]))
      throw new InvalidInput(`${table.name}, row ${row + 1}, column ${header}`, "a number", `"${value}"`);
  }
  return numbers;
}

const infinities: Readonly<Record<string, number>> = { inf: Infinity, "-inf": -Infinity };

const numberOf = (text: string): number => (text === "" ? NaN : (infinities[text] ?? Number(text)));

/** The texts of a column; numbers as JavaScript writes them. @throws InvalidInput when there is no such column */
export const textsOf = (table: Table, name: string): string[] =>
  Array.from<number | string, string>(columnOf(table, name).values, String);

/** The cells of a row by header. @throws InvalidInput when there is no such row */
export function rowOf(table: Table, row: number): Record<string, number | string> {
  if (!(row >= 0 && row < rowCount(table)))
    throw new InvalidInput(table.name, `a row from 0 to ${rowCount(table) - 1}`, String(row));
  return Object.fromEntries(table.columns.map(({ header, values }) => [header, values[row]!]));
}
