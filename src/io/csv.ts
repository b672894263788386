/**
 * Tables as CSV.
 *
 * A spreadsheet takes a cell that begins with = + - @, a tab or a carriage return for a formula, and runs it:
 * a file may be called `=HYPERLINK(...).tif`. Such a text gets an apostrophe before it, which spreadsheets
 * show or swallow, but never run. Reading takes it off again, so that tables give back the very texts that
 * were written: a text that has apostrophes before such a sign already gets one more. Numbers stay as they
 * are, also where they are given as texts.
 */
import { InvalidInput } from "../core/errors.js";

/** Values of a column: numbers, or texts. */
export type CsvColumn = ArrayLike<number | string>;

/**
 * A table as CSV: one header line, "\n" after each line, cells quoted where they must be.
 *
 * Numbers are written so that equal values give equal text: integers exactly, other values with 10
 * significant digits (7 for a Float32Array, which holds no more), without trailing zeros. NaN, "no value", is
 * an empty cell; infinity is `inf`.
 *
 * @param columns one per header entry, all of equal length
 * @throws InvalidInput when the columns do not fit the header or each other
 * Source: RFC 4180, but for its line ends (CRLF), which most readers of scientific tables do not expect.
 */
export function formatCsv(header: readonly string[], columns: readonly CsvColumn[]): string {
  if (columns.length !== header.length)
    throw new InvalidInput("CSV columns", `${header.length}, as in the header`, String(columns.length));
  const rows = columns[0]?.length ?? 0;
  const odd = columns.findIndex((column) => column.length !== rows);
  if (odd >= 0)
    throw new InvalidInput(
      `CSV column ${header[odd]!}`,
      `${rows} values, as in the first`,
      String(columns[odd]!.length),
    );
  return csvLine(header) + formatRows(columns);
}

/** A line of texts: the header of a table that is written in parts. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(",")}\n`;

/** The rows of a table, or of a part of it, without a header. @param columns all of equal length */
export function formatRows(columns: readonly CsvColumn[]): string {
  const digits = columns.map((column) => (column instanceof Float32Array ? 7 : 10));
  let text = "";
  for (let row = 0; row < (columns[0]?.length ?? 0); row++) {
    for (let c = 0; c < columns.length; c++)
      text += (c > 0 ? "," : "") + cellOf(columns[c]![row]!, digits[c]!);
    text += "\n";
  }
  return text;
}

const cellOf = (value: number | string, digits: number): string =>
  typeof value === "string" ? csvCell(value) : formatNumber(value, digits);

/** A number as short text: integers exactly, others with `digits` significant digits, NaN as "". */
export function formatNumber(value: number, digits = 10): string {
  if (Number.isInteger(value)) return value === 0 ? "0" : String(value);
  if (Number.isNaN(value)) return "";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const text = digits <= 10 ? decimalsOf(Math.abs(value), digits) : undefined;
  if (text === undefined) return String(Number(value.toPrecision(digits)));
  return value < 0 ? `-${text}` : text;
}

const powers = Float64Array.from({ length: 16 }, (_, k) => 10 ** k);

/**
 * `String(Number(size.toPrecision(digits)))` by whole numbers, in a fraction of its time; undefined where it
 * would be written with an exponent, or might be rounded the other way.
 *
 * @param digits at most 10
 */
function decimalsOf(size: number, digits: number): string | undefined {
  if (!(size >= 1e-5 && size < 1e9)) return undefined;
  // Places behind the point: one less for each digit before it, one more for each 0 after it.
  let places = digits - 1;
  if (size >= 1) for (let k = 1; size >= powers[k]!; k++) places--;
  else for (let k = 1; k <= 5 && places < digits + 4; k++) if (size * powers[k - 1]! < 1) places++;
  if (places < 1) return undefined;
  const scaled = size * powers[places]!;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  if (Math.abs(rest - 0.5) < 1e-4) return undefined;
  const all = rest > 0.5 ? floor + 1 : floor;
  const whole = Math.floor(all / powers[places]!);
  let part = all - whole * powers[places]!;
  if (part === 0) return String(whole);
  while (part % 10 === 0) {
    part /= 10;
    places--;
  }
  return `${whole}.${String(part).padStart(places, "0")}`;
}

