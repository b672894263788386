import { escapeText, formatNumber } from "../plot/markup.js";

export interface TableColumn {
  readonly header: string;
  readonly values: ArrayLike<number | string>;
  /** Significant digits of numbers. Default 3. */
  readonly digits?: number | undefined;
}

/** Attributes of the table and of each row, ready for HTML. */
export interface TableAttributes {
  readonly table: string;
  readonly row: (row: number) => string;
}

/**
 * An HTML table of columns of equal length; numbers to the right. Only the first `most` rows, and a line that
 * says so.
 */
export function tableMarkup(
  columns: readonly TableColumn[],
  maximum = Infinity,
  attributes: TableAttributes = { table: "", row: () => "" },
): string {
  const rows = columns[0]?.values.length ?? 0;
  const shown = Math.min(rows, maximum);
  const numeric = columns.map(({ values }) => values.length > 0 && typeof values[0] === "number");
  const kind = (column: number): string => (numeric[column] ? ' class="number"' : "");
  const head = columns.map(({ header }, c) => `<th${kind(c)}>${escapeText(header)}</th>`).join("");
  const body = Array.from(
    { length: shown },
    (_, row) =>
      `<tr${attributes.row(row)}>${columns.map(({ values, digits }, c) => `<td${kind(c)}>${cell(values[row]!, digits)}</td>`).join("")}</tr>`,
  ).join("");
  const rest =
    rows > shown
      ? `<p class="facts">The first ${shown} of ${formatNumber(rows)} rows; the CSV file has them all.</p>`
      : "";
  return (
    "<div " +
    `class="scroll"><table${attributes.table}><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>${rest}`
  );
}

const cell = (value: number | string, digits: number | undefined): string =>
  escapeText(typeof value === "number" ? formatNumber(value, digits) : value);

/**
 * Nested plain data as rows of a path such as `train.steps` and a value; what is undefined is "automatic".
 */
export function flatten(value: unknown, path = ""): [path: string, value: string][] {
  if (value === undefined || value === null) return [[path, "automatic"]];
  if (Array.isArray(value))
    return [
      [
        path,
        value.every((item) => typeof item !== "object" || item === null)
          ? value.map(String).join(", ")
          : JSON.stringify(value),
      ],
    ];
  if (typeof value === "object")
    return Object.entries(value).flatMap(([key, inner]) =>
      flatten(inner, path === "" ? key : `${path}.${key}`),
    );
  if (typeof value === "boolean") return [[path, value ? "yes" : "no"]];
  return [[path, typeof value === "string" ? value : JSON.stringify(value)]];
}
