import { describe, expect, it } from "vitest";
import { crc32, inflate } from "#platform";
import { animatedPng } from "./apng.js";
import { decodePng } from "./png.js";

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at);
    expect(crc32(bytes.subarray(at + 4, at + 8 + length))).toBe(view.getUint32(at + 8 + length));
    chunks.push({
      type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)),
      data: bytes.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}
const big = (data: Uint8Array, at: number, bytes: number): number =>
  data.subarray(at, at + bytes).reduce((sum, byte) => sum * 256 + byte, 0);

const palette = Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 0, 255);
const pictures = [
  Uint8Array.of(0, 1, 2, 0, 0, 1),
  Uint8Array.of(2, 2, 2, 1, 1, 1),
  Uint8Array.of(0, 0, 0, 0, 0, 2),
];

function encoded(): Uint8Array {
  const encoder = animatedPng({ height: 2, width: 3, frames: 3, delay: 125, palette });
  return Uint8Array.from([...pictures.flatMap((picture) => [...encoder.frame(picture)]), ...encoder.end()]);
}

describe("animatedPng", () => {
  it("is a PNG of the first frame for those who do not know animations", () => {
    const { plane, palette: colours } = decodePng(encoded(), "the animation");
    expect([plane.height, plane.width, ...plane.data]).toEqual([2, 3, ...pictures[0]!]);
    expect(colours?.map((colour) => [...colour].slice(0, 3))).toEqual([
      [0, 0, 0],
      [255, 0, 0],
      [0, 0, 255],
    ]);
  });

  it("holds every frame, numbered without gaps, for its time, and repeats for ever", () => {
    const chunks = chunksOf(encoded());
    expect(chunks.map(({ type }) => type)).toEqual([
      "IHDR",
      "acTL",
      "PLTE",
      "fcTL",
      "IDAT",
      "fcTL",
      "fdAT",
      "fcTL",
      "fdAT",
      "IEND",
    ]);
    const control = chunks.find(({ type }) => type === "acTL")!.data;
    expect([big(control, 0, 4), big(control, 4, 4)]).toEqual([3, 0]);
    expect(chunks.filter(({ type }) => /^f/.test(type)).map(({ data }) => big(data, 0, 4))).toEqual([
      0, 1, 2, 3, 4,
    ]);
    for (const { data } of chunks.filter(({ type }) => type === "fcTL"))
      expect([big(data, 4, 4), big(data, 8, 4), big(data, 20, 2) / big(data, 22, 2)]).toEqual([3, 2, 0.125]);
    const second = inflate(chunks.find(({ type }) => type === "fdAT")!.data.subarray(4));
    expect([...second]).toEqual([0, 2, 2, 2, 0, 1, 1, 1]);
  });

  it("is the same for the same frames", () => {
    expect(encoded()).toEqual(encoded());
  });

  it("refuses what the format cannot hold, and frames that are too many, too few or of another size", () => {
    expect(() =>
      animatedPng({ height: 1, width: 1, frames: 1, delay: 1, palette: new Uint8Array(771) }),
    ).toThrow(/palette/);
    expect(() => animatedPng({ height: 1, width: 1, frames: 0, delay: 1, palette })).toThrow(/at least one/);
    const encoder = animatedPng({ height: 1, width: 2, frames: 1, delay: 1, palette });
    expect(() => encoder.end()).toThrow(/frames of an animation/);
    expect(() => encoder.frame(new Uint8Array(3))).toThrow(/1 x 2/);
    encoder.frame(new Uint8Array(2));
    expect(() => encoder.frame(new Uint8Array(2))).toThrow(/one more/);
  });
});
