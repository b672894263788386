import type { CostCandidates } from "../assignment/sparse.js";

/** Possible links, as they are found. */
export class Candidates {
  private readonly row: number[] = [];
  private readonly column: number[] = [];
  private readonly costs: number[] = [];

  add(row: number, column: number, cost: number): void {
    this.row.push(row);
    this.column.push(column);
    this.costs.push(cost);
  }

  /** For the assignment. */
  list(): CostCandidates {
    return {
      row: Int32Array.from(this.row),
      column: Int32Array.from(this.column),
      cost: Float64Array.from(this.costs),
    };
  }
}
