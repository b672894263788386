import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { after, labelWindows, places, rowsOfWindow, windowOf } from "../../test/labelrows.js";
import { erase, paint } from "./labelgestures.js";
import { joinedSteps, type LabelWindow, type Point, writePatch } from "./labelwindow.js";
import type { LabelPatch } from "./edits.js";

const empty = (height: number, width: number): LabelWindow =>
  windowOf(Array.from({ length: height }, () => ".".repeat(width)));
const own = { label: 1, protect: true };

/** By the definition, pixel by pixel. */
function isUnder(points: readonly Point[], radius: number, y: number, x: number): boolean {
  return points.some((a, i) => {
    if (Math.round(a.y) === y && Math.round(a.x) === x) return true;
    const b = points[Math.max(0, i - 1)]!;
    const length = (b.y - a.y) ** 2 + (b.x - a.x) ** 2;
    const t = length === 0 ? 0 : ((y - a.y) * (b.y - a.y) + (x - a.x) * (b.x - a.x)) / length;
    const s = Math.min(1, Math.max(0, t));
    return (y - a.y - s * (b.y - a.y)) ** 2 + (x - a.x - s * (b.x - a.x)) ** 2 <= radius * radius + 1e-9;
  });
}

describe("the brush", () => {
  it("paints a disc", () => {
    const window = empty(7, 7);
    const painted = after(window, paint(window, { points: [{ y: 3, x: 3 }], diameter: 5 }, own));
    // Centres at most 2.5 px away: (2, 1) is, (2, 2) is not.
    expect(rowsOfWindow(painted)).toEqual([
      ".......",
      "..111..",
      ".11111.",
      ".11111.",
      ".11111.",
      "..111..",
      ".......",
    ]);
  });

  it("paints one pixel with the thinnest brush, wherever in it the pointer is", () => {
    const window = empty(3, 3);
    const painted = after(window, paint(window, { points: [{ y: 1.4, x: 0.6 }], diameter: 1 }, own));
    expect(rowsOfWindow(painted)).toEqual(["...", ".1.", "..."]);
  });

  it("paints what the definition says, within a window anywhere, and changes nothing else", () => {
    fc.assert(
      fc.property(
        labelWindows,
        fc.array(places, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (window, points, diameter, protect) => {
          const copy = window.data.slice();
          const painted = after(window, paint(window, { points, diameter }, { label: 2, protect }));
          expect(window.data).toEqual(copy);
          const expected = copy.map((present, i) => {
            const [y, x] = [Math.floor(i / window.width) + window.y, (i % window.width) + window.x];
            return isUnder(points, diameter / 2, y, x) && !(protect && present > 0) ? 2 : present;
          });
          expect(painted.data).toEqual(expected);
        },
      ),
    );
  });

  it("erases one object, or all, and leaves what is unknown", () => {
    const window = windowOf(["112?"]);
    const stroke = {
      points: [
        { y: 0, x: 0 },
        { y: 0, x: 3 },
      ],
      diameter: 1,
    };
    expect(rowsOfWindow(after(window, erase(window, stroke, 1)))).toEqual(["..2?"]);
    expect(rowsOfWindow(after(window, erase(window, stroke)))).toEqual(["...?"]);
    expect(erase(window, stroke, 7)).toBeUndefined();
  });

  it("joins the steps of a stroke to what the whole stroke changes", () => {
    fc.assert(
      fc.property(labelWindows, fc.array(places, { minLength: 2, maxLength: 6 }), (window, points) => {
        const now = { ...window, data: window.data.slice() };
        const steps: LabelPatch[] = [];
        points.forEach((point, i) => {
          const stroke = { points: [points[Math.max(0, i - 1)]!, point], diameter: 3 };
          const made = (i % 3 === 2 ? erase(now, stroke) : paint(now, stroke, own)) ?? [];
          for (const patch of made) writePatch(now, patch, "after");
          steps.push(...made);
        });
        expect(after(window, joinedSteps(now, steps)).data).toEqual(now.data);
      }),
    );
  });

  it("cuts the patch of a long thin stroke into small ones", () => {
    const window = empty(900, 900);
    const patches = paint(
      window,
      {
        points: [
          { y: 5, x: 5 },
          { y: 880, x: 890 },
        ],
        diameter: 5,
      },
      own,
    )!;
    after(window, patches);
    const pixels = patches.reduce((sum, { before }) => sum + before.length, 0);
    expect(pixels).toBeLessThan((900 * 900) / 8);
  });

  it("takes less than half a millisecond for a step of 8 px", () => {
    const window = empty(512, 512);
    const step = (i: number): void => {
      const [y, x] = [20 + ((i * 8) % 470), 20 + ((i * 5) % 470)];
      const patches = paint(
        window,
        {
          points: [
            { y, x },
            { y: y + 5.6, x: x + 5.6 },
          ],
          diameter: 20,
        },
        { label: 1 + (i % 9), protect: false },
      );
      for (const patch of patches ?? []) writePatch(window, patch, "after");
    };
    for (let i = 0; i < 200; i++) step(i);
    const times = Array.from({ length: 200 }, (_, i) => {
      const start = performance.now();
      step(i + 200);
      return performance.now() - start;
    });
    // Other work on the machine only makes it slower.
    expect(times.sort((a, b) => a - b)[50]!).toBeLessThan(0.5);
  });
});
