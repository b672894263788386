import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import {
  differing,
  distinct,
  expectCommutes,
  inPieces,
  lattice,
  masks,
  type Plane,
} from "../../test/planes.js";
import { random } from "../core/random.js";
import { components } from "./components.js";
import { watershed, watershedOfBytes } from "./watershed.js";

describe("watershed", () => {
  it("meets on the ridge", () => {
    // By hand: both basins climb; the ridge (5) goes to the basin that reaches it first, over the lower
    // flank.
    const out = watershed(Float32Array.of(0, 1, 5, 2, 0), Int32Array.of(1, 0, 0, 0, 2), undefined, 1, 5);
    expect(out).toEqual(Int32Array.of(1, 1, 1, 2, 2));
  });

  const cases = goldens<{
    elevation: Golden<Float32Array>;
    markers: Golden<Int32Array>;
    mask?: Golden<Uint8Array>;
    expected: Golden<Int32Array>;
  }>("watershed");
  it.each(cases)("equals scikit-image: $name", ({ elevation, markers, mask, expected }) => {
    expect(watershed(elevation.data, markers.data, mask?.data, elevation.height, elevation.width)).toEqual(
      expected.data,
    );
  });

  it("fills just what the markers reach, each label in one piece", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 5 }),
        (seed, h, w, levels) => {
          const rng = random(seed);
          const mask = Uint8Array.from({ length: h * w }, () => (rng.next() < 0.7 ? 1 : 0));
          const elevation = Float32Array.from(mask, () => rng.integer(levels));
          let next = 0;
          const markers = Int32Array.from(mask, () => (rng.next() < 0.06 ? ++next : 0));
          const out = watershed(elevation, markers, mask, h, w);
          const islands = components(mask, h, w, 4).data;
          const seeded = new Set(islands.filter((island, i) => island > 0 && markers[i]! > 0));
          expect(Array.from(out, (label) => label > 0)).toEqual(
            Array.from(islands, (island) => seeded.has(island)),
          );
          for (let label = 1; label <= next; label++) {
            expect(out.includes(label)).toBe(markers.some((value, i) => value === label && mask[i] === 1));
          }
          expect(inPieces({ height: h, width: w, data: out }, 4)).toEqual([]);
        },
      ),
    );
  });

  // Where no two pixels have one elevation, each pixel belongs to the basin that it drains to over the lowest
  // pass, and no order decides. With plateaus the queue's order does, which is that of the pixels: there only
  // the flooded area is the same.
  const scenes = distinct()
    .chain((elevation) =>
      fc.record({
        elevation: fc.constant(elevation),
        seed: fc.integer(),
        levels: fc.constantFrom(1, 2, 1000),
      }),
    )
    .map(({ elevation, seed, levels }) => {
      const rng = random(seed);
      const plane = <T extends Int32Array | Uint8Array>(data: T): Plane<T> => ({
        height: elevation.height,
        width: elevation.width,
        data,
      });
      return {
        elevation: { ...elevation, data: elevation.data.map((value) => value % levels) },
        ties: levels < 1000,
        markers: plane(Int32Array.from(elevation.data, () => (rng.next() < 0.1 ? 1 + rng.integer(9) : 0))),
        mask: plane(Uint8Array.from(elevation.data, () => (rng.next() < 0.8 ? 1 : 0))),
      };
    });
  it("floods the same area after flips and transposes, with the same labels where no elevations are equal", () => {
    fc.assert(
      fc.property(scenes, ({ elevation, ties, markers, mask }) => {
        expectCommutes([elevation, markers, mask], (e, m, k) => {
          const out = watershed(e.data, m.data, k.data, e.height, e.width);
          return ties ? out.map((label) => (label > 0 ? 1 : 0)) : out;
        });
      }),
    );
  });

  it("treats NaN as outside", () => {
    expect(watershed(Float32Array.of(0, NaN, 0), Int32Array.of(1, 0, 0), undefined, 1, 3)).toEqual(
      Int32Array.of(1, 0, 0),
    );
    expect(watershed(new Float32Array(6).fill(NaN), new Int32Array(6).fill(4), undefined, 2, 3)).toEqual(
      new Int32Array(6),
    );
  });

  it("floods at infinite elevations, last of all", () => {
    const elevation = Float32Array.of(-Infinity, Infinity, Infinity, 3e38, -0);
    expect(watershed(elevation, Int32Array.of(1, 0, 0, 0, 2), undefined, 1, 5)).toEqual(
      Int32Array.of(1, 1, 2, 2, 2),
    );
  });

  it("floods one pixel, one value and an open mask from its only marker", () => {
    expect(watershed(Float32Array.of(7), Int32Array.of(3), undefined, 1, 1)).toEqual(Int32Array.of(3));
    const marker = Int32Array.from({ length: 20 }, (_, i) => (i === 13 ? 9 : 0));
    expect(watershed(new Float32Array(20).fill(5), marker, new Uint8Array(20).fill(1), 4, 5)).toEqual(
      new Int32Array(20).fill(9),
    );
    expect(watershed(new Float32Array(20).fill(5), marker, new Uint8Array(20), 4, 5)).toEqual(
      new Int32Array(20),
    );
  });

  it("does nothing without markers", () => {
    expect(watershed(new Float32Array(6), new Int32Array(6), undefined, 2, 3)).toEqual(new Int32Array(6));
  });

  it("floods seventy thousand basins, each up to its walls and with its own number", () => {
    const { data, height, width, count } = lattice(265, 4, 3);
    const seeds = new Int32Array(data.length);
    // In the middle of each square; what lies between them is higher than they are.
    for (let y = 1; y < height; y += 4)
      for (let x = 1; x < width; x += 4) seeds[y * width + x] = data[y * width + x]!;
    const out = watershed(
      Float32Array.from(data, (label) => (label > 0 ? 0 : 1)),
      seeds,
      undefined,
      height,
      width,
    );
    expect(count).toBeGreaterThan(2 ** 16);
    expect(out.findIndex((label, i) => label === 0 || (data[i]! > 0 && label !== data[i]))).toBe(-1);
  });

  it("floods from sixty thousand markers", () => {
    const markers = new Int32Array(735 * 735);
    let count = 0;
    for (let y = 1; y < 735; y += 3) for (let x = 1; x < 735; x += 3) markers[y * 735 + x] = ++count;
    const elevation = Float32Array.from(markers, (label) => (label > 0 ? 0 : 1));
    const areas = new Int32Array(count + 1);
    for (const label of watershed(elevation, markers, undefined, 735, 735)) areas[label]!++;
    expect(count).toBe(245 * 245);
    // Nine pixels a marker, none of them left out.
    expect(areas[0]).toBe(0);
    expect(areas.slice(1).every((area) => area >= 5 && area <= 13)).toBe(true);
  });
});

