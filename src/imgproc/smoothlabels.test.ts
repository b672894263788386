import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scattered } from "../../test/planes.js";
import { labelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { gaussian } from "./gaussian.js";
import { outlineNoise, smoothingFor, smoothLabels } from "./smoothlabels.js";

const size = 64;
const radiusAt = (p: number): number => Math.hypot(Math.floor(p / size) - 31.5, (p % size) - 31.5);
const disc = (radius: number): Int32Array =>
  Int32Array.from({ length: size * size }, (_, p) => (radiusAt(p) < radius ? 1 : 0));
const sharedShare = (a: Int32Array, b: Int32Array): number => {
  let [both, either] = [0, 0];
  a.forEach((value, i) => {
    if (value > 0 && b[i]! > 0) both++;
    if (value > 0 || b[i]! > 0) either++;
  });
  return both / either;
};

describe("outlineNoise", () => {
  it("is noise after the blur / slope", () => {
    const rng = random(5);
    const sigma = 1;
    // A slope of 10 a pixel over the outline; white noise of deviation 8, of which a blur of 1 px leaves 0.28.
    const clean = Float32Array.from({ length: size * size }, (_, p) =>
      Math.max(0, Math.min(100, 10 * (25 - radiusAt(p)))),
    );
    const data = clean.map((value) => value + 8 * Math.sqrt(12) * (rng.next() - 0.5));
    const smoothed = gaussian(data, size, size, sigma);
    const [, moved] = outlineNoise(labelImage(size, size, disc(20)), { data, smoothed, sigma });
    expect(moved).toBeGreaterThan(0.2);
    expect(moved).toBeLessThan(0.26);
  });

  it("is 0 where there is no noise, or no place without a neighbour", () => {
    const data = Float32Array.from({ length: size * size }, (_, p) => -radiusAt(p));
    const smoothed = gaussian(data, size, size, 0.5);
    const halves = disc(20).map((value, p) => (value === 0 ? 3 : p % size < 32 ? 1 : 2));
    const noise = outlineNoise(labelImage(size, size, halves), { data, smoothed, sigma: 0.5 });
    expect([...noise.subarray(1, 3)]).toEqual([0, 0]);
    const alone = outlineNoise(labelImage(size, size, disc(20)), { data: smoothed, smoothed, sigma: 0.5 });
    expect(alone[1]).toBe(0);
  });
});

describe("smoothingFor", () => {
  it("leaves a sure outline, and smooths others the more the less sure they are, within a limit", () => {
    const area = Int32Array.of(0, 1000, 1000, 1000, 1000);
    const [, ...sigmas] = smoothingFor(Float64Array.of(0, 0, 0.3, 0.4, 30), area, 1);
    expect(sigmas[0]).toBe(0);
    expect(sigmas[1]).toBe(0);
    expect(sigmas[2]).toBeGreaterThan(0);
    expect(sigmas[3]).toBeGreaterThan(sigmas[2]!);
    expect(sigmas[3]).toBeLessThan(5);
  });
});

describe("smoothLabels", () => {
  it("brings a ragged disc closer to the disc", () => {
    const rng = random(3);
    const ragged = disc(20).map((value, p) =>
      Math.abs(radiusAt(p) - 20) < 2 ? Math.round(rng.next()) : value,
    );
    const labels = labelImage(size, size, ragged);
    const smooth = smoothLabels(labels, Float64Array.of(0, 2));
    expect(sharedShare(ragged, disc(20))).toBeLessThan(0.92);
    expect(sharedShare(smooth.data, disc(20))).toBeGreaterThan(0.94);
  });

  it("leaves a straight contact of two objects as it is", () => {
    const halves = disc(20).map((value, p) => (value === 0 ? 0 : p % size < 32 ? 1 : 2));
    const { data } = smoothLabels(labelImage(size, size, halves), Float64Array.of(0, 2, 2));
    for (let y = 20; y < 44; y++) expect([data[y * size + 31], data[y * size + 32]]).toEqual([1, 2]);
  });

  it("takes nothing of another, keeps every object, and changes nothing without a blur", () => {
    fc.assert(
      fc.property(
        scattered(12),
        fc.double({ min: 0, max: 3, noNaN: true }),
        ({ height, width, data }, sigma) => {
          const labels = labelImage(height, width, data);
          const sigmas = new Float64Array(labels.count + 1).fill(sigma);
          const out = smoothLabels(labels, sigmas);
          const kept = new Set(out.data);
          for (const [p, label] of out.data.entries()) {
            if (label > 0 && data[p]! > 0) expect(label).toBe(data[p]);
          }
          for (const label of new Set(data)) if (label > 0) expect(kept.has(label)).toBe(true);
        },
      ),
    );
  });
});
