/** The table that belongs to a label layer, and its rows by label. */
import type { LabelLayerName, StudioTable, TableColumn, TableName } from "../../../src/server/messages.js";
import type { ShownLayer } from "../state/display.js";
import { columnOf, numbers, rowsOfFrame, tableOf } from "../state/tables.js";

const tableNames: Readonly<Record<LabelLayerName, TableName>> = {
  candidates: "candidates",
  annotation: "annotation",
  labels: "labels",
  tracks: "spots",
};

/** What one object is called in each layer. */
export const objectNames: Readonly<Record<ShownLayer, string>> = {
  candidates: "candidate",
  annotation: "nucleus",
  labels: "nucleus",
  tracks: "track nucleus",
  preview: "candidate",
  watch: "nucleus",
};

/** The table of a layer; undefined where there is none (yet). Reads a signal. */
export const tableOfLayer = (layer: ShownLayer): StudioTable | undefined =>
  layer === "preview" || layer === "watch" ? undefined : tableOf(tableNames[layer]).value;

/** The column that holds the labels. */
export const labelKey = (layer: ShownLayer): string => (layer === "candidates" ? "candidate" : "label");

/** Columns by which objects can be coloured: numbers that are no names. */
export const featuresOf = (table: StudioTable): readonly TableColumn[] =>
  table.columns.filter(({ key, values }) => values instanceof Float64Array && !names.has(key));

const names = new Set([
  "frame",
  "candidate",
  "label",
  "track",
  "parent",
  "parent_spot",
  "spot",
  "root",
  "mask_label",
]);

const rowCache = new WeakMap<StudioTable, Map<string, Int32Array>>();

/** Row of each label of a frame in the table; -1 where there is none. Entry 0 is not used. */
export function rowsByLabel(table: StudioTable, layer: ShownLayer, frame: number): Int32Array {
  const key = `${layer} ${frame}`;
  const kept = rowCache.get(table) ?? new Map<string, Int32Array>();
  rowCache.set(table, kept);
  const known = kept.get(key);
  if (known !== undefined) return known;
  const labels = numbers(table, labelKey(layer));
  const rows = rowsOfFrame(table, frame);
  let most = 0;
  for (const row of rows) most = Math.max(most, labels[row]!);
  const byLabel = new Int32Array(most + 1).fill(-1);
  for (const row of rows) if (labels[row]! > 0) byLabel[labels[row]!] = row;
  // Frames are looked at one after another: the last ones are enough.
  if (kept.size > 16) kept.delete(kept.keys().next().value!);
  kept.set(key, byLabel);
  return byLabel;
}

/** Row of an object; -1 where the table has none. */
export const rowOf = (table: StudioTable, layer: ShownLayer, frame: number, label: number): number =>
  rowsByLabel(table, layer, frame)[label] ?? -1;

/** A value as people read it, with its unit. */
export function valueText({ values, unit }: TableColumn, row: number): string {
  const value = values[row];
  if (typeof value === "string") return value;
  if (value === undefined || Number.isNaN(value)) return "–";
  const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  return unit === "" ? text : `${text} ${unit}`;
}

/** The word in a column; "" where there is none. */
export function wordAt(table: StudioTable, key: string, row: number): string {
  const value = columnOf(table, key)?.values[row];
  return typeof value === "string" ? value : "";
}
