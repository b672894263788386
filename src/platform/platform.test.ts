import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
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
