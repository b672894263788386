import { gzipSync } from "node:zlib";
import Lz4 from "numcodecs/lz4";
import { describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { bloscDecode, bloscEncode } from "./blosc.js";
import { crc32c, crc32cAppended, crc32cChecked } from "./crc32c.js";
import { gunzip } from "./gzip.js";
import { lz4Decode } from "./lz4.js";
import type { Numcodec } from "./numcodec.js";

const data = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) >> 9);
const lz4Encode = (bytes: Uint8Array): Promise<Uint8Array> =>
  Promise.resolve((Lz4 as unknown as Numcodec).fromConfig({ id: "lz4" }).encode(bytes));

const codecs: readonly (readonly [
  name: string,
  encode: (bytes: Uint8Array) => Promise<Uint8Array>,
  decode: (bytes: Uint8Array, maximum: number) => Promise<Uint8Array>,
])[] = [
  ["blosc", (bytes) => bloscEncode(bytes), bloscDecode],
  ["blosc, stored", (bytes) => bloscEncode(bytes, 0), bloscDecode],
  [
    "gzip",
    async (bytes) => new Uint8Array(gzipSync(bytes)),
    async (bytes, maximum) => gunzip(bytes, maximum),
  ],
  ["lz4", lz4Encode, lz4Decode],
];

describe.each(codecs)("%s", (_, encode, decode) => {
  it("gives back what was compressed", async () => {
    for (const length of [1, 100, 50_000]) {
      const out = await decode(await encode(data.subarray(0, length)), length);
      expect(Buffer.compare(out, data.subarray(0, length))).toBe(0);
    }
  });

  it("gives no more than is allowed", async () => {
    const packed = await encode(new Uint8Array(50_000));
    await expect(decode(packed, 49_999)).rejects.toThrow(/49999 bytes|larger|Cannot create/);
    expect((await decode(packed, 50_000)).length).toBe(50_000);
  });

  it("ends with what fits or with an error, whatever the damage", async () => {
    const packed = await encode(data);
    const rng = random(3);
    for (let i = 0; i < 300; i++) {
      const bad = packed.slice(0, i < 100 ? Math.floor((packed.length * i) / 100) : packed.length);
      for (let n = i < 100 ? 0 : 1 + rng.integer(3); n > 0; n--)
        bad[rng.integer(2) === 0 ? rng.integer(24) : rng.integer(bad.length)]! ^= 1 + rng.integer(255);
      const out = await decode(bad, data.length).catch((error: unknown) => error);
      expect(out instanceof Error || (out instanceof Uint8Array && out.length <= data.length)).toBe(true);
    }
    expect(Buffer.compare(await decode(packed, data.length), data)).toBe(0);
  });
});

describe("blosc", () => {
  it("refuses places outside of the buffer before it decodes", async () => {
    const packed = await bloscEncode(data);
    const damaged = async (at: number, value: number): Promise<unknown> => {
      const bad = packed.slice();
      new DataView(bad.buffer).setUint32(at, value, true);
      return bloscDecode(bad, data.length);
    };
    await expect(damaged(8, 0)).rejects.toThrow("header");
    await expect(damaged(12, 2 ** 31)).rejects.toThrow("ends early");
    await expect(damaged(16, 2 ** 31)).rejects.toThrow("a block");
    await expect(damaged(16, 3)).rejects.toThrow("a block");
    await expect(damaged(0, 0)).rejects.toThrow("version 0");
  });
});

describe("gunzip", () => {
  it("reads a header with a name, a comment and more", async () => {
    const plain = gzipSync("text");
    const fields = Uint8Array.of(3, 0, 1, 2, 3, 0x61, 0, 0x62, 0, 9, 9);
    const packed = Uint8Array.from([...plain.subarray(0, 10), ...fields, ...plain.subarray(10)]);
    packed[3] = 2 + 4 + 8 + 16;
    expect(new TextDecoder().decode(await gunzip(packed, 4))).toBe("text");
    await expect(gunzip(packed.subarray(0, 16), 4)).rejects.toThrow();
  });
});

describe("CRC-32C", () => {
  it("is that of the standard", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });
  it("stands behind the data", () => {
    const bytes = crc32cAppended(data);
    expect(crc32cChecked(bytes)).toEqual(data);
    bytes[7]! ^= 1;
    expect(() => crc32cChecked(bytes)).toThrow("checksum");
    expect(() => crc32cChecked(Uint8Array.of(1))).toThrow("early");
  });
});
