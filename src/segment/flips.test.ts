import { describe, expect, it } from "vitest";
import { bestIous, convexShapes, marchingPredictor, mean } from "../../test/fakes.js";
import { labelImage, relabelSequential } from "../core/labels.js";
import { random } from "../core/random.js";
import { gaussian } from "../imgproc/gaussian.js";
import type { ModelConfig } from "../model/modelconfig.js";
import { labelsUnderFlips } from "./flips.js";

const config: ModelConfig = { rays: 32, grid: 1, depth: 2, filters: 4, convolutionsPerLevel: 2, features: 4 };

describe("labelsUnderFlips", () => {
  it("mirrors what is found back to where it lies", async () => {
    const field = convexShapes(20, 12, false, random(2));
    const { height, width } = field;
    // Half of the objects, so that the field, a lattice, is not symmetric.
    const truth = relabelSequential(
      labelImage(
        height,
        width,
        field.data.map((label) => (label <= field.count / 2 ? label : 0)),
      ),
    );
    // Brightest in the middle, so that one polygon of each object wins.
    const data = gaussian(
      Float32Array.from(truth.data, (label) => (label > 0 ? 1 : 0)),
      height,
      width,
      3,
    );
    const found = await labelsUnderFlips({ height, width, data }, marchingPredictor(config), {
      probability: 0.5,
      overlap: 0.4,
      tile: 4096,
    });
    expect(found.length).toBe(4);
    for (const labels of found) {
      const ious = bestIous(truth, labels).sort();
      // The grid of one pixel has no middle: a mirrored polygon may start a pixel away, and lose a small
      // nucleus to another.
      expect(ious[Math.floor(ious.length / 2)]!).toBeGreaterThan(0.9);
      expect(ious.filter((iou) => iou > 0.7).length).toBeGreaterThanOrEqual(truth.count - 1);
    }
    // Had they not been mirrored back, they would not lie on each other.
    const upsideDown = {
      ...found[2]!,
      data: found[2]!.data.map(
        (_, i) => found[2]!.data[(height - 1 - Math.floor(i / width)) * width + (i % width)]!,
      ),
    };
    expect(mean(bestIous(found[0], upsideDown))).toBeLessThan(0.5);
  });
});
