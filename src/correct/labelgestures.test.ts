import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { after, labelWindows, places, rowsOfWindow, windowOf } from "../../test/labelrows.js";
import { accept, copy, deleteObjects, draw, ignore } from "./labelgestures.js";
import { largestLabel, matches, type Point } from "./labelwindow.js";

const square = (top: number, left: number, side: number): Point[] => [
  { y: top, x: left },
  { y: top, x: left + side },
  { y: top + side, x: left + side },
  { y: top + side, x: left },
];

describe("draw", () => {
  const window = windowOf(["......", "......", "...22.", "...22.", "...??."], 10, 20);

  it("makes an object of the pixels whose centres are inside", () => {
    const drawn = after(window, draw(window, square(10.5, 20.5, 3), { label: 3, protect: true }));
    expect(rowsOfWindow(drawn)).toEqual(["......", ".333..", ".3322.", ".3322.", "...??."]);
  });

  it("takes pixels of neighbours where they are not protected, and unknown ones always", () => {
    const drawn = after(window, draw(window, square(10.5, 20.5, 3), { label: 3, protect: false }));
    expect(rowsOfWindow(drawn)).toEqual(["......", ".333..", ".3332.", ".3332.", "...??."]);
    const unknown = after(window, draw(window, square(13.5, 22.5, 2), { label: 3, protect: true }));
    expect(rowsOfWindow(unknown)[4]).toBe("...33.");
  });

  it("gives nothing for a line, or an outline elsewhere", () => {
    expect(draw(window, square(10, 20, 3).slice(0, 2), { label: 3, protect: true })).toBeUndefined();
    expect(draw(window, square(90, 90, 3), { label: 3, protect: true })).toBeUndefined();
    expect(draw(window, square(12.4, 23.4, 0.1), { label: 3, protect: true })).toBeUndefined();
  });
});

describe("ignore", () => {
  const window = windowOf(["1...", "11..", "....", "...?"]);
  const region = square(-0.5, -0.5, 3);

  it("makes a region unknown, and background again", () => {
    const ignored = after(window, ignore(window, region, { isIgnored: true, protect: true }));
    expect(rowsOfWindow(ignored)).toEqual(["1??.", "11?.", "???.", "...?"]);
    expect(after(window, ignore(window, region, { isIgnored: true, protect: false })).data).toContain(-1);
    const again = after(ignored, ignore(ignored, region, { isIgnored: false, protect: true }));
    expect(again.data).toEqual(window.data);
  });
});

describe("deleteObjects", () => {
  it("deletes all pieces of some objects", () => {
    const window = windowOf(["12.1", "1233", "..?1"]);
    expect(rowsOfWindow(after(window, deleteObjects(window, [1, 3, 9])))).toEqual([".2..", ".2..", "..?."]);
    expect(deleteObjects(window, [7, 0, -1])).toBeUndefined();
  });
});

describe("accept and copy", () => {
  const candidates = windowOf(["....", ".55.", ".55.", "...."], 3, 3);

  it("takes the pixels of a candidate where no object is, in a window from elsewhere", () => {
    const window = windowOf(["???..", "??22.", "?????"], 4, 2);
    const accepted = after(window, accept(window, { plane: candidates, label: 5 }, 3));
    expect(rowsOfWindow(accepted)).toEqual(["??33.", "??22.", "?????"]);
  });

  it("copies to the same place, and gives nothing where all is taken or the object is not there", () => {
    const window = windowOf([".111", ".111", "...."], 4, 3);
    expect(copy(window, { plane: candidates, label: 5 }, 2)).toBeUndefined();
    expect(copy(window, { plane: candidates, label: 6 }, 2)).toBeUndefined();
    expect(copy(windowOf(["."], 90, 90), { plane: candidates, label: 5 }, 2)).toBeUndefined();
  });
});

describe("gestures", () => {
  it("can be taken back, and leave what they were given as it was", () => {
    fc.assert(
      fc.property(
        labelWindows,
        labelWindows,
        fc.array(places, { maxLength: 7 }),
        (window, plane, outline) => {
          const before = [window.data.slice(), plane.data.slice()];
          const paint = { label: largestLabel(window) + 1, protect: true };
          const all = [
            draw(window, outline, paint),
            ignore(window, outline, { isIgnored: true, protect: false }),
            ignore(window, outline, { isIgnored: false, protect: false }),
            deleteObjects(window, [1, 3]),
            accept(window, { plane, label: 2 }, paint.label),
          ];
          for (const patches of all) {
            const changed = after(window, patches);
            const isChanged = changed.data.some((label, i) => label !== window.data[i]);
            expect(isChanged).toBe(patches !== undefined);
            for (const patch of patches ?? []) {
              expect(matches(window, patch)).toBe(true);
              expect(matches(changed, patch)).toBe(false);
            }
          }
          expect([window.data, plane.data]).toEqual(before);
          const drawn = after(window, all[0]);
          expect(drawn.data.filter((_, i) => window.data[i]! > 0)).toEqual(window.data.filter((v) => v > 0));
        },
      ),
    );
  });
});
