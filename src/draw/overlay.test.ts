import { describe, expect, it } from "vitest";
import { analyse } from "../analyse/analyse.js";
import type { Image, StoredPlane } from "../core/image.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { emptyNuclei } from "../core/nuclei.js";
import { random } from "../core/random.js";
import { annotationColours, distinctColours, outlineColours, speedColour } from "./colours.js";
import { annotationOverlay, overlayLabels } from "./overlay.js";
import { speedRange, trackOverlay } from "./trackoverlay.js";
import { contrastOf, drawGrey, drawLabels, middle, overview } from "./view.js";

const black = (height: number, width: number): Image => ({
  height,
  width,
  data: new Uint8Array(height * width),
});
const labelsOf = (rows: readonly string[]): LabelImage =>
  labelImage(
    rows.length,
    rows[0]!.length,
    Int32Array.from(rows.join(""), (c) => (c === "." ? 0 : c === "#" ? -1 : Number(c))),
  );
const pixel = (plane: StoredPlane, y: number, x: number): number[] =>
  [...plane.data.subarray(3 * (y * plane.width + x), 3 * (y * plane.width + x) + 3)] as number[];
const contrast = { low: 0, high: 255 };

describe("overlayLabels", () => {
  const labels = labelsOf(["......", ".111..", ".1112.", ".1112.", "......"]);

  it("outlines the inner border of each object and leaves its inside and the background grey", () => {
    const plane = overlayLabels(black(5, 6), labels, { contrast, colours: [0, 1, 2] });
    expect([plane.height, plane.width, plane.samples]).toEqual([5, 6, 3]);
    expect(pixel(plane, 1, 1)).toEqual(outlineColours[1]);
    expect(pixel(plane, 2, 2)).toEqual([0, 0, 0]);
    // Where two objects touch, each keeps its own colour.
    expect(pixel(plane, 2, 3)).toEqual(outlineColours[1]);
    expect(pixel(plane, 2, 4)).toEqual(outlineColours[2]);
    expect(pixel(plane, 0, 0)).toEqual([0, 0, 0]);
  });

  it("crops and enlarges", () => {
    const plane = overlayLabels(black(5, 6), labels, {
      contrast,
      colours: [0, 1, 2],
      view: { y: 2, x: 3, height: 2, width: 2, scale: 2 },
    });
    expect([plane.height, plane.width]).toEqual([4, 4]);
    expect(pixel(plane, 0, 1)).toEqual(outlineColours[1]);
    expect(pixel(plane, 0, 2)).toEqual(outlineColours[2]);
  });

  it("refuses labels of another size", () => {
    expect(() => overlayLabels(black(5, 5), labels)).toThrow(/5 x 5 px/);
  });
});

describe("annotationOverlay", () => {
  it("is the same whatever type holds the grey values", () => {
    const rng = random(3);
    const grey = Array.from({ length: 40 * 30 }, () => rng.integer(200));
    const labels = labelImage(
      40,
      30,
      Int32Array.from(grey, (_, at) => (at % 7 === 0 ? -1 : Math.floor(at / 300))),
    );
    const drawn = [new Uint8Array(grey), new Uint16Array(grey), new Float32Array(grey)].map((data) =>
      annotationOverlay({ height: 40, width: 30, data }, labels, { rejected: labels }),
    );
    expect(drawn[1]).toEqual(drawn[0]);
    expect(drawn[2]).toEqual(drawn[0]);
  });

  it("outlines kept nuclei, hatches what training ignores, outlines what was turned down", () => {
    const labels = labelsOf(["1111##", "1111##", "1111##"]);
    const rejected = labelsOf(["......", ".....3", "......"]);
    const plane = annotationOverlay(black(3, 6), labels, { contrast, rejected });
    expect(pixel(plane, 0, 3)).toEqual(annotationColours.kept);
    // The border of the picture is no border of an object.
    expect(pixel(plane, 0, 0)).toEqual([0, 0, 0]);
    expect(pixel(plane, 1, 5)).toEqual(annotationColours.rejected);
    // (0 + 4) mod 8 is no stripe, (3 + ...) neither: 18 % of the colour.
    expect(pixel(plane, 0, 4)).toEqual(annotationColours.ignored.map((value) => Math.round(value * 0.18)));
    expect(pixel(annotationOverlay(black(1, 9), labelsOf(["########1"]), { contrast }), 0, 0)).toEqual(
      annotationColours.ignored.map((value) => Math.round(value * 0.55)),
    );
  });
});

describe("distinctColours", () => {
  it("gives neighbours different colours", () => {
    // 8 x 8 blocks of 8 px: king's moves make neighbours, at most 4 of them earlier.
    const size = 64;
    const labels = labelImage(
      size,
      size,
      Int32Array.from(
        { length: size * size },
        (_, i) => 1 + Math.floor(i / size / 8) * 8 + Math.floor((i % size) / 8),
      ),
    );
    const colours = distinctColours(labels, 6);
    const at = (row: number, column: number): number => colours[1 + row * 8 + column]!;
    for (let row = 0; row < 7; row++) {
      for (let column = 0; column < 7; column++) {
        expect(at(row, column)).not.toBe(at(row, column + 1));
        expect(at(row, column)).not.toBe(at(row + 1, column));
        expect(at(row, column)).not.toBe(at(row + 1, column + 1));
        expect(at(row, column + 1)).not.toBe(at(row + 1, column));
      }
    }
  });

  it("takes labels with holes in their numbering and pixels to ignore", () => {
    expect(distinctColours(labelsOf(["1.7", "#.."]), 6)).toHaveLength(8);
  });
});

