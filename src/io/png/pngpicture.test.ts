import { describe, expect, it } from "vitest";
import { InvalidInput } from "../../core/errors.js";
import type { StoredPlane } from "../../core/image.js";
import { random } from "../../core/random.js";
import { decodePng, encodePng } from "./png.js";
import { encodeIndexed, encodePicture } from "./pngpicture.js";

/** The RGB values of a PNG, whatever its colour type. */
function rgbOf(bytes: Uint8Array): number[] {
  const { plane, palette } = decodePng(bytes, "picture.png");
  if (palette === undefined) return [...plane.data];
  return Array.from(plane.data).flatMap((index) => palette[index]!.slice(0, 3));
}

/** A picture of so many colours, each used. */
function pictureOf(colours: number, height = 20, width = 31): StoredPlane {
  const rng = random(colours);
  const data = new Uint8Array(3 * height * width);
  for (let p = 0; p < height * width; p++) {
    const colour = p < colours ? p : rng.integer(colours);
    data.set([colour & 255, (7 * colour) & 255, (colour >> 8) + 3], 3 * p);
  }
  return { height, width, samples: 3, data };
}

describe("encodePicture", () => {
  it.each([1, 2, 200, 256])("holds the very pixels of a picture of %d colours, by a palette", (colours) => {
    const picture = pictureOf(colours);
    const bytes = encodePicture(picture);
    expect(decodePng(bytes, "picture.png").palette).toHaveLength(colours);
    expect(rgbOf(bytes)).toEqual([...picture.data]);
  });

  it("holds more colours than a palette as RGB", () => {
    const picture = pictureOf(257);
    const bytes = encodePicture(picture);
    expect(decodePng(bytes, "picture.png").palette).toBeUndefined();
    expect(rgbOf(bytes)).toEqual([...picture.data]);
  });

  it("is smaller than RGB", () => {
    const picture = pictureOf(190, 200, 200);
    expect(encodePicture(picture).length).toBeLessThan(encodePng(picture).length);
  });

  it("refuses what is no RGB picture", () => {
    const grey = { height: 2, width: 2, samples: 1, data: new Uint8Array(4) };
    expect(() => encodePicture(grey)).toThrow(InvalidInput);
    expect(() => encodePicture({ ...grey, samples: 3 })).toThrow(InvalidInput);
    expect(() => encodePicture({ ...grey, samples: 3, data: new Uint16Array(12) })).toThrow(InvalidInput);
  });
});

describe("encodeIndexed", () => {
  it("gives the bytes of the RGB picture, whatever the order of the palette, equal and unused colours", () => {
    const rng = random(5);
    const palette = Uint8Array.from({ length: 3 * 256 }, () => 80 * rng.integer(3));
    const indices = Uint8Array.from({ length: 20 * 31 }, () => 10 + rng.integer(200));
    const data = Uint8Array.from({ length: 3 * indices.length }, (_, at) => {
      const colour = indices[Math.floor(at / 3)]!;
      return palette[3 * colour + (at % 3)]!;
    });
    const bytes = encodeIndexed({ height: 20, width: 31, palette, indices });
    expect(bytes).toEqual(encodePicture({ height: 20, width: 31, samples: 3, data }));
    expect(decodePng(bytes, "picture.png").palette!.length).toBeLessThan(28);
  });
});
