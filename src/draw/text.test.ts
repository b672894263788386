import { describe, expect, it } from "vitest";
import type { Canvas } from "./canvas.js";
import { glyphHeight, glyphOf } from "./font.js";
import { drawText, shortened, textWidth } from "./text.js";

const canvas = (height: number, width: number): Canvas => ({
  height,
  width,
  samples: 3,
  data: new Uint8Array(height * width * 3).fill(90),
});

/** Rows of a canvas: # where it is white, . where it is black, - where nothing was drawn. */
const drawn = ({ height, width, data }: Canvas): string[] =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => ({ 255: "#", 0: "." })[data[3 * (y * width + x)]!] ?? "-").join(
      "",
    ),
  );

const white = [255, 255, 255] as const;

describe("the font", () => {
  it("draws a letter, px by px", () => {
    const page = canvas(7, 11);
    drawText(page, 0, 0, "Rµ", { colour: white });
    expect(drawn(page)).toEqual(
      [
        "####-------",
        "#---#-------",
        "#---#-#---#",
        "####--#---#",
        "#-#---#---#",
        "#--#--##-##",
        "#---#-#-#-#",
      ].map((row) => row.slice(0, 11).padEnd(11, "-")),
    );
  });

  it("has a glyph of its own for every printable character", () => {
    const all = [...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)), "µ"];
    const looks = all.map((character) => {
      const { width, ink } = glyphOf(character);
      expect(ink).toHaveLength(width * glyphHeight);
      expect(ink.includes(1)).toBe(character !== " ");
      return `${width} ${ink.join("")}`;
    });
    expect(new Set(looks).size).toBe(96);
  });

  it("leaves accents off and shows a box for what it does not have", () => {
    expect(glyphOf("é")).toBe(glyphOf("e"));
    expect(glyphOf("μ")).toBe(glyphOf("µ"));
    expect(glyphOf("核")).toBe(glyphOf("\u0001"));
    expect(glyphOf("核").ink.slice(0, 10)).toEqual(Uint8Array.of(1, 1, 1, 1, 1, 1, 0, 0, 0, 1));
  });
});

describe("text", () => {
  it("is as wide as it is drawn, and larger by whole factors", () => {
    expect(textWidth("")).toBe(0);
    expect(textWidth("Il")).toBe(3 + 1 + 2);
    expect(textWidth("Il", 3)).toBe(18);
    const page = canvas(14, 6);
    drawText(page, 0, 0, "I", { colour: white, scale: 2 });
    expect(drawn(page)).toEqual([
      ...["######", "######"],
      ...Array.from({ length: 10 }, () => "--##--"),
      ...["######", "######"],
    ]);
  });

  it("has a dark rim where asked, and stops at the edges", () => {
    const page = canvas(4, 3);
    drawText(page, 1, -1, "|", { colour: white, halo: true });
    expect(drawn(page)).toEqual([".--", ".--", ".--", ".--"]);
    drawText(page, -6, 1, "|", { colour: white });
    expect(drawn(page)).toEqual([".#-", ".--", ".--", ".--"]);
  });

  it("is shortened in its middle", () => {
    expect(shortened("frame045", 200)).toBe("frame045");
    const short = shortened("a_very_long_name_of_a_movie_t045", 100);
    expect(short).toMatch(/^a_very_\w*\.\.\.\w*t045$/);
    expect(textWidth(short)).toBeLessThanOrEqual(100);
    expect(shortened("frame045", 1)).toBe("");
  });
});
