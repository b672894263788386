import { describe, expect, it } from "vitest";
import { decide } from "../annotate/decide.js";
import { decidePaper } from "../annotate/paper.js";
import { emptyFeatures, type ObjectFeatures } from "../annotate/types.js";
import { shortReason } from "./reasonwords.js";

type Change = Partial<Record<"area" | "intensity" | "solidity" | "ellipseResidual" | "edgeContrast" | "contact" | "dip" | "texture" | "sharpness" | "signalToNoise", number>>;
const good = { area: 1000, diameter: 36, solidity: 0.96, eccentricity: 0.5, ellipseResidual: 0.08, intensity: 100, edgeContrast: 0.6, contact: 0, dip: 1, texture: 0.1, sharpness: 4, signalToNoise: 50 };

/** Reasons of the annotation itself for objects that differ from good ones in one way each. */
function reasonsFor(changes: readonly Change[]): string[] {
  const rows = [...Array.from({ length: 20 }, () => good), ...changes.map((change) => ({ ...good, ...change }))];
  const features: ObjectFeatures = { ...emptyFeatures(rows.length), ...Object.fromEntries(Object.keys(good).map((key) => [key, Float64Array.from(rows, (row) => row[key as keyof typeof good])])) };
  return decide([features])[0]!.slice(20).map(({ reason }) => reason);
}

describe("shortReason", () => {
  it("names every kind of reason that the annotation gives", () => {
    const changes: Change[] = [
      { area: 50 }, { area: 9000 }, { intensity: 5 }, { signalToNoise: 2 }, { area: 5500, edgeContrast: 0.3 }, { sharpness: 0.01, edgeContrast: 0.3 }, { solidity: 0.5 },
      { edgeContrast: 0.05 }, { contact: 0.9, dip: 0 }, { texture: 0.9 },
    ];
    const words = reasonsFor(changes).map((reason) => shortReason(reason));
    expect(words.map(({ word }) => word)).toEqual(["small", "large", "dim", "dim", "large", "blurred", "shape", "faint rim", "touching", "texture"]);
    expect(words.slice(0, 4).every(({ certainty }) => certainty === undefined)).toBe(true);
    expect(words.slice(4).every(({ certainty }) => /^0\.\d\d$/.test(certainty ?? ""))).toBe(true);
  });

  it("names those of the published method and of the user's limits", () => {
    const words = decidePaper(Float64Array.of(10, 95, 98, 100, 100, 102, 105, 120, 80, 400)).filter(({ kept }) => !kept).map(({ reason }) => shortReason(reason).word);
    expect(words).toEqual(["small", "large", "small", "large"]);
    expect(shortReason("area 12 px (least 40)").word).toBe("small");
    expect(shortReason("area 900 px (most 400)").word).toBe("large");
  });

  it("has a word for reasons that it does not know", () => {
    expect(shortReason("")).toEqual({ word: "doubtful", certainty: undefined });
  });
});
