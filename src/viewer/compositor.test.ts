import { describe, expect, it } from "vitest";
import { outlineColours } from "../draw/colours.js";
import { channel, labelled, pixels, planeOf } from "../../test/browser/renderscene.js";
import { compose, cpuRenderer } from "./compositor.js";
import { mix, outside, packed } from "./packedcolour.js";
import type { Camera, LabelLayer, Scene } from "./scene.js";
import { cameraToFit, imagePlace, placeOnScreen, zoomedAt } from "./screenplaces.js";

const black = packed([0, 0, 0]);
const white = packed([255, 255, 255]);

/** A picture, and looks into it. */
interface Drawn {
  readonly data: Uint32Array;
  readonly at: (y: number, x: number) => number;
  readonly row: (y: number) => Uint32Array;
}

/** The picture of a scene. */
function drawn(
  scene: Partial<Scene> & Pick<Scene, "size">,
  camera: Camera,
  height: number,
  width: number,
): Drawn {
  const data = new Uint32Array(height * width);
  compose({ images: [], labels: [], lines: [], ...scene }, camera, { height, width, data });
  return {
    data,
    at: (y, x) => data[y * width + x]!,
    row: (y) => data.slice(y * width, (y + 1) * width),
  };
}

/** The camera that shows px (0, 0) in the upper left corner. */
const fromCorner = (height: number, width: number, zoom = 1): Camera => ({
  y: height / 2 / zoom - 0.5,
  x: width / 2 / zoom - 0.5,
  zoom,
});

describe("channels", () => {
  it("shows 256 neighbouring counts of 16 bits in 256 greys", () => {
    const size = { height: 2, width: 256 };
    const plane = planeOf(
      size,
      pixels(Uint16Array, size, (_, x) => 30000 + x),
    );
    const scene = { size, images: [channel(plane, { low: 30000, high: 30255 })] };
    const { row } = drawn(scene, fromCorner(2, 256), 2, 256);
    expect(Array.from(row(1))).toEqual(Array.from({ length: 256 }, (_, i) => packed([i, i, i])));
  });

  it("shows floats alike, and NaN black", () => {
    const size = { height: 1, width: 256 };
    const values = pixels(Float32Array, size, (_, x) => (x === 7 ? NaN : x / 255));
    const scene = { size, images: [channel(planeOf(size, values), { low: 0, high: 1 })] };
    const { row } = drawn(scene, fromCorner(1, 256), 1, 256);
    const expected = Array.from({ length: 256 }, (_, i) => packed(i === 7 ? [0, 0, 0] : [i, i, i]));
    expect(Array.from(row(0))).toEqual(expected);
  });

  it("clips, inverts, and bends by gamma", () => {
    const size = { height: 1, width: 3 };
    const plane = planeOf(size, Uint8Array.of(10, 60, 110));
    const of = (more: Parameters<typeof channel>[1]): number[] =>
      Array.from(
        drawn({ size, images: [channel(plane, more)] }, fromCorner(1, 3), 1, 3).row(0),
        (c) => c & 255,
      );
    expect(of({ low: 20, high: 100 })).toEqual([0, 128, 255]);
    expect(of({ low: 100, high: 20 })).toEqual([255, 128, 0]);
    expect(of({ low: 10, high: 110, gamma: 2 })).toEqual([0, 64, 255]);
    expect(of({ low: 60, high: 60 })).toEqual([0, 0, 255]);
  });

  it("adds channels, each colour at most full", () => {
    const size = { height: 1, width: 2 };
    const plane = planeOf(size, Uint16Array.of(5000, 2500));
    const images = [
      channel(plane, { colour: [200, 0, 10] }),
      channel(plane, { colour: [100, 255, 20] }),
      channel(plane, { colour: [0, 255, 0] }),
    ];
    const { at } = drawn({ size, images }, fromCorner(1, 2), 1, 2);
    expect(at(0, 0)).toBe(packed([255, 255, 30]));
    expect(at(0, 1)).toBe(packed([150, 255, 15]));
  });
});

