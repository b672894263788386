import { encode } from "jpeg-js";
import { describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { isKaryonError } from "../../core/errors.js";
import { jpegDecode, jpegHeader, type JpegRequest } from "./jpeg.js";

const [height, width] = [21, 34];
const smooth = Uint8Array.from({ length: height * width * 4 }, (_, i) => {
  const [y, x] = [Math.floor(i / 4 / width), (i >> 2) % width];
  return [4 * x, 5 * y, 60 + x + y, 255][i & 3]!;
});
const stream = new Uint8Array(encode({ width, height, data: smooth }, 95).data);
const request: JpegRequest = {
  where: "a.tif",
  offset: 77,
  samples: 3,
  width,
  rows: height,
  mostRows: height,
  ycc: true,
};

describe("jpegDecode", () => {
  it("gives rows of samples, and of a stream with more rows those that are asked for", () => {
    const data = jpegDecode(stream, request);
    expect(data.length).toBe(height * width * 3);
    // Of quality 95; the encoder keeps colours at full size.
    data.forEach((value, i) =>
      expect(Math.abs(value - smooth[Math.floor(i / 3) * 4 + (i % 3)]!)).toBeLessThan(12),
    );
    expect(jpegDecode(stream, { ...request, rows: 8 }).length).toBe(8 * width * 3);
  });

  it("refuses other sizes and numbers of samples before it decodes", () => {
    expect(jpegHeader(stream, "a.tif", 0)).toEqual({ height, width, samples: 3, bits: 8 });
    expect(() => jpegDecode(stream, { ...request, width: 33 })).toThrow(/21 x 34 pixels instead of 21 x 33/);
    expect(() => jpegDecode(stream, { ...request, rows: 22, mostRows: 30 })).toThrow(/instead of 22 to 30 x/);
    expect(() => jpegDecode(stream, { ...request, samples: 1 })).toThrow(/3 values per pixel instead of 1/);
    const vast = stream.slice();
    const frame = vast.findIndex((byte, i) => byte === 0xff && vast[i + 1] === 0xc0);
    vast.fill(0xff, frame + 5, frame + 9);
    expect(() => jpegDecode(vast, request)).toThrow(/says it is 65535 x 65535 pixels \(at byte 77\)/);
  });

  it("names the kinds that are not read", () => {
    const kind = (change: (bytes: Uint8Array, frame: number) => void) => (): unknown => {
      const bytes = stream.slice();
      change(
        bytes,
        bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0),
      );
      return jpegDecode(bytes, request);
    };
    expect(kind((bytes, at) => (bytes[at + 1] = 0xc3))).toThrow(/lossless JPEG is not supported/);
    expect(kind((bytes, at) => (bytes[at + 1] = 0xc9))).toThrow(/arithmetic coding in JPEG is not supported/);
    expect(kind((bytes, at) => (bytes[at + 4] = 12))).toThrow(/12-bit JPEG is not supported/);
  });

  it("refuses more scans than a picture has, whose work has no bound", () => {
    const scan = stream.findIndex((byte, i) => byte === 0xff && stream[i + 1] === 0xda);
    const head = [...stream.subarray(0, scan)];
    const scans = Array.from({ length: 101 }, () => [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]).flat();
    expect(() => jpegDecode(Uint8Array.from([...head, ...scans, 0xff, 0xd9]), request)).toThrow(/101 scans/);
  });

  it("throws what a user understands, whatever the damage", () => {
    const rng = random(8);
    for (let i = 0; i < 400; i++) {
      const bad = stream.slice(0, i < 100 ? Math.floor((stream.length * i) / 100) : stream.length);
      if (i >= 100) bad[rng.integer(bad.length)]! ^= 1 + rng.integer(255);
      try {
        expect(jpegDecode(bad, request).length).toBe(height * width * 3);
      } catch (error) {
        expect(isKaryonError(error)).toBe(true);
      }
    }
  });
});
