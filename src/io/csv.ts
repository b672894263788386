import { InvalidInput } from "../core/errors.js";

export type CsvColumn = ArrayLike<number | string>;

/**
 * A table as CSV: one header line, "\n" after each line, cells quoted where they must be.
 *
 * Numbers are written so that equal values give equal text: integers exactly, other values with 10 significant digits (7 for a
 * Float32Array, which holds no more), without trailing zeros. NaN, "no value", is an empty cell; infinity is `inf`.
 *
 * @param columns one per header entry, all of equal length
 * @throws InvalidInput when the columns do not fit the header or each other
 * Source: RFC 4180, but for its line ends (CRLF), which most readers of scientific tables do not expect.
 */
export function formatCsv(header: readonly string[], columns: readonly CsvColumn[]): string {
  if (columns.length !== header.length) throw new InvalidInput("CSV columns", `${header.length}, as in the header`, String(columns.length));
  const rows = columns[0]?.length ?? 0;
  const odd = columns.findIndex((column) => column.length !== rows);
  if (odd >= 0) throw new InvalidInput(`CSV column ${header[odd]!}`, `${rows} values, as in the first`, String(columns[odd]!.length));
  const digits = columns.map((column) => (column instanceof Float32Array ? 7 : 10));
  const lines = [header.map(quoted).join(",")];
  for (let row = 0; row < rows; row++) {
    lines.push(columns.map((column, c) => cellOf(column[row]!, digits[c]!)).join(","));
  }
  return lines.join("\n") + "\n";
}

const cellOf = (value: number | string, digits: number): string => (typeof value === "string" ? quoted(value) : formatNumber(value, digits));

/** A number as short text: integers exactly, others with `digits` significant digits, NaN as "". */
export function formatNumber(value: number, digits = 10): string {
  if (Number.isInteger(value)) return value === 0 ? "0" : String(value);
  if (Number.isNaN(value)) return "";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return String(Number(value.toPrecision(digits)));
}

const quoted = (text: string): string => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export interface CsvTable {
  readonly header: string[];
  /** Cells as text, each row as long as the header. */
  readonly rows: string[][];
}

/**
 * Parses a CSV table with a header line. Lines may end in "\n" or "\r\n", and a byte order mark and blank lines are skipped.
 *
 * @param where name of the file, for messages
 * @throws InvalidInput when a quote is not closed, or a row has more or fewer cells than the header
 */
export function parseCsv(text: string, where = "CSV"): CsvTable {
  const [header, ...rows] = csvRows(text, where);
  if (header === undefined) throw new InvalidInput(where, "a header line", "an empty file");
  for (const { line, values } of rows) {
    if (values.length !== header.values.length) {
      throw new InvalidInput(`${where}, line ${line}`, `${header.values.length} cells, as in the header`, String(values.length));
    }
  }
  return { header: header.values, rows: rows.map(({ values }) => values) };
}

export interface CsvRow {
  /** In the file, from 1. */
  readonly line: number;
  readonly values: string[];
}

/**
 * The rows of a table with the lines that they begin in, whatever their numbers of cells; a byte order mark and blank lines are skipped.
 *
 * @param where name of the file, for messages
 * @throws InvalidInput when a quote is not closed
 */
export function csvRows(marked: string, where = "CSV", separator: "," | ";" | "\t" = ","): CsvRow[] {
  const text = marked.replace(/^\uFEFF/, "");
  const rows: CsvRow[] = [];
  // One cell and what ends it; a quoted cell may hold anything, with "" for a quote.
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r?\\n|$)`, "y");
  let line = 1;
  let row: CsvRow = { line, values: [] };
  while (cell.lastIndex < text.length || row.values.length > 0) {
    const match = cell.exec(text);
    if (match === null) throw new InvalidInput(`${where}, line ${line}`, "cells with paired quotes", "a quote that is not closed or not at a cell's ends");
    row.values.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    line += match[0].split("\n").length - 1;
    if (match[3] === separator) continue;
    if (row.values.length > 1 || row.values[0] !== "") rows.push(row);
    row = { line, values: [] };
    if (match[3] === "") break;
  }
  return rows;
}
