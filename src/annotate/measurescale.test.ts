import { describe, expect, it } from "vitest";
import type { Image } from "../core/image.js";
import { random } from "../core/random.js";
import { gaussian } from "../imgproc/gaussian.js";
import { annotateAuto } from "./auto.js";
import { measureScale } from "./measurescale.js";
import { estimateScale } from "./scale.js";

/** Discs in rows, with spots in them; in a tissue where asked for. */
interface Scene {
  readonly edge: number;
  readonly diameter: number;
  readonly pitch: number;
  readonly spots?: number;
  /** Of a spot, in units of its nucleus. */
  readonly spotHeight?: number;
  /** Standard deviation of the noise, in units of a nucleus. */
  readonly noise?: number;
  /** Light of a tissue in the middle of the image, in units of a nucleus. */
  readonly tissue?: number;
}

function sceneOf({ spots = 0, spotHeight = 6, noise = 0.08, tissue = 0, ...scene }: Scene): Image {
  const { edge, diameter, pitch } = scene;
  const rng = random(3);
  const sharp = new Float32Array(edge * edge);
  const disc = (y: number, x: number, radius: number, height: number): void => {
    for (let v = Math.ceil(y - radius); v <= y + radius; v++)
      for (let u = Math.ceil(x - radius); u <= x + radius; u++)
        if (v >= 0 && u >= 0 && v < edge && u < edge && (v - y) ** 2 + (u - x) ** 2 <= radius ** 2)
          sharp[v * edge + u] = height;
  };
  for (let y = pitch / 2; y < edge; y += pitch) {
    for (let x = pitch / 2; x < edge; x += pitch) {
      disc(y, x, diameter / 2, 100);
      for (let spot = 0; spot < spots; spot++) {
        const [angle, away] = [rng.uniform(0, 2 * Math.PI), rng.uniform(0, 0.33 * diameter)];
        disc(y + away * Math.sin(angle), x + away * Math.cos(angle), 2, 100 * spotHeight);
      }
    }
  }
  const grain = random(5);
  const hill = (p: number): number => {
    const [y, x] = [Math.floor(p / edge) / edge - 0.5, (p % edge) / edge - 0.5];
    return Math.exp(-2 * (y * y + x * x));
  };
  const data = gaussian(sharp, edge, edge, 1).map(
    (value, p) => 200 + value + 100 * tissue * hill(p) + 100 * noise * grain.normal(),
  );
  return { height: edge, width: edge, data };
}

describe("measureScale", () => {
  it("takes nuclei that hold bright spots for nuclei, where the spots answer strongest", () => {
    const image = sceneOf({ edge: 360, diameter: 40, pitch: 60, spots: 8, spotHeight: 12 });
    expect(estimateScale(image).diameter).toBeLessThan(20);
    const { diameter, spotted } = measureScale(image);
    expect(diameter).toBeGreaterThan(25);
    expect(spotted).toBe(true);
    const { labels } = annotateAuto(image);
    expect(labels.count).toBeGreaterThanOrEqual(24);
    expect(labels.count).toBeLessThanOrEqual(36);
  });

  it("takes many bright spots in noise for one nucleus", () => {
    const image = sceneOf({ edge: 512, diameter: 50, pitch: 90, spots: 10, spotHeight: 10, noise: 0.5 });
    expect(estimateScale(image).diameter).toBeLessThan(25);
    const { seen } = measureScale(image);
    expect(Math.abs(seen / 50 - 1)).toBeLessThan(0.2);
  });

  it("finds large nuclei in noise that is stronger than their light", () => {
    const image = sceneOf({ edge: 512, diameter: 40, pitch: 80, noise: 1.3 });
    expect(Math.abs(measureScale(image).diameter / 40 - 1)).toBeLessThan(0.2);
    const { labels } = annotateAuto(image);
    expect(labels.count).toBe(36);
  });

  it("decides of spots only, where the size is given", () => {
    const image = sceneOf({ edge: 360, diameter: 40, pitch: 60, spots: 8, spotHeight: 12 });
    expect(measureScale(image, { diameter: 42 })).toMatchObject({ diameter: 42, spotted: true });
  });

  it("leaves alone what is certain", () => {
    const image = sceneOf({ edge: 360, diameter: 30, pitch: 60 });
    const { seen, ...rest } = measureScale(image);
    expect(rest).toEqual((({ seen: _, ...estimate }) => estimate)(estimateScale(image)));
    expect(Math.abs(seen / 30 - 1)).toBeLessThan(0.1);
  });

  it("finds the nuclei of a tissue, whose light answers strongest", () => {
    const image = sceneOf({ edge: 360, diameter: 12, pitch: 24, tissue: 5 });
    expect(estimateScale(image).diameter).toBeGreaterThan(100);
    expect(Math.abs(measureScale(image).diameter - 12)).toBeLessThan(4);
  });

  it("says nothing where there is nothing", () => {
    const empty = { height: 64, width: 64, data: new Uint8Array(4096) };
    expect(measureScale(empty).diameter).toBeNaN();
  });
});
