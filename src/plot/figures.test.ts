/**
 * The figures that stand alone: with their typeface, as pixels, lineages, the tracks over the image, and
 * frames of the movie.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { XMLValidator } from "fast-xml-parser";
import { beforeAll, describe, expect, it } from "vitest";
import { analyse, type Statistics } from "../analyse/analyse.js";
import type { Image } from "../core/image.js";
import { emptyNuclei, type Nuclei } from "../core/nuclei.js";
import { speedColour } from "../draw/colours.js";
import { movieDrawer, timeStamp } from "../draw/movieframe.js";
import { moviePalette, paletteIndices, palettePng } from "../draw/moviepalette.js";
import { decodePng } from "../io/png/png.js";
import { layoutLineages, lineagePlot, lineagesLeftOut } from "./lineage.js";
import { plotsOf, statisticsPlots } from "./plotlist.js";
import { openRasteriser, type Rasteriser } from "./rasterise.js";
import { trackFigure } from "./trackfigure.js";
import { fontFiles, withTypeface } from "./typeface.js";

const program = createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm");
let rasterise: Rasteriser;
beforeAll(async () => {
  rasterise = await openRasteriser(() => readFileSync(program));
});

const wellFormed = (svg: string): void => {
  expect(XMLValidator.validate(svg)).toBe(true);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
};

/** Darkest value of a PNG, 0..255. */
const darkest = (png: Uint8Array): number =>
  Array.from(decodePng(png, "the figure").plane.data).reduce(
    (least, value, i) => (i % 4 === 3 ? least : Math.min(least, value)),
    255,
  );

const [height, width] = [60, 80];
const image: Image = {
  height,
  width,
  data: new Uint8Array(height * width).fill(40).map((value, i) => (i % 7 === 0 ? 90 : value)),
  pixelSize: 0.5,
};

/** Track 1 divides after frame 2 into two, of which the upper divides after frame 5; track 2 stays alone. */
function family(): { nuclei: Nuclei; statistics: Statistics } {
  const rows: [frame: number, y: number, x: number, mother: number][] = [];
  const add = (frame: number, y: number, x: number, mother: number): number =>
    rows.push([frame, y, x, mother]) - 1;
  let [first, alone] = [-1, -1];
  const last: Record<string, number> = {};
  for (let t = 0; t < 9; t++) {
    if (t <= 2) first = add(t, 20 + t, 20, first);
    if (t === 2) Object.assign(last, { up: first, down: first });
    if (t > 2 && t <= 5) last["up"] = add(t, 15 - t, 20 + 4 * t, last["up"]!);
    if (t === 5) Object.assign(last, { left: last["up"], right: last["up"] });
    if (t > 5)
      for (const [name, side] of [
        ["left", -3],
        ["right", 3],
      ] as const)
        last[name] = add(t, 8, 40 + side * (t - 4), last[name]!);
    if (t > 2) last["down"] = add(t, 26 + t, 20, last["down"]!);
    if (t < 6) alone = add(t, 50, 60, alone);
  }
  const order = rows.map((_, i) => i).sort((a, b) => rows[a]![0] - rows[b]![0] || a - b);
  const at = new Map(order.map((row, i) => [row, i]));
  const nuclei = emptyNuclei(rows.length);
  const edges: number[] = [];
  order.forEach((row, i) => {
    const [frame, y, x, mother] = rows[row]!;
    nuclei.frame[i] = frame;
    nuclei.label[i] = i + 1;
    nuclei.y[i] = y;
    nuclei.x[i] = x;
    nuclei.area[i] = 50;
    if (mother >= 0) edges.push(at.get(mother)!, i);
  });
  return {
    nuclei,
    statistics: analyse(
      { nuclei, frames: 9, edges: Uint32Array.from(edges) },
      { height, width, pixelSize: 0.5, frameInterval: 600 },
    ),
  };
}
const { nuclei, statistics } = family();

describe("the typeface", () => {
  it("has every sign that plots write", () => {
    for (const sign of "AZaz09µ²³°×·–−…≤≥∞\u2070\u00b9\u2074\u2075\u2076\u2077\u2078\u2079\u207bαβσΔ→éüß%/[]()") {
      for (const weight of [400, 600]) {
        const svg =
          `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" font-family="Inter"><text ` +
          `x="5" y="30" font-size="24" font-weight="${weight}">${sign}</text></svg>`;
        expect(darkest(rasterise(svg, 1)), `${sign} ${weight}`).toBeLessThan(100);
      }
    }
  });

  it("is two WOFF2 files, and goes into an SVG whose text stays text", () => {
    for (const file of fontFiles()) expect(String.fromCharCode(...file.subarray(0, 4))).toBe("wOF2");
    const svg = withTypeface(statisticsPlots[0]!.draw(statistics));
    wellFormed(svg);
    expect(svg).toContain(
      "<style>@font-face{font-family:Inter;font-weight:400;src:url(data:font/woff2;base64,",
    );
    expect(svg).toContain(">Speed of nuclei</text>");
  });
});

