import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { annotateAuto } from "./auto.js";
import { preparePixels } from "./prepare.js";

describe("preparePixels", () => {
  it("cools a pixel that is far above all around it, and leaves a spot as sharp as a lens makes it", () => {
    const data = new Uint16Array(49).fill(10);
    data[24] = 4000;
    data[23] = 300;
    expect(preparePixels({ height: 7, width: 7, data }).clean[24]).toBe(300);
    data[23] = 1500;
    expect(preparePixels({ height: 7, width: 7, data }).clean[24]).toBe(4000);
  });

  it("takes what has no number for background, and has nothing to give where no pixel has one", () => {
    const some = preparePixels({ height: 1, width: 4, data: Float32Array.of(5, NaN, Infinity, 5) });
    expect([[...some.clean], [...some.finite]]).toEqual([
      [5, 5, 5, 5],
      [5, NaN, NaN, 5],
    ]);
    expect(
      preparePixels({ height: 1, width: 2, data: Float32Array.of(NaN, -Infinity) }).background,
    ).toBeNaN();
  });
});

describe("annotateAuto of a frame with hot pixels", () => {
  const [size, pitch] = [192, 48];
  const frame = (hot: number, value: number): Uint16Array => {
    const rng = random(1);
    const data = Uint16Array.from({ length: size * size }, (_, i) => {
      const [y, x] = [(Math.floor(i / size) % pitch) - pitch / 2, ((i % size) % pitch) - pitch / 2];
      return 20 + rng.integer(5) + (y * y + x * x <= 144 ? 100 : 0);
    });
    for (let k = 0; k < hot; k++) data[rng.integer(size) * size + rng.integer(size)] = value;
    return data;
  };

  it.each([
    [0, 0],
    [1, 65535],
    [30, 4000],
    [30, 65535],
  ])("keeps the nuclei whatever shines beside them: %i of %i", (hot, value) => {
    const { labels } = annotateAuto({ height: size, width: size, data: frame(hot, value) });
    expect(labels.count).toBe(16);
  });
});
