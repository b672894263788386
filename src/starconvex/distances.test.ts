import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { labelImage, type LabelImage } from "../core/labels.js";
import { starDistances, starDistancesInto } from "./distances.js";

const fixture = (name: string): ArrayBuffer => {
  const bytes = readFileSync(new URL(`../../fixtures/starconvex/${name}`, import.meta.url));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
};
const golden = (): LabelImage =>
  labelImage(40, 56, Int32Array.from(new Uint16Array(fixture("labels_40x56_u16.bin"))));

describe("starDistances", () => {
  it("ends half a pixel beyond the last own pixel", () => {
    // By hand: a row of 5 px. From its middle 2.5 to either end; from the row to above and below 0.5.
    const labels = labelImage(
      3,
      7,
      Int32Array.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
    );
    const distances = starDistances(labels, 4, 1);
    const at = (k: number, x: number): number => distances[k * 21 + 7 + x]!;
    expect([0, 1, 2, 3].map((k) => at(k, 3))).toEqual([2.5, 0.5, 2.5, 0.5]);
    expect([0, 1, 2, 3].map((k) => at(k, 1))).toEqual([4.5, 0.5, 0.5, 0.5]);
    expect([0, 1, 2, 3].map((k) => at(k, 0))).toEqual([0, 0, 0, 0]);
  });

  it("goes back by the major axis: a diagonal ray ends half a pixel further in x and in y", () => {
    // 3 x 3 square, 8 rays: step 2 along the diagonal lands on (1.41, 1.41), which is pixel (1, 1), still
    // inside; step 3 on (2.12, 2.12), outside.
    const labels = labelImage(7, 7, new Int32Array(49));
    for (let y = 2; y < 5; y++) labels.data.fill(4, y * 7 + 2, y * 7 + 5);
    expect(starDistances(labels, 8, 1)[49 + 3 * 7 + 3]).toBeCloseTo(2 + 0.5 / Math.SQRT1_2, 6);
  });

  it("ends at the border of the image and at a neighbour, and ignores labels below 1", () => {
    const distances = starDistances(labelImage(1, 5, Int32Array.from([1, 1, 2, -1, -1])), 4, 1);
    expect([...distances.subarray(0, 5)]).toEqual([1.5, 0.5, 0.5, 0, 0]);
    expect([...distances.subarray(10, 15)]).toEqual([0.5, 1.5, 0.5, 0, 0]);
  });

  it.each([
    [32, 2],
    [7, 1],
  ])("agrees with stardist (%i rays, grid %i)", (rays, grid) => {
    const expected = new Float32Array(fixture(`distances_${rays}rays_grid${grid}_f32.bin`));
    const distances = starDistances(golden(), rays, grid);
    expect(distances.length).toBe(expected.length);
    let worst = 0;
    for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(expected[i]! - distances[i]!));
    // Recorded: 3.8e-6 (32 rays). A ray that ends one step off would show as 0.5 or more.
    expect(worst).toBeLessThan(5e-6);
  });

  it("gives a window the values of the whole image", () => {
    const labels = golden();
    const whole = starDistances(labels, 5, 1);
    const out = new Float32Array(3 + 5 * 4 * 6).fill(-9);
    starDistancesInto(out, 3, labels, { rays: 5, grid: 3, y: 7, x: 11, rows: 4, columns: 6 });
    expect([...out.subarray(0, 3)]).toEqual([-9, -9, -9]);
    for (let k = 0; k < 5; k++) {
      for (let i = 0; i < 4; i++) {
        for (let j = 0; j < 6; j++) {
          expect(out[3 + (k * 4 + i) * 6 + j]).toBe(whole[(k * 40 + 7 + 3 * i) * 56 + 11 + 3 * j]);
        }
      }
    }
  });

  it("covers a last partial cell", () => {
    expect(starDistances(labelImage(5, 5, new Int32Array(25)), 4, 2).length).toBe(4 * 3 * 3);
  });

  it("refuses two rays and a grid of 1.5", () => {
    expect(() => starDistances(golden(), 2, 1)).toThrow(/rays: expected an integer of at least 3/);
    expect(() => starDistances(golden(), 8, 1.5)).toThrow(/grid/);
  });
});
