import { describe, expect, it } from "vitest";
import { labelImage } from "../core/labels.js";
import { scaleSample } from "./samples.js";

describe("a part of an image", () => {
  const [height, width] = [30, 40];
  const image = { height, width, data: Float32Array.from({ length: height * width }, (_, i) => i % 97) };
  const labels = labelImage(
    height,
    width,
    Int32Array.from({ length: height * width }, (_, i) => (i % width < 4 ? 1 : i % width > 30 ? 2 : 0)),
  );
  const whole = { name: "a", image, labels, scale: 1 };
  const part = { y: 5, x: 10, height: 20, width: 30 };

  it("has the grey values that it has in the whole, and its own numbers of labels", () => {
    const [all, cut] = [scaleSample(whole), scaleSample({ ...whole, part })];
    const at = (y: number, x: number): number => (part.y + y) * width + part.x + x;
    for (const [y, x] of [
      [0, 0],
      [19, 29],
      [7, 13],
    ] as const)
      expect(cut.data[y * part.width + x]).toBe(all.data[at(y, x)]);
    expect(cut.labels).toMatchObject({ height: 20, width: 30, count: 1 });
    expect(cut.labels.data[29]).toBe(1);
  });

  it("is brought to the network's scale", () => {
    const { data, labels: scaled } = scaleSample({ ...whole, part, scale: 2 });
    expect([scaled.height, scaled.width, data.length]).toEqual([40, 60, 2400]);
  });
});
