import { describe, expect, it } from "vitest";
import { bestIous, convexShapes, marchingPredictor } from "../../test/fakes.js";
import { random } from "../core/random.js";
import type { ModelConfig } from "../model/config.js";
import { labelsUnderFlips } from "./flips.js";

const config: ModelConfig = { rays: 32, grid: 1, depth: 1, filters: 4, convolutionsPerLevel: 1, features: 4 };

describe("labelsUnderFlips", () => {
  it("mirrors what is found back to where it lies", async () => {
    const truth = convexShapes(20, 12, false, random(2));
    const { height, width } = truth;
    const data = Float32Array.from(truth.data, (label) => (label > 0 ? 1 : 0));
    const found = await labelsUnderFlips(data, height, width, marchingPredictor(config), { probability: 0.5, overlap: 0.4 }, 4096);
    expect(found.length).toBe(4);
    for (const labels of found) {
      const ious = bestIous(truth, labels).sort();
      // The grid of one pixel has no middle: a mirrored polygon may start a pixel away, and lose a small nucleus to another.
      expect(ious[Math.floor(ious.length / 2)]!).toBeGreaterThan(0.9);
      expect(ious.filter((iou) => iou > 0.7).length).toBeGreaterThanOrEqual(truth.count - 1);
    }
    // Without being mirrored back they would not lie on each other: the field of shapes is not symmetric.
    const mirrored = { ...found[1]!, data: found[1]!.data.map((_, i) => found[1]!.data[Math.floor(i / width) * width + (width - 1 - (i % width))]!) };
    expect(Math.min(...bestIous(found[0], mirrored))).toBeLessThan(0.5);
  });
});
