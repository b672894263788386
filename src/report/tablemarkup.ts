import { formatNumber } from "../core/wording.js";
import { html, type Markup } from "../plot/markup.js";

/** A column of a table on a page. */
export interface TableColumn {
  readonly header: string;
  /** Markup stands as it is, such as a link. */
  readonly values: ArrayLike<number | string | Markup>;
  /** Significant digits of numbers. Default 3. */
  readonly digits?: number | undefined;
  /** Whether it stands to the right; default where the first value is a number. */
  readonly numeric?: boolean | undefined;
}

/** Attributes of the table and of each row. */
export interface TableAttributes {
  readonly table: Markup;
  readonly row: (row: number) => Markup;
}

/**
 * An HTML table of columns of equal length; numbers to the right. Only the first `maximum` rows, and a line
 * that says so.
 */
export function tableMarkup(
  columns: readonly TableColumn[],
  maximum = Infinity,
  attributes?: TableAttributes,
): Markup {
  const rows = columns[0]?.values.length ?? 0;
  const shown = Math.min(rows, maximum);
  const kinds = columns.map(({ values, numeric = typeof values[0] === "number" }) =>
    numeric ? html` class="number"` : undefined,
  );
  const row = (index: number): Markup => {
    const cells = columns.map(
      ({ values, digits }, c) => html`<td${kinds[c]}>${cell(values[index]!, digits)}</td>`,
    );
    return html`<tr${attributes?.row(index)}>${cells}</tr>`;
  };
  const head = columns.map(({ header }, c) => html`<th${kinds[c]}>${header}</th>`);
  const body = Array.from({ length: shown }, (_, index) => row(index));
  return html`
    <div class="scroll">
      <table${attributes?.table}><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>
    </div>
    ${rows > shown && leftOut(shown, rows)}`;
}

const leftOut = (shown: number, rows: number): Markup =>
  html`<p class="facts">The first ${shown} of ${formatNumber(rows)} rows; the CSV file has them all.</p>`;

const cell = (value: number | string | Markup, digits: number | undefined): string | Markup =>
  typeof value === "number" ? formatNumber(value, digits) : value;

/**
 * Nested plain data as rows of a path such as `train.steps` and a value; what is undefined is "automatic".
 */
export function flatten(value: unknown, path = ""): [path: string, value: string][] {
  if (value === undefined || value === null) return [[path, "automatic"]];
  if (Array.isArray(value)) return [[path, listText(value)]];
  if (typeof value === "object")
    return Object.entries(value).flatMap(([key, inner]) =>
      flatten(inner, path === "" ? key : `${path}.${key}`),
    );
  if (typeof value === "boolean") return [[path, value ? "yes" : "no"]];
  return [[path, typeof value === "string" ? value : JSON.stringify(value)]];
}

const listText = (list: readonly unknown[]): string =>
  list.every((item) => typeof item !== "object" || item === null)
    ? list.map(String).join(", ")
    : JSON.stringify(list);
