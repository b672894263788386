import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nucleiOf, type Spot } from "../../test/spots.js";
import { random } from "../core/random.js";
import { track, type TrackResult } from "./track.js";

const pairs = ({ graph }: TrackResult): [number, number][] =>
  Array.from({ length: graph.edges.length / 2 }, (_, e) => [graph.edges[2 * e]!, graph.edges[2 * e + 1]!]);

/** n x n nuclei, 20 px apart, with a little own movement from frame to frame. */
function lattice(
  n: number,
  frames: number,
  seed: number,
  move: (t: number, y: number, x: number) => [number, number] = () => [0, 0],
): Spot[] {
  const rng = random(seed);
  return Array.from({ length: frames }, (_, t) =>
    Array.from({ length: n * n }, (_, k) => {
      const [y, x] = [20 * Math.floor(k / n) + 3 * Math.sin(5 * k), 20 * (k % n) + 3 * Math.cos(7 * k)];
      const [dy, dx] = move(t, y, x);
      return { t, y: y + dy + rng.normal(0, 0.7), x: x + dx + rng.normal(0, 0.7) };
    }),
  ).flat();
}

/** The links of a lattice whose nuclei keep their place in the list. */
const straight = (n: number, frames: number): [number, number][] =>
  Array.from({ length: n * n * (frames - 1) }, (_, k) => [k, k + n * n]);

