/** `samples.csv`: which movies there are, and which condition and replicate each of them is. */
import { readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { InvalidInput, isKaryonError, messageOf } from "../../core/errors.js";
import { windows1252Text } from "../../io/bytetext.js";
import { rowsWithLines } from "../../io/csv.js";
import { isImageName } from "../../io/formats/formatnames.js";
import { imageNameOf, safeName } from "../source/framenames.js";
import { listInputs } from "../source/inputs.js";
import { unreadable } from "../store/files.js";
import type { SampleRow, UnnamedRow } from "./samplerow.js";
import { rowsOfFile, rowsOfSeries } from "./seriesrows.js";

const columns = ["file", "condition", "replicate", "pixel_size_um", "frame_interval_s"] as const;
type Column = (typeof columns)[number];

/**
 * A file of several series in place of a table is all of them, each of the condition that its name says.
 *
 * @throws InvalidInput naming line and column when the table, or a movie that it names, is not there or not
 *   as it must be
 */
export async function readSampleSheet(path: string): Promise<SampleRow[]> {
  if (isImageName(path)) return namedRows(await rowsOfFile(path));
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error, "a table of samples with the columns file, condition and replicate");
  });
  const drafts: UnnamedRow[] = [];
  for (const row of parseSampleSheet(textOf(bytes), path))
    drafts.push(...(await rowsOfSeries(row, `${path}, line ${row.line}`)));
  checkRepeated(drafts, path);
  const rows = namedRows(drafts);
  for (const { line, file, input } of rows) {
    await listInputs([input]).catch((error: unknown) => {
      if (!isKaryonError(error)) throw error;
      const reason = messageOf(error)
        .replace(/^.*?, received /, "")
        .replace(/[;.].*$/, "");
      throw new InvalidInput(
        `${path}, line ${line}, column file`,
        "a movie: a file, a folder of frames, or a pattern",
        `${file} (${reason})`,
        `paths are relative to the folder of ${basename(path)}`,
      );
    });
  }
  return rows;
}

/** Spreadsheets write UTF-8, UTF-16 with a byte order mark ("Unicode text"), or the code page of Windows. */
function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return windows1252Text(bytes);
  }
}

/**
 * The rows of the table, checked but for the movies themselves.
 *
 * Columns are `file`, `condition`, and, where they are known, `replicate`, `pixel_size_um` and
 * `frame_interval_s`, in any order and case; cells are separated by commas, semicolons or tabs.
 *
 * @param path of the table: its files are seen from its folder
 * @throws InvalidInput naming line and column
 */
export function parseSampleSheet(text: string, path: string): SampleRow[] {
  const lines = text.replace(/\r(?!\n)/g, "\n");
  const separator = separatorOf(lines);
  const [header, ...body] = rowsWithLines(lines, path, separator)
    .map(({ line, values }) => ({ line, values: values.map((value) => value.trim()) }))
    .filter(({ values }) => values.some((value) => value !== ""));
  if (header === undefined)
    throw new InvalidInput(
      path,
      "a table of samples with the columns file, condition and replicate",
      "an empty file",
    );
  const places = placesOf(header.values, `${path}, line ${header.line}`);
  if (body.length === 0) throw new InvalidInput(path, "one line for each movie", "a header alone");
  const drafts = body.map(({ line, values }) =>
    draftOf(values, {
      places,
      cells: header.values.length,
      where: `${path}, line ${line}`,
      line,
      path,
      decimalComma: separator !== ",",
    }),
  );
  checkRepeated(drafts, path);
  checkSpelling(drafts, path);
  return namedRows(drafts);
}

function namedRows(rows: readonly UnnamedRow[]): SampleRow[] {
  const names = sampleNames(rows);
  return rows.map((row, i) => ({ ...row, name: names[i]! }));
}

/** The one of the separators that the header has most of, outside of quotes. */
function separatorOf(text: string): "," | ";" | "\t" {
  const header = (text.split("\n").find((line) => line.trim() !== "") ?? "").replace(/"[^"]*"/g, "");
  const often = (separator: string): number => header.split(separator).length;
  return ([";", "\t"] as const).reduce<"," | ";" | "\t">(
    (best, separator) => (often(separator) > often(best) ? separator : best),
    ",",
  );
}

