/** Series of one file as movies of a study: `file.lif#Control*` in a table, or the file itself in its place. */
import { basename } from "node:path";
import picomatch from "picomatch";
import { InvalidInput } from "../../core/errors.js";
import { some } from "../../core/wording.js";
import type { Series } from "../../io/formats/imageformat.js";
import { openImageFiles } from "../source/imagefile.js";
import { seriesAddress } from "../store/seriesaddress.js";
import type { UnnamedRow } from "./samplerow.js";

const isPattern = (text: string): boolean => /[*?]/.test(text);

/**
 * The row, or one for each series that its pattern fits.
 *
 * @param where of the row, for messages
 * @throws InvalidInput when no series fits; CorruptFile, UnsupportedFormat
 */
export async function rowsOfSeries(row: UnnamedRow, where: string): Promise<UnnamedRow[]> {
  const { path, series } = seriesAddress(row.input);
  if (series === undefined || !isPattern(series)) return [row];
  const file = await openImageFiles(path);
  // A series may bear the very name.
  if (file.series.some(({ name }) => name === series)) return [row];
  const fits = picomatch(series, { bash: true, dot: true });
  const chosen = [...file.series.entries()].filter(([, { name }]) => fits(name));
  if (chosen.length === 0)
    throw new InvalidInput(
      `${where}, column file`,
      `a pattern that fits a series of ${basename(path)} (${some(file.series.map(({ name }) => name))})`,
      series,
    );
  return chosen.map(([place, { name }]) => rowOf(row, path, place, name));
}

const rowOf = (row: UnnamedRow, path: string, place: number, name: string): UnnamedRow => ({
  ...row,
  file: `${path}#${name === "" ? place : name}`,
  input: `${path}#${place}`,
  series: name,
});

/**
 * All series of a file as movies of a study. The condition of each is its name without the number at its end:
 * `Control 1` and `Control 2` are of the condition Control.
 *
 * @throws InvalidInput when the file holds one image only; CorruptFile, UnsupportedFormat
 */
export async function rowsOfFile(path: string): Promise<UnnamedRow[]> {
  const { series } = await openImageFiles(path);
  if (series.length < 2)
    throw new InvalidInput(
      path,
      "a table of samples, or a file of several series",
      "a file of one image",
      "write a table with the columns file, condition and replicate",
    );
  return series.map((each, place) => {
    const row: UnnamedRow = {
      line: place + 1,
      file: path,
      input: path,
      condition: conditionOf(each, place),
      replicate: undefined,
      pixelSize: undefined,
      frameInterval: undefined,
    };
    return rowOf(row, path, place, each.name);
  });
}

/** Of a name in folders, such as `Plate/Control 1`, the last part counts. */
function conditionOf({ name }: Series, place: number): string {
  const last = name.split("/").at(-1)!.trim();
  return last.replace(/[\s_#-]*\(?\d+\)?$/, "") || last || `series ${place}`;
}
