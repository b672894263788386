import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { analyse, type Statistics } from "../analyse/analyse.js";
import { emptyNuclei } from "../core/nuclei.js";
import { random } from "../core/random.js";
import { roseOf } from "../stats/direction.js";
import { axisOf } from "./axis.js";
import { barChart, lineChart } from "./chart.js";
import type { Markup } from "./markup.js";
import { statisticsPlots } from "./plotlist.js";
import * as plots from "./plots.js";
import { roseChart } from "./rose.js";
import { displacementPlot } from "./statisticsplots.js";
import { speedLegend } from "./speedlegend.js";

const wellFormed = ({ text }: Markup): void => {
  expect(XMLValidator.validate(text)).toBe(true);
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
};
const texts = (svg: Markup): string[] =>
  [...svg.text.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]!);

function walks(cells: number, frames: number): Statistics {
  const rng = random(7);
  const nuclei = emptyNuclei(cells * frames);
  const edges: number[] = [];
  for (let t = 0; t < frames; t++) {
    for (let c = 0; c < cells; c++) {
      const row = t * cells + c;
      nuclei.frame[row] = t;
      nuclei.label[row] = c + 1;
      nuclei.area[row] = 100 + 20 * rng.normal();
      nuclei.y[row] = t === 0 ? 50 : nuclei.y[row - cells]! + rng.normal();
      nuclei.x[row] = t === 0 ? 50 : nuclei.x[row - cells]! + rng.normal() + 1;
      if (t > 0) edges.push(row - cells, row);
    }
  }
  return analyse(
    { nuclei, frames, edges: Uint32Array.from(edges) },
    { height: 100, width: 100, pixelSize: 0.5, frameInterval: 600 },
  );
}

const all = statisticsPlots.map(({ draw }) => draw);

describe("axisOf", () => {
  it("ends at round numbers and writes them with equal decimals", () => {
    const axis = axisOf([0.03, 0.97], { label: "a" });
    expect(axis.tickLabels).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    expect([axis.position(0), axis.position(0.5), axis.position(1)]).toEqual([0, 0.5, 1]);
    expect(axisOf([-3, 12_000], { label: "a" }).tickLabels).toEqual([
      "\u22122000",
      "0",
      "2000",
      "4000",
      "6000",
      "8000",
      "10\u202f000",
      "12\u202f000",
    ]);
  });

  it("takes no values, one value, and values that are none", () => {
    expect(axisOf([], { label: "a" })).toMatchObject({ low: 0, high: 1 });
    const single = axisOf([5], { label: "a" });
    expect(single.low).toBeLessThan(5);
    expect(single.high).toBeGreaterThan(5);
    expect(axisOf([NaN, 1, 3, Infinity], { label: "a" })).toMatchObject({ low: 1, high: 3 });
  });

  it("has whole ticks where asked, and 1, 2, 5 or decades on a logarithmic axis", () => {
    expect(axisOf([0, 2], { label: "a", whole: true }).ticks).toEqual([0, 1, 2]);
    expect(axisOf([1.5, 30], { label: "a", logarithmic: true }).ticks).toEqual([1, 2, 5, 10, 20, 50]);
    const wide = axisOf([0.5, 0, -1, 2000], { label: "a", logarithmic: true });
    expect(wide.ticks).toEqual([0.1, 1, 10, 100, 1000, 10_000]);
    expect(wide.position(10)).toBeCloseTo(0.4, 12);
  });

  it("holds its values on a logarithmic axis, one value and twenty decades of them", () => {
    for (const values of [[1], [7], [3e-12, 2e9]]) {
      const axis = axisOf(values, { label: "a", logarithmic: true });
      for (const value of values) {
        expect(axis.position(value)).toBeGreaterThanOrEqual(0);
        expect(axis.position(value)).toBeLessThanOrEqual(1);
      }
      expect(axis.high).toBeGreaterThan(axis.low);
      expect(axis.ticks.length).toBeGreaterThan(1);
    }
  });

  it("has no place for what is no number", () => {
    expect(axisOf([0, 1], { label: "a" }).position(NaN)).toBeNaN();
    expect(axisOf([1, 10], { label: "a", logarithmic: true }).position(NaN)).toBeNaN();
  });
});

