import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maximiseGain } from "./gain.js";
import { maximumLinks, solveSparse, type CostCandidates } from "./sparse.js";

const candidatesOf = (list: readonly (readonly [number, number, number])[]): CostCandidates => ({
  row: Int32Array.from(list, (c) => c[0]),
  column: Int32Array.from(list, (c) => c[1]),
  cost: Float64Array.from(list, (c) => c[2]),
});

/** Minimum over all sets of links of sum of cost + (2 A - L) per link not made, by trying every set. */
function bruteForce(
  rows: number,
  costs: ReadonlyMap<string, number>,
  columns: number,
  saved: number,
): number {
  const visit = (row: number, used: number): number => {
    if (row === rows) return 0;
    let best = visit(row + 1, used);
    for (let column = 0; column < columns; column++) {
      const cost = costs.get(`${row},${column}`);
      if (cost === undefined || (used & (1 << column)) !== 0) continue;
      best = Math.min(best, cost - saved + visit(row + 1, used | (1 << column)));
    }
    return best;
  };
  return visit(0, 0);
}

const problem = fc.record({
  rows: fc.integer({ min: 1, max: 6 }),
  columns: fc.integer({ min: 1, max: 6 }),
  cells: fc.array(
    fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 12 })),
    { maxLength: 24 },
  ),
  alternative: fc.integer({ min: 1, max: 12 }),
});

const within = (p: {
  rows: number;
  columns: number;
  cells: [number, number, number][];
}): Map<string, number> =>
  new Map(p.cells.filter(([r, c]) => r < p.rows && c < p.columns).map(([r, c, cost]) => [`${r},${c}`, cost]));

const unpack = (costs: ReadonlyMap<string, number>): [number, number, number][] =>
  [...costs].map(([key, cost]) => [Number(key.split(",")[0]), Number(key.split(",")[1]), cost]);

describe("solveSparse", () => {
  it("takes the dearer pair of links when the cheap one would leave somebody alone", () => {
    // By hand: links (0,0) and (1,1) gain 10-4 + 10-5 = 11; the cheap (0,1) alone gains 10-1 = 9.
    const candidates = candidatesOf([
      [0, 0, 4],
      [0, 1, 1],
      [1, 1, 5],
    ]);
    expect([...solveSparse(2, 2, candidates, 10)]).toEqual([0, 1]);
    // With alternative 6 the sums are 3 and 5: now the cheap one wins, and row 1 stays alone.
    expect([...solveSparse(2, 2, candidates, 6)]).toEqual([1, -1]);
  });

  it("leaves a link that costs as much as the alternative", () => {
    expect([...solveSparse(1, 1, candidatesOf([[0, 0, 5]]), 5)]).toEqual([-1]);
    expect([...solveSparse(1, 1, candidatesOf([[0, 0, 5]]), 5, 0)]).toEqual([0]);
  });

  it("accepts no rows, no columns and no candidates", () => {
    expect(solveSparse(0, 0, candidatesOf([]), 1).length).toBe(0);
    expect([...solveSparse(3, 0, candidatesOf([]), 1)]).toEqual([-1, -1, -1]);
  });

  it("refuses indices outside the matrix and costs that are not finite", () => {
    expect(() => solveSparse(1, 1, candidatesOf([[0, 1, 2]]), 5)).toThrow(/within 1 x 1/);
    expect(() => solveSparse(1, 1, candidatesOf([[0, 0, Number.NaN]]), 5)).toThrow(/finite/);
    expect(() => solveSparse(1, 1, candidatesOf([]), Infinity)).toThrow(/finite/);
  });

  it("reaches the minimum found by trying every set of links, for any lower right block", () => {
    fc.assert(
      fc.property(problem, fc.constantFrom(0, 0.5, 1), (p, share) => {
        const costs = within(p);
        const found = solveSparse(
          p.rows,
          p.columns,
          candidatesOf(unpack(costs)),
          p.alternative,
          share * p.alternative,
        );
        const linked = [...found].filter((c) => c >= 0);
        expect(new Set(linked).size).toBe(linked.length);
        const saved = (2 - share) * p.alternative;
        const total = [...found].reduce(
          (sum, c, r) => (c < 0 ? sum : sum + costs.get(`${r},${c}`)! - saved),
          0,
        );
        expect(total).toBeCloseTo(bruteForce(p.rows, costs, p.columns, saved), 9);
      }),
      { numRuns: 500 },
    );
  });

  it("does not depend on the order of the candidates, ties included", () => {
    fc.assert(
      fc.property(problem, fc.integer(), (p, turn) => {
        const list = unpack(within(p));
        const turned = list
          .map((_, k) => list[(k + (Math.abs(turn) % list.length)) % list.length]!)
          .reverse();
        expect(solveSparse(p.rows, p.columns, candidatesOf(turned), p.alternative)).toEqual(
          solveSparse(p.rows, p.columns, candidatesOf(list), p.alternative),
        );
      }),
    );
  });

  it("equals the dense matrix solved by scipy", () => {
    interface Golden {
      rows: number;
      columns: number;
      row: number[];
      column: number[];
      cost: number[];
      alternative: number;
      solution: number[];
    }
    const cases = JSON.parse(
      readFileSync(new URL("../../fixtures/tracking/assignment.json", import.meta.url), "utf8"),
    ) as Golden[];
    expect(cases.length).toBeGreaterThan(10);
    for (const g of cases) {
      const candidates = {
        row: Int32Array.from(g.row),
        column: Int32Array.from(g.column),
        cost: Float64Array.from(g.cost),
      };
      expect([...solveSparse(g.rows, g.columns, candidates, g.alternative)]).toEqual(g.solution);
    }
  });
});

describe("mostLinks", () => {
  it("prefers two weak links to one strong, and the strongest two of three", () => {
    const gain = (list: [number, number, number][]): CostCandidates & { gain: Float64Array } => ({
      ...candidatesOf(list),
      gain: Float64Array.from(list, (c) => c[2]),
    });
    expect([
      ...maximumLinks(
        2,
        2,
        gain([
          [0, 0, 0.1],
          [0, 1, 1],
          [1, 1, 0.1],
        ]),
      ),
    ]).toEqual([0, 1]);
    expect([
      ...maximumLinks(
        2,
        2,
        gain([
          [0, 0, 0.2],
          [0, 1, 0.9],
          [1, 0, 0.3],
          [1, 1, 0.9],
        ]),
      ),
    ]).toEqual([1, 0]);
  });
});

describe("maximiseGain", () => {
  it("solves a chain in which every row wants its neighbour's column", () => {
    // Gains 2 on the diagonal and 3 beside it: shifting the whole chain gains more than any mixture.
    const n = 2000;
    const row: number[] = [],
      column: number[] = [],
      gain: number[] = [];
    for (let i = 0; i < n; i++) {
      row.push(i, i);
      column.push(i, i + 1);
      gain.push(2, 3);
    }
    const found = maximiseGain(n, n + 1, {
      row: Int32Array.from(row),
      column: Int32Array.from(column),
      gain: Float64Array.from(gain),
    });
    expect(found.every((c, r) => c === r + 1)).toBe(true);
  });
});
