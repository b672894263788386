import { describe, expect, it } from "vitest";
import { attribute, elementAt, elements, parseXml, textOf } from "./xml.js";

describe("parseXml", () => {
  it("gives elements, attributes and texts, without namespaces", () => {
    const root = parseXml('<n:a x="1"><b>one</b><b y="2"/><c/></n:a>', "f.xml", "XML");
    const a = elementAt(root, "a")!;
    expect(attribute(a, "x")).toBe("1");
    expect(attribute(a, "z")).toBe("");
    expect(elements(a, "b").map((b) => [textOf(b), attribute(b, "y")])).toEqual([
      ["one", ""],
      ["", "2"],
    ]);
    expect(elementAt(root, "a", "d", "e")).toBeUndefined();
  });

  it("replaces the entities of XML and characters by number, once", () => {
    const a = elementAt(
      parseXml('<a b="&#181;m &amp;lt; &#xb5;&lt;">&#956; &amp;#65;</a>', "f", "XML"),
      "a",
    )!;
    expect([attribute(a, "b"), textOf(a)]).toEqual(["µm &lt; µ<", "μ &#65;"]);
  });

  it("refuses a document type, before any entity is expanded", () => {
    const bomb = `<!DOCTYPE a [<!ENTITY b "${"x".repeat(1000)}">]><a>${"&b;".repeat(1000)}</a>`;
    expect(() => parseXml(bomb, "bomb.xml", "XML")).toThrow(/^bomb\.xml: its XML declares a document type/);
  });

  it("says in one line what cannot be read", () => {
    expect(() => parseXml("<a><b>\n<", "broken.xml", "XML")).toThrow(
      /^broken\.xml: its XML cannot be read \([^\n]+\.$/,
    );
  });
});
