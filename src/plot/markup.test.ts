import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { flatten, tableMarkup } from "../report/tablemarkup.js";
import { base64 } from "./base64.js";
import { escapeText, formatNumber, formatSeconds } from "./markup.js";

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

describe("escapeText", () => {
  it("makes any text safe inside XML and gives it back unchanged", () => {
    const parser = new XMLParser({
      trimValues: false,
      parseTagValue: false,
      processEntities: true,
      htmlEntities: true,
    });
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: fc.constantFrom(..."<>\"'/=;#a é漢 ]-!") }), (text) => {
        expect((parser.parse(`<a>${escapeText(text)}</a>`) as { a: string }).a).toBe(text);
      }),
    );
    expect(escapeText(`<b a="1" c='2'>&`)).toBe("&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
    expect(escapeText("a\u0000b\u0008")).toBe("a\ufffdb\ufffd");
  });
});

describe("base64", () => {
  it("equals the platform's for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(base64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      }),
    );
    const long = Uint8Array.from({ length: 100_001 }, (_, i) => (i * 31) & 255);
    expect(base64(long)).toBe(Buffer.from(long).toString("base64"));
  });
});

describe("tableMarkup", () => {
  it("escapes, formats, and says what it leaves out", () => {
    const html = tableMarkup(
      [
        { header: "a<b", values: ["x&y", "z"] },
        { header: "n", values: [1.23456, 2] },
      ],
      1,
    );
    expect(html).toContain('<th>a&lt;b</th><th class="number">n</th>');
    expect(html).toContain('<td>x&amp;y</td><td class="number">1.23</td>');
    expect(html).toContain("The first 1 of 2 rows");
    expect(html).not.toContain("<td>z</td>");
  });
});

describe("flatten", () => {
  it("names every leaf by its path", () => {
    expect(flatten({ a: { b: 1, c: undefined, d: true }, e: [1, 2], f: "x" })).toEqual([
      ["a.b", "1"],
      ["a.c", "automatic"],
      ["a.d", "yes"],
      ["e", "1, 2"],
      ["f", "x"],
    ]);
  });
});
