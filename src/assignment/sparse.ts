import { InvalidInput } from "../core/errors.js";
import { maximiseGain } from "./gain.js";

/** Possible links and their costs, in any order; a pair that is not listed cannot be linked. */
export interface CostCandidates {
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly cost: Float64Array;
}

/**
 * The exact solution of the tracker's assignment problem with one alternative cost for all, found from the
 * candidates alone.
 *
 * The textbook problem is a square matrix of rows + columns on each side,
 *
 *     [ links C       death  A I ]
 *     [ birth A I     lower right: C transposed, every entry = L ]
 *
 * Say k links are chosen. Their rows leave k death columns free and their columns k birth rows, and only the
 * lower right can pair those up. It always can: link (i, j) allows birth row j to meet death column i. So
 * each choice of links completes to a full assignment, and every completion costs the same:
 *
 *     sum of C + A (rows - k) + A (columns - k) + L k  =  A (rows + columns) - sum of (2 A - L - C).
 *
 * The minimum is therefore the set of links of largest total gain 2 A - L - C, each row and column used once
 * at most: no square matrix, no blocks, and the problem falls apart into the connected components of the
 * candidates. TrackMate fills the lower right with the alternative itself, L = A (the default here), which
 * makes the gain A - C: a link is made only if it costs less than the alternative. With L = 0 a link saves
 * two alternatives, that of its row and that of its column.
 *
 * @param candidates finite costs
 * @param alternative A, the cost of leaving a row, or a column, without a link
 * @param lowerRight L, 0 to 2 A
 * @returns length `rows`: the column linked to each row, or -1; equal optima are decided by the order of rows
 *   and columns
 * @throws InvalidInput when an index is out of range or a cost is not finite
 * Source: Jaqaman et al. 2008, Nat. Methods 5:695, supplementary note 3; the reduction is proved above.
 */
export function solveSparse(
  rows: number,
  columns: number,
  candidates: CostCandidates,
  alternative: number,
  lowerRight = alternative,
): Int32Array {
  if (!Number.isFinite(alternative) || !Number.isFinite(lowerRight)) {
    throw new InvalidInput("alternative", "a finite cost", `${alternative}, lower right ${lowerRight}`);
  }
  const gain = Float64Array.from(candidates.cost, (cost) => 2 * alternative - lowerRight - cost);
  return maximiseGain(rows, columns, { row: candidates.row, column: candidates.column, gain });
}

/**
 * The largest number of links and, among those, the largest total value.
 *
 * A bonus above the sum of all possible differences of value makes one more link worth more than any
 * rearrangement.
 * @param candidates `gain` holds the value of each link, 0 to 1
 * @returns length `rows`: the column linked to each row, or -1
 */
export function maximumLinks(
  rows: number,
  columns: number,
  candidates: { row: Int32Array; column: Int32Array; gain: Float64Array },
): Int32Array {
  const bonus = Math.min(rows, columns) + 1;
  return maximiseGain(rows, columns, { ...candidates, gain: candidates.gain.map((value) => bonus + value) });
}