describe("views", () => {
  it("averages the pixels under a smaller picture and copies them into a larger one", () => {
    const image: Image = { height: 2, width: 4, data: Uint8Array.of(0, 100, 50, 50, 100, 200, 50, 50) };
    const whole = { y: 0, x: 0, height: 2, width: 4 };
    expect([...drawGrey(image, { ...whole, scale: 0.5 }, { low: 0, high: 200 })]).toEqual([0.5, 0.25]);
    expect([
      ...drawGrey(image, { y: 0, x: 0, height: 1, width: 2, scale: 2 }, { low: 0, high: 200 }),
    ]).toEqual([0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5]);
    expect([...drawLabels(labelsOf(["1122", "1122"]), { ...whole, scale: 0.5 }).data]).toEqual([1, 2]);
  });

  it("reduces large images, enlarges small ones, and cuts the middle", () => {
    expect(overview(2000, 1000, 1000)).toMatchObject({ height: 2000, width: 1000, scale: 0.5 });
    expect(overview(300, 200, 1000).scale).toBe(3);
    expect(overview(10, 10, 1000).scale).toBe(4);
    expect(middle(100, 50, 60)).toEqual({ y: 20, x: 0, height: 60, width: 50, scale: 1 });
  });

  it("stretches the contrast whatever the values, NaN left out", () => {
    const rng = random(1);
    const { low, high } = contrastOf({
      height: 100,
      width: 100,
      data: Float32Array.from({ length: 10_000 }, (_, i) => (i % 5 === 0 ? NaN : rng.next())),
    });
    expect(low).toBeGreaterThanOrEqual(0);
    expect(low).toBeLessThan(0.02);
    expect(high).toBeGreaterThan(0.98);
    expect(contrastOf({ height: 1, width: 2, data: Uint8Array.of(7, 7) })).toEqual({ low: 7, high: 8 });
    expect(contrastOf({ height: 1, width: 1, data: Float32Array.of(NaN) })).toEqual({ low: 0, high: 1 });
  });
});

describe("trackOverlay", () => {
  const nuclei = emptyNuclei(6);
  nuclei.frame.set([0, 0, 0, 1, 1, 1]);
  nuclei.label.set([1, 2, 3, 1, 2, 3]);
  nuclei.y.set([5, 15, 25, 5, 15, 25]);
  nuclei.x.set([5, 5, 5, 6, 11, 25]);
  const graph = { nuclei, frames: 2, edges: Uint32Array.of(0, 3, 1, 4, 2, 5) };
  const statistics = analyse(graph, { height: 30, width: 30 });

  it("draws the slowest track blue and the fastest red", () => {
    expect(speedRange(statistics)).toEqual({ low: 1, high: 20 });
    const plane = trackOverlay(black(30, 30), nuclei, statistics, { contrast });
    expect(pixel(plane, 5, 5)).toEqual(speedColour(0));
    expect(pixel(plane, 15, 8)).toEqual(speedColour(5 / 19));
    expect(pixel(plane, 25, 15)).toEqual(speedColour(1));
    expect(pixel(plane, 10, 15)).toEqual([0, 0, 0]);
    expect(speedColour(0)[2]).toBeGreaterThan(speedColour(0)[0]);
    expect(speedColour(1)[0]).toBeGreaterThan(speedColour(1)[2]);
  });

  it("fades at the edges of a line (2 px wide: full inside, half on its rim)", () => {
    const plane = trackOverlay(black(30, 30), nuclei, statistics, { contrast });
    // Distance 1 from the line: cover 2 / 2 + 0.5 - 1.
    expect(pixel(plane, 24, 15)).toEqual(speedColour(1).map((value) => Math.round(value / 2)));
    expect(pixel(plane, 23, 15)).toEqual([0, 0, 0]);
  });

  it("puts positions into the pixels of a view", () => {
    const plane = trackOverlay(black(30, 30), nuclei, statistics, {
      contrast,
      view: { y: 20, x: 10, height: 10, width: 10, scale: 1 },
    });
    expect(pixel(plane, 5, 5)).toEqual(speedColour(1));
  });

  it("stops at a frame", () => {
    const plane = trackOverlay(black(30, 30), nuclei, statistics, { contrast, untilFrame: 0 });
    expect(plane.data.every((value) => value === 0)).toBe(true);
  });

  it("marks divisions", () => {
    const divided = analyse(
      { nuclei, frames: 2, edges: Uint32Array.of(0, 3, 0, 4) },
      { height: 30, width: 30, pixelSize: 0.5 },
    );
    expect(divided.divisions.count).toBe(1);
    const plane = trackOverlay(black(30, 30), nuclei, divided, { contrast });
    // On the ring of radius 5 around the mother at (5, 5), away from the lines to her daughters.
    expect(pixel(plane, 5, 0)).toEqual([255, 255, 255]);
  });
});
