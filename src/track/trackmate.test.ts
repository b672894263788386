import { describe, expect, it } from "vitest";
import { emptyNuclei, type Nuclei } from "../core/nuclei.js";
import { trackLap, trackmateDefaults, trackmateTuned, type LapOptions } from "./trackmate.js";

/** One nucleus a triple (frame, y, x). */
function nucleiOf(spots: readonly (readonly [t: number, y: number, x: number])[]): Nuclei {
  const nuclei = emptyNuclei(spots.length);
  spots.forEach(([t, y, x], row) => {
    [nuclei.frame[row], nuclei.label[row], nuclei.y[row], nuclei.x[row], nuclei.area[row]] = [
      t,
      row + 1,
      y,
      x,
      100,
    ];
  });
  return nuclei;
}

const links = (
  spots: Parameters<typeof nucleiOf>[0],
  options: Partial<LapOptions> = {},
): [number, number][] => {
  const frames = Math.max(...spots.map(([t]) => t)) + 1;
  const { edges } = trackLap(nucleiOf(spots), frames, { ...trackmateDefaults(undefined), ...options });
  return Array.from({ length: edges.length / 2 }, (_, e) => [edges[2 * e]!, edges[2 * e + 1]!]);
};

describe("trackLap: frame to frame", () => {
  it("links below the distance, not at it", () => {
    expect(
      links([
        [0, 0, 0],
        [1, 0, 14.9],
      ]),
    ).toEqual([[0, 1]]);
    expect(
      links([
        [0, 0, 0],
        [1, 0, 15],
      ]),
    ).toEqual([]);
  });

  it("takes the least total, with 1.05 times the dearest candidate for what stays alone", () => {
    // a-c 1, b-c 36, b-d 121 (of 225): the alternative is 127.05, so that both links are cheaper than leaving
    // b and d alone.
    expect(
      links([
        [0, 0, 0],
        [0, 0, 7],
        [1, 0, 1],
        [1, 0, 18],
      ]),
    ).toEqual([
      [0, 2],
      [1, 3],
    ]);
    // a-c 100, b-c 4: c can serve one only; a is left alone.
    expect(
      links([
        [0, 0, 0],
        [0, 0, 12],
        [1, 0, 10],
      ]),
    ).toEqual([[1, 2]]);
  });

  it("lets a distant pair of the same frames decide about others, as TrackMate does", () => {
    // Alone, the alternative is 1.05 x 100 = 105: one link at 25 gains 80, two links at 100 gain 5 each. A
    // distant pair at 14 px raises it to 205.8, where the two links gain 105.8 each, the one 180.8.
    const chain = [
      [0, 0, 0],
      [0, 0, 15],
      [1, 0, 10],
      [1, 0, 25],
    ] as const;
    expect(links(chain)).toEqual([[1, 2]]);
    const distant = [
      [0, 500, 0],
      [1, 500, 14],
    ] as const;
    expect(links([...chain.slice(0, 2), distant[0], ...chain.slice(2), distant[1]])).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });

  it("links over frames without any nuclei", () => {
    expect(
      links([
        [0, 0, 0],
        [3, 0, 4],
      ]),
    ).toEqual([[0, 1]]);
  });

  it("links what does not move", () => {
    expect(
      links([
        [0, 0, 0],
        [0, 0, 9],
        [1, 0, 0],
        [1, 0, 9],
      ]),
    ).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(
      links([
        [0, 5, 5],
        [1, 5, 5],
      ]),
    ).toEqual([[0, 1]]);
  });

  it("has the default of 15 in the unit of the image", () => {
    expect(trackmateDefaults(undefined).linkingDistance).toBe(15);
    expect(trackmateDefaults(0.5)).toEqual({
      linkingDistance: 30,
      gapDistance: 30,
      gapFrames: 2,
      splittingDistance: undefined,
    });
    expect(trackmateTuned(22)).toEqual({
      linkingDistance: 22,
      gapDistance: 22,
      gapFrames: 2,
      splittingDistance: 22,
    });
  });
});

/** A bystander in every frame, so that none is without nuclei. */
const bystander = (frames: number): [number, number, number][] =>
  Array.from({ length: frames }, (_, t) => [t, 900, 900]);

