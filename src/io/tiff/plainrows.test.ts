import { describe, expect, it } from "vitest";
import { memorySource } from "../bytes.js";
import { openTiff } from "./open.js";

/** 16-bit strips of two rows, each `places[i]` strips behind the directory. */
function stripsAt(places: readonly number[], width: number, littleEndian: boolean): Uint8Array {
  const stripBytes = 2 * width * 2;
  const height = 2 * places.length;
  const fields = [
    [256, 3, 1, width],
    [257, 3, 1, height],
    [258, 3, 1, 16],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, places.length, 100],
    [278, 3, 1, 2],
    [279, 4, places.length, 100 + 4 * places.length],
  ] as const;
  const start = 200;
  const bytes = new Uint8Array(start + stripBytes * (Math.max(...places) + 1));
  const view = new DataView(bytes.buffer);
  bytes.set(littleEndian ? [0x49, 0x49] : [0x4d, 0x4d]);
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, 8, littleEndian);
  view.setUint16(8, fields.length, littleEndian);
  // The lists of places stand behind the directory of 102 bytes.
  const lists = { 273: 112, 279: 112 + 4 * places.length };
  for (const [i, [tag, type, count, value]] of fields.entries()) {
    const at = 10 + 12 * i;
    view.setUint16(at, tag, littleEndian);
    view.setUint16(at + 2, type, littleEndian);
    view.setUint32(at + 4, count, littleEndian);
    if (tag === 273 || tag === 279) view.setUint32(at + 8, lists[tag], littleEndian);
    else view.setUint16(at + 8, value, littleEndian);
  }
  for (const [i, place] of places.entries()) {
    view.setUint32(lists[273] + 4 * i, start + place * stripBytes, littleEndian);
    view.setUint32(lists[279] + 4 * i, stripBytes, littleEndian);
    for (let k = 0; k < 2 * width; k++)
      view.setUint16(start + place * stripBytes + 2 * k, 1000 * i + k, littleEndian);
  }
  return bytes;
}

const width = 5;
/** What the strips hold, in the order of the image. */
const expected = (strips: number): number[] =>
  Array.from(
    { length: strips * 2 * width },
    (_, i) => 1000 * Math.floor(i / (2 * width)) + (i % (2 * width)),
  );

describe("rows without compression", () => {
  it.each([true, false])("are read whatever the order of the strips (little-endian: %s)", async (little) => {
    for (const places of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [0, 1, 4, 5],
      [2, 0, 1, 3],
    ]) {
      const file = await openTiff(memorySource(stripsAt(places, width, little)), "strips.tif");
      expect([...(await file.read(0)).data]).toEqual(expected(4));
      const window = await file.readWindow(0, { y: 1, x: 0, height: 5, width });
      expect([...window.data]).toEqual(expected(4).slice(width, 6 * width));
      const narrow = await file.readWindow(0, { y: 3, x: 2, height: 1, width: 2 });
      expect([...narrow.data]).toEqual(expected(4).slice(3 * width + 2, 3 * width + 4));
    }
  });

  it("says where a file ends early, and leaves the file's bytes as they are", async () => {
    const bytes = stripsAt([0, 1], width, false);
    const before = bytes.slice();
    await (await openTiff(memorySource(bytes), "strips.tif")).read(0);
    expect(Buffer.compare(bytes, before)).toBe(0);
    const cut = await openTiff(memorySource(bytes.subarray(0, bytes.length - 1)), "strips.tif");
    await expect(cut.read(0)).rejects.toThrow(/the pixels extend to byte 240, but the file has 239/);
  });
});
