import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Image, ImageSource, Window } from "../core/image.js";
import {
  evenlySpread,
  isLarge,
  type ViewScale,
  openSides,
  viewsOf,
  windowEdge,
  windowGrid,
  windowName,
} from "./views.js";

const size = { height: 9500, width: 13000 };
const looked = (signal: number): ViewScale => ({
  estimate: {
    diameter: 30,
    seen: 30,
    spotted: false,
    background: 0,
    noise: 1,
    brightness: 50,
    saturation: 0,
    signal,
    warnings: [],
  },
  kind: { height: 1, width: 1, type: "Uint8Array", pixelSize: undefined, diameter: 30, brightness: 50 },
});

function source(sizes: readonly { height: number; width: number }[], names: readonly string[]): ImageSource {
  const unread = (): Promise<Image> => Promise.reject(new Error("nothing is to be read here"));
  return {
    name: "s",
    kind: "images",
    frames: sizes.length,
    channels: 1,
    slices: 1,
    frameNames: names,
    notices: [],
    read: unread,
    readWindow: unread,
    size: (frame) => Promise.resolve(sizes[frame]!),
  };
}

describe("windowGrid", () => {
  it("covers every pixel once, with windows of one size to a pixel and no longer than the edge", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30_000 }),
        fc.integer({ min: 1, max: 30_000 }),
        (height, width) => {
          const grid = windowGrid({ height, width });
          expect(grid.reduce((sum, window) => sum + window.height * window.width, 0)).toBe(height * width);
          for (const [axis, length, whole] of [
            ["y", "height", height],
            ["x", "width", width],
          ] as const) {
            const starts = [...new Set(grid.map((window) => window[axis]))].sort((a, b) => a - b);
            const ends = starts.map(
              (start) => start + grid.find((window) => window[axis] === start)![length],
            );
            expect(ends).toEqual([...starts.slice(1), whole]);
            const lengths = grid.map((window) => window[length]);
            expect(Math.max(...lengths)).toBeLessThanOrEqual(windowEdge);
            expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  it("has 35 windows for 9500 x 13000 px", () => {
    expect([windowGrid(size).length, isLarge(size), isLarge({ height: 4096, width: 4096 })]).toEqual([
      35,
      true,
      false,
    ]);
    expect(windowName("m", windowGrid(size)[8]!)).toBe("m_y01900_x01857");
  });
});

describe("evenlySpread", () => {
  const grid = windowGrid(size).map((window) => ({ window }));

  it("begins in the middle, reaches the corners, and keeps the order", () => {
    const places = (most: number): number[] =>
      evenlySpread(grid, size, most).map((item) => grid.indexOf(item));
    expect(places(1)).toEqual([17]);
    expect(places(5)).toEqual([0, 6, 17, 28, 34]);
    expect(places(40)).toEqual(grid.map((_, i) => i));
    for (let most = 1; most < 35; most++) expect(new Set(places(most)).size).toBe(most);
  });

  it("leaves no hole: every window is near a chosen one", () => {
    const chosen = evenlySpread(grid, size, 16);
    const apart = (a: Window, b: Window): number => Math.hypot(a.y - b.y, a.x - b.x);
    for (const { window } of grid)
      expect(Math.min(...chosen.map((other) => apart(other.window, window)))).toBeLessThan(1.1 * windowEdge);
  });
});

describe("openSides", () => {
  it("are those at which the image goes on", () => {
    const sides = windowGrid(size).map((window) => openSides(size, window));
    expect(sides[0]).toEqual({ top: false, bottom: true, left: false, right: true });
    expect(sides[34]).toEqual({ top: true, bottom: false, left: true, right: false });
    expect(Object.values(openSides(size, undefined))).toEqual([false, false, false, false]);
  });
});

describe("viewsOf", () => {
  it("takes small frames whole, and of large ones the windows that hold something", async () => {
    const asked: [number, number][] = [];
    const views = await viewsOf(
      source([{ height: 100, width: 100 }, size], ["a", "b"]),
      [0, 1],
      4,
      (frame, windows) => {
        asked.push([frame, windows.length]);
        // Only the left half holds anything.
        return Promise.resolve(windows.map(({ x }) => looked(x < 6000 ? 5 : 1)));
      },
    );
    expect(asked).toEqual([[1, 16]]);
    expect(views[0]).toEqual({
      name: "a",
      frame: 0,
      source: "a",
      size: { height: 100, width: 100 },
      window: undefined,
      scale: undefined,
    });
    expect(views.length).toBe(5);
    for (const { frame, source: from, window, name } of views.slice(1)) {
      expect([frame, from, name]).toEqual([1, "b", windowName("b", window!)]);
      expect(window!.x).toBeLessThan(6000);
    }
  });

  it("takes all where asked to, and does not give up on an empty image", async () => {
    const empty = (_: number, windows: readonly Window[]): Promise<ViewScale[]> =>
      Promise.resolve(windows.map(() => looked(0)));
    expect((await viewsOf(source([size], ["b"]), [0], 0, empty)).length).toBe(35);
    expect((await viewsOf(source([size], ["b"]), [0], 3, empty)).length).toBe(3);
  });

  it("gives no name twice", async () => {
    const names = ["b", "b_y03800_x05571"];
    const views = await viewsOf(source([size, { height: 9, width: 9 }], names), [0, 1], 1, (_, windows) =>
      Promise.resolve(windows.map(() => looked(5))),
    );
    expect(views.map(({ name }) => name)).toEqual(["b_y03800_x05571_2", "b_y03800_x05571"]);
  });
});
