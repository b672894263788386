import { describe, expect, it } from "vitest";
import {
  column,
  columnOf,
  headersOf,
  type LongTable,
  numbersOf,
  type Table,
  textsOf,
} from "../core/table.js";
import { formatLongTable, formatTable, parseTable } from "./table.js";

const table: Table = {
  name: "speeds",
  columns: [
    column("sample", ["a,b", "007"]),
    column("speed", Float64Array.of(1 / 3, NaN), "um_per_min"),
    column("touches_edge", Uint8Array.of(0, 1)),
  ],
};

describe("formatTable and parseTable", () => {
  it("write and read a table by name", () => {
    const text = formatTable(table);
    expect(text).toBe('sample,speed_um_per_min,touches_edge\n"a,b",0.3333333333,0\n007,,1\n');
    const read = parseTable(text, "speeds.csv");
    expect(headersOf(read)).toEqual(headersOf(table));
    expect(columnOf(read, "speed")).toMatchObject({ key: "speed", unit: "um_per_min" });
    expect(columnOf(read, "touches_edge")).toMatchObject({ key: "touches_edge", unit: undefined });
    expect(textsOf(read, "sample")).toEqual(["a,b", "007"]);
    expect([...numbersOf(read, "speed")]).toEqual([0.3333333333, NaN]);
    // Whatever the order of the columns.
    const turned = parseTable(formatTable({ ...table, columns: [...table.columns].reverse() }), "turned");
    expect([...numbersOf(turned, "touches_edge")]).toEqual([0, 1]);
  });

  it.each([
    ["density_per_mm2", "density", "per_mm2"],
    ["msd_coefficient_px2_per_frame_to_the_exponent", "msd_coefficient", "px2_per_frame_to_the_exponent"],
    ["velocity_product_um2_per_min2", "velocity_product", "um2_per_min2"],
    ["lag_frames", "lag", "frames"],
    ["first_frame", "first_frame", undefined],
    ["frames", "frames", undefined],
    ["p_t", "p_t", undefined],
  ])("tell the unit in %s", (header, key, unit) => {
    expect(parseTable(`${header}\n1\n`, "t").columns[0]).toMatchObject({ key, header, unit });
  });

  it("write a long table in parts, to the bytes of the whole", () => {
    const values = Float32Array.from({ length: 25_001 }, (_, i) => i / 7);
    const whole: Table = { name: "long", columns: [column("x", values, "px")] };
    const long: LongTable = {
      ...whole,
      rows: values.length,
      part: (from, to) => ({ name: "long", columns: [column("x", values.subarray(from, to), "px")] }),
    };
    const parts = [...formatLongTable(long)];
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.join("")).toBe(formatTable(whole));
  });
});