function placesOf(header: readonly string[], where: string): Map<Column, number> {
  const places = new Map<Column, number>();
  header.forEach((cell, i) => {
    const name = cell.toLowerCase().replace(/[\s-]+/g, "_") as Column;
    // Spreadsheets leave empty columns behind.
    if (cell === "") return;
    if (!columns.includes(name))
      throw new InvalidInput(
        `${where}, column ${cell}`,
        `one of ${columns.join(", ")}`,
        "a column of another name",
        "rename or remove it",
      );
    if (places.has(name))
      throw new InvalidInput(
        `${where}, column ${cell}`,
        "each column once",
        "it twice",
        "remove one of them",
      );
    places.set(name, i);
  });
  for (const name of ["file", "condition"] as const) {
    if (!places.has(name))
      throw new InvalidInput(
        where,
        `a column ${name}`,
        `the columns ${header.filter((cell) => cell !== "").join(", ")}`,
        "the first line must hold the names of the columns: file, condition, replicate",
      );
  }
  return places;
}

type Draft = UnnamedRow;

interface RowPlace {
  readonly places: ReadonlyMap<Column, number>;
  readonly cells: number;
  readonly where: string;
  readonly line: number;
  readonly path: string;
  readonly decimalComma: boolean;
}

function draftOf(
  values: readonly string[],
  { places, cells, where, line, path, decimalComma }: RowPlace,
): Draft {
  if (values.length > cells && values.slice(cells).some((value) => value !== "")) {
    throw new InvalidInput(
      where,
      `${cells} cells, as in the header`,
      String(values.length),
      "put cells that hold a separator in quotes",
    );
  }
  const cell = (column: Column): string => values[places.get(column) ?? -1] ?? "";
  const needed = (column: Column, what: string): string => {
    if (cell(column) === "")
      throw new InvalidInput(
        `${where}, column ${column}`,
        what,
        "an empty cell",
        "fill it in, or remove the line",
      );
    return cell(column);
  };
  const positive = (column: Column, unit: string): number | undefined => {
    const text = cell(column);
    if (text === "") return undefined;
    const value = Number(decimalComma ? text.replace(/^(\d*),(\d+)$/, "$1.$2") : text);
    if (!(value > 0 && Number.isFinite(value)))
      throw new InvalidInput(
        `${where}, column ${column}`,
        `a positive number of ${unit}`,
        text,
        "correct it, or leave the cell empty if the file itself gives the value",
      );
    return value;
  };
  const file = needed("file", "a movie: a file, a folder of frames, or a pattern");
  return {
    line,
    file,
    input: isAbsolute(file) ? file : join(dirname(path), file),
    condition: needed("condition", "the name of a condition"),
    replicate: places.has("replicate") ? needed("replicate", "the name or number of a replicate") : undefined,
    pixelSize: positive("pixel_size_um", "µm"),
    frameInterval: positive("frame_interval_s", "s"),
  };
}

function checkRepeated(rows: readonly Draft[], path: string): void {
  const lines = new Map<string, number>();
  for (const { line, file, input } of rows) {
    const earlier = lines.get(resolve(input));
    if (earlier !== undefined)
      throw new InvalidInput(
        `${path}, line ${line}, column file`,
        "each movie once",
        `${file} again, as in line ${earlier}`,
        "a movie that counts twice makes every result look too certain; remove one of the lines",
      );
    lines.set(resolve(input), line);
  }
}

/** Two conditions that differ in capitals only are one with a slip of the pen. */
function checkSpelling(rows: readonly Draft[], path: string): void {
  const spelled = new Map<string, Draft>();
  for (const row of rows) {
    const known = spelled.get(row.condition.toLowerCase());
    if (known !== undefined && known.condition !== row.condition)
      throw new InvalidInput(
        `${path}, line ${row.line}, column condition`,
        `${known.condition}, as in line ${known.line}`,
        row.condition,
        "write the condition the same way in every line",
      );
    spelled.set(row.condition.toLowerCase(), known ?? row);
  }
}

/** Condition and replicate, and where these are not unique or not known, the movie. */
function sampleNames(rows: readonly Draft[]): string[] {
  const short = rows.map(({ condition, replicate, input, series }) =>
    safeName(`${condition}_${replicate ?? imageNameOf({ path: input, series })}`),
  );
  const often = (name: string): number =>
    short.filter((other) => other.toLowerCase() === name.toLowerCase()).length;
  const taken = new Set<string>();
  return rows.map(({ input, series }, i) => {
    const base =
      often(short[i]!) > 1 && rows[i]!.replicate !== undefined
        ? safeName(`${short[i]!}_${imageNameOf({ path: input, series })}`)
        : short[i]!;
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
