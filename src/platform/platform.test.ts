import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { zstdEncode } from "../io/codecs/zstd.js";
import * as browser from "./platform-browser.js";
import * as node from "./platform-node.js";

const rng = random(3);
const noise = Uint8Array.from({ length: 200_000 }, () => rng.integer(256));
const samples: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ["nothing", new Uint8Array(0)],
  ["zeros", new Uint8Array(300_000)],
  ["noise", noise],
  ["little", Uint8Array.of(1, 2, 3)],
];

describe("the browser's platform", () => {
  it.each(samples)("decompresses what Node compressed, and Node what it compressed: %s", (_, bytes) => {
    // Compared as buffers: the matcher goes through hundreds of thousands of numbers one by one.
    expect(Buffer.compare(browser.inflate(node.deflate(bytes)), bytes)).toBe(0);
    expect(Buffer.compare(node.inflate(browser.deflate(bytes)), bytes)).toBe(0);
  });

  it.each(samples)("decompresses deflate without a frame, as Node does: %s", (_, bytes) => {
    const packed = deflateRawSync(bytes);
    for (const { inflateRaw } of [browser, node]) {
      expect(Buffer.compare(inflateRaw(packed), bytes)).toBe(0);
      expect(() => inflateRaw(packed.subarray(0, packed.length - 1))).toThrow();
      if (bytes.length > 1) expect(() => inflateRaw(packed, bytes.length - 1)).toThrow();
    }
  });

  it.each(samples)("gives Node's CRC-32: %s", (_, bytes) => {
    expect(browser.crc32(bytes)).toBe(node.crc32(bytes));
  });

  it.each(samples)("decompresses beside the caller, as Node does at once: %s", async (_, bytes) => {
    const [packed, raw] = [node.deflate(bytes), deflateRawSync(bytes)];
    for (const { inflateAside, inflateRawAside } of [browser, node]) {
      // What is expected is a guess.
      for (const expected of [0, bytes.length, 2 ** 31]) {
        expect(Buffer.compare(await inflateAside(packed, 300_000, expected), bytes)).toBe(0);
        expect(Buffer.compare(await inflateRawAside(raw, 300_000, expected), bytes)).toBe(0);
      }
      const limit = bytes.length - 1;
      await expect(inflateAside(packed.subarray(0, packed.length - 5), 300_000, limit)).rejects.toThrow();
      await expect(inflateRawAside(raw.subarray(0, raw.length - 1), 300_000, limit)).rejects.toThrow();
      if (limit > 0) await expect(inflateAside(packed, limit, limit)).rejects.toThrow();
      if (limit > 0) await expect(inflateRawAside(raw, limit, limit)).rejects.toThrow();
    }
  });

  it("swaps the bytes of values as Node does", () => {
    for (const size of [1, 2, 4, 8] as const) {
      // Views that begin and end in the middle of a buffer.
      for (const [start, length] of [
        [0, 64],
        [8, 40],
        [size, 3 * size],
        [0, 5 * size],
      ] as const) {
        const [own, other] = [noise.slice(0, 128), noise.slice(0, 128)];
        browser.swapBytes(own.subarray(start, start + length), size);
        node.swapBytes(other.subarray(start, start + length), size);
        expect([...own]).toEqual([...other]);
      }
    }
  });

  it.runIf(node.zstdAside !== undefined)("bounds zstd, where Node has it", async () => {
    const packed = await zstdEncode(noise);
    const unpack = node.zstdAside!;
    expect(Buffer.compare(await unpack(packed, noise.length, noise.length), noise)).toBe(0);
    await expect(unpack(packed, noise.length - 1, noise.length)).rejects.toThrow();
    await expect(unpack(packed.subarray(0, 1000), noise.length, noise.length)).rejects.toThrow();
  });

  it("refuses data that is damaged or ends early", () => {
    const packed = node.deflate(noise.subarray(0, 5000)).slice();
    expect(() => browser.inflate(packed.subarray(0, packed.length - 10))).toThrow();
    expect(() => browser.inflate(new Uint8Array(0))).toThrow();
    packed[2000]! ^= 1;
    expect(() => browser.inflate(packed)).toThrow();
  });

  it("stops a bomb at the limit", () => {
    const bomb = node.deflate(new Uint8Array(1 << 24));
    expect(() => browser.inflate(bomb, 1 << 20)).toThrow("more than 1048576 bytes");
    expect(browser.inflate(bomb, 1 << 24).length).toBe(1 << 24);
  });
});
