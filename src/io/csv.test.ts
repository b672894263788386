import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInput } from "../core/errors.js";
import { csvLine, formatCsv, formatNumber, numberColumns, parseCsv } from "./csv.js";

describe("formatCsv", () => {
  it("writes integers, floats, missing values and texts", () => {
    const text = formatCsv(
      ["label", "area", "score", "name"],
      [Int32Array.of(1, 2), Float64Array.of(1 / 3, -0), Float32Array.of(0.35, NaN), ["a,b", 'say "hi"']],
    );
    expect(text).toBe('label,area,score,name\n1,0.3333333333,0.35,"a,b"\n2,0,,"say ""hi"""\n');
  });

  it("writes a header alone for no rows", () => {
    expect(formatCsv(["a", "b"], [[], []])).toBe("a,b\n");
  });

  it.each([
    [1e21, "1e+21"],
    [123456789012, "123456789012"],
    [0.1 + 0.2, "0.3"],
    [-Infinity, "-inf"],
    [1e-7, "1e-7"],
  ])("writes %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it("rounds a number as its decimal digits are", () => {
    const near = fc.tuple(fc.integer({ min: 1, max: 99_999_999 }), fc.integer({ min: -12, max: 6 }));
    const values = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      near.map(([digits, power]) => Number(`${digits}e${power}`)),
      near.map(([digits, power]) => Number(`${digits}5e${power}`) * (1 + Number.EPSILON)),
    );
    fc.assert(
      fc.property(values, fc.constantFrom(3, 7, 10), (value, digits) => {
        fc.pre(!Number.isInteger(value));
        expect(formatNumber(value, digits)).toBe(String(Number(value.toPrecision(digits))));
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses columns that do not fit", () => {
    expect(() => formatCsv(["a"], [])).toThrow(InvalidInput);
    expect(() => formatCsv(["a", "b"], [[1], [1, 2]])).toThrow(/CSV column b/);
  });
});

describe("a text that a spreadsheet would run as a formula", () => {
  it.each([
    ["=1+2", "'=1+2"],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", `"'\r=1"`],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
    ["'=1", "''=1"],
  ])("%j is written as %j, and read back", (text, cell) => {
    const table = formatCsv(["name", "n"], [[text], [-1]]);
    expect(table).toBe(`name,n\n${cell},-1\n`);
    expect(parseCsv(table).rows).toEqual([[text, "-1"]]);
    expect(formatCsv([text], [[]])).toBe(`${cell}\n`);
  });

  it.each(["-0.5", "+3", "-1e-7", "-.5", "-inf", "-", "a=b", "don't", "'tis", "'", "µ-1"])(
    "is not %j, which stays as it is",
    (text) => {
      expect(csvLine([text])).toBe(`${text}\n`);
      expect(parseCsv(csvLine([text])).header).toEqual([text]);
    },
  );

  it("is no number of a column of numbers", () => {
    expect(formatCsv(["a"], [Float64Array.of(-1.5, -Infinity)])).toBe("a\n-1.5\n-inf\n");
  });
});

describe("parseCsv", () => {
  it("reads line ends of both kinds, quotes, empty cells and a byte order mark", () => {
    expect(parseCsv('\uFEFFa,b\r\n1,"x\ny"\r\n\r\n,"""q"""')).toEqual({
      header: ["a", "b"],
      rows: [
        ["1", "x\ny"],
        ["", '"q"'],
      ],
    });
  });

  it("reads an empty last cell with and without a line end", () => {
    expect(parseCsv("a,b\n1,").rows).toEqual([["1", ""]]);
    expect(parseCsv("a,b\n1,\n").rows).toEqual([["1", ""]]);
  });

  it("says where a row is wrong", () => {
    expect(() => parseCsv("a,b\n1,2\n3\n", "t.csv")).toThrow(/t\.csv, line 3: expected 2 cells/);
    expect(() => parseCsv('a\n"1\n', "t.csv")).toThrow(/t\.csv, line 2: .*quote/);
    expect(() => parseCsv('a\n"1"2\n', "t.csv")).toThrow(/quote/);
    expect(() => parseCsv("")).toThrow(/header line/);
  });

  it("reads back any texts that formatCsv wrote", () => {
    // Two columns: a row of one empty cell is a blank line.
    const cell = fc.string({
      unit: fc.constantFrom("a", ",", '"', "\n", " ", "µ", "1", "'", "=", "-", "+", "@", "\t", "\r"),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const text = formatCsv(["x", "y"], [rows.map(([x]) => x), rows.map(([, y]) => y)]);
        expect(parseCsv(text)).toEqual({ header: ["x", "y"], rows });
      }),
    );
  });
});

describe("numberColumns", () => {
  it("reads what parseCsv reads, whatever stands beside it", () => {
    const cell = fc.oneof(
      fc.constant(NaN),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
    );
    const row = fc.tuple(cell, fc.string(), cell);
    fc.assert(
      fc.property(fc.array(row), fc.boolean(), (rows, windows) => {
        const text = formatCsv(
          ["a", "b, c", "d"],
          [rows.map(([a]) => a), rows.map(([, b]) => b), rows.map(([, , d]) => d)],
        );
        // Line ends within quotes stay as they are only where there are none.
        const given =
          windows && !rows.some(([, b]) => /[\r\n]/.test(b)) ? text.replaceAll("\n", "\r\n") : text;
        const { columns, wrong } = numberColumns(given, ["d", "a", "none"]);
        const numbers = (k: number): number[] =>
          parseCsv(given).rows.map((cells) => (cells[k] === "" ? NaN : Number(cells[k])));
        expect([columns[0], columns[1]].map((values) => [...values!])).toEqual([numbers(2), numbers(0)]);
        expect([columns[2], wrong]).toEqual([undefined, undefined]);
      }),
    );
  });

  it("skips blank lines, and takes a last line without an end", () => {
    expect(numberColumns("\uFEFFa,b\n1,2\n\n3,", ["b", "a"]).columns.map((values) => [...values!])).toEqual([
      [2, NaN],
      [1, 3],
    ]);
    expect(numberColumns("a,b", ["a"]).columns[0]).toHaveLength(0);
  });

  it("says where a row is wrong, and what is no number", () => {
    expect(numberColumns("a,b\n1,x\ny,2\n", ["a", "b"]).wrong).toEqual({ row: 0, name: "b", text: "x" });
    expect(() => numberColumns("a,b\n1,2\n3\n", ["a"], "t.csv")).toThrow(/t\.csv, row 3: expected 2 cells/);
    expect(() => numberColumns("a,b,c\n1,2\n", ["a"], "t.csv")).toThrow(/t\.csv, row 2: expected 3 cells/);
    expect(() => numberColumns('a,b\n"1,2\n', ["a"], "t.csv")).toThrow(/t\.csv/);
    expect(() => numberColumns('a,b\n"1"2,3\n', ["a"], "t.csv")).toThrow(/quote|cells/);
  });
});