describe("openRasteriser", () => {
  it("draws at the scale asked for, the same bytes each time", () => {
    const plot = statisticsPlots[0]!.draw(statistics);
    const png = rasterise(plot, 2);
    const { plane } = decodePng(png, "the plot");
    expect([plane.width, plane.height]).toEqual([1280, 800]);
    expect(rasterise(plot, 2)).toEqual(png);
    expect(rasterise(withTypeface(plot), 2)).toEqual(png);
  });

  it("throws at what is no SVG", () => {
    expect(() => rasterise("no svg", 1)).toThrow();
  });
});

describe("statisticsPlots", () => {
  it("have names that files can have, each once, and leave tracks out where there are none", () => {
    const names = statisticsPlots.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z_]+$/);
    const images = analyse(
      { nuclei, frames: 9, edges: new Uint32Array(0) },
      { height, width },
      { tracked: false },
    );
    expect(plotsOf(images).map(({ name }) => name)).toEqual([
      "nuclei_over_time",
      "density_over_time",
      "area_of_nuclei",
      "area_over_time",
      "shape_over_time",
    ]);
    // No image was measured, and whether a cycle was begun depends on the movie.
    const without = new Set([
      "brightness_over_time",
      ...(statistics.cycles.count > 0 ? [] : ["cell_cycles"]),
    ]);
    expect(plotsOf(statistics).map(({ name }) => name)).toEqual(names.filter((name) => !without.has(name)));
  });
});

describe("lineages", () => {
  it("give every end a row of its own, mothers in the middle of their daughters", () => {
    const [page, ...others] = layoutLineages(statistics);
    expect(others).toEqual([]);
    const rowOf = (id: number): number =>
      page!.branches.find(({ branch }) => statistics.branches.id[branch] === id)!.row;
    const { id, parent, fate } = statistics.branches;
    expect([...id].map((branch, i) => [branch, parent[i], fate[i]])).toEqual([
      [1, 0, "divided"],
      [2, 0, "lost"],
      [3, 1, "divided"],
      [4, 1, "end of movie"],
      [5, 3, "end of movie"],
      [6, 3, "end of movie"],
    ]);
    // Three ends of the first lineage, a gap, the lone track.
    expect([5, 6, 4].map(rowOf)).toEqual([0, 1, 2]);
    expect(rowOf(3)).toBe(0.5);
    expect(rowOf(1)).toBe(1.25);
    expect(rowOf(2)).toBeCloseTo(3.6, 12);
  });

  it("never cross: below a mother lie only her own descendants", () => {
    const { branches } = statistics;
    const [page] = layoutLineages(statistics);
    for (const { branch, fork } of page!.branches) {
      if (fork.length < 2) continue;
      const inside = page!.branches.filter(({ row }) => row > fork[0]! && row < fork.at(-1)!);
      for (const other of inside) {
        let up = branches.id[other.branch]!;
        while (up !== 0 && up !== branches.id[branch]) up = branches.parent[up - 1]!;
        expect(up).toBe(branches.id[branch]);
      }
    }
  });

  it("are pages of those that divide, and say what is left out", () => {
    const many = emptyNuclei(3 * 90);
    const edges: number[] = [];
    // 40 that divide, then 10 that do not.
    for (let i = 0; i < 50; i++) Object.assign(many.label, { [i]: i + 1 });
    let at = 50;
    for (let i = 0; i < 50; i++)
      for (let daughter = 0; daughter < (i < 40 ? 2 : 1); daughter++, at++) {
        many.frame[at] = 1;
        many.label[at] = at;
        edges.push(i, at);
      }
    const used = { ...many, count: at };
    for (const key of ["frame", "label", "y", "x", "area", "touchesEdge"] as const)
      Object.assign(used, { [key]: many[key].subarray(0, at) });
    const crowd = analyse({ nuclei: used, frames: 2, edges: Uint32Array.from(edges) }, { height, width });
    const pages = layoutLineages(crowd);
    expect(pages.map(({ lineages }) => lineages)).toEqual([23, 17]);
    expect(lineagesLeftOut(pages, crowd)).toBe(
      "40 of 50 lineages, those with most divisions first; 10 are not drawn, all without a division.",
    );
    expect(lineagesLeftOut(pages, crowd, 1)).toBe(
      "23 of 50 lineages, those with most divisions first; 27 are not drawn, 17 of them with divisions.",
    );
    expect(lineagesLeftOut(layoutLineages(statistics), statistics)).toBe("");
  });

  it("carry the number of each track, and a mark where it ends", () => {
    const [page] = layoutLineages(statistics);
    const svg = lineagePlot(page!, statistics).text;
    wellFormed(svg);
    expect([...svg.matchAll(/data-track="(\d+)"/g)].map((match) => Number(match[1])).sort()).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    expect(svg).toContain(">end of movie</text>");
    expect(svg).toContain(">lost</text>");
    expect(svg).not.toContain(">at border</text>");
    expect(svg.match(/<path class="line"[^>]*V/g)).toHaveLength(2);
  });
});

