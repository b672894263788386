import { describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { zstdDecode, zstdEncode } from "./zstd.js";

/** A frame of unknown length: raw, RLE blocks of one byte repeated. */
const repeated = (blocks: number, size: number): Uint8Array => {
  const bytes = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58];
  for (let i = 0; i < blocks; i++) {
    const header = (size << 3) | 2 | (i === blocks - 1 ? 1 : 0);
    bytes.push(header & 255, (header >> 8) & 255, header >> 16, 7);
  }
  return Uint8Array.from(bytes);
};

describe("zstd", () => {
  it("gives back what was compressed, also of nothing and of several frames", async () => {
    for (const length of [0, 1, 300, 70000, 500000]) {
      const data = Uint8Array.from({ length }, (_, i) => (i * i) >> 9);
      const packed = await zstdEncode(data);
      expect(Buffer.compare(await zstdDecode(packed, length), data)).toBe(0);
    }
    const two = [await zstdEncode(Uint8Array.of(1, 2)), await zstdEncode(Uint8Array.of(3))];
    expect(await zstdDecode(Uint8Array.from(two.flatMap((part) => [...part])), 3)).toEqual(
      Uint8Array.of(1, 2, 3),
    );
  });

  it("refuses what stands behind a frame, and a frame that is damaged", async () => {
    const data = Uint8Array.from({ length: 70000 }, (_, i) => (i * i) >> 9);
    const packed = await zstdEncode(data);
    await expect(zstdDecode(Uint8Array.from([...packed, 0, 0]), data.length)).rejects.toThrow();
    const bad = packed.slice();
    bad.fill(255, 9, 14);
    await expect(zstdDecode(bad, data.length)).rejects.toThrow();
  });

  it("gives no more than is allowed, and says so before it allocates", async () => {
    const packed = await zstdEncode(new Uint8Array(1000));
    await expect(zstdDecode(packed, 999)).rejects.toThrow("more than 999 bytes");
    expect(await zstdDecode(repeated(2, 10), 20)).toEqual(new Uint8Array(20).fill(7));
    await expect(zstdDecode(repeated(2, 10), 19)).rejects.toThrow("more than 19 bytes");
    await expect(zstdDecode(repeated(10000, 2 ** 17), 2 ** 20)).rejects.toThrow("more than");
  });

  it("says what is wrong with damaged data, whatever the damage", async () => {
    const packed = await zstdEncode(Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 5));
    await expect(zstdDecode(Uint8Array.of(1, 2, 3, 4, 5), 9)).rejects.toThrow("no zstd data");
    const rng = random(3);
    for (let i = 0; i < 300; i++) {
      const bad = packed.slice(0, i < 100 ? Math.floor((packed.length * i) / 100) : packed.length);
      if (i >= 100) bad[rng.integer(bad.length)]! ^= 1 + rng.integer(255);
      const out = await zstdDecode(bad, 5000).catch((error: unknown) => error);
      expect(out instanceof Error || (out instanceof Uint8Array && out.length <= 5000)).toBe(true);
    }
  });
});
