import { describe, expect, it } from "vitest";
import {
  counted,
  countedInGroups,
  formatNumber,
  formatRange,
  formatSeconds,
  percent,
  plainNumber,
} from "./wording.js";

describe("formatNumber", () => {
  it("keeps three significant digits and groups from five digits on", () => {
    expect([0.123456, 12.3456, 123.456, 1234.5, 12345, 1234567].map((value) => formatNumber(value))).toEqual([
      "0.123",
      "12.3",
      "123",
      "1235",
      "12\u202f345",
      "1\u202f234\u202f567",
    ]);
    expect([0, -3, 0.05, 1e-7, -2.5e12].map((value) => formatNumber(value))).toEqual([
      "0",
      "\u22123",
      "0.0500",
      "1.00·10⁻⁷",
      "\u22122.50·10¹²",
    ]);
    expect([NaN, Infinity, -Infinity].map((value) => formatNumber(value))).toEqual([
      "\u2013",
      "∞",
      "\u2212∞",
    ]);
  });

  it("gives both ends of a range", () => {
    expect(formatRange(-1, 0.25)).toBe("\u22121 to 0.250");
  });
});

describe("formatSeconds", () => {
  it("changes its unit with the size", () => {
    expect([0.5, 12.34, 59.96, 245, 7384].map(formatSeconds)).toEqual([
      "0.50 s",
      "12.3 s",
      "1 min 00 s",
      "4 min 05 s",
      "2 h 03 min",
    ]);
  });
});

describe("counts", () => {
  it("have the singular for one alone, and groups only where asked", () => {
    expect([0, 1, 2, 12345].map((n) => counted(n, "frame"))).toEqual([
      "0 frames",
      "1 frame",
      "2 frames",
      "12345 frames",
    ]);
    expect([1, 2].map((n) => counted(n, "nucleus", "nuclei"))).toEqual(["1 nucleus", "2 nuclei"]);
    expect(countedInGroups(12345, "frame")).toBe("12\u202f345 frames");
  });
});

describe("percent", () => {
  it("rounds shares without hiding small ones", () => {
    expect([0, 1e-5, 0.0004, 0.034, 0.0994, 0.0996, 0.5, 1].map(percent)).toEqual([
      "0 %",
      "< 0.1 %",
      "< 0.1 %",
      "3.4 %",
      "9.9 %",
      "10 %",
      "50 %",
      "100 %",
    ]);
  });
});

describe("plainNumber", () => {
  it("has no trailing zeros and no signs beyond ASCII", () => {
    expect([0.5, 1234.5, -0.001234].map((value) => plainNumber(value, 3))).toEqual([
      "0.5",
      "1230",
      "-0.00123",
    ]);
  });
});
