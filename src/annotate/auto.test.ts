import { describe, expect, it } from "vitest";
import { type Plane, turned } from "../../test/planes.js";
import type { Image } from "../core/image.js";
import { random } from "../core/random.js";
import { annotateAuto, labelCandidates, decide, proposeObjects } from "./auto.js";
import { estimateScale, poolScale } from "./scale.js";
import { emptyFeatures } from "./types.js";

interface Ellipse {
  readonly y: number;
  readonly x: number;
  readonly a: number;
  readonly b: number;
  readonly angle: number;
  readonly bright: number;
}

const inside = ({ y, x, a, b, angle }: Ellipse, py: number, px: number): boolean => {
  const [dy, dx] = [py - y, px - x];
  return (
    ((dx * Math.cos(angle) + dy * Math.sin(angle)) / a) ** 2 +
      ((dy * Math.cos(angle) - dx * Math.sin(angle)) / b) ** 2 <=
    1
  );
};

/** Ellipses on a background of 20 with noise; edges blurred by 4 x 4 samples a pixel over 1.5 px. */
function draw(height: number, width: number, ellipses: readonly Ellipse[], noise = 2, seed = 1): Image {
  const rng = random(seed);
  const data = new Uint16Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let value = 20;
      for (const e of ellipses) {
        if (Math.hypot(y - e.y, x - e.x) > e.a + 3) continue;
        let covered = 0;
        for (let k = 0; k < 16; k++)
          covered += inside(e, y + ((k >> 2) - 1.5) / 2, x + ((k & 3) - 1.5) / 2) ? 1 / 16 : 0;
        value = Math.max(value, 20 + e.bright * covered);
      }
      data[y * width + x] = Math.max(0, Math.round(value + rng.normal(0, noise)));
    }
  }
  return { height, width, data };
}

/** A grid of ellipses of one mean diameter, jittered so that they don't touch. */
function field(diameter: number, rows: number, columns: number): { image: Image; ellipses: Ellipse[] } {
  const rng = random(diameter);
  const pitch = 2 * diameter;
  const ellipses = Array.from({ length: rows * columns }, (_, i): Ellipse => ({
    y: pitch * (Math.floor(i / columns) + 0.5) + rng.uniform(-0.2, 0.2) * diameter,
    x: pitch * ((i % columns) + 0.5) + rng.uniform(-0.2, 0.2) * diameter,
    a: 0.5 * diameter * 1.15,
    b: (0.5 * diameter) / 1.15,
    angle: rng.uniform(0, Math.PI),
    bright: rng.uniform(80, 160),
  }));
  return { image: draw(Math.round(pitch * rows), Math.round(pitch * columns), ellipses), ellipses };
}

describe("estimateScale", () => {
  it.each([
    [9, 8, 8],
    [16, 8, 8],
    [36, 5, 5],
    [60, 3, 3],
  ])("finds a diameter of %i px within 15 %%, and the annotation within 10 %%", (diameter, rows, columns) => {
    const { image } = field(diameter, rows, columns);
    expect(Math.abs(estimateScale(image).diameter / diameter - 1)).toBeLessThan(0.15);
    const { objects } = annotateAuto(image);
    const kept = [...objects.diameter].filter((_, i) => objects.kept[i] === 1).sort((a, b) => a - b);
    expect(kept.length).toBeGreaterThanOrEqual(0.9 * rows * columns);
    expect(Math.abs(kept[kept.length >> 1]! / diameter - 1)).toBeLessThan(0.1);
  });

  it("takes the median over images, leaving out those without a diameter", () => {
    const of = (diameter: number): ReturnType<typeof estimateScale> => ({
      diameter,
      seen: diameter,
      spotted: false,
      background: 1,
      noise: 1,
      brightness: 1,
      saturation: 0,
      signal: 9,
      warnings: [],
    });
    expect(poolScale([of(10), of(NaN), of(30), of(14)]).diameter).toBe(14);
  });

  it("sees nothing in noise alone", () => {
    const image = draw(128, 128, [], 5);
    expect(annotateAuto(image).labels.count).toBe(0);
  });
});

