import { describe, expect, it } from "vitest";
import { speedColour } from "../draw/colours.js";
import { compose } from "./compositor.js";
import { linesOfBranches, linesOfFrame, segmentColours, trackSegments } from "./lines.js";
import { alphaOf, packed, selectedColour } from "./packedcolour.js";

/** Branch 1 goes right by 2 px a frame and misses frame 2; branch 2, its daughter, goes down by 5 px a frame. */
const branches = [
  { id: 1, frames: [0, 1, 3], y: [10, 10, 10], x: [0, 2, 6] },
  { id: 2, frames: [4, 5, 6], y: [12, 17, 22], x: [6, 6, 6], mother: 1 },
];
const segments = trackSegments(branches, 7);
const options = { tail: 2, width: 1 };
const ends = (frame: number, tail = 2): number[] =>
  Array.from(linesOfFrame(segments, segmentColours(segments, "speed"), frame, { ...options, tail }).ends);

describe("lines of tracks", () => {
  it("are sorted by the frame in which they end", () => {
    expect(Array.from(segments.starts)).toEqual([0, 0, 1, 1, 2, 3, 4, 5]);
    expect(Array.from(segments.speed)).toEqual([2, 2, NaN, 5, 5]);
  });

  it("are those of the last frames", () => {
    expect(ends(0)).toEqual([]);
    expect(ends(1)).toEqual([10, 0, 10, 2]);
    expect(ends(4)).toEqual([10, 2, 10, 6, 10, 6, 12, 6]);
    expect(ends(6, 1)).toEqual([17, 6, 22, 6]);
    expect(ends(6, Infinity)).toHaveLength(20);
    expect(ends(99, 3)).toEqual([]);
  });

  it("are coloured by speed or by track, links to daughters white", () => {
    const range = { low: 2, high: 5 };
    const slow = packed(speedColour(0));
    expect(Array.from(segmentColours(segments, "speed", range))).toEqual([
      slow,
      slow,
      selectedColour,
      packed(speedColour(1)),
      packed(speedColour(1)),
    ]);
    const byTrack = segmentColours(segments, "track");
    expect([byTrack[0], byTrack[3]]).toEqual([byTrack[1], byTrack[4]]);
    expect(byTrack[0]).not.toBe(byTrack[3]);
  });

  it("fade with their age", () => {
    const colours = segmentColours(segments, "speed");
    const { colours: faded } = linesOfFrame(segments, colours, 6, { tail: 4, width: 2, fade: true });
    expect(Array.from(faded, alphaOf)).toEqual([121, 166, 210, 255]);
    expect(colours.every((colour) => alphaOf(colour) === 255)).toBe(true);
  });

  it("are found for some branches", () => {
    expect(Array.from(linesOfBranches(segments, new Set([2])).ends)).toEqual([
      10, 6, 12, 6, 12, 6, 17, 6, 17, 6, 22, 6,
    ]);
  });

  it("find and draw 98,000 segments quickly", () => {
    const many = Array.from({ length: 4900 }, (_, id) => ({
      id,
      frames: Array.from({ length: 21 }, (_, t) => t),
      y: Array.from({ length: 21 }, (_, t) => ((id * 61.7) % 990) + (t % 5)),
      x: Array.from({ length: 21 }, (_, t) => ((id * 113.3) % 1590) + 3 * Math.sin(t)),
    }));
    const all = trackSegments(many, 21);
    const colours = segmentColours(all, "speed");
    const size = { height: 1000, width: 1600 };
    const data = new Uint32Array(1_600_000);
    const times = Array.from({ length: 15 }, () => {
      const start = performance.now();
      const lines = [linesOfFrame(all, colours, 20, { tail: 20, width: 1 })];
      compose({ size, images: [], labels: [], lines }, { y: 500, x: 800, zoom: 1 }, { ...size, data });
      return performance.now() - start;
    });
    expect(all.branch).toHaveLength(98_000);
    // 5 to 10 ms on a free core; more where tests share it.
    expect(Math.min(...times)).toBeLessThan(60);
  });
});
