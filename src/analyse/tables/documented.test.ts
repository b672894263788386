/** docs/statistics.md defines every column of every table, and no table that does not exist. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { emptyNuclei } from "../../core/nuclei.js";
import { headersOf, type Table, textsOf } from "../../core/table.js";
import { analyse } from "../analyse.js";
import { frameIntensityTable, intensityColumnNames } from "../population/intensities.js";
import { suffixesOf } from "../units/suffixes.js";
import { nucleiTable } from "./nucleitable.js";
import { statisticsTables } from "./statisticstables.js";

const sections = new Map(
  readFileSync(new URL("../../../docs/statistics.md", import.meta.url), "utf8")
    .split(/^## /m)
    .slice(1)
    .map((text) => [/^`(\w+)`/.exec(text)?.[1] ?? "", text] as const),
);
const explained = (table: string): Set<string> =>
  new Set([...(sections.get(table) ?? "").matchAll(/`([\w]+)`/g)].map((match) => match[1]!));

/** A column without its unit. */
const stem = (header: string): string =>
  header.replace(
    /_(um|px)2?_per_(min|frame)2?(_to_the_exponent)?$|_per_(mm2|megapixel|hour|frame)$|_(um2|px2|um|px|min|frames|deg)$/,
    "",
  );

const noIntensities = {
  frame: new Int32Array(0),
  time: new Float64Array(0),
  channel: new Int32Array(0),
  nuclei: new Int32Array(0),
  meanNucleus: new Float64Array(0),
  medianNucleus: new Float64Array(0),
  meanRing: new Float64Array(0),
  medianRatio: new Float64Array(0),
  background: new Float64Array(0),
};

const nuclei = emptyNuclei(2);
nuclei.frame[1] = 1;
const graph = { nuclei, frames: 2, edges: Uint32Array.of(0, 1) };

describe("docs/statistics.md", () => {
  const tables = [
    { height: 10, width: 20 },
    { height: 10, width: 20, pixelSize: 0.5, frameInterval: 120 },
  ].flatMap((calibration) => {
    const statistics = analyse(graph, calibration);
    const u = suffixesOf(statistics.units);
    return [
      ...statisticsTables(statistics, ["a", "b"]),
      nucleiTable(statistics),
      { name: "intensities", columns: intensityColumnNames(u) },
      frameIntensityTable(noIntensities, u),
    ];
  });

  it.each(tables.map((table) => [table.name, headersOf(table)] as const))(
    "explains the columns of %s",
    (name, header) => {
      expect([...header].map(stem).filter((column) => !explained(name).has(column))).toEqual([]);
    },
  );

  it("has the key of each column, which is its header without the unit", () => {
    for (const { columns } of tables) for (const { key, header } of columns) expect(stem(header)).toBe(key);
  });

  it("explains every quantity of the summary", () => {
    for (const table of tables) {
      if (table.name !== "summary") continue;
      const quantities = textsOf(table as Table, "quantity");
      expect(quantities.length).toBeGreaterThan(30);
      expect(
        quantities.filter((name) => !explained("summary").has(name) && !explained("summary").has(stem(name))),
      ).toEqual([]);
    }
  });

  it("explains no table that is not written", () => {
    const names = new Set(tables.map(({ name }) => name));
    expect([...sections.keys()].filter((name) => name !== "" && !names.has(name))).toEqual([]);
  });

  it("sees a column that is missing", () => {
    expect([
      stem("mean_speed_um_per_min"),
      stem("density_per_mm2"),
      stem("msd_coefficient_px2_per_frame_to_the_exponent"),
      stem("lag_frames"),
      stem("touches_edge"),
    ]).toEqual(["mean_speed", "density", "msd_coefficient", "lag", "touches_edge"]);
    expect(explained("tracks").has("colour")).toBe(false);
  });
});
