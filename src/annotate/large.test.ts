import { describe, expect, it } from "vitest";
import { lattice } from "../../test/planes.js";
import { random } from "../core/random.js";
import { annotateAuto } from "./auto.js";
import { annotatePaper } from "./paper.js";

describe("annotation of sixty-six thousand nuclei", () => {
  const perSide = 257;

  it("auto: keeps nearly all, each with a number of its own, beyond 16 bits", { timeout: 240_000 }, () => {
    // As narrow as nuclei of 5 px can stand without touching: time goes by pixels.
    const pitch = 7;
    const side = perSide * pitch;
    const rng = random(1);
    const data = Uint8Array.from({ length: side * side }, () => 20 + rng.integer(5));
    const centres = Array.from({ length: perSide ** 2 }, (_, i) => {
      const [top, left, bright] = [
        pitch * Math.floor(i / perSide),
        pitch * (i % perSide),
        rng.uniform(80, 160),
      ];
      const [cy, cx] = [top + rng.uniform(2.8, 3.2), left + rng.uniform(2.8, 3.2)];
      // Disks of 5 px with a soft edge.
      const height = (y: number, x: number): number =>
        Math.round(bright / (1 + Math.exp((Math.hypot(y - cy, x - cx) - 2.6) / 0.35)));
      for (let y = top; y < top + pitch; y++)
        for (let x = left; x < left + pitch; x++) data[y * side + x]! += height(y, x);
      return [cy, cx] as const;
    });
    const { labels } = annotateAuto({ height: side, width: side, data }, { minArea: 10 });
    const found = new Set(
      centres
        .map(([y, x]) => labels.data[Math.round(y) * side + Math.round(x)]!)
        .filter((label) => label > 0),
    );
    expect(labels.count).toBeGreaterThan(2 ** 16);
    expect(labels.count).toBeLessThanOrEqual(perSide ** 2);
    expect(found.size).toBeGreaterThan(0.99 * perSide ** 2);
    expect(Math.max(...found)).toBeGreaterThan(2 ** 16);
  });

  it("paper: keeps all, numbered by their first pixel", { timeout: 120_000 }, () => {
    const { data, height, width, count } = lattice(perSide, 10, 4);
    const { labels, objects } = annotatePaper({
      height,
      width,
      data: Uint8Array.from(data, (label) => (label > 0 ? 220 : 15)),
    });
    expect([objects.count, labels.count]).toEqual([count, count]);
    expect(data.findIndex((label, i) => label > 0 && labels.data[i] !== label)).toBe(-1);
  });
});
