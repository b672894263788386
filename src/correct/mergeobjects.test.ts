import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { after, labelWindows, rowsOfWindow, windowOf } from "../../test/labelrows.js";
import { isRefused } from "./labelwindow.js";
import { merge } from "./mergeobjects.js";

const whyNot = (rows: readonly string[], labels: readonly number[]): string => {
  const outcome = merge(windowOf(rows), labels);
  return isRefused(outcome) ? outcome.why : "";
};

describe("merge", () => {
  it("gives objects that touch the label of the first", () => {
    const window = windowOf(["1122", "1122", "..33"], 5, 6);
    expect(rowsOfWindow(after(window, merge(window, [2, 1])))).toEqual(["2222", "2222", "..33"]);
    expect(rowsOfWindow(after(window, merge(window, [3, 1, 2])))).toEqual(["3333", "3333", "..33"]);
  });

  it("closes gaps of up to 2 px, over background and unknown pixels only", () => {
    const window = windowOf(["11..22", "11.?22", "11.322", "11...."]);
    expect(rowsOfWindow(after(window, merge(window, [1, 2])))).toEqual([
      "111111",
      "111111",
      "111311",
      "11....",
    ]);
  });

  it("closes a gap at a corner", () => {
    const window = windowOf(["11..", "11..", "...2"]);
    expect(rowsOfWindow(after(window, merge(window, [1, 2])))).toEqual(["11..", "111.", "...1"]);
  });

  it("says why it does not merge", () => {
    expect(whyNot(["11...22"], [1, 2])).toBe(
      "Object 2 is more than 2 px from object 1; paint between them first.",
    );
    expect(whyNot(["11.322"], [1, 2])).toMatch(/^Object 2 is more than/);
    expect(whyNot(["1122"], [1, 5])).toBe("Object 5 is not here.");
    expect(whyNot(["1122"], [1, 1])).toBe("Merging needs two objects.");
    expect(whyNot(["...."], [1, 2])).toBe("None of the objects is here.");
  });

  it("leaves other objects as they are, and all pixels of the merged ones in the first", () => {
    fc.assert(
      fc.property(labelWindows, (window) => {
        const outcome = merge(window, [1, 2]);
        if (isRefused(outcome)) return;
        const wrong = after(window, outcome).data.filter((label, i) => {
          const before = window.data[i]!;
          return before > 2 ? label !== before : label !== 1 && (before > 0 || label !== before);
        });
        expect(wrong).toHaveLength(0);
      }),
    );
  });
});
