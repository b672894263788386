/** Lists that the studio's page makes of what the server says. */
import { describe, expect, it } from "vitest";
import { warningLines } from "../app/src/views/warninglines.js";

describe("warnings of files", () => {
  it("are said once where they differ only in numbers, with the files that they are about", () => {
    const lines = warningLines([
      { file: "a.tif", warnings: ["The pixel size is not given", "0.7 % of the values are 255"] },
      { file: "b.tif", warnings: ["The pixel size is not given", "0.8 % of the values are 255"] },
      { file: "c.tif", warnings: ["12 % of the values are 255", "The frames differ in size"] },
    ]);
    expect(lines.map(({ files }) => files)).toEqual([2, 3, 1]);
    expect(lines[1]!.text).toContain("of the values are 255");
  });
});
