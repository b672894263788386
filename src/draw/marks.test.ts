import { describe, expect, it } from "vitest";
import { labelImage, type LabelImage } from "../core/labels.js";
import { placeMarks } from "./marks.js";
import { textWidth } from "./text.js";

const size = 100;
/** Squares of `edge` px with their top left corners. */
const squares = (edge: number, ...corners: readonly (readonly [y: number, x: number])[]): LabelImage => {
  const data = new Int32Array(size * size);
  corners.forEach(([top, left], i) => {
    for (let y = top; y < top + edge; y++) data.fill(i + 1, y * size + left, y * size + left + edge);
  });
  return labelImage(size, size, data);
};
const none = squares(0);

describe("placeMarks", () => {
  it("writes on an object that is large enough, all lines", () => {
    const [word, number] = placeMarks(none, squares(40, [10, 20]), new Map([[1, ["dim", "0.43"]]]), 1);
    expect(word).toMatchObject({ text: "dim", scale: 1 });
    expect(number!.y - word!.y).toBe(9);
    expect(word!.x).toBe(
      20 +
        Math.floor((40 - textWidth("0.43") - 4) / 2) +
        Math.floor((textWidth("0.43") + 4 - textWidth("dim")) / 2),
    );
  });

  it("writes beside a small one, where no nucleus is hidden", () => {
    const at = (kept: LabelImage): number[] =>
      placeMarks(kept, squares(8, [50, 50]), new Map([[1, ["small"]]]), 1).map(({ x }) => x);
    expect(at(none)[0]).toBeGreaterThanOrEqual(58);
    expect(at(squares(8, [50, 62]))[0]).toBeLessThan(50 - textWidth("small"));
  });

  it("drops the second line, then the mark, where there is no room", () => {
    // 11 px below the object and to the end of the picture: one line of 7 px with its margin has room, two
    // have not.
    const crowd = (gap: number): LabelImage =>
      labelImage(
        size,
        size,
        Int32Array.from({ length: size * size }, (_, i) =>
          Math.floor(i / size) >= 20 + gap || Math.floor(i / size) < 10 ? 1 : 0,
        ),
      );
    const object = labelImage(
      size,
      size,
      Int32Array.from({ length: size * size }, (_, i) =>
        Math.floor(i / size) >= 10 && Math.floor(i / size) < 20 ? 1 : 0,
      ),
    );
    const texts = new Map([[1, ["small", "0.10"]]]);
    expect(placeMarks(crowd(11), object, texts, 1).map(({ text }) => text)).toEqual(["small"]);
    expect(placeMarks(crowd(5), object, texts, 1)).toEqual([]);
  });

  it("never lets two marks meet, nor leave the picture; the same every time", () => {
    const corners = Array.from({ length: 12 }, (_, i): [number, number] => [(i * 37) % 90, (i * 53) % 90]);
    const objects = squares(6, ...corners);
    const texts = new Map(corners.map((_, i) => [i + 1, ["dim"]]));
    const marks = placeMarks(none, objects, texts, 1);
    expect(marks.length).toBeGreaterThan(5);
    marks.forEach((a, i) => {
      expect(a.y).toBeGreaterThanOrEqual(0);
      expect(a.x + textWidth(a.text)).toBeLessThanOrEqual(size);
      for (const b of marks.slice(i + 1))
        expect(Math.abs(a.y - b.y) >= 7 || Math.abs(a.x - b.x) >= textWidth("dim")).toBe(true);
    });
    expect(placeMarks(none, objects, texts, 1)).toEqual(marks);
  });

  it("takes numbers without pixels", () => {
    expect(
      placeMarks(
        none,
        squares(40, [10, 20]),
        new Map([
          [1, ["dim"]],
          [7, ["dim"]],
        ]),
        1,
      ),
    ).toHaveLength(1);
  });
});
