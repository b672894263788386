/** Tables as CSV text and back, by the names of their columns. */
import {
  type Column,
  columnName,
  type ColumnName,
  headersOf,
  type LongTable,
  type Table,
} from "../core/table.js";
import { csvLine, formatCsv, formatRows, parseCsv } from "./csv.js";

/** A table as CSV. @throws InvalidInput when the columns have not all the same length */
export const formatTable = (table: Table): string =>
  formatCsv(
    headersOf(table),
    table.columns.map(({ values }) => values),
  );

/** The header line of a table that is written in parts. */
export const formatTableHeader = (table: { readonly columns: readonly ColumnName[] }): string =>
  csvLine(headersOf(table));

/** The rows of a table without the header: a part of a table that is written in parts. */
export const formatTableRows = ({ columns }: Table): string =>
  formatRows(columns.map(({ values }) => values));

/** Rows of a long table that are turned into text at once. */
const rowsAtOnce = 10_000;

/** A long table as CSV, part by part: the text of the whole can be longer than a string may be. */
export function* formatLongTable(table: LongTable): Generator<string> {
  yield formatTableHeader(table);
  for (let from = 0; from < table.rows; from += rowsAtOnce)
    yield formatTableRows(table.part(from, Math.min(table.rows, from + rowsAtOnce)));
}

/**
 * A CSV table with a header line. All cells are texts: `numbersOf` reads a column as numbers, so that names
 * such as "007" stay what they are.
 *
 * @param name of the table, for messages: its file
 * @throws InvalidInput when the text is no CSV table, or two columns have the same header
 */
export function parseTable(text: string, name: string): Table {
  const { header, rows } = parseCsv(text, name);
  const columns = header.map((title, k): Column => ({
    ...nameOf(title),
    values: rows.map((cells) => cells[k]!),
  }));
  return { name, columns };
}

/** The units that headers end in. */
const unitPattern =
  /^(.+?)_((?:um|px)2?_per_(?:min|frame)2?(?:_to_the_exponent)?|per_(?:mm2|megapixel|hour|frame)|um2?|px2?|min|frames|deg)$/;

/** Key and unit of a header. */
function nameOf(header: string): ColumnName {
  const [, key, unit] = unitPattern.exec(header) ?? [];
  return key === undefined ? columnName(header) : columnName(key, unit);
}
