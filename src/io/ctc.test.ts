import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  assertValidCtc,
  formatTracks,
  manSegName,
  manTrackName,
  maskName,
  parseTracks,
  validateCtc,
  type CtcTrack,
} from "./ctc.js";

const track = (label: number, begin: number, end: number, parent = 0): CtcTrack => ({
  label,
  begin,
  end,
  parent,
});

describe("parseTracks", () => {
  it("reads lines, whatever their ends and blanks", () => {
    expect(parseTracks("1 0 7 0\r\n\n 2\t3  5 1 \n", "a.txt")).toEqual([track(1, 0, 7), track(2, 3, 5, 1)]);
    expect(parseTracks("", "a.txt")).toEqual([]);
  });

  it("names the line that is no track", () => {
    expect(() => parseTracks("1 0 7 0\n2 3 5\n", "a.txt")).toThrow(
      /a\.txt: line 2 does not hold four whole numbers.*"2 3 5"/,
    );
    expect(() => parseTracks("1 0 7.5 0\n", "a.txt")).toThrow(/line 1/);
  });

  it("reads back what formatTracks writes", () => {
    const integer = fc.integer({ min: 0, max: 65535 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ label: integer, begin: integer, end: integer, parent: integer }), {
          selector: (t) => t.label,
        }),
        (tracks) => {
          expect(parseTracks(formatTracks(tracks), "x")).toEqual(
            [...tracks].sort((a, b) => a.label - b.label),
          );
        },
      ),
    );
  });
});

describe("file names", () => {
  it("have three digits up to 1000 frames, four above", () => {
    expect(maskName(7, 1000)).toBe("mask007.tif");
    expect(maskName(7, 1001)).toBe("mask0007.tif");
    expect(manTrackName(12, 50)).toBe("man_track012.tif");
    expect(manSegName(999, 1000)).toBe("man_seg999.tif");
  });
});

describe("validateCtc", () => {
  it("accepts a division and a gap written as a new track", () => {
    const tracks = [track(1, 0, 1), track(2, 2, 3, 1), track(3, 2, 2, 1), track(4, 0, 0), track(5, 2, 3, 4)];
    expect(validateCtc(tracks, [[1, 4], [1], [2, 3, 5], [2, 5]])).toEqual([]);
  });

  const broken: [string, CtcTrack[], number[][], RegExp][] = [
    ["no tracks", [], [[]], /no tracks/],
    ["a label used twice", [track(1, 0, 0), track(1, 0, 0)], [[1]], /Label 1 belongs to more than one/],
    ["a label beyond 16 bits", [track(70000, 0, 0)], [[70000]], /70000 is not within/],
    ["an end before the beginning", [track(1, 1, 0)], [[], []], /ends \(frame 0\) before it begins/],
    ["a frame outside the movie", [track(1, 0, 2)], [[1], [1]], /outside the movie/],
    ["a parent that does not exist", [track(1, 0, 0, 9)], [[1]], /parent 9, which does not exist/],
    [
      "a parent that lives on",
      [track(1, 0, 1), track(2, 1, 1, 1)],
      [[1], [1, 2]],
      /before its parent 1 has ended/,
    ],
    ["a label without a track", [track(1, 0, 0)], [[1, 2]], /Label 2 is in the mask of frame 0/],
    ["a gap", [track(1, 0, 2)], [[1], [], [1]], /Track 1 covers frame 1.*gap/],
  ];
  it.each(broken)("names %s", (_, tracks, labels, message) => {
    expect(validateCtc(tracks, labels).join("\n")).toMatch(message);
    expect(() => assertValidCtc(tracks, labels, "result")).toThrow(/^result: expected tracks valid/);
  });
});
