import { describe, expect, it } from "vitest";
import { defaultModelConfig } from "../model/modelconfig.js";
import { isStreamed, partsOf } from "./parts.js";
import { memoryOf } from "./tilesize.js";

/** Bytes of a pixel that is held as a whole, its label and overlay included. */
const wholeBytes = 30;

describe("partsOf", () => {
  it("plans nine tenths of the limit at most, with the image where it is held as a whole", () => {
    for (const edge of [512, 2048, 4096, 12_000]) {
      for (const scale of [0.6, 1, 1.4]) {
        for (const limit of [0.75e9, 1e9, 2e9, 4e9]) {
          const size = { height: edge, width: edge };
          const held = isStreamed(size, limit) ? 0 : wholeBytes * edge * edge;
          const parts = partsOf(size, scale, defaultModelConfig, { memory: limit });
          const planned = memoryOf(parts, { ...size, scale, config: defaultModelConfig, held });
          expect(planned).toBeLessThanOrEqual(0.9 * limit);
          expect(held).toBeLessThanOrEqual(limit / 4);
        }
      }
    }
  });

  it("holds no image as a whole that takes more than a quarter of the limit", () => {
    const size = { height: 4096, width: 4096 };
    expect([1e9, 2e9, 4e9].map((limit) => isStreamed(size, limit))).toEqual([true, true, false]);
  });
});
