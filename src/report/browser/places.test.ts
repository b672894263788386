import { describe, expect, it } from "vitest";
import { circleAround, nearestPath, svgPath, touchesBox } from "./places.js";

describe("nearestPath", () => {
  const paths = [
    [10, 10, 10, 20],
    [30, 10, 30, 20, 40, 20],
    [5, 50],
  ];

  it("finds what is nearest along its lines, not only at its points", () => {
    expect(nearestPath(paths, 12, 15, 5)).toBe(0);
    expect(nearestPath(paths, 35, 21, 5)).toBe(1);
    expect(nearestPath(paths, 6, 51, 5)).toBe(2);
  });

  it("finds nothing beyond its reach, and the first of two", () => {
    expect(nearestPath(paths, 20, 60, 5)).toBe(-1);
    const two = [
      [0, 0],
      [0, 2],
    ];
    expect(nearestPath(two, 0, 1, 5)).toBe(0);
    expect(nearestPath([], 0, 0, 5)).toBe(-1);
  });

  it("reads each place of thousands of tracks a fixed number of times", () => {
    let reads = 0;
    const counting: ProxyHandler<number[]> = {
      get(path, key) {
        if (typeof key === "string" && /^\d+$/.test(key)) reads++;
        return Reflect.get(path, key) as unknown;
      },
    };
    const [tracks, places] = [2000, 20];
    const many = Array.from(
      { length: tracks },
      (_, i) =>
        new Proxy(
          Array.from({ length: 2 * places }, (_, k) => 100 * i + k),
          counting,
        ),
    );
    // The last track, so that none before it ends the search.
    expect(nearestPath(many, 100 * (tracks - 1), 100 * (tracks - 1) + 1, 10)).toBe(tracks - 1);
    // Its own y and x, and those of the next place.
    expect(reads).toBeGreaterThanOrEqual(2 * tracks * places);
    expect(reads).toBeLessThanOrEqual(4 * tracks * places);
  });
});

describe("touchesBox", () => {
  const box = { x: 10, y: 20, width: 30, height: 40 };

  it("holds for a path with a place on a pixel of the box", () => {
    expect(touchesBox([0, 0, 20, 10], box)).toBe(true);
    expect(touchesBox([19.6, 9.6], box)).toBe(true);
    expect(touchesBox([60, 40], box)).toBe(true);
  });

  it("does not hold for one that is beside, or has y and x in the box but not together", () => {
    expect(touchesBox([19, 9], box)).toBe(false);
    expect(touchesBox([30, 5, 5, 30], box)).toBe(false);
  });
});

describe("what is drawn of a path", () => {
  it("lies half a px from the corner of the first pixel", () => {
    expect(svgPath([1, 2, 3, 4.5])).toBe("M2.5 1.5L5 3.5");
    expect(circleAround([0, 0, 6, 8])).toEqual({ cx: 4.5, cy: 3.5, radius: 5 });
  });

  it("is a dot where the track has one place", () => {
    expect(svgPath([1, 2])).toBe("M2.5 1.5h0.01");
    expect(circleAround([1, 2])).toEqual({ cx: 2.5, cy: 1.5, radius: 0 });
  });
});
