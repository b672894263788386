import { relabelSequential, type LabelImage } from "../core/labels.js";
import type { StarPolygons } from "../core/polygons.js";
import { takePolygons } from "../starconvex/geometry.js";

/**
 * Makes a label image presentable: of each object the largest connected piece, objects smaller than `minimumArea` removed, numbers consecutive in the order of
 * their first pixel.
 *
 * @param labels count = polygons.count; label k + 1 belongs to row k of `polygons`
 * @param minimumArea px
 * @returns labels and the polygons that belong to them, again row k to label k + 1
 */
export function tidyLabels(labels: LabelImage, polygons: StarPolygons, minimumArea: number): { labels: LabelImage; polygons: StarPolygons } {
  const pieces = largestPieces(labels, minimumArea);
  const tidy = relabelSequential(pieces);
  const rows = new Int32Array(tidy.count);
  for (let i = 0; i < tidy.data.length; i++) if (tidy.data[i]! > 0) rows[tidy.data[i]! - 1] = pieces.data[i]! - 1;
  return { labels: tidy, polygons: takePolygons(polygons, rows) };
}

/** Of each label the largest 4-connected piece, the one with the first pixel among equals, if it has at least `minimumArea` px. */
function largestPieces({ height, width, data, count }: LabelImage, minimumArea: number): LabelImage {
  const best = new Int32Array(count + 1);
  const seed = new Int32Array(count + 1).fill(-1);
  const seen = new Uint8Array(data.length);
  const stack: number[] = [];
  const flood = (start: number, visit: (p: number) => boolean): number => {
    let size = 0;
    if (visit(start)) stack.push(start);
    while (stack.length > 0) {
      const p = stack.pop()!;
      const x = p % width;
      size++;
      if (p >= width && data[p - width] === data[p] && visit(p - width)) stack.push(p - width);
      if (p + width < data.length && data[p + width] === data[p] && visit(p + width)) stack.push(p + width);
      if (x > 0 && data[p - 1] === data[p] && visit(p - 1)) stack.push(p - 1);
      if (x < width - 1 && data[p + 1] === data[p] && visit(p + 1)) stack.push(p + 1);
    }
    return size;
  };
  const see = (p: number): boolean => seen[p] === 0 && (seen[p] = 1) === 1;
  for (let p = 0; p < data.length; p++) {
    const label = data[p]!;
    if (label <= 0 || seen[p] === 1) continue;
    const size = flood(p, see);
    if (size <= best[label]!) continue;
    best[label] = size;
    seed[label] = p;
  }
  const out = new Int32Array(data.length);
  const keep = (p: number): boolean => out[p] === 0 && (out[p] = data[p]!) > 0;
  for (let label = 1; label <= count; label++) if (seed[label]! >= 0 && best[label]! >= minimumArea) flood(seed[label]!, keep);
  return { height, width, data: out, count };
}