/** A text as a cell: in quotes where it must be, and never a formula. */
export function csvCell(text: string): string {
  const safe = isFormula(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The text that `csvCell` was given, quotes already undone. */
const unquoted = (cell: string): string => (cell.startsWith("'") && isFormula(cell) ? cell.slice(1) : cell);

/** True for a text that a spreadsheet may run, apostrophes before it or not. */
const isFormula = (text: string): boolean => /^'*[=+\-@\t\r]./s.test(text) && !isNumber(text);

const isNumber = (text: string): boolean => /^[+-](\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]inf$/i.test(text);

/** A parsed table. */
export interface CsvTable {
  readonly header: string[];
  /** Cells as text, each row as long as the header. */
  readonly rows: string[][];
}

/**
 * Parses a CSV table with a header line. Lines may end in "\n" or "\r\n", and a byte order mark and blank
 * lines are skipped.
 *
 * @param where name of the file, for messages
 * @throws InvalidInput when a quote is not closed, or a row has more or fewer cells than the header
 */
export function parseCsv(text: string, where = "CSV"): CsvTable {
  const [header, ...rows] = rowsWithLines(text, where);
  if (header === undefined) throw new InvalidInput(where, "a header line", "an empty file");
  for (const { line, values } of rows) {
    if (values.length !== header.values.length) {
      throw new InvalidInput(
        `${where}, line ${line}`,
        `${header.values.length} cells, as in the header`,
        String(values.length),
      );
    }
  }
  return { header: header.values, rows: rows.map(({ values }) => values) };
}

/** A row as it stands in a file. */
export interface CsvRow {
  /** In the file, from 1. */
  readonly line: number;
  readonly values: string[];
}

/**
 * The rows of a table with the lines that they begin in, whatever their numbers of cells; a byte order mark
 * and blank lines are skipped.
 *
 * @param where name of the file, for messages
 * @throws InvalidInput when a quote is not closed
 */
export function rowsWithLines(marked: string, where = "CSV", separator: "," | ";" | "\t" = ","): CsvRow[] {
  const text = marked.replace(/^\uFEFF/, "");
  const rows: CsvRow[] = [];
  // One cell and what ends it; a quoted cell may hold anything, with "" for a quote.
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r?\\n|$)`, "y");
  let line = 1;
  let row: CsvRow = { line, values: [] };
  while (cell.lastIndex < text.length || row.values.length > 0) {
    const match = cell.exec(text);
    if (match === null)
      throw new InvalidInput(
        `${where}, line ${line}`,
        "cells with paired quotes",
        "a quote that is not closed or not at a cell's ends",
      );
    row.values.push(unquoted(match[1]?.replaceAll('""', '"') ?? match[2]!));
    line += match[0].split("\n").length - 1;
    if (match[3] === separator) continue;
    if (row.values.length > 1 || row.values[0] !== "") rows.push(row);
    row = { line, values: [] };
    if (match[3] === "") break;
  }
  return rows;
}

/** A cell of a column of numbers that holds none. */
export interface NoNumber {
  readonly row: number;
  readonly name: string;
  readonly text: string;
}

/**
 * Columns of numbers of a table, as `parseCsv` reads it, but without keeping a text for each cell: for tables
 * of millions of rows. An empty cell is NaN.
 *
 * @returns one array a name, undefined where there is no such column; and the first cell that holds no
 *   number, its row counted from 0 without the header
 * @throws InvalidInput as `parseCsv`
 */
export function numberColumns(
  text: string,
  names: readonly string[],
  where = "CSV",
): { readonly columns: (Float64Array | undefined)[]; readonly wrong: NoNumber | undefined } {
  const start = text.startsWith("\uFEFF") ? 1 : 0;
  const lineEnd = (from: number): number => (text.indexOf("\n", from) + 1 || text.length + 1) - 1;
  const { header } = parseCsv(text.slice(start, lineEnd(start)).replace(/\r$/, ""), where);
  // Beyond quotes a line is a row; with them there are fewer rows than lines.
  let lines = 0;
  for (let at = lineEnd(start); at < text.length; at = lineEnd(at + 1)) lines++;
  const requested = names.map((name) => header.indexOf(name));
  const values = requested.map((column) => (column < 0 ? undefined : new Float64Array(lines)));
  const byColumn = header.map((_, column) => requested.indexOf(column));
  let wrong: NoNumber | undefined;
  let rows = 0;
  for (let at = lineEnd(start) + 1; at < text.length;) {
    const rowStart = at;
    let column = 0;
    for (let more = true; more; column++) {
      const quoted = text.charCodeAt(at) === quote;
      const from = quoted ? at + 1 : at;
      if (quoted)
        for (
          at++;
          at < text.length && (text.charCodeAt(at) !== quote || text.charCodeAt(++at) === quote);
          at++
        );
      const to = quoted ? at - 1 : endOfCell(text, at);
      if (!quoted) at = to;
      const index = column < byColumn.length ? byColumn[column]! : -1;
      if (index >= 0) {
        const value = from === to ? NaN : Number(text.slice(from, to));
        if (Number.isNaN(value) && from !== to)
          wrong ??= { row: rows, name: header[column]!, text: text.slice(from, to) };
        values[index]![rows] = value;
      }
      more = text.charCodeAt(at) === comma;
      if (more) at++;
    }
    const blank = at === rowStart;
    if (!blank && column !== header.length)
      throw new InvalidInput(
        `${where}, row ${rows + 2}`,
        `${header.length} cells, as in the header`,
        String(column),
      );
    if (text.charCodeAt(at) === carriageReturn) at++;
    if (at < text.length && text.charCodeAt(at) !== newline)
      throw new InvalidInput(
        `${where}, row ${rows + 2}`,
        "cells with paired quotes",
        "a quote that is not closed or not at a cell's ends",
      );
    at++;
    if (!blank) rows++;
  }
  return { columns: values.map((column) => column?.subarray(0, rows)), wrong };
}

const [quote, comma, newline, carriageReturn] = [34, 44, 10, 13];

function endOfCell(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === comma || code === newline || code === carriageReturn) break;
  }
  return at;
}
