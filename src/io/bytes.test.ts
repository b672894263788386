import { describe, expect, it } from "vitest";
import { blockSource, type ByteSource, memorySource, readInto } from "./bytes.js";

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);

/** A source that fills what it is given, and notes how often. */
function filling(): ByteSource & { readonly fills: number[] } {
  const fills: number[] = [];
  return {
    ...memorySource(bytes),
    fills,
    readInto: (offset, target) => {
      fills.push(target.length);
      target.set(bytes.subarray(offset, offset + target.length));
      return Promise.resolve();
    },
  };
}

describe("readInto", () => {
  it.each([
    ["a source that can", (): ByteSource => filling()],
    ["a source in memory, which is not changed", (): ByteSource => memorySource(bytes)],
    ["blocks of a source", (): ByteSource => blockSource(filling(), 64)],
    ["blocks of a source in memory", (): ByteSource => blockSource(memorySource(bytes), 64)],
  ])("fills a target from %s", async (_, open) => {
    const source = open();
    for (const [offset, length] of [
      [0, 1000],
      [3, 10],
      [5, 20],
      [990, 10],
      [100, 64],
    ] as const) {
      const room = new Uint8Array(length + 2);
      await readInto(source, offset, room.subarray(1, length + 1));
      expect([...room]).toEqual([0, ...bytes.subarray(offset, offset + length), 0]);
    }
    expect(bytes[3]).toBe(21);
  });

  it("passes long reads on, and takes short ones from a block", async () => {
    const source = filling();
    const blocks = blockSource(source, 64);
    await readInto(blocks, 0, new Uint8Array(10));
    await readInto(blocks, 20, new Uint8Array(10));
    await readInto(blocks, 0, new Uint8Array(64));
    expect(source.fills).toEqual([64]);
  });
});