describe("trackFigure", () => {
  const svg = trackFigure(image, nuclei, statistics).text;
  it("is the image in pixels and every moving track as a path in the colour of its speed", () => {
    wellFormed(svg);
    const picture = /xlink:href="data:image\/png;base64,([^"]+)"/.exec(svg)![1]!;
    const { plane } = decodePng(new Uint8Array(Buffer.from(picture, "base64")), "the image");
    expect([plane.height, plane.width, plane.samples]).toEqual([height, width, 1]);
    expect(svg.match(/<path d="M[\d.,L]+" stroke="#[0-9a-f]{6}"\/>/g)).toHaveLength(
      statistics.branches.count,
    );
    expect(svg).toContain('d="M20,20L20,21L20,22"');
    expect(svg.match(/<circle/g)).toHaveLength(2 * statistics.divisions.count + 1);
    expect(svg).toContain("5 µm</text>");
    expect(svg).toContain("[µm/min]</text>");
  });

  it("has its paths where the nuclei are, as pixels show", () => {
    const { plane } = decodePng(rasterise(svg, 1), "the figure");
    const zoom = plane.width / width;
    const at = (y: number, x: number): number[] =>
      [0, 1, 2].map(
        (channel) =>
          plane.data[
            (Math.round((y + 0.5) * zoom) * plane.width + Math.round((x + 0.5) * zoom)) * 4 + channel
          ]!,
      );
    // Track 3 goes through (10, 40) at frame 5 and (11, 36) at frame 4: coloured between them, grey beside.
    const [red, green, blue] = at(10.5, 38);
    expect(Math.max(red!, green!, blue!) - Math.min(red!, green!, blue!)).toBeGreaterThan(60);
    const [r, g, b] = at(40, 70);
    expect([r, g, b]).toEqual([r, r, r]);
  });
});

describe("movieDrawer", () => {
  const view = { y: 0, x: 0, height, width, scale: 4 };
  const draw = movieDrawer(nuclei, statistics, {
    view,
    contrast: { low: 0, high: 100 },
    tail: 2,
    pixelSize: 0.5,
  });
  const pixel = (data: Uint8Array, y: number, x: number): number[] => {
    const at =
      3 * (Math.round((y + 0.5) * view.scale) * width * view.scale + Math.round((x + 0.5) * view.scale));
    return [...data.subarray(at, at + 3)];
  };

  it("draws the last steps and no earlier or later ones", () => {
    const [none, early, late] = [draw(image, 0).data, draw(image, 4).data, draw(image, 8).data];
    // Between frames 3 and 4 the upper daughter goes from (12, 32) to (11, 36).
    expect(pixel(early, 11.5, 34)).not.toEqual(pixel(none, 11.5, 34));
    expect(pixel(late, 11.5, 34)).toEqual(pixel(none, 11.5, 34));
  });

  it("gives fast steps the red end and slow ones the blue", () => {
    expect(speedColour(0)[2]).toBeGreaterThan(speedColour(0)[0]);
    expect(speedColour(1)[0]).toBeGreaterThan(speedColour(1)[2]);
  });

  it("is the same for the same frame, whatever was drawn before", () => {
    const before = draw(image, 4).data;
    expect(
      movieDrawer(nuclei, statistics, { view, contrast: { low: 0, high: 100 }, tail: 2, pixelSize: 0.5 })(
        image,
        4,
      ).data.every((value, i) => value === before[i]),
    ).toBe(true);
  });

  it("writes the time as people do", () => {
    expect([
      timeStamp(12, undefined),
      timeStamp(3, 10),
      timeStamp(9, 10),
      timeStamp(7, 0.5),
      timeStamp(0, 5),
    ]).toEqual(["frame 12", "30 min", "1 h 30 min", "3 min 30 s", "0 min"]);
  });

  it("is the same in palette colours where these suffice", () => {
    const few = {
      height: 2,
      width: 3,
      samples: 3 as const,
      data: Uint8Array.from({ length: 18 }, (_, i) => (i * 37) % 251),
    };
    const { plane, palette } = decodePng(palettePng(few), "the picture");
    expect(Array.from(plane.data).flatMap((index) => [...palette![index]!.slice(0, 3)])).toEqual([
      ...few.data,
    ]);
    expect(decodePng(palettePng(draw(image, 5)), "the picture").plane).toMatchObject({
      height: 4 * height,
      width: 4 * width,
      samples: 1,
    });
  });

  it("is near to its colours in the palette of the animation", () => {
    const canvas = draw(image, 5);
    const indices = paletteIndices(canvas);
    let worst = 0;
    indices.forEach((index, i) => {
      for (let channel = 0; channel < 3; channel++)
        worst = Math.max(worst, Math.abs(canvas.data[3 * i + channel]! - moviePalette[3 * index + channel]!));
    });
    // Greys within half a level (2); mixed colours at the rims of lines within an eighth of the range.
    expect(worst).toBeLessThan(64);
  });
});
