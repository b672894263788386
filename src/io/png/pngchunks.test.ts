import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { crc32, deflate, inflate } from "#platform";
import { CorruptFile } from "../../core/errors.js";
import { concatBytes } from "../bytes.js";
import { decodePng } from "./png.js";
import { dataBytes } from "./pngchunks.js";

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

interface Made {
  readonly size: number;
  readonly bits: number;
  readonly colour: number;
  readonly interlaced?: boolean;
  /** Inflated bytes of the data. */
  readonly data: number;
  readonly more?: readonly Uint8Array[];
}

function pngOf({ size, bits, colour, interlaced = false, data, more = [] }: Made): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, size);
  new DataView(header.buffer).setUint32(4, size);
  header.set([bits, colour, 0, 0, interlaced ? 1 : 0], 8);
  return concatBytes([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk("IHDR", header),
    ...more,
    chunk("IDAT", deflate(new Uint8Array(data))),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

const megabytes = 2 ** 20;
const palette = [chunk("PLTE", Uint8Array.of(0, 0, 0, 255, 255, 255))];

describe("a small PNG whose data inflates to far more than its pixels", () => {
  it.each([
    ["grey of 8 bits", { bits: 8, colour: 0 }],
    ["grey of 16 bits", { bits: 16, colour: 0 }],
    ["grey of 1 bit", { bits: 1, colour: 0 }],
    ["colour", { bits: 8, colour: 2 }],
    ["palette", { bits: 4, colour: 3, more: palette }],
    ["grey with alpha", { bits: 16, colour: 4 }],
    ["colour with alpha", { bits: 8, colour: 6 }],
    ["interlaced", { bits: 16, colour: 0, interlaced: true }],
    ["interlaced colour", { bits: 8, colour: 2, interlaced: true }],
  ])("is refused, and not inflated: %s", (_, kind) => {
    const bomb = pngOf({ size: 64, data: 32 * megabytes, ...kind });
    expect(bomb.length).toBeLessThan(40_000);
    expect(() => decodePng(bomb, "bomb.png")).toThrow(CorruptFile);
    expect(() => decodePng(bomb, "bomb.png")).toThrow(/gives more than the \d+ bytes of its 64 x 64 pixels/);
  });

  it("is not inflated where a chunk that nobody needs is the bomb: a colour profile", () => {
    const profile = chunk(
      "iCCP",
      concatBytes([new TextEncoder().encode("a\0\0"), deflate(new Uint8Array(32 * megabytes))]),
    );
    const bytes = pngOf({ size: 2, bits: 8, colour: 2, data: 14, more: [profile] });
    expect([...decodePng(bytes, "profile.png").plane.data]).toEqual(new Array<number>(12).fill(0));
    // Unlike a profile that is not even compressed data, which a decoder would have to read to complain of.
    const broken = pngOf({
      size: 2,
      bits: 8,
      colour: 2,
      data: 14,
      more: [chunk("iCCP", new TextEncoder().encode("a\0\0broken"))],
    });
    expect(decodePng(broken, "broken.png").plane.data).toHaveLength(12);
  });
});

describe("dataBytes", () => {
  it("is what the encoder's data has, for all samples and bits", () => {
    for (const [channels, depth] of [
      [1, 8],
      [2, 16],
      [3, 8],
      [4, 16],
    ] as const) {
      const data = depth === 8 ? new Uint8Array(35 * channels) : new Uint16Array(35 * channels);
      const bytes = encode({ width: 7, height: 5, data, channels, depth });
      const at = Buffer.from(bytes).indexOf("IDAT");
      const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at - 4);
      const header = {
        height: 5,
        width: 7,
        samples: channels,
        bits: depth,
        palette: false,
        interlaced: false,
      };
      expect(dataBytes(header)).toBe(inflate(bytes.subarray(at + 4, at + 4 + length)).length);
    }
  });

  it("counts the rows of all passes of an interlaced image", () => {
    const file = fileURLToPath(new URL("../../../fixtures/io/grey16_interlaced.png", import.meta.url));
    const bytes = new Uint8Array(readFileSync(file));
    const view = new DataView(bytes.buffer);
    const at = Buffer.from(bytes).indexOf("IDAT");
    const [width, height] = [view.getUint32(16), view.getUint32(20)];
    const header = { height, width, samples: 1, bits: 16, palette: false, interlaced: true };
    expect(dataBytes(header)).toBe(inflate(bytes.subarray(at + 4, at + 4 + view.getUint32(at - 4))).length);
    // One pixel lies in the first pass alone.
    expect(dataBytes({ ...header, height: 1, width: 1 })).toBe(3);
  });
});

it("refuses a chunk whose name holds a line break in one line", () => {
  const bytes = pngOf({ size: 4, bits: 8, colour: 0, data: 20 });
  // The name of the first chunk after the header.
  bytes[8 + 25 + 4] = 10;
  expect(() => decodePng(bytes, "a.png")).toThrow(
    /^a\.png: [^\n]*the checksum of a part without a name[^\n]*\.$/,
  );
});
