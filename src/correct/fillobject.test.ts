import { describe, expect, it } from "vitest";
import { after, rowsOfWindow, windowOf } from "../../test/labelrows.js";
import { fill } from "./fillobject.js";

const ring = windowOf(["11111..", "1.1?1..", "112.1.2", "11111.."], 3, 4);

describe("fill", () => {
  it("fills all holes of an object, but for other objects in them", () => {
    expect(rowsOfWindow(after(ring, fill(ring, { y: 3, x: 4 })))).toEqual([
      "11111..",
      "11111..",
      "11211.2",
      "11111..",
    ]);
  });

  it("fills one region that one object encloses", () => {
    expect(rowsOfWindow(after(ring, fill(ring, { y: 4.3, x: 5.2 })))).toEqual([
      "11111..",
      "111?1..",
      "112.1.2",
      "11111..",
    ]);
  });

  it("says why it does not fill", () => {
    expect(fill(ring, { y: 5, x: 7 })).toEqual({ why: "Several objects enclose this region." });
    expect(fill(ring, { y: 3, x: 9 })).toEqual({ why: "No object encloses this region." });
    expect(fill(ring, { y: 5, x: 6 })).toEqual({ why: "Object 2 has no hole." });
    expect(fill(ring, { y: 0, x: 0 })).toEqual({ why: "The place lies outside of the image." });
  });
});
