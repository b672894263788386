import { describe, expect, it } from "vitest";
import { framesOfShard } from "./frameshards.js";

describe("framesOfShard", () => {
  it("parts the frames into consecutive ones, each once, as even as can be", () => {
    for (const [frames, count] of [
      [10, 3],
      [3, 5],
      [0, 2],
      [7, 1],
    ] as const) {
      const parts = Array.from({ length: count }, (_, index) => framesOfShard({ index, count }, frames));
      expect(parts.flat()).toEqual(Array.from({ length: frames }, (_, frame) => frame));
      const lengths = parts.map(({ length }) => length);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    }
    expect([0, 1, 2].map((index) => framesOfShard({ index, count: 3 }, 7))).toEqual([
      [0, 1],
      [2, 3],
      [4, 5, 6],
    ]);
    for (const shard of [
      { index: 2, count: 2 },
      { index: -1, count: 2 },
      { index: 0.5, count: 2 },
    ])
      expect(() => framesOfShard(shard, 4)).toThrow(/^shard: expected a part from 0/);
  });
});
