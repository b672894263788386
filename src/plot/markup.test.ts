import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { flatten, tableMarkup } from "../report/tablemarkup.js";
import { base64 } from "../core/base64.js";
import { escapeText, type Markup, svg, trusted } from "./markup.js";

const hostile = `<b a="1" c='2'>&`;

describe("html", () => {
  // By its other name, `svg`: the formatter would lay the HTML of these cases out anew.
  it("escapes values in text and in attributes", () => {
    expect(svg`<p title="${hostile}">${hostile}</p>`.text).toBe(
      '<p title="&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;">&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;</p>',
    );
  });

  it("gives any text back unchanged to who reads the markup", () => {
    const parser = new XMLParser({
      ignoreAttributes: false,
      trimValues: false,
      parseTagValue: false,
      processEntities: true,
      htmlEntities: true,
    });
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: fc.constantFrom(..."<>\"'/=;#a é漢 ]-!") }), (text) => {
        const { a } = parser.parse(svg`<a b="${text}">${text}</a>`.text) as { a: Record<string, string> };
        expect([a["@_b"], a["#text"]]).toEqual([text, text]);
      }),
    );
  });

  it("leaves its own markup as it is, in lists, too, and is nothing for undefined and false", () => {
    const items = ["<", "b"].map((item) => svg`<li>${item}</li>`);
    expect(svg`<ul>${items}${undefined}${false}${3}${["<", [svg`<i></i>`]]}</ul>`.text).toBe(
      "<ul><li>&lt;</li><li>b</li>3&lt;<i></i></ul>",
    );
  });

  it("escapes a text that only looks like markup, and takes no other object for it", () => {
    const once = svg`<b>${"&"}</b>`;
    expect(svg`${once.text}`.text).toBe("&lt;b&gt;&amp;amp;&lt;/b&gt;");
    expect(svg`${once}`.text).toBe("<b>&amp;</b>");
    const lookalike = { text: "<script>" } as unknown as Markup;
    expect(() => svg`${lookalike}`).toThrow();
  });

  it("takes a line break for a space, and for nothing at its ends; values keep theirs", () => {
    const made = svg`
      <p>
        one ${"a\n b"}
        two
      </p>
    `;
    expect(made.text).toBe("<p> one a\n b two </p>");
  });

  it("takes text for markup only where told in so many words", () => {
    expect(svg`<style>${trusted("a > b {}")}</style>`.text).toBe("<style>a > b {}</style>");
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
    expect(escapeText(hostile)).toBe("&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
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
    ).text;
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
