import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
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
          const region = Uint8Array.from(out, (value) => (value === label ? 1 : 0));
          const inMask = markers.some((value, i) => value === label && mask[i] === 1);
          expect(components(region, h, w, 4).count).toBe(inMask ? 1 : 0);
        }
      }),
    );
  });

  it("treats NaN as outside", () => {
    expect(watershed(Float32Array.of(0, NaN, 0), Int32Array.of(1, 0, 0), undefined, 1, 3)).toEqual(Int32Array.of(1, 0, 0));
  });

  it("does nothing without markers", () => {
    expect(watershed(new Float32Array(6), new Int32Array(6), undefined, 2, 3)).toEqual(new Int32Array(6));
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
