import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorruptFile, InvalidInput } from "../../core/errors.js";
import type { StoredPlane } from "../../core/image.js";
import { decodePng, encodePng, isPng, pngHeader } from "./png.js";

describe("encodePng", () => {
  it("gives back 8 and 16 bits of 1 to 4 samples", () => {
    const planes = fc.record({
      wide: fc.boolean(),
      height: fc.integer({ min: 1, max: 8 }),
      width: fc.integer({ min: 1, max: 8 }),
      samples: fc.integer({ min: 1, max: 4 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(planes, ({ wide, height, width, samples, seed }) => {
        const length = height * width * samples;
        const data = wide ? new Uint16Array(length) : new Uint8Array(length);
        for (let i = 0; i < length; i++) data[i] = Math.imul(seed + i, 2654435761) >>> 9;
        const plane: StoredPlane = { height, width, samples, data };
        const bytes = encodePng(plane);
        expect(isPng(bytes)).toBe(true);
        expect(decodePng(bytes, "made.png").plane).toEqual(plane);
      }),
    );
  });

  it("encodes part of a larger buffer", () => {
    const data = Uint16Array.of(9, 9, 1, 2, 3, 4).subarray(2);
    expect(decodePng(encodePng({ height: 2, width: 2, samples: 1, data }), "part.png").plane.data).toEqual(
      Uint16Array.of(1, 2, 3, 4),
    );
  });

  it("refuses what PNG cannot hold", () => {
    expect(() => encodePng({ height: 1, width: 1, samples: 1, data: new Float32Array(1) })).toThrow(
      InvalidInput,
    );
    expect(() => encodePng({ height: 1, width: 1, samples: 5, data: new Uint8Array(5) })).toThrow(
      InvalidInput,
    );
    expect(() => encodePng({ height: 2, width: 1, samples: 1, data: new Uint8Array(5) })).toThrow(
      InvalidInput,
    );
  });
});

describe("decodePng", () => {
  const good = encodePng({
    height: 3,
    width: 5,
    samples: 1,
    data: Uint8Array.from({ length: 15 }, (_, i) => i),
  });

  it("reads the header alone", () => {
    expect(pngHeader(good.subarray(0, 33), "a.png")).toEqual({
      height: 3,
      width: 5,
      samples: 1,
      bits: 8,
      palette: false,
      interlaced: false,
    });
  });

  it("names the file that is cut off, changed or no PNG", () => {
    expect(() => decodePng(good.subarray(0, good.length - 20), "cut.png")).toThrow(CorruptFile);
    const changed = good.slice();
    changed[45]! ^= 1;
    expect(() => decodePng(changed, "changed.png")).toThrow(/^changed\.png: /);
    expect(() => decodePng(new Uint8Array(50), "none.png")).toThrow(/none\.png: this is not a PNG file/);
  });

  it("refuses a header that asks for more than the file can hold", () => {
    const bomb = good.slice();
    new DataView(bomb.buffer).setUint32(16, 2 ** 31 - 1);
    expect(() => decodePng(bomb, "bomb.png")).toThrow(/bomb\.png: .*more than \d+ bytes can hold/);
  });
});
