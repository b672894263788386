import { describe, expect, it } from "vitest";
import { resolveConfig } from "../config/config.js";
import type { AnnotateConfig } from "../config/options.js";
import type { AcquisitionSummary, AnnotationSummary } from "./annotation.js";
import { formatAcquisitions } from "./annotationtext.js";

const one: AcquisitionSummary = {
  images: 3,
  diameter: 40.06,
  background: 28,
  noise: 13.8,
  saturation: 0.0123,
  areas: [420, 2100],
};
const none: AcquisitionSummary = {
  images: 1,
  diameter: 0,
  background: 7,
  noise: 0,
  saturation: 1,
  areas: [0, 0],
};
const summary = (
  acquisitions: readonly AcquisitionSummary[],
  change: Partial<AnnotationSummary> = {},
): AnnotationSummary => ({
  preset: "auto",
  background: "ignore",
  kind: "images",
  images: [],
  acquisitions,
  warnings: [],
  ...change,
});
const config = (annotate: Partial<AnnotateConfig> = {}): AnnotateConfig =>
  resolveConfig({ annotate }, "the test").annotate;

describe("formatAcquisitions", () => {
  const flags =
    "To override this, set annotate.diameter, annotate.minArea, annotate.maxArea and annotate.sensitivity (1; above 1 keeps more).";

  it("says of one what was estimated and which flags override it", () => {
    for (const kind of ["movie", "images"] as const) {
      expect(formatAcquisitions(summary([one], { kind }), config())).toEqual([
        "nucleus diameter 40.1 px, areas kept 420 to 2100 px²; background 28, noise 13.8 (grey " +
          "values), 1.2 % of the pixels have the largest value.",
        flags,
      ]);
    }
  });

  it("numbers several, says why there are several, and where nothing was found", () => {
    expect(formatAcquisitions(summary([one, none]), config({ sensitivity: 2 }))).toEqual([
      "Images were judged together where size, type and calibration are equal and the nuclei are alike in size and brightness:",
      "Acquisition 0 (3 images): nucleus diameter 40.1 px, areas kept 420 to 2100 px²; background " +
        "28, noise 13.8 (grey values), 1.2 % of the pixels have the largest value.",
      "Acquisition 1 (1 image): no nucleus diameter could be estimated, nothing kept; background " +
        "7, noise 0 (grey values), 100 % of the pixels have the largest value.",
      "To override this, set annotate.diameter, annotate.minArea, annotate.maxArea and annotate.sensitivity (2; above 1 keeps more).",
    ]);
  });

  it("writes out eight, and of more how many there are", () => {
    const lines = (count: number): string[] =>
      formatAcquisitions(summary(Array.from({ length: count }, () => one)), config());
    expect(lines(8)).toHaveLength(1 + 8 + 1);
    expect(lines(11)).toHaveLength(1 + 8 + 1 + 1);
    expect(lines(11)[8]).toMatch(/^Acquisition 7 /);
    expect(lines(11).slice(9)).toEqual(["... and 3 more acquisitions: annotation.json has them all.", flags]);
  });

  it("tells a diameter that was given from one that was estimated", () => {
    expect(formatAcquisitions(summary([{ ...one, diameter: 30 }]), config({ diameter: 30 }))[0]).toMatch(
      /^nucleus diameter 30\.0 px, given, areas kept/,
    );
    expect(formatAcquisitions(summary([{ ...one, areas: [0, 0] }]), config())[0]).toMatch(
      /^nucleus diameter 40\.1 px, nothing kept;/,
    );
  });

  it("has nothing to say of the paper's method, which estimates nothing", () => {
    expect(formatAcquisitions(summary([one], { preset: "paper" }), config({ preset: "paper" }))).toEqual([]);
  });
});
