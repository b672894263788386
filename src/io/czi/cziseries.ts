/** The series of a CZI file: its scenes, and within them blocks of the experiment and views of the sample. */
import { type CziMetadata, sceneMetadata } from "./czimetadata.js";
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

interface Group {
  readonly scene: number;
  readonly block: number;
  readonly view: number;
  readonly full: number[];
  readonly reduced: number[];
  /** Stored larger than what they cover, such as images computed by PALM. */
  readonly enlarged: number[];
}

/** Groups subblocks into series, in the order of scenes, blocks and views. */
export function seriesOf(table: SubBlockTable): SeriesRows[] {
  const groups = new Map<string, Group>();
  const { S, B, V } = table.at;
  for (let row = 0; row < table.count; row++) {
    const [scene, block, view] = [S[row]!, B[row]!, V[row]!];
    const key = `${scene} ${block} ${view}`;
    const group = groups.get(key) ?? { scene, block, view, full: [], reduced: [], enlarged: [] };
    groups.set(key, group);
    const reduction = reductionOf(table, row);
    if (reduction === 1) group.full.push(row);
    else (reduction > 1 ? group.reduced : group.enlarged).push(row);
  }
  const all = [...groups.values()];
  const hasFull = all.some(({ full }) => full.length > 0);
  return all
    .filter(({ full, enlarged }) => !hasFull || full.length + enlarged.length > 0)
    .sort((a, b) => a.scene - b.scene || a.block - b.block || a.view - b.view)
    .flatMap(({ full, reduced, enlarged, ...place }) => {
      const alone = (rows: readonly number[]): SeriesRows => ({
        ...place,
        full: onlyScaled(table, rows),
        reduced: new Uint32Array(0),
      });
      const rest = enlarged.length > 0 ? [alone(enlarged)] : [];
      if (full.length === 0) return rest.length > 0 ? rest : [alone(reduced)];
      const rows = { rows: Uint32Array.from(full), scale: 1 };
      return [{ ...place, full: rows, reduced: Uint32Array.from(reduced) }, ...rest];
    });
}

/** An image that is stored in another size than its own: the finest of its subblocks. */
function onlyScaled(table: SubBlockTable, rows: readonly number[]): SeriesRows["full"] {
  const scale = rows.reduce((least, row) => Math.min(least, reductionOf(table, row)), Infinity);
  const least = rows.filter((row) => Math.abs(reductionOf(table, row) - scale) <= 0.02 * scale);
  return { rows: Uint32Array.from(least), scale };
}

/** Names of series for people, each another: that of the scene, and of block and view where there are several. */
export function seriesNames(series: readonly SeriesRows[], metadata: CziMetadata): string[] {
  const several = (of: (one: SeriesRows) => number): boolean => new Set(series.map(of)).size > 1;
  const [blocks, views] = [several(({ block }) => block), several(({ view }) => view)];
  const scales = several(({ full }) => full.scale);
  const manyScenes = several(({ scene }) => scene);
  const names = series.map(({ scene, block, view, full }) => {
    const named = sceneMetadata(metadata, scene)?.name ?? "";
    const parts = [named === "" && manyScenes ? `Scene ${shown(scene)}` : named];
    if (blocks) parts.push(`block ${shown(block)}`);
    if (views) parts.push(`view ${shown(view)}`);
    if (full.scale < 1 && scales) parts.push("enlarged");
    return parts.filter((part) => part !== "").join(", ");
  });
  return names.map((name, i) =>
    name !== "" && names.indexOf(name) !== names.lastIndexOf(name)
      ? `${name} (scene ${shown(series[i]!.scene)})`
      : name,
  );
}

const shown = (place: number): string => (place === none ? "without number" : String(place));