describe("watershedOfBytes", () => {
  const cases = goldens<{
    elevation: Golden<Uint8Array>;
    markers: Golden<Int32Array>;
    mask: Golden<Uint8Array>;
    expected: Golden<Int32Array>;
  }>("watershed_bytes");
  it.each(cases)("equals scikit-image: $name", ({ elevation, markers, mask, expected }) => {
    const { height, width } = elevation;
    expect(watershedOfBytes(elevation.data, markers.data, mask.data, height, width)).toEqual(expected.data);
  });

  interface Scene extends Plane<Uint8Array> {
    readonly elevation: Uint8Array;
    readonly markers: Int32Array;
  }

  /**
   * Few levels give plateaus. Markers have labels beyond 16 bits, several of them the same, and lie outside
   * of the mask, too.
   */
  const scenes: fc.Arbitrary<Scene> = fc
    .tuple(masks(16), fc.integer(), fc.constantFrom(1, 2, 5, 256))
    .map(([mask, seed, levels]) => {
      const rng = random(seed);
      return {
        ...mask,
        elevation: mask.data.map(() => Math.floor((rng.integer(levels) * 255) / Math.max(1, levels - 1))),
        markers: Int32Array.from(mask.data, () => (rng.next() < 0.12 ? 65_530 + rng.integer(12) : 0)),
      };
    });
  const bytes = ({ elevation, markers, data, height, width }: Scene): Int32Array =>
    watershedOfBytes(elevation, markers, data, height, width);
  const floats = ({ elevation, markers, data, height, width }: Scene): Int32Array =>
    watershed(Float32Array.from(elevation), markers, data, height, width);

  it("equals the flood over floats where no two markers have one elevation, whatever plateaus there are", () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const met = new Set<number>();
        // The first marker of each elevation stays.
        const markers = scene.markers.map((label, p) =>
          label === 0 || scene.data[p] === 0 || met.has(scene.elevation[p]!)
            ? 0
            : (met.add(scene.elevation[p]!), label),
        );
        expect(bytes({ ...scene, markers })).toEqual(floats({ ...scene, markers }));
      }),
      { numRuns: 300 },
    );
  });

  it(
    "floods the area that the flood over floats does, each pixel with a label that can reach it, " +
      "each marker with its own",
    () => {
      fc.assert(
        fc.property(scenes, (scene) => {
          const { height, width, data, markers } = scene;
          const out = bytes(scene);
          expect(out.map((label) => Math.sign(label))).toEqual(
            floats(scene).map((label) => Math.sign(label)),
          );
          markers.forEach((label, p) => {
            if (label > 0 && data[p] === 1) expect(out[p]).toBe(label);
          });
          // Each connected part of a label holds a marker of it.
          for (const label of new Set(out)) {
            if (label === 0) continue;
            const own = components(
              Uint8Array.from(out, (value) => (value === label ? 1 : 0)),
              height,
              width,
              4,
            );
            const seeded = new Set(own.data.filter((part, p) => part > 0 && markers[p] === label));
            expect(seeded.size).toBe(own.count);
          }
        }),
      );
    },
  );

  it("gives a pixel to the marker from which the lowest pass leads to it", () => {
    // The least height over which each label of a row reaches a pixel, by walking there from each of its
    // markers.
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 40 }),
        fc.integer(),
        (heights, seed) => {
          const rng = random(seed);
          const elevation = Uint8Array.from(heights);
          const markers = Int32Array.from(heights, () => (rng.next() < 0.15 ? 1 + rng.integer(3) : 0));
          const out = watershedOfBytes(
            elevation,
            markers,
            new Uint8Array(elevation.length).fill(1),
            1,
            elevation.length,
          );
          const pass = (from: number, to: number): number =>
            Math.max(...elevation.subarray(Math.min(from, to), Math.max(from, to) + 1));
          out.forEach((label, p) => {
            const reach = (of: number): number =>
              Math.min(
                Infinity,
                ...[...markers.keys()].filter((m) => markers[m] === of).map((m) => pass(m, p)),
              );
            if (label === 0) expect(markers.every((marker) => marker === 0)).toBe(true);
            else if (markers[p] === 0)
              for (const other of [1, 2, 3]) expect(reach(label)).toBeLessThanOrEqual(reach(other));
          });
        },
      ),
    );
  });

  it("lets the pixel with the lower index go first where markers are equally high", () => {
    // Both markers lie at 0 and 9 is equally far from both: by the order of the index it is the left one's.
    expect(
      watershedOfBytes(
        Uint8Array.of(0, 9, 0),
        Int32Array.of(70_001, 0, 70_002),
        Uint8Array.of(1, 1, 1),
        1,
        3,
      ),
    ).toEqual(Int32Array.of(70_001, 70_001, 70_002));
    expect(
      watershedOfBytes(
        Uint8Array.of(0, 9, 0),
        Int32Array.of(70_001, 0, 70_002),
        Uint8Array.of(1, 1, 1),
        3,
        1,
      ),
    ).toEqual(Int32Array.of(70_001, 70_001, 70_002));
    // Two pixels of one plateau: one step each, not both to the first.
    expect(
      watershedOfBytes(new Uint8Array(4), Int32Array.of(1, 0, 0, 2), new Uint8Array(4).fill(1), 1, 4),
    ).toEqual(Int32Array.of(1, 1, 2, 2));
  });

  it(
    "climbs to 255, descends behind a ridge at the ridge's cost, and gives nothing without " +
      "markers, mask or pixels",
    () => {
      // Behind the ridge of 255 lies 0; the marker at the right reaches it at 254 first.
      expect(
        watershedOfBytes(
          Uint8Array.of(0, 255, 0, 254, 0),
          Int32Array.of(1, 0, 0, 0, 2),
          new Uint8Array(5).fill(1),
          1,
          5,
        ),
      ).toEqual(Int32Array.of(1, 1, 2, 2, 2));
      expect(watershedOfBytes(new Uint8Array(6), new Int32Array(6), new Uint8Array(6).fill(1), 2, 3)).toEqual(
        new Int32Array(6),
      );
      expect(watershedOfBytes(new Uint8Array(6), new Int32Array(6).fill(3), new Uint8Array(6), 2, 3)).toEqual(
        new Int32Array(6),
      );
      expect(watershedOfBytes(new Uint8Array(0), new Int32Array(0), new Uint8Array(0), 0, 0)).toHaveLength(0);
      expect(watershedOfBytes(Uint8Array.of(255), Int32Array.of(9), Uint8Array.of(1), 1, 1)).toEqual(
        Int32Array.of(9),
      );
    },
  );

  it("floods seventy thousand basins as the flood over floats does", () => {
    const { data, height, width, count } = lattice(265, 4, 3);
    const seeds = new Int32Array(data.length);
    for (let y = 1; y < height; y += 4)
      for (let x = 1; x < width; x += 4) seeds[y * width + x] = data[y * width + x]!;
    const out = watershedOfBytes(
      Uint8Array.from(data, (label) => (label > 0 ? 0 : 255)),
      seeds,
      new Uint8Array(data.length).fill(1),
      height,
      width,
    );
    expect(count).toBeGreaterThan(2 ** 16);
    expect(
      differing(
        out.map((label, p) => (data[p]! > 0 ? label : 0)),
        data,
      ),
    ).toBe(0);
    expect(out.includes(0)).toBe(false);
  });
});
