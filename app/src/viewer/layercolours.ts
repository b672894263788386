/** Which colour each object of a label layer has. */
import { annotationColours } from "../../../src/draw/colours.js";
import type { StudioTable } from "../../../src/server/messages.js";
import {
  classColours,
  featureColours,
  type FeatureRange,
  featureRange,
} from "../../../src/viewer/featurecolours.js";
import { packed } from "../../../src/viewer/packedcolour.js";
import { colourBy, colourLimits, onlySelected, type ShownLayer } from "../state/display.js";
import { selection } from "../state/place.js";
import { columnOf, numbers } from "../state/tables.js";
import { rowsByLabel, tableOfLayer } from "./layertable.js";

/** Labels that a table does not name are hidden up to here, when only the selected ones are shown. */
const mostUnnamed = 65_536;

const sure = packed(annotationColours.kept);
const rejected = packed(annotationColours.rejected);
/** Of pixels that training leaves out. */
export const unknownColour = packed(annotationColours.ignored, 110);

const ranges = new WeakMap<StudioTable, Map<string, FeatureRange>>();

/** Values of a column that get the ends of the colours, over all frames. */
export function usualLimits(table: StudioTable, key: string): FeatureRange {
  const kept = ranges.get(table) ?? new Map<string, FeatureRange>();
  ranges.set(table, kept);
  const range = kept.get(key) ?? featureRange(numbers(table, key));
  kept.set(key, range);
  return range;
}

/** The limits that hold: those the user chose, or the usual ones. Reads signals. */
export function limitsOf(table: StudioTable, key: string): FeatureRange {
  const chosen = colourLimits.value;
  return chosen === undefined ? usualLimits(table, key) : { low: chosen[0], high: chosen[1] };
}

/** Colours by a column, whether of numbers or of words. */
function coloursByColumn(table: StudioTable, key: string, rows: Int32Array): Uint32Array | undefined {
  const column = columnOf(table, key);
  if (column === undefined) return undefined;
  const { values } = column;
  if (values instanceof Float64Array)
    return featureColours(
      Float64Array.from(rows, (row) => (row < 0 ? NaN : values[row]!)),
      limitsOf(table, key),
    );
  const words = wordsOf(values);
  return classColours(Int32Array.from(rows, (row) => (row < 0 ? -1 : words.indexOf(values[row]!))));
}

/** The words of a column, sorted; "" is none. */
export const wordsOf = (values: readonly string[]): readonly string[] =>
  [...new Set(values)].filter((word) => word !== "").sort();

/** Sure ones blue, rejected ones orange. */
function coloursByFate(table: StudioTable, rows: Int32Array): Uint32Array {
  const kept = numbers(table, "kept");
  return Uint32Array.from(rows, (row) => (row < 0 || kept[row] === 1 ? sure : rejected));
}

/** Nuclei of a track have one colour in all frames. */
function coloursByTrack(table: StudioTable, rows: Int32Array): Uint32Array {
  const tracks = numbers(table, "track");
  return classColours(Int32Array.from(rows, (row) => (row < 0 ? -1 : tracks[row]!)));
}

function allColours(layer: ShownLayer, frame: number): Uint32Array {
  const table = tableOfLayer(layer);
  if (table === undefined) return noColours;
  const rows = rowsByLabel(table, layer, frame);
  const chosen = colourBy.value;
  const made = chosen && coloursByColumn(table, chosen.key, rows);
  if (made !== undefined) return made;
  if (layer === "candidates") return coloursByFate(table, rows);
  return layer === "tracks" ? coloursByTrack(table, rows) : noColours;
}

const noColours = new Uint32Array(0);

/** Kept for as long as nothing that they depend on has changed: back ends look at an array once. */
interface KeptColours {
  readonly key: readonly unknown[];
  readonly colours: Uint32Array;
}
/** By layer and frame: those of the frames ahead are asked for between two pictures of the same frame. */
const kept = new Map<string, KeptColours>();
/** Frames ahead of a running movie, and some. */
const mostKept = 12;

/** Colours of the objects of a layer in a frame, as `LabelLayer.colours`. Reads signals. */
export function coloursOf(layer: ShownLayer, frame: number): Uint32Array {
  const chosen = selection.value;
  const isPart = onlySelected.value && chosen.size > 0;
  const key = [tableOfLayer(layer), colourBy.value, colourLimits.value, isPart && chosen];
  const name = `${layer} ${frame}`;
  const known = kept.get(name);
  kept.delete(name);
  if (known?.key.every((value, i) => value === key[i]) === true) {
    kept.set(name, known);
    return known.colours;
  }
  const all = allColours(layer, frame);
  const colours = isPart ? partOf(all, chosen) : all;
  kept.set(name, { key, colours });
  if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
  return colours;
}

function partOf(all: Uint32Array, labels: ReadonlySet<number>): Uint32Array {
  const colours = new Uint32Array(Math.max(all.length, mostUnnamed));
  for (const label of labels) {
    if (label < colours.length)
      colours[label] = label < all.length ? all[label]! : classColours([0, label])[1]!;
  }
  return colours;
}

/** Colours that show no object, only what is unknown. */
export const hiddenColours = new Uint32Array(2 ** 17);
