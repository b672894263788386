import { describe, expect, it } from "vitest";
import type { StoredPlane } from "../../core/image.js";
import { type ByteSource, memorySource } from "../bytes.js";
import { encodeTiff, encodeTiffParts } from "./encode.js";
import { openTiff } from "./open.js";

describe("files above 4 GB", () => {
  it("an ImageJ stack with one directory is read beyond 32-bit offsets", async () => {
    const [height, width, images] = [1000, 1000, 6000];
    const head = encodeTiff([{ height, width, samples: 1, data: new Uint8Array(height * width) }], {
      compression: "none",
    });
    const view = new DataView(head.buffer);
    const first = view.getUint32(4, true);
    const strips =
      first +
      2 +
      12 *
        Array.from({ length: view.getUint16(first, true) }, (_, i) =>
          view.getUint16(first + 2 + 12 * i, true),
        ).indexOf(273);
    const start = view.getUint32(view.getUint32(strips + 8, true), true);
    // The description takes the place of the Software field.
    const text = new TextEncoder().encode(`ImageJ=1.54f\nimages=${images}\nframes=${images}\n\0`);
    const described = new Uint8Array(start + text.length);
    described.set(head.subarray(0, start));
    const software =
      first +
      2 +
      12 *
        Array.from({ length: view.getUint16(first, true) }, (_, i) =>
          view.getUint16(first + 2 + 12 * i, true),
        ).indexOf(305);
    const field = new DataView(described.buffer);
    field.setUint16(software, 270, true);
    field.setUint32(software + 4, text.length, true);
    field.setUint32(software + 8, start, true);
    described.set(text, start);
    // Each byte of the pixels is the number of its plane modulo 251; nothing of that size is held.
    const source: ByteSource = {
      size: start + images * height * width,
      read: (offset, length) => {
        if (length < 70000)
          return Promise.resolve(Uint8Array.from({ length }, (_, i) => described[offset + i] ?? 0));
        return Promise.resolve(
          new Uint8Array(length).fill(Math.floor((offset - start) / (height * width)) % 251),
        );
      },
    };
    const tiff = await openTiff(source, "large.tif");
    expect(tiff.planes.length).toBe(images);
    for (const plane of [1, 4295, 5999]) expect((await tiff.read(plane)).data[999_999]).toBe(plane % 251);
  });

  it("are written as BigTIFF, and only these", () => {
    const plane: StoredPlane = { height: 1024, width: 1024, samples: 1, data: new Uint16Array(1024 * 1024) };
    const magic = (count: number): number => (encodeTiffParts([plane], count).next().value as Uint8Array)[2]!;
    expect(magic(1)).toBe(42);
    expect(magic(1900)).toBe(42);
    expect(magic(2100)).toBe(43);
  });

  it("that were forced into 4-byte offsets are still sound when small", async () => {
    const plane: StoredPlane = { height: 1, width: 1, samples: 1, data: Uint8Array.of(7) };
    const tiff = await openTiff(memorySource(encodeTiff([plane], { bigTiff: false })), "small.tif");
    expect((await tiff.read(0)).data[0]).toBe(7);
  });
});