describe("places", () => {
  const size = { height: 100, width: 130 };
  const values = pixels(Uint16Array, size, (y, x) => y * 130 + x);
  const shown = { low: 0, high: 13000 };
  const grey = (y: number, x: number): number => Math.round(((y * 130 + x) * 255) / 13000);

  it.each([1, 2, 8, 16])("has no seams at the borders of tiles, zoom %s", (zoom) => {
    const plane = planeOf(size, values, { tile: 32, levels: 1 });
    const [height, width] = [size.height * zoom, size.width * zoom];
    const { at } = drawn(
      { size, images: [channel(plane, shown)] },
      fromCorner(height, width, zoom),
      height,
      width,
    );
    let wrong = 0;
    const ends = zoom === 1 ? [0] : [0, zoom - 1];
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        // All four corners of the pixel.
        const corners = ends.flatMap((dy) => ends.map((dx) => at(y * zoom + dy, x * zoom + dx) & 255));
        if (corners.some((value) => value !== grey(y, x))) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });

  it("takes every second pixel at half size, from the second level where there is one", () => {
    for (const levels of [1, 2]) {
      const plane = planeOf(size, values, { tile: 32, levels });
      const { at } = drawn({ size, images: [channel(plane, shown)] }, fromCorner(50, 65, 0.5), 50, 65);
      const first = at(0, 0) & 255;
      for (let y = 0; y < 50; y++)
        for (let x = 0; x < 65; x++)
          expect(Math.abs((at(y, x) & 255) - first - (grey(2 * y, 2 * x) - grey(0, 0)))).toBeLessThanOrEqual(
            levels === 1 ? 3 : 1,
          );
    }
  });

  it("is dark grey outside the image", () => {
    const plane = planeOf(size, values);
    const { at } = drawn(
      { size, images: [channel(plane, { low: -1, high: 0 })] },
      { y: 49.5, x: 64.5, zoom: 1 },
      120,
      150,
    );
    expect([at(9, 75), at(110, 75), at(60, 9), at(60, 140)]).toEqual([outside, outside, outside, outside]);
    expect([at(10, 10), at(109, 139), at(10, 139), at(109, 10)]).toEqual([white, white, white, white]);
  });

  it("draws the part of a coarser tile where one is not in memory, and black where there is none", () => {
    const isThere = (level: number, row: number, column: number): boolean =>
      level === 2 ? column === 0 : level === 0 && (row !== 1 || column === 0);
    const plane = planeOf(size, values, { tile: 16, levels: 3, isThere });
    const { at } = drawn({ size, images: [channel(plane, shown)] }, fromCorner(100, 130), 100, 130);
    expect(at(10, 20) & 255).toBe(grey(10, 20));
    // Row 1 of tiles: level 2 has 1 px for 4, and its first tile reaches to px 64.
    expect(at(17, 23) & 255).toBe(grey(16, 20));
    expect(at(31, 63) & 255).toBe(grey(28, 60));
    expect(at(20, 64)).toBe(black);
    expect(at(32, 64) & 255).toBe(grey(32, 64));
  });

  it("goes from the screen to the image and back", () => {
    const [camera, screen] = [
      { y: 30.2, x: 71.9, zoom: 3.3 },
      { height: 200, width: 301 },
    ];
    const [y, x] = imagePlace(camera, screen, 20, 250);
    const back = placeOnScreen(camera, screen, y, x);
    expect(back[0]).toBeCloseTo(20, 9);
    expect(back[1]).toBeCloseTo(250, 9);
    const closer = zoomedAt(camera, screen, [20, 250], 1.7);
    const same = imagePlace(closer, screen, 20, 250);
    expect(same[0]).toBeCloseTo(y, 9);
    expect(same[1]).toBeCloseTo(x, 9);
    expect(cameraToFit(size, { height: 50, width: 650 })).toEqual({ y: 49.5, x: 64.5, zoom: 0.5 });
  });
});