describe("track: linking", () => {
  it("follows a lone nucleus", () => {
    expect(
      pairs(
        track(
          nucleiOf([
            { t: 0, y: 5, x: 5 },
            { t: 1, y: 7, x: 6 },
          ]),
          2,
        ),
      ),
    ).toEqual([[0, 1]]);
  });

  it("does not link over more than the radius", () => {
    const spots = [
      { t: 0, y: 5, x: 5 },
      { t: 1, y: 5, x: 15 },
    ];
    expect(pairs(track(nucleiOf(spots), 2, { radius: 9 }))).toEqual([]);
    expect(pairs(track(nucleiOf(spots), 2, { radius: 11 }))).toEqual([[0, 1]]);
  });

  it("keeps two nuclei apart that cross", () => {
    // Both move 4 px a frame on paths 6 px apart, so that the right partner is always nearer than the other.
    const spots = Array.from({ length: 7 }, (_, t) => [
      { t, y: 0, x: 4 * t },
      { t, y: 6, x: 24 - 4 * t },
    ]).flat();
    expect(pairs(track(nucleiOf(spots), 7, { radius: 15 }))).toEqual(
      Array.from({ length: 12 }, (_, k) => [k, k + 2]),
    );
  });

  it("takes the best sum, not the nearest pair first", () => {
    // b1 is nearest to a2 (3 px), but then a1 would have to jump 13 px, which the radius forbids.
    const spots = [
      { t: 0, y: 0, x: 0 },
      { t: 0, y: 0, x: 8 },
      { t: 1, y: 0, x: 5 },
      { t: 1, y: 0, x: 13 },
    ];
    expect(pairs(track(nucleiOf(spots), 2, { radius: 10 }))).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  it("tells nuclei apart by area and by intensity where distance cannot", () => {
    const swap = (a: Partial<Spot>, b: Partial<Spot>): Spot[] => [
      { t: 0, y: 0, x: 0, ...a },
      { t: 0, y: 0, x: 6, ...b },
      { t: 1, y: 4, x: 3, ...b },
      { t: 1, y: -4, x: 3.1, ...a },
    ];
    expect(pairs(track(nucleiOf(swap({ area: 60 }, { area: 160 })), 2, { radius: 20 }))).toEqual([
      [1, 2],
      [0, 3],
    ]);
    expect(pairs(track(nucleiOf(swap({ mean: 20 }, { mean: 90 })), 2, { radius: 20 }))).toEqual([
      [1, 2],
      [0, 3],
    ]);
  });

  it("follows nuclei that all move farther than the distance between them", () => {
    const spots = nucleiOf(lattice(9, 4, 1, (t) => [26 * t, -17 * t]));
    expect(pairs(track(spots, 4))).toEqual(straight(9, 4));
  });

  it("follows a flow that turns", () => {
    const turn = (t: number, y: number, x: number): [number, number] => [
      0.05 * t * (x - 130),
      -0.05 * t * (y - 130),
    ];
    expect(pairs(track(nucleiOf(lattice(14, 3, 2, turn)), 3))).toEqual(straight(14, 3));
  });

  it("starts and ends tracks where nuclei appear and disappear", () => {
    const spots = [
      { t: 0, y: 0, x: 0 },
      { t: 0, y: 0, x: 50 },
      { t: 1, y: 0, x: 0 },
      { t: 2, y: 1, x: 0 },
      { t: 2, y: 90, x: 50 },
    ];
    expect(pairs(track(nucleiOf(spots), 3, { gap: 0 }))).toEqual([
      [0, 2],
      [2, 3],
    ]);
  });
});

describe("track: gaps", () => {
  const path = (missing: readonly number[]): Spot[] =>
    Array.from({ length: 7 }, (_, t) => ({ t, y: t, x: 2 * t })).filter(({ t }) => !missing.includes(t));

  it("bridges as many missing frames as allowed", () => {
    expect(pairs(track(nucleiOf(path([3])), 7))).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
    ]);
    expect(pairs(track(nucleiOf(path([3, 4])), 7))).toEqual([
      [0, 1],
      [1, 2],
      [3, 4],
    ]);
    expect(pairs(track(nucleiOf(path([3, 4])), 7, { gap: 2 }))).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    expect(track(nucleiOf(path([3])), 7, { gap: 0 }).gapsClosed).toBe(0);
  });

  it("bridges a gap of one nucleus in a moving tissue", () => {
    const move = (t: number): [number, number] => [6 * t, 4 * t];
    const spots = lattice(8, 4, 3, move).filter((_, k) => k !== 64 + 27);
    const found = track(nucleiOf(spots), 4, { divisions: false });
    // Row 27 of frame 0 continues in frame 2, where rows are one lower.
    expect(pairs(found)).toContainEqual([27, 128 + 27 - 1]);
    expect(found.gapsClosed).toBe(1);
  });

  it("uses each end and each start once", () => {
    const spots = [
      { t: 0, y: 0, x: 0 },
      { t: 0, y: 0, x: 6 },
      { t: 2, y: 0, x: 3 },
    ];
    expect(pairs(track(nucleiOf(spots), 3, { radius: 10 }))).toEqual([[0, 2]]);
  });
});

