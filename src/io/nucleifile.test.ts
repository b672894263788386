import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyNuclei, type Nuclei, nucleiColumns } from "../core/nuclei.js";
import { parseCsv } from "./csv.js";
import { nucleiCsv, parseNuclei } from "./nucleifile.js";

/** One nucleus a number; every column holds something else. */
const nucleiOf = (values: readonly number[]): Nuclei => {
  const nuclei = emptyNuclei(values.length);
  nucleiColumns.forEach((key, column) =>
    nuclei[key].set(values.map((value) => (key === "touchesEdge" ? 1 : value + column))),
  );
  return nuclei;
};

describe("tables of nuclei", () => {
  it("come back as they were written, whatever stands beside them", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 })), fc.boolean(), (values, beside) => {
        const nuclei = nucleiOf(values);
        const text = beside
          ? nucleiCsv(nuclei, 0.5, ["a, b"], { track: nuclei.label })
          : nucleiCsv(nuclei, undefined);
        expect(parseNuclei(text, "objects.csv")).toEqual(nuclei);
      }),
    );
  });

  it("keep what has no value as such", () => {
    const nuclei = nucleiOf([3]);
    nuclei.score[0] = NaN;
    expect(parseNuclei(nucleiCsv(nuclei, undefined), "x").score[0]).toBeNaN();
  });

  it("name the unit of every length and area, and give µm beside px where they are known", () => {
    const { header, rows } = parseCsv(
      nucleiCsv({ ...nucleiOf([0]), y: Float64Array.of(10), area: Float64Array.of(100) }, 0.5, ["t0"]),
    );
    const at = (name: string): string => rows[0]![header.indexOf(name)]!;
    expect([at("image"), at("y_px"), at("y_um"), at("area_px2"), at("area_um2")]).toEqual([
      "t0",
      "10",
      "5",
      "100",
      "25",
    ]);
    for (const name of header.filter((text) => /^(y|x|area|major|minor|orientation)/.test(text)))
      expect(name).toMatch(/_(px|px2|um|um2|rad)$/);
    expect(nucleiCsv(nucleiOf([0]), undefined)).not.toContain("_um");
  });

  it("are refused with the place of what is missing or no number", () => {
    const text = nucleiCsv(nucleiOf([1, 2]), undefined);
    expect(() => parseNuclei(text.replace("solidity", "roundness"), "a/objects.csv")).toThrow(
      /a\/objects\.csv: the column solidity is missing/,
    );
    const lines = text.split("\n");
    expect(() => parseNuclei([lines[0], lines[1], `x${lines[2]}`].join("\n"), "t")).toThrow(
      /row 3, column frame holds "x2", not a number/,
    );
  });
});
