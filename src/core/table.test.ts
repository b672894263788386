import { describe, expect, it } from "vitest";
import { InvalidInput } from "./errors.js";
import { column, columnOf, headersOf, numbersOf, rowCount, rowOf, type Table, textsOf } from "./table.js";

const table: Table = {
  name: "speeds",
  columns: [
    column("sample", ["007", "b"]),
    column("speed", Float64Array.of(1.5, NaN), "um_per_min"),
    column("lag", [1, 2], "frames"),
    column("lag", ["0.5", ""], "min"),
  ],
};

describe("Table", () => {
  it("has the unit in the header, not in the key", () => {
    expect(headersOf(table)).toEqual(["sample", "speed_um_per_min", "lag_frames", "lag_min"]);
    expect(columnOf(table, "speed")).toBe(columnOf(table, "speed_um_per_min"));
    expect(columnOf(table, "speed").unit).toBe("um_per_min");
    expect(columnOf(table, "sample").unit).toBeUndefined();
    expect([rowCount(table), rowCount({ name: "none", columns: [] })]).toEqual([2, 0]);
  });

  it("refuses a column that it has not, or has twice, by name", () => {
    expect(() => columnOf(table, "area")).toThrow(
      /^speeds: expected a column "area", received the columns sample, speed_um_per_min/,
    );
    expect(() => columnOf(table, "lag")).toThrow(/expected one column "lag", received lag_frames, lag_min/);
  });

  it("gives numbers and texts of a column, and the cells of a row", () => {
    expect([...numbersOf(table, "speed")]).toEqual([1.5, NaN]);
    expect([...numbersOf(table, "lag_min")]).toEqual([0.5, NaN]);
    expect(textsOf(table, "sample")).toEqual(["007", "b"]);
    expect(textsOf(table, "lag_frames")).toEqual(["1", "2"]);
    expect([...numbersOf({ name: "t", columns: [column("x", ["inf", "-inf"])] }, "x")]).toEqual([
      Infinity,
      -Infinity,
    ]);
    expect(rowOf(table, 1)).toEqual({ sample: "b", speed_um_per_min: NaN, lag_frames: 2, lag_min: "" });
    expect(() => numbersOf(table, "sample")).toThrow(
      /speeds, row 2, column sample: expected a number, received "b"/,
    );
    expect(() => rowOf(table, 2)).toThrow(InvalidInput);
  });
});
