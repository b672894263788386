import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outlineAngles, outlineRadii, reachOf, type OutlineParameters } from "./cellshape.js";

const ellipse: OutlineParameters = { along: 20, across: 10, angle: 0, amplitudes: [], phases: [] };

/** Area inside a table of radii, from the triangles between neighbouring rays. */
const areaOf = (radii: Float32Array): number => {
  let area = 0;
  for (let k = 0; k < outlineAngles; k++)
    area += 0.5 * radii[k]! * radii[k + 1]! * Math.sin((2 * Math.PI) / outlineAngles);
  return area;
};

describe("outlineRadii", () => {
  it("gives the semi-axes of an ellipse in its directions, wherever it is turned to", () => {
    const radii = outlineRadii(ellipse);
    expect(radii[0]).toBeCloseTo(20, 4);
    expect(radii[outlineAngles / 4]).toBeCloseTo(10, 4);
    const turned = outlineRadii({ ...ellipse, angle: Math.PI / 2 });
    expect(turned[0]).toBeCloseTo(10, 4);
    expect(turned[outlineAngles / 4]).toBeCloseTo(20, 4);
    expect(reachOf(turned)).toBeCloseTo(20, 4);
  });

  it("keeps the area of the ellipse, whatever the modulation, and repeats its first radius", () => {
    const amplitude = fc.double({ min: 0, max: 0.1, noNaN: true });
    const phase = fc.double({ min: 0, max: 6.3, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(amplitude, { minLength: 4, maxLength: 4 }),
        fc.array(phase, { minLength: 4, maxLength: 4 }),
        phase,
        (amplitudes, phases, angle) => {
          const radii = outlineRadii({ along: 24, across: 17, angle, amplitudes, phases });
          expect(areaOf(radii) / (Math.PI * 24 * 17)).toBeCloseTo(1, 2);
          expect(radii[outlineAngles]).toBe(radii[0]);
        },
      ),
    );
  });
});