describe("track: divisions", () => {
  /**
   * A mother at (20, 20) of area 100 for some frames, then two daughters for three that part. With six frames:
   * rows 0..5; 6, 8, 10 and 7, 9, 11.
   */
  const dividing = (frames = 6): Spot[] => [
    ...Array.from({ length: frames }, (_, t) => ({ t, y: 20, x: 20, area: 100 })),
    ...[0, 1, 2].flatMap((age) => [
      { t: frames + age, y: 20, x: 16 - age, area: 52 },
      { t: frames + age, y: 20, x: 24.5 + age, area: 50 },
    ]),
  ];

  it("finds both daughters and says how sure it is", () => {
    const found = track(nucleiOf(dividing()), 9, { radius: 12 });
    expect(pairs(found)).toEqual([
      ...[0, 1, 2, 3, 4].map((row) => [row, row + 1]),
      [5, 6],
      [5, 7],
      ...[6, 7, 8, 9].map((row) => [row, row + 2]),
    ]);
    expect(found.divisions).toEqual([
      { motherRow: 5, daughters: [6, 7], probability: expect.any(Number) as number },
    ]);
    expect(found.divisions[0]!.probability).toBeGreaterThan(0.5);
    expect(pairs(track(nucleiOf(dividing()), 9, { radius: 12, divisions: false }))).not.toContainEqual([
      5, 7,
    ]);
  });

  it("finds daughters that are both too far for a link", () => {
    const found = track(nucleiOf(dividing()), 9, { radius: 3.5 });
    expect(found.divisions.map(({ motherRow, daughters }) => [motherRow, ...daughters])).toEqual([[5, 6, 7]]);
  });

  it("does not take a full-grown neighbour that appears for a daughter", () => {
    const spots = [
      ...[0, 1, 2, 3, 4].map((t) => ({ t, y: 20, x: 20, area: 100 })),
      ...[3, 4].map((t) => ({ t, y: 20, x: 32, area: 100 })),
    ];
    expect(track(nucleiOf(spots), 5, { radius: 14 }).divisions).toEqual([]);
  });

  it("does not take a piece for a daughter, which is soon gone and leaves the other whole", () => {
    const piece = [
      ...[0, 1, 2, 4, 5].map((t) => ({ t, y: 20, x: 20, area: 100 })),
      { t: 3, y: 20, x: 16, area: 52 },
      { t: 3, y: 20, x: 24.5, area: 48 },
    ];
    expect(track(nucleiOf(piece), 6).divisions).toEqual([]);
    // A daughter that is soon gone, but leaves the other as small as she was born, is one.
    const lost = dividing().filter(({ t, x }) => t < 7 || x < 20);
    expect(track(nucleiOf(lost), 9).divisions.length).toBe(1);
  });

  it("knows two nuclei in one outline by the tracks that go in and come out", () => {
    // Like the daughters of a division, but two were there before.
    const meeting = dividing(3).map((spot) => ({ ...spot, t: spot.t + 3 }));
    const before = [0, 1, 2].flatMap((t) => [
      { t, y: 20, x: 14 + t, area: 52 },
      { t, y: 20, x: 26.5 - t, area: 50 },
    ]);
    const found = track(nucleiOf([...before, ...meeting]), 9);
    expect(found.divisions).toEqual([]);
  });

  it("gives a start to the better of two mothers only", () => {
    const beside = Array.from({ length: 9 }, (_, t) => ({ t, y: 33, x: 26, area: 80 }));
    const { divisions } = track(nucleiOf([...dividing(), ...beside]), 9, { radius: 12 });
    expect(divisions.map(({ motherRow, daughters }) => [motherRow, ...daughters])).toEqual([[5, 6, 7]]);
  });

  it("leaves open what parts soon after it was first seen, with the area of both where it lay", () => {
    expect(track(nucleiOf(dividing(2)), 5).divisions).toEqual([]);
  });

  it("takes a nucleus that was lost for a frame as found again, not as born", () => {
    const beside = [0, 1, 2, 3, 4, 5].map((t) => ({ t, y: 20, x: 20, area: 100 }));
    const lost = [0, 1, 3, 4, 5].map((t) => ({ t, y: 20, x: 31, area: 60 }));
    const found = track(nucleiOf([...beside, ...lost]), 6, { radius: 14 });
    expect(found.divisions).toEqual([]);
    expect(pairs(found)).toContainEqual([7, 8]);
  });
});

