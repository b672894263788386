import { describe, expect, it } from "vitest";
import { withoutElements } from "./xmlsections.js";

const names = new Set(["Experiment"]);
const cut = (text: string): string => withoutElements(text, names, 2);

describe("withoutElements", () => {
  it("leaves out elements of a name at one depth only", () => {
    expect(
      cut(
        `<?xml v="1"?><D><M><Experiment a="1"><x/><Experiment><y>1</y></Experiment></Experiment><I><Experiment>2</Experiment></I></M></D>`,
      ),
    ).toBe(`<?xml v="1"?><D><M><I><Experiment>2</Experiment></I></M></D>`);
  });
  it("is not misled by comments, CDATA and signs in attributes", () => {
    const rest = `<D><M><!-- <Experiment> --><a t="x>y</D>"/><b><![CDATA[</M><Experiment>]]></b></M></D>`;
    expect(cut(rest)).toBe(rest);
    expect(cut(rest.replace("</M></D>", "<Experiment>1</Experiment></M></D>"))).toBe(rest);
  });
  it("leaves text whose tags do not match as it is", () => {
    for (const text of ["<D><M><Experiment></Experiment></M>", "</D></M>", "<", "", "<D><M><Experiment>"])
      expect(cut(text)).toBe(text);
  });
  it("takes little time, whatever the text", () => {
    for (const text of [
      "<a ".repeat(200_000),
      '<a b="'.repeat(100_000),
      "<!--".repeat(100_000),
      "<a>".repeat(300_000),
    ])
      expect(cut(text)).toBe(text);
  });
});
