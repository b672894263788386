import { describe, expect, it } from "vitest";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { laidOut, lofFile, openLif, readAllOfLif, xmlPart } from "../../../test/liffile.js";

const movie = {
  name: "Position 1",
  ...laidOut(
    [
      { id: 1, size: 4 },
      { id: 2, size: 3 },
      { id: 4, size: 2 },
    ],
    "uint16",
    (at) => (at[1] ?? 0) + 10 * (at[2] ?? 0) + 100 * (at[4] ?? 0),
  ),
};

describe("Leica LOF files", () => {
  it("are one image, with the name that it has", async () => {
    const set = await openLif(lofFile(movie), "x.lof");
    expect(set.series).toEqual([{ name: "Position 1" }]);
    const image = await set.open(0);
    expect([image.frames, image.height, image.width, image.type]).toEqual([2, 3, 4, "uint16"]);
    expect([...(await image.read({ frame: 1, channel: 0, slice: 0 })).plane.data.subarray(0, 6)]).toEqual([
      100, 101, 102, 103, 110, 111,
    ]);
  });

  it("of early programs are read, whose image has no name", async () => {
    const set = await openLif(lofFile(movie, true), "x.lof");
    expect(set.series).toEqual([{ name: "" }]);
    const { plane } = await (await set.open(0)).read({ frame: 0, channel: 0, slice: 0 });
    expect(plane.data[5]).toBe(11);
  });

  it("that are cut off say so, and what to do", async () => {
    const whole = lofFile(movie);
    await expect(openLif(whole.slice(0, 90), "x.lof")).rejects.toThrow(
      /^x\.lof: its pixels extend to byte 110, and its description should follow: the file is cut off \(at byte 90\); copy it again from the microscope\.$/,
    );
    await expect(openLif(xmlPart("LMS_Object_File"), "x.lof")).rejects.toThrow(
      "x.lof: the header of its pixels is cut off or damaged",
    );
  });

  it("that are damaged end in an error that says so, or are read", async () => {
    await fuzzFormat(lofFile(movie), readAllOfLif, { cases: 300, seed: 5 });
  });
});
