import { describe, expect, it } from "vitest";
import type { Image, StoredPlane } from "../core/image.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { annotationColours } from "./colours.js";
import { ground } from "./legend.js";
import { annotationPreview, legendRows, type PreviewFacts, type PreviewInput } from "./previewpicture.js";

const facts: PreviewFacts = {
  name: "t001",
  reasons: [["dim", 1]],
  diameter: 20,
  diameterFrom: "estimated",
  method: "sensitivity 1",
  unknownUse: "ignored",
};

/**
 * A square of 10 px in a black image: sure nuclei from the left, one rejected at the right, unknown pixels in
 * the lower rows.
 */
function scene(size: number, pixelSize?: number): PreviewInput {
  const square = (x0: number, label: number): Int32Array =>
    Int32Array.from({ length: size * size }, (_, i) => {
      const [y, x] = [Math.floor(i / size), i % size];
      return y >= 10 && y < 20 && x >= x0 && x < x0 + 10 ? label : 0;
    });
  const [one, two, three] = [square(10, 1), square(20, 2), square(size - 20, 3)];
  const data = one.map((label, i) => label + two[i]! + (i >= (size - 10) * size ? -1 : 0));
  const image: Image = { height: size, width: size, data: new Uint8Array(size * size), pixelSize };
  return {
    image,
    labels: labelImage(size, size, data),
    rejected: labelImage(size, size, three),
    marks: new Map([[3, ["dim", "0.43"]]]),
    facts,
  };
}

const pixel = ({ data, width }: StoredPlane, y: number, x: number): number[] => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];
const texts = (input: PreviewInput, scale = 1): string[] =>
  legendRows(input, scale)
    .flat()
    .map(({ text }) => text);

describe("annotationPreview", () => {
  it("shows images from 512 px on at 1:1, with the legend below", () => {
    const picture = annotationPreview(scene(600));
    expect(picture.width).toBe(600);
    expect(picture.height).toBeGreaterThan(650);
    expect(pixel(picture, 599, 300)).not.toEqual([...ground]);
    expect(pixel(picture, picture.height - 1, 599)).toEqual([...ground]);
    expect(pixel(picture, 601, 599)).toEqual([...ground]);
  });

  it("outlines sure nuclei blue and rejected objects orange, hatches the unknown, and leaves the rest grey", () => {
    const picture = annotationPreview(scene(600));
    const near = (colour: readonly number[], y: number, x: number): void =>
      pixel(picture, y, x).forEach((value, i) => expect(Math.abs(value - colour[i]!)).toBeLessThan(12));
    near(annotationColours.kept, 10, 15);
    near(annotationColours.kept, 15, 19);
    near(annotationColours.kept, 15, 20);
    near(annotationColours.rejected, 15, 580);
    expect(pixel(picture, 15, 15)).toEqual([0, 0, 0]);
    expect(pixel(picture, 300, 300)).toEqual([0, 0, 0]);
    // (595 + 5) mod 8 is a stripe, (595 + 9) is none.
    expect(pixel(picture, 595, 5)).toEqual(
      annotationColours.ignored.map((value) => Math.round(value * 0.55)),
    );
    expect(pixel(picture, 595, 9)).toEqual(
      annotationColours.ignored.map((value) => Math.round(value * 0.18)),
    );
  });

  it("writes the reason beside what was rejected", () => {
    const orange = (marks: PreviewInput["marks"]): number => {
      const picture = annotationPreview({ ...scene(600), marks });
      let count = 0;
      for (let i = 0; i < 599 * 600; i++)
        if ([0, 1, 2].every((k) => picture.data[3 * i + k] === annotationColours.rejected[k])) count++;
      return count;
    };
    expect(orange(new Map([[3, ["dim", "0.43"]]]))).toBeGreaterThan(orange(new Map()) + 40);
  });

  it("enlarges small images by a whole factor, and has room for its legend whatever the image", () => {
    expect(annotationPreview(scene(256)).width).toBe(768);
    expect(annotationPreview(scene(511)).width).toBe(1022);
    const dot = labelImage(1, 1, Int32Array.of(0));
    const picture = annotationPreview({
      image: { height: 1, width: 1, data: Uint8Array.of(7) },
      labels: dot,
      rejected: dot,
      marks: new Map(),
      facts: { ...facts, reasons: [], diameter: undefined },
    });
    expect(picture.width).toBe(480);
    expect(pixel(picture, 4, 240)).toEqual([0, 0, 0]);
    expect(pixel(picture, 4, 250)).toEqual([...ground]);
  });

  it("is the same every time, and refuses labels of another size", () => {
    const [first, second] = [annotationPreview(scene(100)), annotationPreview(scene(100))];
    expect(first.data.every((value, i) => value === second.data[i])).toBe(true);
    expect(() => annotationPreview({ ...scene(100), rejected: scene(99).rejected })).toThrow(/100 x 100 px/);
  });
});

describe("legend", () => {
  it("counts what is in the labels", () => {
    expect(texts(scene(600))).toEqual([
      "t001",
      "600 x 600 px",
      "sensitivity 1",
      "2 sure",
      "1 rejected",
      "1.7 % unknown (ignored)",
      "rejected for:",
      "dim 1",
      "(number: certainty)",
      "50 px",
      "diameter 20 px estimated",
    ]);
  });

  it("leaves the unknown out where the method does", () => {
    expect(texts({ ...scene(600), facts: { ...facts, unknownUse: undefined } }).join()).not.toContain(
      "unknown",
    );
  });

  it("has a bar of a round length: in µm where the image is calibrated, else 50 px", () => {
    const bar = (pixelSize: number | undefined, scale: number): { text: string; bar?: number | undefined } =>
      legendRows(scene(600, pixelSize), scale).at(-1)![0]!;
    expect(bar(undefined, 1)).toMatchObject({ text: "50 px", bar: 50 });
    expect(bar(undefined, 3)).toMatchObject({ text: "50 px", bar: 150 });
    expect(bar(0.5, 1)).toMatchObject({ text: "50 µm", bar: 100 });
    expect(texts(scene(600, 0.5))).toContain("diameter 20 px (10.0 µm) estimated");
  });

  it("says so where there is nothing", () => {
    const blank: LabelImage = labelImage(4, 4, new Int32Array(16));
    const input = {
      ...scene(600),
      image: { height: 4, width: 4, data: new Uint8Array(16) },
      labels: blank,
      rejected: blank,
      marks: new Map(),
      facts: { ...facts, reasons: [], diameter: undefined },
    };
    expect(texts(input, 8)).toEqual([
      "t001",
      "4 x 4 px, enlarged 8 x",
      "sensitivity 1",
      "0 sure",
      "0 rejected",
      "0 % unknown (ignored)",
      "2 px",
      "diameter unknown",
    ]);
  });
});
