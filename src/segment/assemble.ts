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

/** A numbering of labels up to `count`, before any row has come. */
export const numbering = (count: number): Numbering => ({ numbers: new Int32Array(count + 1), labels: [] });

/**
 * Gives numbers to the labels of the rows that come next.
 *
 * @returns the rows with the numbers in place of the labels
 */
export function numberRows({ numbers, labels }: Numbering, rows: Int32Array): Int32Array {
  const out = new Int32Array(rows.length);
  for (let p = 0; p < rows.length; p++) {
    const label = rows[p]!;
    if (label <= 0) continue;
    const number = numbers[label]!;
    out[p] = number > 0 ? number : (numbers[label] = labels.push(label));
  }
  return out;
}
