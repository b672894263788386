/** Tables of nuclei as CSV and back. Pixels always; µm beside them where the pixel size is known. */
import { CorruptFile } from "../core/errors.js";
import { emptyNuclei, type Nuclei, nucleiColumns } from "../core/nuclei.js";
import { formatCsv, formatNumber, numberColumns } from "./csv.js";

const headers: Record<(typeof nucleiColumns)[number], string> = {
  frame: "frame",
  label: "label",
  y: "y_px",
  x: "x_px",
  area: "area_px2",
  meanIntensity: "mean_intensity",
  eccentricity: "eccentricity",
  solidity: "solidity",
  majorAxis: "major_axis_px",
  minorAxis: "minor_axis_px",
  orientation: "orientation_rad",
  score: "score",
  touchesEdge: "touches_edge",
};

/** Columns measured in px, and the power of the pixel size that makes them µm. */
const calibrated = {
  y_um: ["y", 1],
  x_um: ["x", 1],
  area_um2: ["area", 2],
  major_axis_um: ["majorAxis", 1],
  minor_axis_um: ["minorAxis", 1],
} as const;

type Column = ArrayLike<number> | readonly string[];

/**
 * @param frameNames adds a column `image` with the name of each row's frame
 * @param extra further columns, first in the table
 */
export function nucleiCsv(
  nuclei: Nuclei,
  pixelSize: number | undefined,
  frameNames?: readonly string[],
  extra: Readonly<Record<string, Column>> = {},
): string {
  const columns: Record<string, Column> = { ...extra };
  if (frameNames !== undefined)
    columns["image"] = Array.from(nuclei.frame, (frame) => frameNames[frame] ?? "");
  for (const key of nucleiColumns) columns[headers[key]] = nuclei[key];
  if (pixelSize !== undefined) {
    for (const [name, [key, power]] of Object.entries(calibrated))
      columns[name] = nuclei[key].map((value) => value * pixelSize ** power);
  }
  return formatCsv(Object.keys(columns), Object.values(columns));
}

/**
 * Reads what `nucleiCsv` wrote; other columns are passed over.
 *
 * @throws CorruptFile when a column is missing or holds no number
 */
export function parseNuclei(text: string, where: string): Nuclei {
  const { columns, wrong } = numberColumns(
    text,
    nucleiColumns.map((key) => headers[key]),
    where,
  );
  const missing = nucleiColumns.find((_, k) => columns[k] === undefined);
  if (missing !== undefined)
    throw new CorruptFile(
      where,
      0,
      `the column ${headers[missing]} is missing`,
      "make the table again with karyon",
    );
  if (wrong !== undefined)
    throw new CorruptFile(
      where,
      0,
      `row ${wrong.row + 2}, column ${wrong.name} holds "${wrong.text}", not a number`,
      "make the table again with karyon",
    );
  const nuclei = emptyNuclei(columns[0]!.length);
  nucleiColumns.forEach((key, k) => nuclei[key].set(columns[k]!));
  return nuclei;
}

/**
 * The nuclei as a table holds them: numbers with 10 significant digits. What is computed from a result that
 * was just made is then the same, to the bit, as what is computed from its files.
 */
export function asStored(nuclei: Nuclei): Nuclei {
  const out = emptyNuclei(nuclei.count);
  for (const key of nucleiColumns) out[key].set(nuclei[key].map(storedNumber));
  return out;
}

/** A number as `formatCsv` writes it and as it is read back; NaN stays. */
export const storedNumber = (value: number): number =>
  Number.isNaN(value) ? NaN : Number(formatNumber(value));
