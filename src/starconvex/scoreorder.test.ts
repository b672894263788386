import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { scoreOrder } from "./scoreorder.js";

/** By comparing rows. */
const compared = (scores: Float32Array, first: number, ranks: Float64Array): number[] =>
  [...scores.keys()].slice(first).sort((a, b) => scores[b]! - scores[a]! || ranks[a]! - ranks[b]!);

describe("scoreOrder", () => {
  const rng = random(6);
  // Many are equal, some by a bit apart.
  const scores = Float32Array.from({ length: 4000 }, (_, i) =>
    i % 3 === 0 ? rng.integer(8) / 7 : i % 3 === 1 ? 0.5 + rng.integer(3) * 2 ** -24 : rng.uniform(0, 1),
  );
  const rows = Float64Array.from(scores.keys());

  it("is that of comparisons, where ranks ascend and where they do not", () => {
    expect([...scoreOrder(scores)]).toEqual(compared(scores, 0, rows));
    expect([...scoreOrder(scores, 700, rows)]).toEqual(compared(scores, 700, rows));
    const reversed = rows.map((row) => -row);
    expect([...scoreOrder(scores, 7, reversed)]).toEqual(compared(scores, 7, reversed));
    expect(scoreOrder(scores, 7, reversed)).not.toEqual(scoreOrder(scores, 7));
  });

  it("holds for scores below 0 and for infinite ones, too", () => {
    const odd = Float32Array.from([0.5, -1, Infinity, 0, -0.25, 0.5]);
    expect([...scoreOrder(odd)]).toEqual([2, 0, 5, 3, 4, 1]);
    expect([...scoreOrder(new Float32Array(0))]).toEqual([]);
    expect([...scoreOrder(odd.subarray(3))]).toEqual([2, 0, 1]);
  });
});
