import { describe, expect, it } from "vitest";
import { concatBytes, memorySource } from "../bytes.js";
import { stackOf } from "./axes.js";
import { openTiff, type TiffFile } from "./open.js";
import { fieldType, tag } from "./tags.js";
import { directoryBytes, encodeDirectory, type Field, header } from "./write.js";

/** Planes of one byte, each in a page; the first page has more fields. */
function pages(count: number, more: readonly Field[]): Promise<TiffFile> {
  const { short, long } = fieldType;
  const fieldsAt = (page: number): Field[] =>
    [
      { tag: tag.imageWidth, type: long, values: [1] },
      { tag: tag.imageLength, type: long, values: [1] },
      { tag: tag.bitsPerSample, type: short, values: [8] },
      { tag: tag.stripOffsets, type: long, values: [8 + page] },
      { tag: tag.stripByteCounts, type: long, values: [1] },
      ...(page === 0 ? more : []),
    ].sort((a, b) => a.tag - b.tag);
  const start = 8 + count + (count % 2);
  const parts: Uint8Array[] = [];
  let at = start;
  for (let page = 0; page < count; page++) {
    const end = at + directoryBytes(fieldsAt(page), false);
    parts.push(encodeDirectory(fieldsAt(page), at, false, page === count - 1 ? 0 : end));
    at = end;
  }
  const pixels = Uint8Array.from({ length: start - 8 }, (_, i) => i);
  return openTiff(memorySource(concatBytes([header(false, start), pixels, ...parts])), "made.lsm");
}

/** The head of CZ_LSMINFO. */
function lsmInfo(slices: number, frames: number): Field {
  const values = new Uint8Array(140);
  const view = new DataView(values.buffer);
  [0x0400494c, 140, 1, 1, slices, 1, frames].forEach((value, i) => view.setUint32(4 * i, value, true));
  [0.25e-6, 0.25e-6, 1.5e-6].forEach((value, i) => view.setFloat64(40 + 8 * i, value, true));
  view.setFloat64(112, 12.5, true);
  return { tag: tag.zeissLsm, type: fieldType.byte, values };
}

describe("a Zeiss LSM file", () => {
  it("has slices, then frames, their distances, and says that nothing else is read", async () => {
    const stack = stackOf(await pages(6, [lsmInfo(3, 2)]), "made.lsm");
    expect(stack).toMatchObject({
      format: "Zeiss LSM",
      frames: 2,
      slices: 3,
      pixelSize: 0.25,
      sliceSpacing: 1.5,
      frameInterval: 12.5,
    });
    expect(stack.at(1, 0, 2)!.plane).toBe(5);
    expect(stack.notices.join()).toMatch(/and nothing else/);
  });

  it("with other planes than it says, such as of positions, is read as frames with a notice", async () => {
    const stack = stackOf(await pages(5, [lsmInfo(3, 2)]), "made.lsm");
    expect([stack.frames, stack.slices]).toEqual([5, 1]);
    expect(stack.notices.join()).toMatch(/says it holds 2 frames of 3 slices, but there are 5 planes/);
  });
});

describe("a MetaMorph stack", () => {
  it("has its planes behind the only page, as frames with a notice", async () => {
    const planes = { tag: tag.metaMorphPlanes, type: fieldType.rational, values: [1, 1, 1, 1, 1, 1] };
    const tiff = await pages(1, [planes]);
    expect(tiff.planes.length).toBe(3);
    const stack = stackOf(tiff, "made.stk");
    expect([stack.format, stack.frames]).toEqual(["MetaMorph", 3]);
    expect(stack.notices.join()).toMatch(/read as frames.*check that they are no slices/);
  });
});
