import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { labelImage } from "../core/labels.js";
import { edtProbability } from "./targets.js";

const fixture = (name: string): ArrayBuffer => {
  const bytes = readFileSync(new URL(`../../fixtures/starconvex/${name}`, import.meta.url));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
};

describe("edtProbability", () => {
  it("is 1 in the middle and falls to the border", () => {
    // By hand: 5 x 5 square; distances to the nearest pixel outside are 1, 2, 3, 2, 1.
    const data = new Int32Array(49);
    for (let y = 1; y < 6; y++) data.fill(3, y * 7 + 1, y * 7 + 6);
    const out = edtProbability(labelImage(7, 7, data));
    expect([...out.subarray(21, 28)]).toEqual([0, 1 / 3, 2 / 3, 1, 2 / 3, 1 / 3, 0].map(Math.fround));
  });

  it("sees a neighbour as a border, and the end of the image as none", () => {
    const out = edtProbability(labelImage(1, 6, Int32Array.from([1, 1, 1, 2, -1, 0])));
    expect([...out]).toEqual([1, 2 / 3, 1 / 3, 1, 0, 0].map(Math.fround));
  });

  it("is 1 throughout an object that fills the image, and 0 in an empty one", () => {
    expect([...edtProbability(labelImage(2, 2, new Int32Array(4).fill(1)))]).toEqual([1, 1, 1, 1]);
    expect([...edtProbability(labelImage(2, 2, new Int32Array(4)))]).toEqual([0, 0, 0, 0]);
  });

  it("agrees with stardist's definition in scipy", () => {
    const labels = labelImage(40, 56, Int32Array.from(new Uint16Array(fixture("labels_40x56_u16.bin"))));
    const expected = new Float32Array(fixture("probability_40x56_f32.bin"));
    const out = edtProbability(labels);
    expect(expected.filter((v) => v > 0).length).toBeGreaterThan(500);
    for (let i = 0; i < expected.length; i++) expect(Math.abs(out[i]! - expected[i]!)).toBeLessThan(1e-6);
  });
});