describe("track: whole movies", () => {
  it("accepts no frames, no nuclei, one frame and empty frames", () => {
    expect(track(nucleiOf([]), 0).graph.edges.length).toBe(0);
    expect(track(nucleiOf([]), 5).settings).toMatchObject({
      radius: null,
      diameter: null,
      spacing: null,
    });
    expect(track(nucleiOf([{ t: 0, y: 1, x: 1 }]), 1).graph.frames).toBe(1);
    const spots = [
      { t: 1, y: 1, x: 1 },
      { t: 4, y: 1, x: 1 },
      { t: 5, y: 1, x: 1 },
    ];
    expect(pairs(track(nucleiOf(spots), 8, { radius: 5 }))).toEqual([[1, 2]]);
  });

  it("refuses options and nuclei out of range", () => {
    const one = nucleiOf([{ t: 0, y: 1, x: 1 }]);
    expect(() => track(one, 1, { radius: 0 })).toThrow(/track option radius/);
    expect(() => track(one, 1, { gap: 0.5 })).toThrow(/track option gap/);
    expect(() => track(nucleiOf([{ t: 3, y: 1, x: 1 }]), 3)).toThrow(/frames within 0 to 2/);
    expect(() => track(nucleiOf([{ t: 0, y: Number.NaN, x: 1 }]), 1)).toThrow(/finite centroids/);
  });

  it("stops when asked to", () => {
    const stop = new AbortController();
    stop.abort();
    expect(() => track(nucleiOf(lattice(3, 3, 1)), 3, {}, { signal: stop.signal })).toThrow(
      /stopped before it ended/,
    );
  });

  const movie = fc
    .array(
      fc.record({
        t: fc.integer({ min: 0, max: 4 }),
        y: fc.integer({ min: 0, max: 480 }).map((v) => v / 8),
        x: fc.integer({ min: 0, max: 480 }).map((v) => v / 8),
        area: fc.integer({ min: 20, max: 120 }),
      }),
      { maxLength: 60 },
    )
    .map((spots) => [...new Map(spots.map((s) => [`${s.t} ${s.y} ${s.x}`, s])).values()]);
  const named = (spots: readonly Spot[], result: TrackResult, shift = 0): string[] => {
    const name = (row: number): string =>
      `${spots[row]!.t} ${spots[row]!.y - shift} ${spots[row]!.x + shift}`;
    return pairs(result)
      .map(([a, b]) => `${name(a)} > ${name(b)}`)
      .sort();
  };

  it("gives forests: one parent at most, two children at most, forward in time, no wider gap than allowed", () => {
    fc.assert(
      fc.property(movie, fc.integer({ min: 0, max: 2 }), (spots, gap) => {
        const result = track(nucleiOf(spots), 5, { gap });
        const children = new Map<number, number>();
        let last = -1;
        for (const [parent, child] of pairs(result)) {
          expect(child).toBeGreaterThan(last);
          last = child;
          const step = spots[child]!.t - spots[parent]!.t;
          expect(step).toBeGreaterThan(0);
          expect(step).toBeLessThanOrEqual(gap + 1);
          children.set(parent, (children.get(parent) ?? 0) + 1);
        }
        const counts = [...children.values()];
        expect(counts.every((n) => n <= 2)).toBe(true);
        expect(counts.filter((n) => n === 2).length).toBe(result.divisions.length);
      }),
    );
  });

  it("does not depend on the order of the rows", () => {
    fc.assert(
      fc.property(movie, fc.integer({ min: 0, max: 1000 }), (spots, turn) => {
        const turned = spots.map((_, k) => spots[(k + turn) % spots.length]!).reverse();
        expect(named(turned, track(nucleiOf(turned), 5))).toEqual(named(spots, track(nucleiOf(spots), 5)));
      }),
    );
  });

  it("does not depend on where the image begins", () => {
    fc.assert(
      fc.property(movie, (spots) => {
        const shifted = spots.map((s) => ({ ...s, y: s.y + 64, x: s.x - 64 }));
        expect(named(shifted, track(nucleiOf(shifted), 5), 64)).toEqual(
          named(spots, track(nucleiOf(spots), 5)),
        );
      }),
    );
  });

  it("tracks 20 frames of 4,900 nuclei without a wrong link", () => {
    const [n, frames] = [70, 20];
    const result = track(
      nucleiOf(lattice(n, frames, 5, (t, y, x) => [0.002 * t * x, 3 * t + 0.001 * t * y])),
      frames,
    );
    const links = pairs(result);
    expect(links.length).toBe(n * n * (frames - 1));
    expect(links.filter(([parent, child]) => child !== parent + n * n)).toEqual([]);
  });
});
