import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { channel, labelled, pixels, planeOf } from "../../test/browser/renderscene.js";
import type { Window } from "../core/image.js";
import { cpuRenderer } from "./compositor.js";
import type { Camera, Scene } from "./scene.js";

const size = { height: 96, width: 120 };

/** Labels in blocks of 8 x 8 px. */
const blocks = (): Int32Array => pixels(Int32Array, size, (y, x) => ((y >> 3) * 31 + (x >> 3) * 7) % 5);

function sceneOf(labels: Int32Array, outline = 1): Scene {
  const grey = planeOf(
    size,
    pixels(Uint16Array, size, (y, x) => 40 * y + x),
  );
  const layer = labelled(planeOf(size, labels), { outline, fill: 0.3, selected: new Set([3]) });
  return { size, images: [channel(grey, { low: 0, high: 4000 })], labels: [layer], lines: [] };
}

describe("a picture of which a part is drawn again", () => {
  it("is the one that is drawn anew, pixel for pixel", () => {
    const anywhere = fc.record({
      y: fc.integer({ min: 0, max: 95 }),
      x: fc.integer({ min: 0, max: 119 }),
      height: fc.integer({ min: 1, max: 30 }),
      width: fc.integer({ min: 1, max: 30 }),
    });
    const view = fc.record({
      y: fc.double({ min: -20, max: 110, noNaN: true }),
      x: fc.double({ min: -20, max: 130, noNaN: true }),
      zoom: fc.constantFrom(0.3, 0.5, 1, 1.7, 6),
    });
    fc.assert(
      fc.property(
        fc.array(anywhere, { minLength: 1, maxLength: 3 }),
        view,
        fc.nat(4),
        (strokes, camera, outline) => {
          const labels = blocks();
          const scene = sceneOf(labels, outline);
          const { plane } = scene.labels[0]!;
          const parts: Window[] = [];
          const renderer = cpuRenderer((_, part) => parts.push(part));
          renderer.resize({ height: 64, width: 80 });
          renderer.draw(scene, camera);
          for (const stroke of strokes) {
            const height = Math.min(stroke.height, size.height - stroke.y);
            const width = Math.min(stroke.width, size.width - stroke.x);
            paint(scene, { ...stroke, height, width }, (level, row, column, part) =>
              renderer.changed(plane, level, row, column, part),
            );
          }
          renderer.draw(scene, camera);
          const anew = cpuRenderer();
          anew.resize({ height: 64, width: 80 });
          anew.draw(scene, camera);
          expect(
            Buffer.from(renderer.picture.data.buffer).equals(Buffer.from(anew.picture.data.buffer)),
          ).toBe(true);
          expect(parts[0]).toEqual({ y: 0, x: 0, height: 64, width: 80 });
        },
      ),
      { numRuns: 200 },
    );
  });

  it("draws only what changed, and all where the view or the look is another", () => {
    const labels = blocks();
    const scene = sceneOf(labels);
    const camera: Camera = { y: 40, x: 50, zoom: 1 };
    const parts: Window[] = [];
    const renderer = cpuRenderer((_, part) => parts.push(part));
    renderer.resize({ height: 64, width: 80 });
    const whole = { y: 0, x: 0, height: 64, width: 80 };
    const drawn = (next: Scene, from: Camera): Window => {
      renderer.draw(next, from);
      return parts.at(-1)!;
    };
    expect(drawn(scene, camera)).toEqual(whole);
    expect(drawn(scene, camera)).toMatchObject({ height: 0, width: 0 });
    const { plane } = scene.labels[0]!;
    paint(scene, { y: 40, x: 50, height: 1, width: 1 }, (level, row, column, part) =>
      renderer.changed(plane, level, row, column, part),
    );
    // A pixel of level 2 stands for four of the image.
    expect(drawn(scene, camera).height).toBeLessThanOrEqual(4 + 16);
    expect(drawn(scene, { ...camera, x: 51 })).toEqual(whole);
    const [layer] = scene.labels;
    expect(
      drawn({ ...scene, labels: [{ ...layer!, selected: new Set([1]) }] }, { ...camera, x: 51 }),
    ).toEqual(whole);
    renderer.resize({ height: 32, width: 80 });
    expect(drawn(scene, camera)).toEqual({ ...whole, height: 32 });
  });

  it("draws all where a tile is another array", () => {
    const scene = sceneOf(blocks());
    const camera: Camera = { y: 40, x: 50, zoom: 1 };
    const parts: Window[] = [];
    const renderer = cpuRenderer((_, part) => parts.push(part));
    renderer.resize({ height: 64, width: 80 });
    renderer.draw(scene, camera);
    const [layer] = scene.labels;
    const copies = new Map<Int32Array, Int32Array>();
    const { plane } = layer!;
    const get = plane.get.bind(plane);
    const other = (tile: Int32Array | undefined): Int32Array | undefined => {
      if (tile === undefined) return undefined;
      if (!copies.has(tile)) copies.set(tile, tile.slice());
      return copies.get(tile);
    };
    Object.assign(plane, { get: (...place: Parameters<typeof get>) => other(get(...place)) });
    renderer.draw(scene, camera);
    expect(parts.at(-1)).toEqual({ y: 0, x: 0, height: 64, width: 80 });
  });
});

/** Writes label 4 into a rectangle of all levels, and tells each tile that it meets. */
function paint(
  { labels: [layer] }: Scene,
  { y, x, height, width }: Window,
  tell: (level: number, row: number, column: number, part: Window) => void,
): void {
  const { plane } = layer!;
  const { tile, levels } = plane;
  for (let level = 0; level < levels.length; level++) {
    const [top, left] = [Math.ceil(y / 2 ** level), Math.ceil(x / 2 ** level)];
    const [bottom, right] = [Math.ceil((y + height) / 2 ** level), Math.ceil((x + width) / 2 ** level)];
    for (let row = 0; row * tile < bottom; row++) {
      for (let column = 0; column * tile < right; column++) {
        const data = plane.get(level, row, column);
        const [firstRow, firstColumn] = [Math.max(0, top - row * tile), Math.max(0, left - column * tile)];
        const [endRow, endColumn] = [
          Math.min(tile, bottom - row * tile),
          Math.min(tile, right - column * tile),
        ];
        if (data === undefined || firstRow >= endRow || firstColumn >= endColumn) continue;
        for (let at = firstRow; at < endRow; at++)
          data.fill(4, at * tile + firstColumn, at * tile + endColumn);
        const part = { height: endRow - firstRow, width: endColumn - firstColumn };
        tell(level, row, column, { y: firstRow, x: firstColumn, ...part });
      }
    }
  }
}
