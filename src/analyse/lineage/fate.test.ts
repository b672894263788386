import { describe, expect, it } from "vitest";
import { emptyNuclei, type Nuclei } from "../../core/nuclei.js";
import type { Branch } from "../../core/tracks.js";
import { fatesOf } from "./fate.js";

interface Last {
  readonly area?: number;
  readonly intensity?: number;
  readonly eccentricity?: number;
  readonly touchesEdge?: number;
}

/** One branch of `length` frames: area 100, intensity 50, round; its last nucleus as given. */
function branch(length: number, last: Last): { nuclei: Nuclei; branches: Branch[] } {
  const nuclei = emptyNuclei(length);
  nuclei.area.fill(100);
  nuclei.meanIntensity.fill(50);
  nuclei.eccentricity.fill(0.5);
  for (let t = 0; t < length; t++) nuclei.frame[t] = t;
  nuclei.area[length - 1] = last.area ?? 100;
  nuclei.meanIntensity[length - 1] = last.intensity ?? 50;
  nuclei.eccentricity[length - 1] = last.eccentricity ?? 0.5;
  nuclei.touchesEdge[length - 1] = last.touchesEdge ?? 0;
  return { nuclei, branches: [{ id: 1, parent: 0, root: 1, rows: Array.from({ length }, (_, t) => t) }] };
}

const fate = (length: number, frames: number, last: Last): string => {
  const { nuclei, branches } = branch(length, last);
  return fatesOf(nuclei, branches, frames)[0]!;
};

describe("fatesOf", () => {
  it("tells a death from what is lost: condensed, bright and round at the end", () => {
    expect(fate(6, 10, { area: 40, intensity: 90 })).toBe("died");
    expect(fate(6, 10, {})).toBe("lost");
    expect(fate(6, 10, { area: 70, intensity: 90 })).toBe("lost");
    expect(fate(6, 10, { area: 40, intensity: 40 })).toBe("lost");
    // A metaphase plate whose daughters were not found.
    expect(fate(6, 10, { area: 40, intensity: 90, eccentricity: 0.9 })).toBe("lost");
  });

  it("decides by area and shape where brightness is not known", () => {
    expect(fate(6, 10, { area: 40, intensity: NaN })).toBe("died");
  });

  it("needs a past to compare with", () => {
    expect(fate(4, 10, { area: 40, intensity: 90 })).toBe("died");
    expect(fate(3, 10, { area: 40, intensity: 90 })).toBe("lost");
  });

  it("does not say more than the end of the movie or the border allows", () => {
    expect(fate(6, 6, { area: 40, intensity: 90 })).toBe("end of movie");
    expect(fate(6, 10, { area: 40, intensity: 90, touchesEdge: 1 })).toBe("at border");
  });
});
