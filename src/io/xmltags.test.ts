import { describe, expect, it } from "vitest";
import { memorySource } from "./bytes.js";
import { readXmlTags, type XmlTag } from "./xmltags.js";

async function tagsOf(text: string): Promise<XmlTag[]> {
  const tags: XmlTag[] = [];
  await readXmlTags(memorySource(new TextEncoder().encode(text)), "a.xml", "test XML", (tag) =>
    tags.push(tag),
  );
  return tags;
}

const shortOf = (tags: readonly XmlTag[]): string[] =>
  tags.map(({ name, isStart, attributes }) =>
    isStart ? [name, ...[...attributes].map(([key, value]) => `${key}=${value}`)].join(" ") : `/${name}`,
  );

describe("tags of XML", () => {
  it("gives starts and ends with attributes, and passes over the rest", async () => {
    const text =
      '\uFEFF<?xml version="1.0"?>\n<!-- <x> --><a b="1" c = \'2 > "3"\'\n d="">text > <e:f/><![CDATA[<g>]]></a >\n';
    expect(shortOf(await tagsOf(text))).toEqual(['a b=1 c=2 > "3" d=', "e:f", "/e:f", "/a"]);
  });

  it("says at which bytes a tag is, after letters of several bytes too", async () => {
    const [a, b] = await tagsOf("<a µ='é'>é<b/></a>");
    expect([a!.start, a!.end, b!.start, b!.end]).toEqual([0, 11, 13, 17]);
  });

  it("replaces the five entities and characters by number, and no others", async () => {
    const [a] = await tagsOf('<a b="&lt;&gt;&amp;&quot;&apos;&#181;&#x1F600; &other; &amp;lt;"/>');
    expect(a!.attributes.get("b")).toBe("<>&\"'µ😀 &other; &lt;");
  });

  it("reads on where a tag, a comment or a letter is cut by the end of what was read", async () => {
    const filler = "x".repeat(1000);
    const text = `<r>${Array.from({ length: 3000 }, (_, i) => `<!--${filler}--><s i="${i}µ" t=">"/>`).join("")}</r>`;
    const tags = await tagsOf(text);
    expect(tags).toHaveLength(6002);
    expect(tags.filter(({ isStart }) => isStart).map(({ attributes }) => attributes.get("i"))).toEqual([
      undefined,
      ...Array.from({ length: 3000 }, (_, i) => `${i}µ`),
    ]);
  });

  it("refuses a document type without reading an entity of it", async () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a d="&c;"/>';
    await expect(tagsOf(bomb)).rejects.toThrow(
      "a.xml: its test XML cannot be read (it declares a document type, which no such file needs) (at byte 0); " +
        "copy or export the file again.",
    );
  });

  it.each([
    ["", "it holds no element"],
    ["text", "it holds no element"],
    ["<a><b></a>", "an end of a without its start"],
    ["<a>", "it ends within a"],
    ["<a><b", "it ends within a"],
    ["<a", "it holds no element"],
    ["<a b=1/>", "an attribute that is not well formed"],
    ["<a b/>", "an attribute that is not well formed"],
    ['<a b="1"c="2"/>', "an attribute that is not well formed"],
    ['<a b="1" b="2"/>', "an attribute that is there twice"],
    ["< a/>", "a tag without a name"],
    ['<a></a b="1">', "an end of a with attributes"],
    ["<a>".repeat(1001), "elements are too deep"],
    [`<a b="${"x".repeat(3_000_000)}`, "a tag that does not end"],
    [`<!--${"x".repeat(3_000_000)}`, "a tag that does not end"],
  ])("refuses %#", async (text, reason) => {
    await expect(tagsOf(text)).rejects.toThrow(`its test XML cannot be read (${reason})`);
  });
});
