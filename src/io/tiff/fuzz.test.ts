import { describe, expect, it } from "vitest";
import { fixture, fuzzPng, fuzzTiff, pngsToDamage, tiffsToDamage } from "../../../test/damage.js";
import { memorySource } from "../bytes.js";
import { stackOf } from "./axes.js";
import { openTiff } from "./open.js";

describe("damaged files end in an error that says so, or are read", () => {
  it.each(tiffsToDamage)("%s", (name) => fuzzTiff(name, { numRuns: 150, seed: 5 }));
  it.each(pngsToDamage)("%s", (name) => fuzzPng(name, { numRuns: 150, seed: 6 }));

  it("OME-XML that is broken across a line is refused by one line", async () => {
    const bytes = fixture("xytzc.ome.tif").slice();
    bytes[bytes.length - 146] = 10;
    bytes[bytes.length - 171] = 1;
    const tiff = await openTiff(memorySource(bytes), "broken.tif");
    expect(() => stackOf(tiff, "broken.tif")).toThrow(/^broken\.tif: its OME-XML cannot be read \([^\n]+\.$/);
  });

  it("a circle of pages ends", async () => {
    const bytes = fixture("pages.tif").slice();
    const view = new DataView(bytes.buffer);
    const first = view.getUint32(4, true);
    const next = first + 2 + 12 * view.getUint16(first, true);
    view.setUint32(next, first, true);
    const tiff = await openTiff(memorySource(bytes), "circle.tif");
    expect(tiff.planes.length).toBe(1);
    expect(tiff.damage?.message).toMatch(/circle/);
  });

  it("a file cut after some pages gives these pages, and says what is wrong", async () => {
    const bytes = fixture("pages.tif");
    // The last page: directory, then its pixels.
    const tail = await openTiff(memorySource(bytes.subarray(0, bytes.length - 100)), "cut.tif");
    expect(tail.planes.length).toBe(6);
    await expect(tail.read(5)).rejects.toThrow(/cut\.tif: the pixels extend to byte .*cut off or damaged/);
    const tiff = await openTiff(memorySource(bytes.subarray(0, bytes.length - 2500)), "cut.tif");
    expect(tiff.planes.length).toBe(5);
    expect(tiff.damage?.message).toMatch(/cut\.tif: the file ends at byte .*cut off or damaged/);
  });

  it("a small file cannot ask for much memory", async () => {
    const bytes = fixture("u8_packbits_strips.tif").slice();
    const view = new DataView(bytes.buffer);
    const first = view.getUint32(4, true);
    for (let i = 0; i < view.getUint16(first, true); i++) {
      const at = first + 2 + 12 * i;
      if ([256, 257].includes(view.getUint16(at, true))) {
        view.setUint16(at + 2, 4, true);
        view.setUint32(at + 8, 60000, true);
      }
    }
    await expect(openTiff(memorySource(bytes), "bomb.tif").then((tiff) => tiff.read(0))).rejects.toThrow(
      /bomb\.tif: .*(pieces|too few|not supported)/,
    );
  });
});
