import type { LabelImage } from "../core/labels.js";

/**
 * Numbers objects from 1 in the order of their first pixel (row-major), over rows that come one after the
 * other.
 */
export interface Numbering {
  /** The number of each label; 0 where none of its pixels has come. */
  readonly numbers: Int32Array;
  /** The labels by number - 1. */
  readonly labels: number[];
}

export const numbering = (count: number): Numbering => ({ numbers: new Int32Array(count + 1), labels: [] });

/**
 * Gives numbers to the labels of the rows that come next.
 *
 * @returns the rows with the numbers in place of the labels
 */
export function numberRows({ numbers, labels }: Numbering, rows: Int32Array): Int32Array {
  return rows.map((label) => (label > 0 ? (numbers[label] ||= labels.push(label)) : 0));
}

/**
 * Of each label the largest 4-connected piece, the one with the first pixel among equals, if it has at least
 * `minimumArea` px.
 */
export function largestPieces({ height, width, data, count }: LabelImage, minimumArea: number): LabelImage {
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
  for (let label = 1; label <= count; label++)
    if (seed[label]! >= 0 && best[label]! >= minimumArea) flood(seed[label]!, keep);
  return { height, width, data: out, count };
}
