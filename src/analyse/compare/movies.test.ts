import { describe, expect, it } from "vitest";
import { emptyNuclei } from "../../core/nuclei.js";
import { type Branch, branchesOf } from "../../core/tracks.js";
import { roseOf } from "../../stats/direction.js";
import { analyse } from "../analyse.js";
import { meanCourse, meanRose, measuresOf } from "./movies.js";

/** Nuclei that move right by `speed` px a frame. */
function moving(speed: number, tracks: number, frames: number): ReturnType<typeof analyse> {
  const nuclei = emptyNuclei(tracks * frames);
  const edges: number[] = [];
  for (let row = 0; row < nuclei.count; row++) {
    const [t, k] = [Math.floor(row / tracks), row % tracks];
    [nuclei.frame[row], nuclei.label[row], nuclei.y[row], nuclei.x[row], nuclei.area[row]] = [
      t,
      k + 1,
      20 * k,
      speed * t,
      100 + k,
    ];
    if (t > 0) edges.push(row - tracks, row);
  }
  const graph = { nuclei, frames, edges: Uint32Array.from(edges) };
  const branches: readonly Branch[] = branchesOf(graph);
  expect(branches).toHaveLength(tracks);
  return analyse(graph, { height: 100, width: 100, pixelSize: 0.5, frameInterval: 60 });
}

describe("measuresOf", () => {
  it("keeps headline numbers by name with unit, courses, directions and single tracks", () => {
    const measures = measuresOf({ name: "a_1", condition: "a", replicate: "1" }, moving(4, 400, 3));
    expect(measures.values.get("mean_speed_um_per_min")).toBeCloseTo(2, 9);
    expect(measures.courses).toMatchObject({ time: [0, 1, 2], speed: [NaN, 2, 2] });
    expect(measures.rose.counts[0]).toBe(400);
    expect(measures.singles.get("mean_speed_um_per_min")).toHaveLength(150);
    expect([...measures.singles.keys()]).toEqual([
      "median_area_um2",
      "median_track_duration_min",
      "mean_speed_um_per_min",
      "median_speed_um_per_min",
      "median_straightness",
    ]);
  });
});

describe("meanCourse", () => {
  it("is the mean over movies, each once, where all are", () => {
    expect(
      meanCourse([
        { time: [0, 1, 2], value: [1, 2, 3] },
        { time: [0, 1, 2, 3], value: [3, 4, 5, 99] },
      ]),
    ).toEqual({ time: [0, 1, 2], value: [2, 3, 4] });
    expect(
      meanCourse([
        { time: [0, 1], value: [NaN, 2] },
        { time: [0, 1], value: [3, 4] },
      ]).value,
    ).toEqual([NaN, 3]);
    expect(meanCourse([])).toEqual({ time: [], value: [] });
  });
  it("interpolates movies of other frame intervals", () => {
    expect(
      meanCourse([
        { time: [0, 2, 4], value: [0, 2, 4] },
        { time: [0, 3, 6], value: [0, 3, 6] },
      ]),
    ).toEqual({ time: [0, 3], value: [0, 3] });
    const tenth = Array.from({ length: 11 }, (_, i) => i * 0.1);
    expect(
      meanCourse([
        { time: tenth, value: tenth },
        { time: [0, 0.5, 1], value: [0, 0.5, 1] },
      ]).time,
    ).toEqual([0, 0.5, 1]);
  });
});

describe("meanRose", () => {
  it("lets each movie count the same, however many tracks it has", () => {
    const rose = meanRose([roseOf(Array.from({ length: 900 }, () => 5)), roseOf([95]), roseOf([])]);
    expect([rose.counts[0], rose.counts[6], rose.total]).toEqual([0.5, 0.5, 1]);
    expect(rose.meanDirection).toBeCloseTo(50, 9);
    expect(rose.resultant).toBeCloseTo(Math.SQRT1_2, 9);
    expect(meanRose([roseOf([0]), roseOf([180])]).meanDirection).toBeNaN();
    expect(meanRose([roseOf([])])).toMatchObject({ total: 0, meanDirection: NaN });
  });

  it("of no movie has no direction, and does not crash", () => {
    expect(meanRose([])).toMatchObject({
      total: 0,
      meanDirection: NaN,
      counts: roseOf([]).counts.map(() => 0),
    });
  });

  it("keeps directions as they are seen on the screen", () => {
    for (const degrees of [0, 45, 90, 200, 270, 359])
      expect(meanRose([roseOf([degrees]), roseOf([degrees])]).meanDirection).toBeCloseTo(degrees, 9);
  });
});
