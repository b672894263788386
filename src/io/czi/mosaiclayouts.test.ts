import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SampleData } from "../../core/image.js";
import { type MadeTile, openMade } from "../../../test/czifile.js";

/** A tile at a place, with a value of its own. */
const tiles = fc.array(
  fc.record({
    x: fc.integer({ min: -40, max: 40 }),
    y: fc.integer({ min: -40, max: 40 }),
    width: fc.integer({ min: 1, max: 24 }),
    height: fc.integer({ min: 1, max: 24 }),
    t: fc.integer({ min: 0, max: 2 }),
    c: fc.integer({ min: 0, max: 1 }),
    compression: fc.constantFrom(0, 5, 6),
    split: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);
const window = fc.record({ y: fc.nat(), x: fc.nat(), height: fc.nat(), width: fc.nat() });

/** Values as text: long arrays compare slowly otherwise. */
const textOf = (data: SampleData): string => data.join(" ");

describe("mosaics of any layout", () => {
  it("are what painting the tiles one after the other gives, whole and in windows", async () => {
    await fc.assert(
      fc.asyncProperty(tiles, fc.infiniteStream(fc.nat()), window, async (places, order, part) => {
        const made = places.map(({ t, c, ...place }, m): MadeTile => {
          const values = Uint16Array.from(
            { length: place.width * place.height },
            (_, i) => 1 + ((m * 4001 + i * 13) % 60000),
          );
          return { ...place, pixelType: 1, at: { T: t, C: c, M: m }, pixels: new Uint8Array(values.buffer) };
        });
        // The order of the file says nothing; that of M does.
        const keys = new Map(made.map((one) => [one, order.next().value as number]));
        const set = await openMade({ tiles: [...made].sort((a, b) => keys.get(a)! - keys.get(b)!) });
        const image = await set.open(0);
        const times = [...new Set(places.map(({ t }) => t))].sort();
        const dyes = [...new Set(places.map(({ c }) => c))].sort();
        expect([image.frames, image.channels]).toEqual([times.length, dyes.length]);
        const [left, top] = [Math.min(...places.map(({ x }) => x)), Math.min(...places.map(({ y }) => y))];
        for (const [frame, t] of times.entries())
          for (const [channel, c] of dyes.entries()) {
            const painted = new Uint16Array(image.height * image.width);
            for (const [m, { x, y, width, t: at, c: dye }] of places.entries()) {
              if (at !== t || dye !== c) continue;
              const values = new Uint16Array(made[m]!.pixels.slice().buffer);
              for (let i = 0; i < values.length; i++) {
                const row = y - top + Math.floor(i / width);
                painted[row * image.width + x - left + (i % width)] = values[i]!;
              }
            }
            const index = { frame, channel, slice: 0 };
            expect(textOf((await image.read(index)).plane.data)).toBe(textOf(painted));
            const y = part.y % image.height;
            const x = part.x % image.width;
            const height = 1 + (part.height % (image.height - y));
            const width = 1 + (part.width % (image.width - x));
            const { plane } = await image.readWindow!(index, { y, x, height, width });
            const cut = new Uint16Array(height * width);
            for (let i = 0; i < height; i++) {
              const from = (y + i) * image.width + x;
              cut.set(painted.subarray(from, from + width), i * width);
            }
            expect(textOf(plane.data)).toBe(textOf(cut));
          }
      }),
      { numRuns: 100, seed: 11 },
    );
  });
});