describe("annotateAuto", () => {
  const { image, ellipses } = field(24, 4, 4);
  const annotation = annotateAuto(image);

  it("keeps every isolated nucleus with its outline, and leaves a rim of background", () => {
    const { labels, objects } = annotation;
    expect(labels.count).toBe(ellipses.length);
    for (const ellipse of ellipses) {
      const label = labels.data[Math.round(ellipse.y) * image.width + Math.round(ellipse.x)]!;
      let both = 0;
      let either = 0;
      for (let p = 0; p < labels.data.length; p++) {
        const truth = inside(ellipse, Math.floor(p / image.width), p % image.width);
        if (truth && labels.data[p] === label) both++;
        if (truth || labels.data[p] === label) either++;
      }
      expect(both / either).toBeGreaterThan(0.9);
    }
    const right = (p: number): number => labels.data[p + 1]!;
    expect([...labels.data.keys()].some((p) => labels.data[p]! > 0 && right(p) === -1)).toBe(false);
    expect(objects.kept.every((kept) => kept === 1)).toBe(true);
  });

  it("has the labels of its table", () => {
    const { labels, objects } = annotation;
    for (let i = 0; i < objects.count; i++) {
      if (objects.kept[i] === 0) continue;
      expect(labels.data.reduce((sum, label) => sum + (label === objects.label[i] ? 1 : 0), 0)).toBe(
        objects.area[i],
      );
    }
  });

  it("shows every candidate of its table, kept or not", () => {
    const { candidates, objects } = annotation;
    const areas = new Float64Array(candidates.count + 1);
    for (const candidate of candidates.data) areas[candidate]!++;
    expect(objects.count).toBeGreaterThan(10);
    expect(Array.from(objects.candidate, (candidate) => areas[candidate])).toEqual(Array.from(objects.area));
  });

  it("gives the same bytes again, and mirrored objects for the mirrored image", () => {
    expect(annotateAuto(image)).toEqual(annotation);
    const mirrored = annotateAuto(turned(image as Image & Plane, "left-right"));
    const key = (x: Float64Array, y: Float64Array): string[] =>
      Array.from(x, (v, i) => `${v.toFixed(0)} ${y[i]!.toFixed(0)}`).sort();
    expect(mirrored.labels.count).toBe(annotation.labels.count);
    expect(
      key(
        mirrored.objects.x.map((x) => image.width - 1 - x),
        mirrored.objects.y,
      ),
    ).toEqual(key(annotation.objects.x, annotation.objects.y));
  });

  it("splits two nuclei that touch, and finds a dim one beside bright ones", () => {
    const pair: Ellipse[] = [
      { y: 40, x: 40, a: 15, b: 13, angle: 0, bright: 150 },
      { y: 40, x: 67, a: 14, b: 13, angle: 1, bright: 150 },
      { y: 100, x: 40, a: 15, b: 13, angle: 2, bright: 150 },
      { y: 100, x: 110, a: 15, b: 13, angle: 0.5, bright: 45 },
      { y: 40, x: 120, a: 14, b: 13, angle: 0.5, bright: 120 },
    ];
    const picture = draw(140, 150, pair);
    const { labels } = proposeObjects(picture, estimateScale(picture));
    const found = pair.map(({ y, x }) => labels.data[y * 150 + x]!);
    expect(found.every((label) => label > 0)).toBe(true);
    expect(new Set(found).size).toBe(pair.length);
  });

  it("says why for every rejected object, and ignores where it was", () => {
    const odd: Ellipse[] = [
      ...ellipses.slice(0, 12),
      { ...ellipses[13]!, a: 4, b: 3.5 },
      { ...ellipses[14]!, a: 24, b: 4, angle: 0.3 },
    ];
    const { labels, objects } = annotateAuto(draw(image.height, image.width, odd));
    const rejected = Array.from(objects.kept.keys()).filter((i) => objects.kept[i] === 0);
    expect(rejected.length).toBeGreaterThan(0);
    for (const i of rejected) {
      expect(objects.reason[i]).toMatch(/\d/);
      expect(objects.label[i]).toBe(0);
      expect(labels.data[Math.round(objects.y[i]!) * image.width + Math.round(objects.x[i]!)]).toBe(-1);
    }
  });

  it("keeps a nucleus five times as large as the others that is round and alone", () => {
    const large: Ellipse = { y: 155, x: 130, a: 28, b: 26, angle: 0, bright: 100 };
    const others = ellipses.filter(({ y, x }) => Math.hypot(y - large.y, x - large.x) > 50);
    const { labels } = annotateAuto(draw(image.height, image.width, [...others, large]));
    expect(labels.data[large.y * image.width + large.x]).toBeGreaterThan(0);
  });

  it("keeps the small bright plates of a mitosis, but no speck of the same size as bright as the others", () => {
    const { image, ellipses } = field(40, 5, 5);
    const replaced = (bright: number): Image =>
      draw(
        image.height,
        image.width,
        ellipses.map((e, i) => (i === 12 ? { ...e, a: 12, b: 7, bright } : e)),
      );
    const middle = ellipses[12]!;
    const found = (picture: Image): boolean => {
      const { objects } = annotateAuto(picture);
      const row = objects.y.findIndex((y, i) => Math.hypot(y - middle.y, objects.x[i]! - middle.x) < 4);
      return row >= 0 && objects.kept[row] === 1;
    };
    expect([found(replaced(260)), found(replaced(80))]).toEqual([true, false]);
  });

  it("obeys area limits", () => {
    expect(annotateAuto(image, { minArea: 1e6 }).labels.count).toBe(0);
    expect(annotateAuto(image, { maxArea: 10 }).objects.reason[0]).toContain("maximum 10");
  });

  it("keeps the more of the dim nuclei the higher the sensitivity, and the bright ones at any", () => {
    // Twenty bright nuclei, and ten that grow from a little above the noise to a third of their height.
    const graded = Array.from({ length: 30 }, (_, i): Ellipse => ({
      y: 25 + 40 * Math.floor(i / 6),
      x: 25 + 40 * (i % 6),
      a: 10,
      b: 10,
      angle: 0,
      bright: i % 3 === 0 ? 8 + 1.5 * i : 120,
    }));
    const picture = draw(220, 250, graded);
    const kept = [0.2, 0.5, 1, 2].map((sensitivity) => {
      const { labels } = annotateAuto(picture, { sensitivity });
      const found = graded.filter(({ y, x }) => labels.data[y * picture.width + x]! > 0);
      return {
        bright: found.filter(({ bright }) => bright === 120).length,
        dim: found.filter(({ bright }) => bright < 120).length,
      };
    });
    expect(kept.map(({ bright }) => bright)).toEqual([20, 20, 20, 20]);
    const dim = kept.map((count) => count.dim);
    for (let i = 1; i < dim.length; i++) expect(dim[i]).toBeGreaterThan(dim[i - 1]!);
  });

  it("judges frames together as it judges them apart when they are alike", () => {
    const proposal = proposeObjects(image, estimateScale(image));
    const [first, second] = decide([proposal.objects, proposal.objects]);
    expect(second).toEqual(first);
    expect(labelCandidates(proposal, first!).labels.data).toEqual(annotation.labels.data);
  });

  it.each([
    ["no pixel", 0, 0, new Uint8Array(0)],
    ["one pixel", 1, 1, Uint8Array.of(9)],
    ["one row", 1, 30, new Uint16Array(30).map((_, i) => i)],
    ["one value", 40, 40, new Uint8Array(1600).fill(7)],
    ["only NaN", 40, 40, new Float32Array(1600).fill(NaN)],
  ])("gives nothing and a warning for an image of %s", (_, height, width, data) => {
    const { labels, objects, warnings } = annotateAuto({ height, width, data });
    expect([labels.count, objects.count]).toEqual([0, 0]);
    expect(warnings.length).toBeGreaterThan(0);
  });

  it("ignores pixels without a value", () => {
    const data = Float32Array.from(image.data);
    for (let y = 0; y < 30; y++) data.fill(NaN, y * image.width, y * image.width + 30);
    const { labels } = annotateAuto({ ...image, data });
    expect(labels.data[10 * image.width + 3]).toBe(-1);
    expect(labels.count).toBeGreaterThanOrEqual(ellipses.length - 2);
  });
});

