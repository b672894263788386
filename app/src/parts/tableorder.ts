/** The rows of a table in the order and of the choice that the user asked for. */
import type { TableColumn } from "../../../src/server/messages.js";

/** A comparison that rows must pass. */
export interface RowFilter {
  /** Key or title of a column. */
  readonly column: string;
  readonly compares: "<" | "<=" | ">" | ">=" | "=" | "!=" | "contains";
  readonly value: number | string;
}

/** All rows of a table with so many, in their own order. */
export const allRows = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, row) => row);

/**
 * Rows ordered by a column. Equal ones stay in their order; what is no number comes last either way.
 *
 * @param rows left as they are
 */
export function sortedRows(
  rows: Uint32Array,
  values: TableColumn["values"],
  isDescending: boolean,
): Uint32Array {
  const sign = isDescending ? -1 : 1;
  if (!(values instanceof Float64Array))
    return rows
      .slice()
      .sort(
        (a, b) =>
          sign * ((values[a] ?? "") < (values[b] ?? "") ? -1 : values[a] === values[b] ? 0 : 1) || a - b,
      );
  return rows.slice().sort((a, b) => {
    const [x, y] = [values[a]!, values[b]!];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return sign * (x - y) || a - b;
  });
}

const comparison = /^\s*(.+?)\s*(<=|>=|!=|<|>|=|:)\s*(.+?)\s*$/;

/** Reads `area > 200`, `cause = border`, `reason: round`. @returns undefined where it is no comparison */
export function parseFilter(text: string): RowFilter | undefined {
  const [, column, sign, right] = comparison.exec(text) ?? [];
  if (column === undefined || sign === undefined || right === undefined) return undefined;
  if (sign === ":") return { column, compares: "contains", value: right };
  const number = Number(right.replace(",", "."));
  return { column, compares: sign as RowFilter["compares"], value: Number.isNaN(number) ? right : number };
}

/** The column that a filter means: by key, by title, by the beginning of either. */
export function filteredColumn(columns: readonly TableColumn[], name: string): TableColumn | undefined {
  const wanted = name.toLowerCase();
  const namesOf = ({ key, title }: TableColumn): string[] => [key.toLowerCase(), title.toLowerCase()];
  return (
    columns.find((column) => namesOf(column).includes(wanted)) ??
    columns.find((column) => namesOf(column).some((known) => known.startsWith(wanted)))
  );
}

/** Rows that pass. @param rows left as they are */
export function filteredRows(
  rows: Uint32Array,
  values: TableColumn["values"],
  filter: RowFilter,
): Uint32Array {
  const passes = testOf(filter);
  return rows.filter((row) => passes(values[row]!));
}

function testOf({ compares, value }: RowFilter): (cell: number | string) => boolean {
  switch (compares) {
    case "<":
      return (cell) => cell < value;
    case "<=":
      return (cell) => cell <= value;
    case ">":
      return (cell) => cell > value;
    case ">=":
      return (cell) => cell >= value;
    case "=":
      return (cell) => String(cell) === String(value);
    case "!=":
      return (cell) => String(cell) !== String(value);
    case "contains":
      return (cell) => String(cell).toLowerCase().includes(String(value).toLowerCase());
  }
}

/** What a row holds in a column, as it is shown: 4 significant digits, whole numbers in full. */
export function cellText(values: TableColumn["values"], row: number): string {
  const value = values[row];
  if (typeof value !== "number") return value ?? "";
  if (Number.isNaN(value)) return "–";
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
