import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { folderName, naturalOrder, stemOf } from "./names.js";

describe("naturalOrder", () => {
  it("orders numbers by value", () => {
    expect(["frame10.tif", "frame2.tif", "frame1.tif", "b1", "a20", "a3"].sort(naturalOrder)).toEqual([
      "a3",
      "a20",
      "b1",
      "frame1.tif",
      "frame2.tif",
      "frame10.tif",
    ]);
    expect(["t2c10", "t10c1", "t2c9"].sort(naturalOrder)).toEqual(["t2c9", "t2c10", "t10c1"]);
    expect(["99999999999999999999", "100000000000000000000"].sort(naturalOrder)).toEqual([
      "99999999999999999999",
      "100000000000000000000",
    ]);
  });

  it("is an order: unequal texts differ, and both ways round alike", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "0", "1", "2", ".") });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const sign = (x: string, y: string): number => Math.sign(naturalOrder(x, y));
        expect(sign(a, b)).toBe(-sign(b, a) || 0);
        expect(sign(a, b) === 0).toBe(a === b);
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe("parts of names", () => {
  it("are without folders, and without both parts of .ome.tif", () => {
    expect(stemOf("a/b.ome.tiff")).toBe("b");
    expect(stemOf("a.b/c.d.tif")).toBe("c.d");
    expect([folderName("x/y/a.tif"), folderName("/a.tif")]).toEqual(["y", "images"]);
  });
});
