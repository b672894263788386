import { describe, expect, it } from "vitest";
import { convexShapes, idealPrediction } from "../../test/fakes.js";
import { random } from "../core/random.js";
import { tidyLabels } from "./assemble.js";
import { candidatesOf, CandidateCollector } from "./candidates.js";

describe("candidatesOf", () => {
  it("takes the cells above the threshold, at their pixel, and leaves out what is no polygon", () => {
    const distances = Float32Array.from([3, 3, 3, 0.1, 3, -1, 3, 3, 0.1, NaN, 5, 3, 3, 0.1, 3]);
    const prediction = { height: 1, width: 5, grid: 2, rays: 3, probability: Float32Array.from([0.9, 0.4, 0.8, 0.9, 0.9]), distances };
    const { count, centers, scores, distances: rays } = candidatesOf(prediction, 0.5);
    // Cell 1 is not above, cell 3 covers no pixel, cell 4 has a NaN. The distance of -1 becomes 0.
    expect(count).toBe(2);
    expect([...centers]).toEqual([0, 0, 0, 4]);
    expect([...scores]).toEqual([Math.fround(0.9), Math.fround(0.8)]);
    expect([...rays]).toEqual([3, 0, 5, 3, 3, 3]);
  });

  it("does not depend on the parts", () => {
    const whole = idealPrediction(convexShapes(14, 16, false, random(1)), 8, 2);
    const collector = new CandidateCollector(8, whole.width);
    const half = Math.floor(whole.width / 2);
    // The right half first.
    for (const [x, width] of [[half, whole.width - half], [0, half]] as const) {
      const cut = (data: Float32Array): Float32Array => data.filter((_, i) => i % whole.width >= x && i % whole.width < x + width);
      collector.add({ ...whole, y: 0, x, width, probability: cut(whole.probability), distances: cut(whole.distances) }, 0.3);
    }
    const expected = candidatesOf(whole, 0.3);
    expect(expected.count).toBeGreaterThan(100);
    expect(collector.finish()).toEqual(expected);
  });
});

describe("tidyLabels", () => {
  it("keeps the largest piece of each object, drops small ones and renumbers with the polygons", () => {
    const labels = { height: 2, width: 7, count: 3, data: Int32Array.from([3, 0, 1, 2, 1, 1, 0, 3, 3, 0, 2, 1, 0, 0]) };
    const polygons = {
      count: 3, rays: 3, centers: Float32Array.from([1, 1, 2, 2, 3, 3]), distances: new Float32Array(9), scores: Float32Array.from([0.9, 0.8, 0.7]),
    };
    const tidy = tidyLabels(labels, polygons, 3);
    expect([...tidy.labels.data]).toEqual([1, 0, 0, 0, 2, 2, 0, 1, 1, 0, 0, 2, 0, 0]);
    expect(tidy.labels.count).toBe(2);
    expect([...tidy.polygons.scores]).toEqual([Math.fround(0.7), Math.fround(0.9)]);
    expect([...tidy.polygons.centers]).toEqual([3, 3, 1, 1]);
  });
});
