import { describe, expect, it } from "vitest";
import { acquisitionsOf, type FrameKind } from "./acquisitions.js";

const frame = (
  diameter: number,
  height = 256,
  type = "Uint8Array",
  more: Partial<FrameKind> = {},
): FrameKind => ({ height, width: 256, type, pixelSize: undefined, diameter, brightness: 100, ...more });

describe("acquisitionsOf", () => {
  it("takes a movie as one, whatever its frames", () => {
    expect(acquisitionsOf([frame(10), frame(40), frame(NaN)], "movie")).toEqual([0, 0, 0]);
  });

  it("tells sizes, types and scales apart, numbered by first frame", () => {
    expect(
      acquisitionsOf(
        [frame(40), frame(10), frame(12), frame(40, 512), frame(11, 256, "Uint16Array"), frame(45)],
        "images",
      ),
    ).toEqual([0, 1, 1, 2, 3, 0]);
  });

  it("keeps images without an estimate together", () => {
    expect(acquisitionsOf([frame(NaN), frame(10), frame(NaN)], "images")).toEqual([0, 1, 0]);
  });

  it("does not chain slowly growing diameters into one group", () => {
    const groups = acquisitionsOf(
      [10, 12, 14, 16, 18].map((d) => frame(d)),
      "images",
    );
    expect(groups[0]).not.toBe(groups[4]);
  });

  it("tells calibrations and brightnesses apart, dim ones among themselves together", () => {
    const kinds = [
      frame(40),
      frame(40, 256, "Uint8Array", { pixelSize: 0.5 }),
      frame(41, 256, "Uint8Array", { brightness: 10 }),
      frame(39, 256, "Uint8Array", { brightness: 12 }),
      frame(42),
    ];
    expect(acquisitionsOf(kinds, "images")).toEqual([0, 1, 2, 2, 0]);
  });
});