describe("labels", () => {
  const size = { height: 64, width: 96 };
  const red = packed([255, 0, 0]);
  /** Object 1: rows 10..29, columns 8..47. */
  const box = (y: number, x: number): number => (y >= 10 && y < 30 && x >= 8 && x < 48 ? 1 : 0);
  const layer = (
    value: (y: number, x: number) => number,
    more: Partial<LabelLayer> = {},
    tile = 16,
  ): LabelLayer =>
    labelled(planeOf(size, pixels(Int32Array, size, value), { tile }), {
      colours: Uint32Array.of(0, red),
      fill: 0,
      selected: new Set(),
      ...more,
    });

  it.each([
    [0.5, 1],
    [1, 1],
    [8, 1],
    [1, 2],
    [8, 3],
  ])("draws outlines inside the object, at zoom %s %s px wide, across tiles", (zoom, outline) => {
    const [height, width] = [size.height * zoom, size.width * zoom];
    const { at } = drawn(
      { size, labels: [layer(box, { outline })] },
      fromCorner(height, width, zoom),
      height,
      width,
    );
    const [top, bottom, left, right] = [10, 30, 8, 48].map((edge) => edge * zoom) as [
      number,
      number,
      number,
      number,
    ];
    let wrong = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const isIn = y >= top && y < bottom && x >= left && x < right;
        const depth = Math.min(y - top, bottom - 1 - y, x - left, right - 1 - x);
        if (at(y, x) !== (isIn && depth < outline ? red : black)) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });

  it("closes outlines at the border of the image, and draws them where an object goes on beyond the screen", () => {
    const all = layer(() => 1);
    const whole = drawn({ size, labels: [all] }, fromCorner(64, 96), 64, 96);
    expect([whole.at(0, 50), whole.at(63, 50), whole.at(30, 0), whole.at(30, 95)]).toEqual([
      red,
      red,
      red,
      red,
    ]);
    expect(whole.at(1, 1)).toBe(black);
    const inside = drawn({ size, labels: [all] }, { y: 32, x: 48, zoom: 1 }, 20, 20);
    expect(new Set(inside.data)).toEqual(new Set([black]));
  });

  it("blends fills with what lies below", () => {
    const grey = planeOf(
      size,
      pixels(Uint8Array, size, () => 100),
    );
    const images = [channel(grey, { low: 0, high: 255 })];
    const { at } = drawn({ size, images, labels: [layer(box, { fill: 0.25 })] }, fromCorner(64, 96), 64, 96);
    expect(at(20, 20)).toBe(packed([139, 75, 75]));
    expect(at(10, 20)).toBe(red);
    expect(at(5, 20)).toBe(packed([100, 100, 100]));
  });

  it("draws unknown in its colour, selected ones white and wider, and hides those without alpha", () => {
    const value = (y: number, x: number): number => (y < 40 ? (x < 32 ? 1 : x < 64 ? 2 : 3) : -1);
    const colours = Uint32Array.of(0, red, red, red & 0xffffff);
    const unknown = packed([0, 0, 200], 255);
    const labels = [layer(value, { colours, unknown, selected: new Set([2, 3]) })];
    const { at, row } = drawn({ size, labels }, fromCorner(64, 96), 64, 96);
    expect(Array.from(row(20)).filter((colour) => colour === white)).toHaveLength(6);
    expect([at(20, 31), at(20, 32), at(20, 34), at(20, 35)]).toEqual([red, white, white, black]);
    expect([at(20, 70), at(0, 70)]).toEqual([black, black]);
    expect(at(50, 50)).toBe(packed([0, 0, 200]));
  });

  it("takes turns with six colours beyond the table", () => {
    const { at } = drawn(
      { size, labels: [layer((y, x) => (box(y, x) === 1 ? 23 : 0))] },
      fromCorner(64, 96),
      64,
      96,
    );
    expect(at(10, 10)).toBe(packed(outlineColours[23 % 6]!));
  });

  it("draws labels of a coarser tile where one is not in memory", () => {
    const plane = planeOf(size, pixels(Int32Array, size, box), {
      tile: 16,
      levels: 3,
      isThere: (level) => level === 2,
    });
    const labels = [{ ...layer(box), plane }];
    const { at } = drawn({ size, labels }, fromCorner(64, 96), 64, 96);
    // 1 px for 4: rows 12..31, columns 8..47.
    expect([at(11, 20), at(12, 20), at(13, 20), at(31, 20), at(20, 47), at(20, 48)]).toEqual([
      black,
      red,
      black,
      red,
      red,
      black,
    ]);
  });
});

