import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { labelImage } from "../core/labels.js";
import { concatNuclei, emptyNuclei, type Nuclei } from "../core/nuclei.js";
import { measure } from "../imgproc/regions.js";
import { type LinkOverlaps, linkOverlaps } from "./maskoverlaps.js";
import { trackOverlap } from "./overlaptracker.js";

interface Golden {
  readonly height: number;
  readonly width: number;
  /** Per frame, runs of [value, length]. */
  readonly frames: readonly (readonly [value: number, length: number][])[];
  /** [earlier frame, label there, label in the next frame], sorted. */
  readonly links: readonly (readonly [number, number, number])[];
}
const golden = JSON.parse(
  readFileSync(new URL("../../fixtures/tracking/overlap.json", import.meta.url), "utf8"),
) as Golden;

/** Links of a table as (earlier frame, label, label), sorted. */
function linksOf(nuclei: Nuclei, frames: number, overlaps: LinkOverlaps): number[][] {
  const { edges } = trackOverlap(nuclei, frames, overlaps);
  const links = Array.from({ length: edges.length / 2 }, (_, e) => {
    const [parent, child] = [edges[2 * e]!, edges[2 * e + 1]!];
    expect(nuclei.frame[child]).toBe(nuclei.frame[parent]! + 1);
    return [nuclei.frame[parent]!, nuclei.label[parent]!, nuclei.label[child]!];
  });
  return links.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]! || a[2]! - b[2]!);
}

/** A nucleus a triple (frame, label, area), at places of no importance. */
function nucleiOf(rows: readonly (readonly [frame: number, label: number, area: number])[]): Nuclei {
  const nuclei = emptyNuclei(rows.length);
  rows.forEach(([frame, label, area], row) => {
    [nuclei.frame[row], nuclei.label[row], nuclei.area[row]] = [frame, label, area];
  });
  return nuclei;
}

const overlapsOf = (pairs: readonly (readonly [number, number, number])[]): LinkOverlaps[number] => ({
  from: Int32Array.from(pairs, ([from]) => from),
  to: Int32Array.from(pairs, ([, to]) => to),
  shared: Float64Array.from(pairs, ([, , shared]) => shared),
});

describe("trackOverlap", () => {
  it("makes the links of laptrack's OverLapTrack on a movie with a division, a gap and one that is too fast", () => {
    const images = golden.frames.map((runs) =>
      labelImage(
        golden.height,
        golden.width,
        Int32Array.from(runs.flatMap(([value, length]) => Array<number>(length).fill(value))),
      ),
    );
    const nuclei = concatNuclei(images.map((image, frame) => measure(image, { frame })));
    const overlaps = images.slice(1).map((image, t) => linkOverlaps(images[t]!, image));
    expect(linksOf(nuclei, images.length, overlaps)).toEqual(golden.links);
    expect(golden.links).toHaveLength(29);
  });

  it("links above an intersection over union of 0.3, not at it", () => {
    // 6 / (10 + 16 - 6) = 0.3, and 6 / (10 + 15 - 6) above it.
    const overlaps = [overlapsOf([[1, 1, 6]])];
    expect(
      linksOf(
        nucleiOf([
          [0, 1, 10],
          [1, 1, 16],
        ]),
        2,
        overlaps,
      ),
    ).toEqual([]);
    expect(
      linksOf(
        nucleiOf([
          [0, 1, 10],
          [1, 1, 15],
        ]),
        2,
        overlaps,
      ),
    ).toEqual([[0, 1, 1]]);
  });

  it("lets each nucleus choose for itself, although another source is free", () => {
    const nuclei = nucleiOf([
      [0, 1, 100],
      [0, 2, 40],
      [1, 1, 50],
      [1, 2, 60],
    ]);
    // 1 > 1: 50 / 100; 1 > 2: 48 / 112 = .43; 2 > 2: 25 / 75 = .33.
    const overlaps = [
      overlapsOf([
        [1, 1, 50],
        [1, 2, 48],
        [2, 2, 25],
      ]),
    ];
    expect(linksOf(nuclei, 2, overlaps)).toEqual([
      [0, 1, 1],
      [0, 1, 2],
    ]);
  });

  it("takes the lower label of two with the same overlap, in any order of rows and pairs", () => {
    const rows = [
      [0, 7, 10],
      [0, 3, 10],
      [1, 1, 20],
    ] as const;
    const pairs = [
      [3, 1, 10],
      [7, 1, 10],
    ] as const;
    for (const [table, list] of [
      [rows, pairs],
      [rows.toReversed(), pairs],
      [rows, pairs.toReversed()],
    ] as const)
      expect(linksOf(nucleiOf(table), 2, [overlapsOf(list)])).toEqual([[0, 3, 1]]);
  });

  it("leaves gaps open and takes no notice of labels without a nucleus", () => {
    const nuclei = nucleiOf([
      [0, 1, 10],
      [2, 1, 10],
      [3, 4, 10],
    ]);
    const overlaps = [overlapsOf([[1, 9, 10]]), overlapsOf([]), overlapsOf([[1, 4, 10]])];
    expect(linksOf(nuclei, 4, overlaps)).toEqual([[2, 1, 4]]);
    expect(linksOf(emptyNuclei(0), 1, [])).toEqual([]);
  });

  it("says what is missing where overlaps are", () => {
    expect(() => trackOverlap(emptyNuclei(0), 3, undefined)).toThrow(
      "overlaps: expected the pixels that masks share from frame to frame, 2 times, received none; give label " +
        "images, or choose a tracker that links by distance.",
    );
    expect(() => trackOverlap(emptyNuclei(0), 3, [overlapsOf([])])).toThrow(/2 times, received 1 times/);
  });
});
