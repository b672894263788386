import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { distinct, expectCommutes, inPieces, lattice, type Plane } from "../../test/planes.js";
import { random } from "../core/random.js";
import { components } from "./components.js";
import { watershed } from "./watershed.js";

describe("watershed", () => {
  it("meets on the ridge", () => {
    // By hand: both basins climb; the ridge (5) goes to the basin that reaches it first, over the lower flank.
    const out = watershed(Float32Array.of(0, 1, 5, 2, 0), Int32Array.of(1, 0, 0, 0, 2), undefined, 1, 5);
    expect(out).toEqual(Int32Array.of(1, 1, 1, 2, 2));
  });

  const cases = goldens<{ elevation: Golden<Float32Array>; markers: Golden<Int32Array>; mask?: Golden<Uint8Array>; expected: Golden<Int32Array> }>("watershed");
  it.each(cases)("equals scikit-image: $name", ({ elevation, markers, mask, expected }) => {
    expect(watershed(elevation.data, markers.data, mask?.data, elevation.height, elevation.width)).toEqual(expected.data);
  });

  it("fills just what the markers reach, each label in one piece", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 5 }), (seed, h, w, levels) => {
        const rng = random(seed);
        const mask = Uint8Array.from({ length: h * w }, () => (rng.next() < 0.7 ? 1 : 0));
        const elevation = Float32Array.from(mask, () => rng.integer(levels));
        let next = 0;
        const markers = Int32Array.from(mask, () => (rng.next() < 0.06 ? ++next : 0));
        const out = watershed(elevation, markers, mask, h, w);
        const islands = components(mask, h, w, 4).data;
        const seeded = new Set(islands.filter((island, i) => island > 0 && markers[i]! > 0));
        expect(Array.from(out, (label) => label > 0)).toEqual(Array.from(islands, (island) => seeded.has(island)));
        for (let label = 1; label <= next; label++) {
          expect(out.includes(label)).toBe(markers.some((value, i) => value === label && mask[i] === 1));
        }
        expect(inPieces({ height: h, width: w, data: out }, 4)).toEqual([]);
      }),
    );
  });

  // Where no two pixels have one elevation, each pixel belongs to the basin that it drains to over the lowest pass, and no order decides.
  // With plateaus the queue's order does, which is that of the pixels: there only the flooded area is the same.
  const scenes = distinct().chain((elevation) => fc.record({
    elevation: fc.constant(elevation), seed: fc.integer(), levels: fc.constantFrom(1, 2, 1000),
  })).map(({ elevation, seed, levels }) => {
    const rng = random(seed);
    const plane = <T extends Int32Array | Uint8Array>(data: T): Plane<T> => ({ height: elevation.height, width: elevation.width, data });
    return {
      elevation: { ...elevation, data: elevation.data.map((value) => value % levels) }, ties: levels < 1000,
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
    expect(watershed(Float32Array.of(0, NaN, 0), Int32Array.of(1, 0, 0), undefined, 1, 3)).toEqual(Int32Array.of(1, 0, 0));
    expect(watershed(new Float32Array(6).fill(NaN), new Int32Array(6).fill(4), undefined, 2, 3)).toEqual(new Int32Array(6));
  });

  it("floods at infinite elevations, last of all", () => {
    const elevation = Float32Array.of(-Infinity, Infinity, Infinity, 3e38, -0);
    expect(watershed(elevation, Int32Array.of(1, 0, 0, 0, 2), undefined, 1, 5)).toEqual(Int32Array.of(1, 1, 2, 2, 2));
  });

  it("floods one pixel, one value and an open mask from its only marker", () => {
    expect(watershed(Float32Array.of(7), Int32Array.of(3), undefined, 1, 1)).toEqual(Int32Array.of(3));
    const marker = Int32Array.from({ length: 20 }, (_, i) => (i === 13 ? 9 : 0));
    expect(watershed(new Float32Array(20).fill(5), marker, new Uint8Array(20).fill(1), 4, 5)).toEqual(new Int32Array(20).fill(9));
    expect(watershed(new Float32Array(20).fill(5), marker, new Uint8Array(20), 4, 5)).toEqual(new Int32Array(20));
  });

  it("does nothing without markers", () => {
    expect(watershed(new Float32Array(6), new Int32Array(6), undefined, 2, 3)).toEqual(new Int32Array(6));
  });

  it("floods seventy thousand basins, each up to its walls and with its own number", () => {
    const { data, height, width, count } = lattice(265, 4, 3);
    const seeds = new Int32Array(data.length);
    // In the middle of each square; what lies between them is higher than they are.
    for (let y = 1; y < height; y += 4) for (let x = 1; x < width; x += 4) seeds[y * width + x] = data[y * width + x]!;
    const out = watershed(Float32Array.from(data, (label) => (label > 0 ? 0 : 1)), seeds, undefined, height, width);
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