describe("charts", () => {
  it("draws bars whose heights are the counts", () => {
    const svg = barChart([0, 1, 2, 3], [2, 0, 4], { title: "t", x: { label: "x" }, y: { label: "y" } });
    wellFormed(svg);
    const heights = [...svg.text.matchAll(/<rect[^>]*height="([\d.]+)"/g)].map((match) => Number(match[1]));
    expect(heights).toHaveLength(2);
    expect(heights[1]! / heights[0]!).toBeCloseTo(2, 2);
  });

  it("interrupts a line at missing values and draws a lone value as a dot", () => {
    const svg = lineChart([{ name: "a", x: [0, 1, 2, 3, 4, 5], y: [1, 2, NaN, 3, NaN, NaN] }], {
      title: "t",
      x: { label: "x" },
      y: { label: "y" },
    });
    wellFormed(svg);
    const path = /<path d="([^"]+)" fill="none" stroke="#0072b2"/.exec(svg.text)![1]!;
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path.match(/L/g)).toHaveLength(1);
    expect(svg.text.match(/<circle/g)).toHaveLength(1);
  });

  it("escapes what it is given", () => {
    const svg = lineChart(
      [
        { name: `<s>&"`, x: [0], y: [0] },
        { name: "b", x: [1], y: [1] },
      ],
      { title: "</svg><script>", x: { label: "a<b" }, y: { label: "'&'" }, note: "<i>" },
    );
    wellFormed(svg);
    expect(svg.text).not.toContain("<script>");
    const { svg: root } = new XMLParser({ ignoreAttributes: false, processEntities: true }).parse(
      svg.text,
    ) as {
      svg: Record<string, unknown>;
    };
    expect(root["@_aria-label"]).toBe("</svg><script>");
  });

  it("gives the bars of a rose areas in proportion to their counts", () => {
    const svg = roseChart(roseOf([1, 2, 3, 4, 100]), { title: "t" });
    wellFormed(svg);
    const radii = [...svg.text.matchAll(/A([\d.]+),/g)].map((match) => Number(match[1]));
    expect(radii).toHaveLength(2);
    expect(radii[0]! / radii[1]!).toBeCloseTo(2, 2);
  });

  it("points a rose's bar up for cells that move up", () => {
    // From 90° to 105°: the arc runs from the left of it to straight above the centre.
    const svg = roseChart(roseOf([91, 92]), { title: "t" }).text;
    const place = "(-?[\\d.]+),(-?[\\d.]+)";
    const path = new RegExp(`<path d="M${place}A[^"]*,${place}L0,0Z"`).exec(svg)!;
    const [, fromX, fromY, toX, toY] = path.map(Number) as [number, number, number, number, number];
    expect(fromX).toBeLessThan(0);
    expect(fromY).toBeLessThan(0);
    expect(toX).toBeCloseTo(0, 1);
    expect(toY).toBeLessThan(fromY);
    expect(svg).toContain('<g transform="translate(320 258)">');
  });
});

describe("plots of statistics", () => {
  it("are well formed for a movie, an empty movie and a set of images", () => {
    const nothing = analyse(
      { nuclei: emptyNuclei(0), frames: 1, edges: new Uint32Array(0) },
      { height: 10, width: 10 },
    );
    for (const statistics of [walks(30, 12), walks(1, 2), nothing])
      for (const plot of all) wellFormed(plot(statistics));
    wellFormed(plots.lossPlot([]));
    wellFormed(plots.lossPlot([{ step: 10, trainingLoss: 1, validationLoss: NaN }]));
    wellFormed(
      plots.f1Plot([
        { threshold: 0.5, f1: 0.9 },
        { threshold: 0.9, f1: NaN },
      ]),
    );
    wellFormed(speedLegend({ low: 0.1, high: 2 }, "µm/min"));
  });

  it("name the unit of every axis", () => {
    const statistics = walks(5, 6);
    expect(texts(plots.speedPlot(statistics))).toEqual(
      expect.arrayContaining(["time [min]", "speed [µm/min]"]),
    );
    expect(texts(plots.areaHistogram(statistics))).toContain("area [µm²]");
    expect(texts(displacementPlot(statistics))).toEqual(expect.arrayContaining(["lag [min]", "MSD [µm²]"]));
  });

  it("have one bar over the whole histogram where all values are equal", () => {
    const statistics = walks(40, 30);
    const svg = plots.areaHistogram({ ...statistics, areas: statistics.areas.map(() => 103) });
    expect(svg.text.match(/<rect/g)).toHaveLength(1);
    expect(texts(svg)).toEqual(expect.arrayContaining(["100", "105", "1200 nuclei"]));
  });

  it("count every nucleus of the area histogram, giants in the last bar", () => {
    const statistics = walks(40, 30);
    const giant = { ...statistics, areas: statistics.areas.map((area, i) => (i === 0 ? 1e6 : area)) };
    const svg = plots.areaHistogram(giant);
    expect(texts(svg).join(" ")).toContain("1200 nuclei; the last bar also holds");
    const bottom = 400 - 58;
    const total = [...svg.text.matchAll(/<rect[^>]*y="([\d.]+)"[^>]*height="([\d.]+)"/g)].map(
      (match) => [Number(match[1]), Number(match[2])] as const,
    );
    for (const [y, height] of total) expect(y + height).toBeCloseTo(bottom, 1);
  });
});
