import { describe, expect, it } from "vitest";
import { nucleiOf, type Spot } from "../../../test/spots.js";
import { track, type TrackResult } from "../track.js";

/** A spot with the name of the nucleus that it is. */
type Named = Spot & { readonly name: string };

const tracked = (spots: readonly Named[], frames: number): TrackResult =>
  track(nucleiOf(spots), frames, {}, {}, { height: 120, width: 120 });

/** Links between the named spots, as "a0 > a1". */
const links = (spots: readonly Named[], frames: number): string[] => {
  const { edges } = tracked(spots, frames).graph;
  const label = (row: number): string => `${spots[row]!.name}${spots[row]!.t}`;
  return Array.from(
    { length: edges.length / 2 },
    (_, e) => `${label(edges[2 * e]!)} > ${label(edges[2 * e + 1]!)}`,
  );
};

interface Encounter {
  /** Frames in which both are one object. */
  readonly together: number;
  /** Intensities of the two. */
  readonly means?: readonly [number, number];
  readonly areas?: readonly [number, number];
  /** Whether they come out on the other's side. */
  readonly crossed?: boolean;
}

const alone = 3;

/** Two nuclei that are apart for 3 frames, one object, and apart for 3 frames. A third one stays by itself. */
function encounter({ together, means = [50, 50], areas = [80, 110], crossed = false }: Encounter): Named[] {
  const spots: Named[] = [];
  for (let t = 0; t < 2 * alone + together; t++) {
    spots.push(
      { name: "c", t, y: 90, x: 90, area: 95, mean: 50 },
      { name: "d", t, y: 90, x: 30, area: 95, mean: 50 },
    );
    const isOne = t >= alone && t < alone + together;
    if (isOne)
      spots.push({ name: "m", t, y: 50, x: 51, area: areas[0] + areas[1], mean: (means[0] + means[1]) / 2 });
    else {
      const side = crossed && t >= alone ? -1 : 1;
      spots.push({ name: "a", t, y: 50, x: 50 - side * 6, area: areas[0], mean: means[0] });
      spots.push({ name: "b", t, y: 50, x: 50 + side * 6, area: areas[1], mean: means[1] });
    }
  }
  return spots;
}

describe("meet", () => {
  it.each([1, 2, 3, 4, 5])("keeps two nuclei apart that share an outline for %i frames", (together) => {
    const [before, after] = [alone - 1, alone + together];
    const spots = encounter({ together });
    const found = links(spots, 2 * alone + together);
    // The larger one keeps the track of the object.
    expect(found).toContain(`a${before} > a${after}`);
    expect(found).toContain(`b${before} > m${alone}`);
    expect(found).toContain(`m${after - 1} > b${after}`);
    const { divisions, gapsClosed, margins } = tracked(spots, 2 * alone + together);
    expect([divisions, gapsClosed]).toEqual([[], 1]);
    const row = spots.findIndex(({ name, t }) => name === "a" && t === after);
    expect(margins[row]).toBeGreaterThan(0);
  });

  it.each([1, 3])("knows by their looks that they came out on the other side after %i frames", (together) => {
    const [before, after] = [alone - 1, alone + together];
    const frames = 2 * alone + together;
    const found = links(encounter({ together, means: [20, 90], areas: [70, 130], crossed: true }), frames);
    expect(found).toContain(`a${before} > a${after}`);
    expect(found).toContain(`m${after - 1} > b${after}`);
  });

  it("gives the object to the larger one, whichever is nearer to it", () => {
    const found = links(encounter({ together: 2, areas: [110, 80] }), 8);
    expect(found).toContain("b2 > b5");
    expect(found).toContain("a2 > m3");
    expect(found).toContain("m4 > a5");
  });

  it("is no meeting when they share an outline for longer than can be told", () => {
    const together = 8;
    const found = links(encounter({ together }), 2 * alone + together);
    expect(found).not.toContain(`a2 > a${alone + together}`);
    expect(found).not.toContain(`b2 > b${alone + together}`);
  });

  it("is no meeting when only one goes in: it divides", () => {
    const spots = encounter({ together: 3 }).filter(({ name, t }) => name !== "a" || t >= alone);
    const { divisions, gapsClosed } = tracked(spots, 9);
    expect(gapsClosed).toBe(0);
    expect(divisions.map(({ motherRow }) => `${spots[motherRow]!.name}${spots[motherRow]!.t}`)).toEqual([
      "m5",
    ]);
  });

  it("is no meeting when only one comes out", () => {
    const spots = encounter({ together: 3 }).filter(({ name, t }) => name !== "a" || t < alone);
    expect(tracked(spots, 9).gapsClosed).toBe(0);
  });

  it("is no meeting with gaps not allowed", () => {
    const found = track(nucleiOf(encounter({ together: 1 })), 7, { gap: 0 }, {}, { height: 120, width: 120 });
    expect(found.gapsClosed).toBe(0);
  });

  it("uses an object once, where a pair meets twice", () => {
    const first = encounter({ together: 1 });
    const second = encounter({ together: 2 })
      .filter(({ t }) => t > 0)
      .map((spot) => ({ ...spot, t: spot.t + 6 }));
    const spots = [...first, ...second];
    const found = links(spots, 14);
    expect(found).toContain("a2 > a4");
    expect(found).toContain("a8 > a11");
    expect(tracked(spots, 14).gapsClosed).toBe(2);
  });
});