describe("lines", () => {
  const size = { height: 40, width: 60 };
  const line = (ends: number[], width = 1, colour = white): Scene["lines"] => [
    { ends: Float32Array.from(ends), colours: new Uint32Array(ends.length / 4).fill(colour), width },
  ];
  const lit = (lines: Scene["lines"], zoom = 1): number[] => {
    const { data } = drawn({ size, lines }, fromCorner(40, 60, zoom), 40, 60);
    return Array.from(data.keys()).filter((i) => data[i] === white);
  };

  it.each([1, 2, 3])("draws rows, columns and diagonals %s px wide", (width) => {
    expect(lit(line([10, 5, 10, 24], width))).toHaveLength(20 * width);
    expect(lit(line([5, 10, 24, 10], width))).toHaveLength(20 * width);
    expect(lit(line([5, 10, 24, 29], width))).toHaveLength(20 * width);
    expect(lit(line([24, 29, 5, 10], width))).toEqual(lit(line([5, 10, 24, 29], width)));
  });

  it("passes through the pixels of its ends, also enlarged", () => {
    expect(lit(line([3, 4, 8, 20]))).toEqual(expect.arrayContaining([3 * 60 + 4, 8 * 60 + 20]));
    expect(lit(line([1, 2, 1, 5]), 8)).toEqual(Array.from({ length: 25 }, (_, i) => 12 * 60 + 20 + i));
  });

  it("cuts off what lies outside the screen", () => {
    expect(lit(line([10, -1e6, 10, 1e6]))).toEqual(Array.from({ length: 60 }, (_, x) => 600 + x));
    expect(lit(line([-1e5, -1e5, 1e5, 1e5]))).toEqual(Array.from({ length: 40 }, (_, i) => 61 * i));
    expect(lit(line([-5, 0, -5, 50, 0, 70, 30, 70, NaN, 1, 2, 3]))).toEqual([]);
  });

  it("blends with what lies below", () => {
    const { at } = drawn(
      { size, lines: line([10, 5, 10, 24], 1, packed([200, 100, 0], 128)) },
      fromCorner(40, 60),
      40,
      60,
    );
    expect(at(10, 10)).toBe(mix(black, packed([200, 100, 0]), 129) >>> 0);
    expect(at(10, 10) & 255).toBe(101);
  });
});

it("draws into a picture of bytes, which it shows", () => {
  const size = { height: 4, width: 5 };
  const plane = planeOf(
    size,
    pixels(Uint16Array, size, () => 5000),
  );
  let shown = 0;
  const renderer = cpuRenderer(({ height, width }) => (shown = height * width));
  renderer.resize({ height: 4, width: 5 });
  renderer.draw(
    { size, images: [channel(plane, { colour: [10, 20, 30] })], labels: [], lines: [] },
    fromCorner(4, 5),
  );
  expect(Array.from(renderer.picture.data.subarray(0, 4))).toEqual([10, 20, 30, 255]);
  expect(shown).toBe(20);
});
