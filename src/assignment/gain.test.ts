import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GainCandidates, matchWithPrices } from "./gain.js";

type Cell = readonly [row: number, column: number, gain: number];

const candidatesOf = (cells: readonly Cell[]): GainCandidates => ({
  row: Int32Array.from(cells, ([row]) => row),
  column: Int32Array.from(cells, ([, column]) => column),
  gain: Float64Array.from(cells, ([, , gain]) => gain),
});

/** The largest total gain, by trying every set of links. */
function bestTotal(rows: number, cells: readonly Cell[]): number {
  const visit = (row: number, used: number): number => {
    if (row === rows) return 0;
    let best = visit(row + 1, used);
    for (const [r, column, gain] of cells)
      if (r === row && (used & (1 << column)) === 0)
        best = Math.max(best, gain + visit(row + 1, used | (1 << column)));
    return best;
  };
  return visit(0, 0);
}

/** Problems with each pair once at most; gains that tie often, and gains that never do. */
const problem = (most: number): fc.Arbitrary<{ rows: number; columns: number; cells: Cell[] }> =>
  fc
    .record({
      rows: fc.integer({ min: 1, max: most }),
      columns: fc.integer({ min: 1, max: most }),
      cells: fc.uniqueArray(
        fc.tuple(
          fc.nat(most - 1),
          fc.nat(most - 1),
          fc.oneof(fc.integer({ min: -3, max: 12 }), fc.double({ min: -5, max: 50, noNaN: true })),
        ),
        { maxLength: 4 * most, selector: ([row, column]) => row * most + column },
      ),
    })
    .map(({ rows, columns, cells }) => ({
      rows,
      columns,
      cells: cells.filter(([r, c]) => r < rows && c < columns),
    }));

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/** Rounding of sums of a few hundred gains below 100. */
const rounding = 1e-9;

/** Expects all that makes the prices a proof that the matching is the best. */
function expectProof(rows: number, columns: number, cells: readonly Cell[]): void {
  const { columnOf, rowWorth, columnWorth } = matchWithPrices(rows, columns, candidatesOf(cells));
  const gains = new Map(cells.map(([row, column, gain]) => [`${row} ${column}`, gain]));
  const linked = new Set<number>();
  let total = 0;
  columnOf.forEach((column, row) => {
    if (column < 0) {
      expect(rowWorth[row]).toBeLessThan(rounding);
      return;
    }
    expect(linked.has(column)).toBe(false);
    linked.add(column);
    const gain = gains.get(`${row} ${column}`)!;
    expect(gain).toBeGreaterThan(0);
    expect(Math.abs(rowWorth[row]! + columnWorth[column]! - gain)).toBeLessThan(rounding);
    total += gain;
  });
  for (let column = 0; column < columns; column++) {
    expect(columnWorth[column]).toBeGreaterThanOrEqual(0);
    if (!linked.has(column)) expect(columnWorth[column]).toBeLessThan(rounding);
  }
  for (const [row, column, gain] of cells)
    expect(gain).toBeLessThanOrEqual(rowWorth[row]! + columnWorth[column]! + rounding);
  for (const worth of rowWorth) expect(worth).toBeGreaterThanOrEqual(0);
  expect(Math.abs(sum(rowWorth) + sum(columnWorth) - total)).toBeLessThan(rounding * (rows + columns));
}

describe("matchWithPrices", () => {
  it("says what each end is worth", () => {
    // By hand: row 0 must keep column 0 (5), for row 1 has the other (4). Without row 1 or column 1 4 are lost.
    const { columnOf, rowWorth, columnWorth } = matchWithPrices(
      2,
      2,
      candidatesOf([
        [0, 0, 5],
        [0, 1, 2],
        [1, 1, 4],
      ]),
    );
    expect([...columnOf]).toEqual([0, 1]);
    expect(rowWorth[0]! + columnWorth[0]!).toBe(5);
    expect(rowWorth[1]! + columnWorth[1]!).toBe(4);
    expect(rowWorth[0]! + columnWorth[1]!).toBeGreaterThanOrEqual(2);
  });

  it("gives worths that prove the matching: no candidate gains more, links gain just that", () => {
    fc.assert(
      fc.property(problem(30), ({ rows, columns, cells }) => expectProof(rows, columns, cells)),
      { seed: 1, numRuns: 200 },
    );
  });

  it("reaches the best total of small problems", () => {
    fc.assert(
      fc.property(problem(5), ({ rows, columns, cells }) => {
        const { rowWorth, columnWorth } = matchWithPrices(rows, columns, candidatesOf(cells));
        expect(sum(rowWorth) + sum(columnWorth)).toBeCloseTo(bestTotal(rows, cells), 8);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("proves the matching of a chain that has to shift as a whole, in any order of rows", () => {
    const n = 300;
    for (const turn of [1, 7, n - 1]) {
      const name = (i: number): number => (i * turn) % n;
      const cells = Array.from({ length: n }, (_, i): Cell[] => [
        [name(i), i, 2],
        [name(i), i + 1, 3],
      ]).flat();
      expectProof(n, n + 1, cells);
    }
  });

  it("takes the better of two candidates of one pair", () => {
    const { columnOf, rowWorth, columnWorth } = matchWithPrices(
      1,
      1,
      candidatesOf([
        [0, 0, 2],
        [0, 0, 7],
      ]),
    );
    expect([...columnOf, rowWorth[0]! + columnWorth[0]!]).toEqual([0, 7]);
  });
});
