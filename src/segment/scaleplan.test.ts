import { describe, expect, it } from "vitest";
import { correctionAt, scalePlan, settledPlan } from "./scaleplan.js";

const model = { diameter: 40, diameterRange: { low: 35, high: 45 } };
const movie = { kind: "movie", frameNames: ["a", "b"] } as const;
const images = { kind: "images", frameNames: ["a", "b"] } as const;
const diameters = new Map([
  ["a", 20],
  ["b", 10],
]);

describe("scalePlan", () => {
  it("corrects estimates: by the first frame of a movie, by each of independent images", () => {
    const plan = scalePlan(movie, model, { estimated: diameters });
    expect([plan.scales, plan.correctedBy]).toEqual([[2, 4], "first frame"]);
    expect([0, 1].map((frame) => correctionAt(plan, frame))).toEqual([1.1, undefined]);
    const settled = settledPlan(plan, 3);
    expect(settled).toEqual({ scales: [3, 3], correctedBy: "no frame" });
    expect(correctionAt(settled, 0)).toBeUndefined();
    const single = scalePlan(images, model, { estimated: diameters });
    expect([0, 1].map((frame) => correctionAt(single, frame))).toEqual([1.25, 1.25]);
    expect(settledPlan(single, 3)).toBe(single);
  });

  it("corrects nothing that was given or annotated, and leaves images of unknown size as they are", () => {
    const annotated = scalePlan(images, model, { diameters: new Map([["b", 10]]) });
    expect(annotated).toEqual({ scales: [1, 4], correctedBy: "no frame" });
    expect(scalePlan(movie, model, { rescale: 1.5, diameters })).toEqual({
      scales: [1.5, 1.5],
      correctedBy: "no frame",
    });
  });
});
