/** The series of a CZI file: its scenes, and within them blocks of the experiment and views of the sample. */
import { UnsupportedFormat } from "../../core/errors.js";
import type { CziMetadata } from "./czimetadata.js";
import { none, type SubBlockTable } from "./subblocktable.js";

/** Rows of the table that one series is made of. */
export interface SeriesRows {
  /** Places along S, B and V; `none` in a dimension that the file does not have. */
  readonly scene: number;
  readonly block: number;
  readonly view: number;
  /** The image itself. `scale` is 1 but for images that are stored smaller or larger than they are said to be. */
  readonly full: { readonly rows: Uint32Array; readonly scale: number };
  /** Its pyramid. */
  readonly reduced: Uint32Array;
}

/**
 * How much a subblock is reduced: 1 for the image itself, whole numbers for pyramids, else what the sizes
 * say. The longer edge is the more exact.
 */
export function reductionOf(table: SubBlockTable, row: number): number {
  const [width, height] = [table.width[row]!, table.height[row]!];
  const [storedWidth, storedHeight] = [table.storedWidth[row]!, table.storedHeight[row]!];
  if (width === storedWidth && height === storedHeight) return 1;
  const ratio = storedWidth > storedHeight ? width / storedWidth : height / storedHeight;
  for (const base of [2, 3]) {
    const factor = base ** Math.round(Math.log(ratio) / Math.log(base));
    if (factor > 1 && Math.abs(ratio - factor) <= 0.06 * factor) return factor;
  }
  // An edge of odd length may be the only difference.
  return ratio === 1 ? 1.000001 : ratio;
}

/** Groups subblocks into series, in the order of scenes, blocks and views. @throws UnsupportedFormat */
export function seriesOf(table: SubBlockTable, where: string): SeriesRows[] {
  const groups = new Map<string, { full: number[]; reduced: number[] }>();
  const { S, B, V } = table.at;
  for (let row = 0; row < table.count; row++) {
    const key = `${S[row]!} ${B[row]!} ${V[row]!}`;
    const group = groups.get(key) ?? { full: [], reduced: [] };
    groups.set(key, group);
    (isFull(table, row) ? group.full : group.reduced).push(row);
  }
  const all = [...groups].map(([key, rows]) => ({ places: key.split(" ").map(Number), ...rows }));
  const hasFull = all.some(({ full }) => full.length > 0);
  return all
    .filter(({ full }) => !hasFull || full.length > 0)
    .map(({ places, full, reduced }) => ({
      scene: places[0]!,
      block: places[1]!,
      view: places[2]!,
      ...(full.length > 0
        ? { full: { rows: Uint32Array.from(full), scale: 1 }, reduced: Uint32Array.from(reduced) }
        : { full: onlyReduced(table, reduced, where), reduced: new Uint32Array(0) }),
    }))
    .sort((a, b) => a.scene - b.scene || a.block - b.block || a.view - b.view);
}

const isFull = (table: SubBlockTable, row: number): boolean =>
  table.width[row] === table.storedWidth[row] && table.height[row] === table.storedHeight[row];

/** An image that is nowhere stored in its full size, such as one saved smaller: its least reduced subblocks. */
function onlyReduced(table: SubBlockTable, rows: readonly number[], where: string): SeriesRows["full"] {
  const scale = rows.reduce((least, row) => Math.min(least, reductionOf(table, row)), Infinity);
  const least = rows.filter((row) => Math.abs(reductionOf(table, row) - scale) <= 0.02 * scale);
  if (scale <= 0 || !Number.isFinite(scale))
    throw new UnsupportedFormat(where, "an image without sizes", "in ZEN, export the image as OME-TIFF");
  return { rows: Uint32Array.from(least), scale };
}

/** Names of series for people, each another: that of the scene, and of block and view where there are several. */
export function seriesNames(series: readonly SeriesRows[], { scenes }: CziMetadata): string[] {
  const several = (of: (one: SeriesRows) => number): boolean => new Set(series.map(of)).size > 1;
  const [blocks, views] = [several(({ block }) => block), several(({ view }) => view)];
  const manyScenes = several(({ scene }) => scene);
  const names = series.map(({ scene, block, view }) => {
    const named = scenes.get(scene)?.name ?? "";
    const parts = [named === "" && manyScenes ? `Scene ${shown(scene)}` : named];
    if (blocks) parts.push(`block ${shown(block)}`);
    if (views) parts.push(`view ${shown(view)}`);
    return parts.filter((part) => part !== "").join(", ");
  });
  return names.map((name, i) =>
    name !== "" && names.indexOf(name) !== names.lastIndexOf(name)
      ? `${name} (scene ${shown(series[i]!.scene)})`
      : name,
  );
}

const shown = (place: number): string => (place === none ? "without number" : String(place));