describe("trackLap: segments", () => {
  it("closes a gap of one missing frame, not of two", () => {
    const onlyGaps = (spots: [number, number, number][], frames: number): [number, number][] =>
      links([...spots, ...bystander(frames)]).filter(
        ([from, to]) => from < spots.length && spots[to]![0] - spots[from]![0] > 1,
      );
    expect(
      onlyGaps(
        [
          [0, 0, 0],
          [1, 0, 1],
          [3, 0, 3],
          [4, 0, 4],
        ],
        5,
      ),
    ).toEqual([[1, 2]]);
    expect(
      onlyGaps(
        [
          [0, 0, 0],
          [1, 0, 1],
          [4, 0, 3],
          [5, 0, 4],
        ],
        6,
      ),
    ).toEqual([]);
    expect(
      links([[0, 0, 0], [1, 0, 1], [3, 0, 3], [4, 0, 4], ...bystander(5)], { gapFrames: 0 }).filter(
        ([from]) => from < 4,
      ),
    ).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it("closes gaps at the distance, not beyond", () => {
    const gap = (x: number): boolean =>
      links([[0, 0, 0], [1, 0, 0], [3, 0, x], [4, 0, x], ...bystander(5)]).some(
        ([from, to]) => from === 1 && to === 2,
      );
    expect(gap(15)).toBe(true);
    expect(gap(15.1)).toBe(false);
  });

  it("never closes gaps of single nuclei", () => {
    expect(links([[0, 0, 0], [1, 0, 1], [3, 0, 3], ...bystander(5)]).filter(([from]) => from < 3)).toEqual([
      [0, 1],
    ]);
    expect(links([[0, 0, 0], [2, 0, 1], [3, 0, 2], ...bystander(5)]).filter(([from]) => from < 3)).toEqual([
      [1, 2],
    ]);
  });

  // A mother (rows 0 to 2) that goes on as one daughter (3, 4), and another daughter (5, 6).
  const division: [number, number, number][] = [
    [0, 0, 0],
    [1, 0, 0],
    [2, 0, 0],
    [3, 0, 3],
    [4, 0, 5],
    [3, 0, -4],
    [4, 0, -6],
  ];

  it("finds no division by default, and one where splitting is on", () => {
    expect(links(division)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [5, 6],
    ]);
    expect(links(division, { splittingDistance: 15 })).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [2, 5],
      [5, 6],
    ]);
    expect(links(division, { splittingDistance: 3.9 })).toHaveLength(5);
  });

  it("splits at the distance, from one frame before", () => {
    expect(links(division, { splittingDistance: 4 })).toContainEqual([2, 5]);
    const late = division.map(([t, y, x], row): [number, number, number] =>
      row > 4 ? [t + 1, y, x] : [t, y, x],
    );
    // Daughter 5 starts in frame 4: its mother can only be nucleus 3, 7 px away; and 3 is the middle of its
    // segment.
    expect(links([...late.slice(0, 6), late[6]!], { splittingDistance: 15 })).toContainEqual([3, 5]);
  });

  it("does not split the first or the last nucleus of a segment, nor towards a single one", () => {
    const young = division
      .filter((_, row) => row > 1)
      .map(([t, y, x]): [number, number, number] => [t - 2, y, x]);
    expect(links(young, { splittingDistance: 15 })).toHaveLength(3);
    expect(links(division.slice(0, 6), { splittingDistance: 15 })).toHaveLength(4);
  });

  it("uses a start once: for a gap or for a division", () => {
    // The start (5) is 4 px from the middle of one track and 2 px from the end of another one that stopped
    // two frames before.
    const both: [number, number, number][] = [...division, [0, 0, -5], [1, 0, -6]];
    const made = links(both, { splittingDistance: 15 });
    expect(made.filter(([, to]) => to === 5)).toEqual([[8, 5]]);
    expect(links(both, { splittingDistance: 15, gapFrames: 1 }).filter(([, to]) => to === 5)).toEqual([
      [2, 5],
    ]);
  });

  it("leaves open what costs more than 1.05 times the 90th percentile of all costs", () => {
    // Ten gaps of cost 1 and one of cost 144: the 90th percentile (rank 9 of 0..10) is 1, the alternative
    // 1.05.
    const gap = (y: number, jump: number): [number, number, number][] => [
      [0, y, 0],
      [1, y, 0],
      [3, y, jump],
      [4, y, jump],
    ];
    const spots = [
      ...Array.from({ length: 10 }, (_, k) => gap(100 * k, 1)).flat(),
      ...gap(1000, 12),
      ...bystander(5),
    ];
    const closed = links(spots).filter(([from, to]) => spots[to]![0] - spots[from]![0] === 2);
    expect(closed).toHaveLength(10);
    // Alone, the dear one is its own percentile.
    expect(links([...gap(1000, 12), ...bystander(5)])).toContainEqual([1, 2]);
  });

  it("does not depend on the order of the table", () => {
    const both: [number, number, number][] = [...division, ...bystander(5)];
    const order = [4, 9, 0, 7, 11, 2, 6, 1, 10, 3, 5, 8];
    const shuffled = links(
      order.map((row) => both[row]!),
      { splittingDistance: 15 },
    ).map(([from, to]) => [order[from]!, order[to]!]);
    const byChild = (a: number[], b: number[]): number => a[1]! - b[1]!;
    expect(shuffled.sort(byChild)).toEqual(links(both, { splittingDistance: 15 }).sort(byChild));
  });
});

describe("trackLap: errors", () => {
  it("names the option that is out of range", () => {
    expect(() => links([[0, 0, 0]], { linkingDistance: 0 })).toThrow(/linkingDistance.*above 0 px/);
    expect(() => links([[0, 0, 0]], { gapFrames: 1.5 })).toThrow(/gapFrames/);
  });
});
