/**
 * Indices of `count` entries evenly spread over `length`, ascending and all different: the middles of equal
 * parts, floor((i + 1/2) length / count).
 *
 * @param count at most `length` are given; a count below 0 is taken as 0
 */
export const evenlySpreadIndices = (length: number, count: number): number[] =>
  spread(length, count, (i, n) => Math.floor(((i + 0.5) * length) / n));

/** The same, but the beginnings of equal parts, floor(i length / count): the first entry is always there. */
export const evenlySpreadFromFirst = (length: number, count: number): number[] =>
  spread(length, count, (i, n) => Math.floor((i * length) / n));

/** The same, but from the first entry to the last, both included. */
export const evenlySpreadWithEnds = (length: number, count: number): number[] =>
  spread(length, count, (i, n) => Math.round((i * (length - 1)) / Math.max(1, n - 1)));

function spread(length: number, count: number, indexOf: (i: number, n: number) => number): number[] {
  const n = Math.max(0, Math.min(length, count));
  return Array.from({ length: n }, (_, i) => indexOf(i, n));
}
