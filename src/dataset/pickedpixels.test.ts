import { describe, expect, it } from "vitest";
import { convexShapes } from "../../test/fakes.js";
import { labelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import {
  keptLabels,
  labelsOf,
  numberOfPixel,
  pickPixels,
  pixelOfNumber,
  pixelsOnObjects,
} from "./pickedpixels.js";
import { prepareSample, probabilityAt } from "./samples.js";
import { edtProbability } from "./targets.js";

const shapes = convexShapes(61, 83, true, random(4));
/** With a place that nobody knows, and rows of blocks without an object. */
const labels = labelImage(
  shapes.height,
  shapes.width,
  shapes.data.map((label, p) => (p % 97 === 5 ? -1 : p > 2000 && p < 3000 ? 0 : label)),
);
const kept = keptLabels(labels);

/** The pixels that a list would hold. */
const listed = (isPicked: (label: number) => boolean): number[] =>
  Array.from(labels.data.keys()).filter((p) => isPicked(labels.data[p]!));

describe("picked pixels", () => {
  it("are those of a list, of all objects and of some", () => {
    const odd = new Uint8Array(labels.count + 1).map((_, label) => label % 2);
    for (const [pixels, expected] of [
      [pixelsOnObjects(kept), listed((label) => label > 0)],
      [pickPixels(kept, odd), listed((label) => label > 0 && label % 2 === 1)],
    ] as const) {
      expect(pixels.count).toBe(expected.length);
      expect(expected.length).toBeGreaterThan(300);
      expect(expected.map((_, number) => pixelOfNumber(kept, pixels, number))).toEqual(expected);
      expect(expected.map((pixel) => numberOfPixel(kept, pixels, pixel))).toEqual([...expected.keys()]);
    }
  });

  it("give each pixel of a sample its probability", () => {
    const sample = prepareSample({ name: "sample", data: new Float32Array(labels.data.length), labels });
    expect(Float32Array.from(labels.data, (_, pixel) => probabilityAt(sample, pixel))).toEqual(
      edtProbability(labels),
    );
    expect(sample.probability.length).toBe(sample.onObjects.count);
  });
});

describe("kept labels", () => {
  it("are the same labels in half the memory, and in all of it where numbers are too large", () => {
    expect(kept.data.BYTES_PER_ELEMENT).toBe(2);
    expect(labelsOf(kept)).toEqual(labels);
    const many = labelImage(1, 3, Int32Array.of(-1, 0, 40_000));
    expect(labelsOf(keptLabels(many))).toEqual(many);
    expect(keptLabels(many).data[2]).toBe(40_000);
  });
});
