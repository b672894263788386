import { describe, expect, it } from "vitest";
import { emptyNuclei } from "../../core/nuclei.js";
import { headersOf, numbersOf, rowCount, type Table, textsOf } from "../../core/table.js";
import { formatTable, parseTable } from "../../io/csvtable.js";
import { analyse } from "../analyse.js";
import { statisticsTables } from "./statisticstables.js";

const nuclei = emptyNuclei(2);
nuclei.frame[1] = 1;
nuclei.x[1] = 10;
nuclei.label.fill(1);
const graph = { nuclei, frames: 2, edges: Uint32Array.of(0, 1) };

describe("statisticsTables", () => {
  it("writes the unit into every header that has one", () => {
    const tables = statisticsTables(
      analyse(graph, { height: 10, width: 20, pixelSize: 0.5, frameInterval: 120 }),
    );
    expect(tables.map(({ name }) => name)).toEqual([
      "summary",
      "frames",
      "tracks",
      "divisions",
      "directions",
      "displacements",
      "velocity_autocorrelation",
      "velocity_correlation",
      "velocity_field",
      "mean_velocity_field",
      "cycles",
      "cycle_survival",
    ]);
    expect(headersOf(tables[1]!)).toEqual([
      "frame",
      "time_min",
      "nuclei",
      "density_per_mm2",
      "nuclei_inside",
      "nuclei_at_edge",
      "mean_area_um2",
      "median_area_um2",
      "mean_major_axis_um",
      "median_major_axis_um",
      "mean_minor_axis_um",
      "median_minor_axis_um",
      "mean_aspect_ratio",
      "median_aspect_ratio",
      "mean_eccentricity",
      "median_eccentricity",
      "mean_solidity",
      "median_solidity",
      "mean_intensity",
      "median_intensity",
      "mean_neighbours",
      "median_nearest_distance_um",
      "mean_speed_um_per_min",
      "median_speed_um_per_min",
      "divisions",
      "dividing_share",
    ]);
    const tracks = tables[2]!;
    // 10 px x 0.5 µm in 2 min.
    expect([...numbersOf(tracks, "mean_speed_um_per_min")]).toEqual([2.5]);
    expect(textsOf(tracks, "fate")).toEqual(["end of movie"]);
  });

  it("lists doubtful divisions first, and those without a probability last", () => {
    const family = emptyNuclei(9);
    family.frame.set([0, 0, 0, 1, 1, 1, 1, 1, 1]);
    family.label.set([1, 2, 3, 1, 2, 3, 4, 5, 6]);
    family.y.set([10, 20, 30]);
    const divided = { nuclei: family, frames: 2, edges: Uint32Array.of(0, 3, 0, 4, 1, 5, 1, 6, 2, 7, 2, 8) };
    const probabilities = new Map([
      [1, 0.9],
      [2, 0.3],
    ]);
    const table = statisticsTables(analyse(divided, { height: 50, width: 50 }, { probabilities }))[3]!;
    expect([...numbersOf(table, "probability")]).toEqual([0.3, 0.9, NaN]);
    expect([...numbersOf(table, "mother")]).toEqual([3, 2, 1]);
    // The other columns go along.
    expect([...numbersOf(table, "y_px")]).toEqual([30, 20, 10]);
    expect([...numbersOf(table, "root")]).toEqual([3, 2, 1]);
  });

  it("names px and frames where nothing is calibrated", () => {
    const headers = statisticsTables(analyse(graph, { height: 10, width: 20 })).flatMap(headersOf);
    expect(headers).toContain("mean_speed_px_per_frame");
    expect(headers).toContain("density_per_megapixel");
    expect(headers.filter((header) => /um|min$|mm2/.test(header))).toEqual([]);
  });

  it("has the tables of an image set only where nothing was tracked", () => {
    const tables = statisticsTables(analyse(graph, { height: 10, width: 20 }, { tracked: false }), [
      "a",
      "b",
    ]);
    expect(tables.map(({ name }) => name)).toEqual(["summary", "frames"]);
    expect(textsOf(tables[1]!, "name")).toEqual(["a", "b"]);
  });

  it("fits the CSV writer: as many columns as headers, all of one length, no header twice", () => {
    for (const calibration of [
      { height: 10, width: 20 },
      { height: 10, width: 20, pixelSize: 1, frameInterval: 60 },
    ]) {
      for (const table of statisticsTables(analyse(graph, calibration))) {
        const headers = headersOf(table);
        expect(new Set(headers).size).toBe(headers.length);
        const text = formatTable(table);
        expect(text.split("\n")).toHaveLength(rowCount(table) + 2);
        // Read back by name: the same columns, keys and units.
        const names = ({ columns }: Table): unknown =>
          columns.map(({ key, header, unit }) => ({ key, header, unit }));
        expect(names(parseTable(text, table.name))).toEqual(names(table));
      }
    }
  });
});