describe("hot pixels", () => {
  // Single pixels of 255 in a dark frame: what is drawn around one is no nucleus, whatever its height over
  // the noise.
  it.each([
    [0, 5],
    [0, 30],
    [1, 1],
    [1, 5],
    [1, 30],
    [5, 1],
    [5, 30],
  ])("are no nuclei: in noise of %i grey values, %i of them", (noise, count) => {
    const rng = random(3);
    const data = Uint8Array.from({ length: 256 * 256 }, () => Math.max(0, 20 + rng.normal(0, noise)));
    for (let k = 0; k < count; k++) data[rng.integer(data.length)] = 255;
    expect(annotateAuto({ height: 256, width: 256, data }).labels.count).toBe(0);
  });

  it("are none among nuclei, which stay", () => {
    const { image, ellipses } = field(24, 4, 4);
    const rng = random(5);
    const data = image.data.slice();
    for (let k = 0; k < 30; k++) data[rng.integer(data.length)] = 1000;
    const { labels } = annotateAuto({ ...image, data });
    expect(labels.count).toBe(ellipses.length);
  });
});

describe("detection at a lower scale", () => {
  // Disks of known centres; the sides are odd, so that the size at the lower scale is rounded.
  function disks(
    height: number,
    width: number,
    diameter: number,
  ): { image: Image; centres: readonly (readonly [number, number])[] } {
    const rng = random(diameter);
    const pitch = Math.round(1.7 * diameter);
    const data = Uint16Array.from({ length: height * width }, () => 200 + rng.integer(12));
    const centres: (readonly [number, number])[] = [];
    for (let top = 0; top + pitch <= height; top += pitch) {
      for (let left = 0; left + pitch <= width; left += pitch) {
        const [cy, cx] = [
          top + pitch / 2 + rng.uniform(-0.1, 0.1) * diameter,
          left + pitch / 2 + rng.uniform(-0.1, 0.1) * diameter,
        ];
        centres.push([cy, cx]);
        for (let y = top; y < top + pitch; y++)
          for (let x = left; x < left + pitch; x++)
            data[y * width + x]! += Math.round(
              1000 / (1 + Math.exp((Math.hypot(y - cy, x - cx) - diameter / 2) / 1.5)),
            );
      }
    }
    return { image: { height, width, data }, centres };
  }
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

  it.each([29, 50, 61])("does not shift the bright area against the image: nuclei of %i px", (diameter) => {
    const { image, centres } = disks(601, 733, diameter);
    const proposal = proposeObjects(image, estimateScale(image, { diameter }), { diameter });
    // Without its candidates, all that is left of a proposal is what is bright.
    const nothing = {
      ...proposal,
      labels: { ...proposal.labels, data: new Int32Array(image.data.length), count: 0 },
      objects: emptyFeatures(0),
    };
    const { labels } = labelCandidates(nothing, []);
    const offsets = centres.map(([cy, cx]): [number, number] => {
      let [sumY, sumX, count] = [0, 0, 0];
      for (let y = Math.ceil(cy - 0.8 * diameter); y <= cy + 0.8 * diameter; y++) {
        for (let x = Math.ceil(cx - 0.8 * diameter); x <= cx + 0.8 * diameter; x++) {
          if (labels.data[y * image.width + x] !== -1) continue;
          [sumY, sumX, count] = [sumY + y, sumX + x, count + 1];
        }
      }
      expect(count).toBeGreaterThan((Math.PI / 4) * diameter ** 2);
      return [sumY / count - cy, sumX / count - cx];
    });
    // Pixels of the detection are up to 4 px wide: single centroids scatter by 0.2 px, their mean over 35
    // disks or more by less than 0.04.
    expect(offsets.length).toBeGreaterThanOrEqual(35);
    for (const axis of [0, 1] as const)
      expect(Math.abs(mean(offsets.map((offset) => offset[axis])))).toBeLessThan(0.12);
  });

  it.each([33, 50, 80])(
    "gives mirrored centroids for the mirrored image, to a tenth of a pixel on average: nuclei of %i px",
    (diameter) => {
      const [height, width] = [601, 733];
      const { image, centres } = disks(height, width, diameter);
      const here = annotateAuto(image, { diameter }).objects;
      const there = annotateAuto(turned(turned(image as Image & Plane, "up-down"), "left-right"), {
        diameter,
      }).objects;
      const offsets = Array.from(here.y, (y, i): [number, number] => {
        const x = here.x[i]!;
        const row = Array.from(there.y.keys()).reduce(
          (a, b) =>
            Math.hypot(height - 1 - there.y[b]! - y, width - 1 - there.x[b]! - x) <
            Math.hypot(height - 1 - there.y[a]! - y, width - 1 - there.x[a]! - x)
              ? b
              : a,
          0,
        );
        return [height - 1 - there.y[row]! - y, width - 1 - there.x[row]! - x];
      });
      expect([here.count, there.count]).toEqual([centres.length, centres.length]);
      for (const axis of [0, 1] as const)
        expect(Math.abs(mean(offsets.map((offset) => offset[axis])))).toBeLessThan(0.1);
      expect(Math.max(...offsets.flat().map(Math.abs))).toBeLessThan(0.5);
    },
  );
});
