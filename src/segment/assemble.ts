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
  return rows.map((label) => (label > 0 ? (numbers[label] ||= labels.push(label)) : 0));
}
