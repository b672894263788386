import { describe, expect, it } from "vitest";
import { compareConditions } from "../analyse/compare/conditions.js";
import type { MovieMeasures } from "../analyse/compare/movies.js";
import { unitsOf } from "../analyse/units/units.js";
import { buildStudyReport } from "../report/studyreport.js";
import { roseOf } from "../stats/direction.js";
import { comparisonPlots, dotPlot } from "./conditionplots.js";
import { quantityLabel } from "./quantities.js";

const units = unitsOf({ height: 10, width: 10, pixelSize: 1, frameInterval: 60 });
const quantity = "mean_speed_um_per_min";
const movie = (condition: string, replicate: string, speed: number): MovieMeasures => ({
  name: `${condition}_${replicate}`,
  condition,
  replicate,
  units,
  tracked: true,
  values: new Map([
    [quantity, speed],
    ["divisions", 3],
  ]),
  courses: { time: [0, 1, 2], density: [1, 2, 3], speed: [NaN, speed, speed] },
  rose: roseOf([10, 20]),
  singles: new Map([[quantity, [...Array.from({ length: 20 }, (_, i) => speed + i / 100), speed + 40]]]),
});
const movies = [
  movie("a <b>", "1", 1),
  movie("a <b>", "2", 1.5),
  movie("a <b>", "3", 2),
  movie("c", "1", 3),
  movie("c", "2", 3.6),
  movie("c", "3", 4),
];
const times = (svg: string, pattern: RegExp): number => [...svg.matchAll(pattern)].length;

describe("dotPlot", () => {
  it("draws a large dot a movie and none for a total, joins pairs, and leaves out single tracks far away", () => {
    const comparison = compareConditions(movies, { seed: 1, paired: true });
    const svg = dotPlot(quantity, movies, comparison);
    expect(times(svg, /r="6"/g)).toBe(6);
    expect(times(svg, /stroke="#8a8a8a"/g)).toBe(3);
    // The six at 40 above are beyond the axis.
    expect(times(svg, /r="1.7"/g)).toBe(120);
    expect(svg).toContain("a &lt;b&gt;");
    expect(svg).toMatch(/n = 3, 3; p = 0\.0\d+ \(t\), 0\.25 \(permutation\)/);
    expect(
      times(
        dotPlot(quantity, movies, compareConditions(movies, { seed: 1, paired: false })),
        /stroke="#8a8a8a"/g,
      ),
    ).toBe(0);
    expect(
      comparisonPlots(movies, comparison).map(({ title, plots }) => [title, plots.map(({ name }) => name)]),
    ).toEqual([
      ["Conditions", [quantity]],
      ["Courses", ["course_density", "course_speed"]],
      ["Directions", ["rose_1", "rose_2"]],
    ]);
  });

  it("holds with one movie, or none with a value", () => {
    const one = [movie("a", "1", 1)];
    const svg = dotPlot(quantity, one, compareConditions(one, { seed: 1 }));
    expect(times(svg, /r="6"/g)).toBe(1);
    expect(svg).not.toContain("NaN");
    const none = [movie("a", "1", NaN), movie("b", "1", NaN)];
    expect(
      comparisonPlots(none, compareConditions(none, { seed: 1 }))
        .flatMap(({ plots }) => plots)
        .map(({ svg: text }) => text)
        .join(""),
    ).not.toMatch(/NaN|Infinity/);
  });
});

describe("quantityLabel", () => {
  it.each([
    [quantity, "mean speed [µm/min]"],
    ["mean_density_per_mm2", "mean density [1/mm²]"],
    ["median_area_px2", "median area [px²]"],
    ["divisions_per_nucleus_per_hour", "divisions per nucleus [1/h]"],
    ["median_track_duration_frames", "median track duration [frames]"],
    ["mean_nuclei_per_frame", "mean nuclei per frame"],
    ["median_straightness", "median straightness"],
  ])("is %s in words", (name, label) => expect(quantityLabel(name)).toBe(label));
});

describe("buildStudyReport", () => {
  it("escapes what users named, links the movies, and says that the movie is the unit", () => {
    const comparison = compareConditions(movies, { seed: 1, paired: true });
    const html = buildStudyReport({
      title: "study",
      notices: [{ level: "warning", text: "mind <this>" }],
      movies,
      comparison,
      training: { records: [] },
      methods: { version: "1" },
      parameters: {},
      timings: [],
      versions: {},
      files: [],
      samples: movies.map(({ name, condition, replicate }) => ({
        name,
        condition,
        replicate,
        file: `${name}.tif`,
        frames: 3,
        pixelSize: 1,
        frameInterval: undefined,
        warnings: 0,
        link: `samples/${encodeURIComponent(name)}/report.html`,
      })),
    });
    expect(html).not.toMatch(/<b>_|mind <this>|undefined|NaN/);
    expect(html).toContain('<a href="samples/c_1/report.html">c_1</a>');
    expect(html).toMatch(
      /The movie, not the cell, was the unit of replication \(movies per condition: a &lt;b&gt;: 3, c: 3\).*paired t test.*Hedges&#39; g/,
    );
    expect(html).toMatch(/n counts replicates, paired by name, and not cells/);
  });
});
