import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { after, labelWindows, places, rowsOfWindow, windowOf } from "../../test/labelrows.js";
import { isRefused, type LabelWindow, largestLabel, type Point } from "./labelwindow.js";
import { split } from "./splitobject.js";

const line = (...ends: readonly (readonly [number, number])[]): Point[] => ends.map(([y, x]) => ({ y, x }));
const splitRows = (window: LabelWindow, by: readonly Point[], label?: number): string[] =>
  rowsOfWindow(after(window, split(window, by, { label, newLabel: largestLabel(window) + 1 })));
const whyNot = (window: LabelWindow, by: readonly Point[], label?: number): string => {
  const outcome = split(window, by, { label, newLabel: 9 });
  return isRefused(outcome) ? outcome.why : "";
};

describe("split", () => {
  const block = windowOf(["........", ".111111.", ".111111.", ".111111.", "........"], 2, 3);

  it("gives the smaller part the next label and loses no pixel", () => {
    expect(splitRows(block, line([1, 7.5], [7, 7.5]))).toEqual([
      "........",
      ".111122.",
      ".111122.",
      ".111122.",
      "........",
    ]);
  });

  it("cuts slantwise, through centres of pixels, too", () => {
    const diagonal = ["1222", "1122", "1112", "1111"];
    const square = windowOf(["1111", "1111", "1111", "1111"]);
    expect(splitRows(square, line([-1, -1], [4, 4]))).toEqual(diagonal);
    expect(splitRows(square, line([4, 4], [-1, -1]))).toEqual(diagonal);
  });

  it("asks that the line enters and leaves", () => {
    expect(whyNot(block, line([1, 6], [4, 6]))).toMatch(/object 1 and leave it/);
    expect(whyNot(block, line([0, 0], [0, 9]))).toBe("The line does not cross an object.");
    expect(whyNot(block, line([1, 6], [7, 6]), 4)).toBe("The line does not cross object 4.");
    // In and out on the same side.
    expect(whyNot(block, line([1, 5], [4, 5], [4, 5.1], [1, 5.1]))).not.toBe("");
  });

  it("leaves slivers of neighbours whole, unless one is named", () => {
    const window = windowOf([
      "111111........",
      "111111........",
      "111111..222222",
      "111111..222222",
      "111111..222222",
      "111111..222222",
    ]);
    // Through the middle of 1, and the uppermost row of 2.
    const by = line([2.5, -1], [2.5, 20]);
    expect(splitRows(window, by)).toEqual([
      "111111........",
      "111111........",
      "111111..444444",
      "333333..222222",
      "333333..222222",
      "333333..222222",
    ]);
    const shave = line([0.5, -1], [2.4, 7], [2.4, 8.5], [1, 9]);
    expect(splitRows(window, shave).join("")).not.toContain("4");
    expect(whyNot(block, line([1, 3], [4.6, 3], [4.6, 4.4], [1, 4.4]))).toMatch(/too small/);
  });

  it("splits a bent object into all its parts", () => {
    const window = windowOf(["11...11", "11...11", "11...11", "1111111", "1111111"]);
    expect(splitRows(window, line([2.5, -1], [2.5, 8]))).toEqual([
      "22...33",
      "22...33",
      "22...33",
      "1111111",
      "1111111",
    ]);
  });

  it("leaves pieces that lie elsewhere alone", () => {
    const window = windowOf(["1111...1", "1111...1", "1111...1", "1111...1"]);
    expect(splitRows(window, line([1.5, -1], [1.5, 5]))).toEqual([
      "1111...1",
      "1111...1",
      "2222...1",
      "2222...1",
    ]);
  });

  it("never changes other objects, and makes parts of 4 px and more", () => {
    fc.assert(
      fc.property(
        labelWindows,
        fc.array(places, { minLength: 2, maxLength: 4 }),
        fc.constantFrom(undefined, 1, 2),
        (window, by, label) => {
          const newLabel = largestLabel(window) + 1;
          const outcome = split(window, by, { label, newLabel });
          if (isRefused(outcome)) return;
          const changed = after(window, outcome);
          const sizes = new Map<number, number>();
          const from = new Set<number>();
          changed.data.forEach((value, i) => {
            if (value === window.data[i]) return;
            from.add(window.data[i]!);
            sizes.set(value, (sizes.get(value) ?? 0) + 1);
          });
          expect(sizes.size).toBeGreaterThan(0);
          for (const value of from) expect(value).toBeGreaterThan(0);
          if (label !== undefined) expect([...from]).toEqual([label]);
          expect([...sizes.keys()].sort((a, b) => a - b)).toEqual(Array.from(sizes, (_, i) => newLabel + i));
          for (const size of sizes.values()) expect(size).toBeGreaterThanOrEqual(4);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("cuts a disc along any line through it into the pixels of either side", () => {
    const { height, width, data } = disc(41, 15);
    const window = { y: 0, x: 0, height, width, data };
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: Math.PI, noNaN: true }),
        fc.double({ min: -8, max: 8, noNaN: true }),
        (angle, off) => {
          const [dy, dx] = [Math.sin(angle), Math.cos(angle)];
          const middle = { y: 20 + off * dx, x: 20 - off * dy };
          const by = line([middle.y - 40 * dy, middle.x - 40 * dx], [middle.y + 40 * dy, middle.x + 40 * dx]);
          const changed = after(window, split(window, by, { newLabel: 2 }));
          const sides = new Map<string, number>();
          changed.data.forEach((label, i) => {
            const side = (Math.floor(i / width) - middle.y) * dx - ((i % width) - middle.x) * dy;
            if (label === 0 || Math.abs(side) < 1e-3) return;
            const key = `${label} ${Math.sign(side)}`;
            sides.set(key, (sides.get(key) ?? 0) + 1);
          });
          expect(sides.size).toBe(2);
        },
      ),
    );
  });

  it("takes less than 10 ms, in a window of 512 x 512", () => {
    const { height, width, data } = disc(512, 60);
    const window = { y: 0, x: 0, height, width, data };
    const times = Array.from({ length: 30 }, () => {
      const start = performance.now();
      expect(isRefused(split(window, line([256, 100], [250, 400]), { newLabel: 2 }))).toBe(false);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(10);
  });
});

function disc(side: number, radius: number): { height: number; width: number; data: Int32Array } {
  const middle = Math.floor(side / 2);
  const data = Int32Array.from({ length: side * side }, (_, i) =>
    (Math.floor(i / side) - middle) ** 2 + ((i % side) - middle) ** 2 <= radius * radius ? 1 : 0,
  );
  return { height: side, width: side, data };
}
