/** Pictures whose content is not that of a good one. */
import { labelImage } from "../../src/core/labels.js";
import { random } from "../../src/core/random.js";
import { gaussian } from "../../src/imgproc/gaussian.js";
import type { BadImage } from "./badcase.js";
import {
  bytesOf,
  changed,
  discImage,
  discs,
  edge,
  grey,
  perPixel,
  simulated,
  single,
  usualScene,
  writeTiff,
} from "./scenes.js";

const draw = (value: (y: number, x: number, rng: ReturnType<typeof random>) => number): BadImage["make"] =>
  single(() => {
    const rng = random(3);
    return grey(bytesOf((i) => value(Math.floor(i / edge), i % edge, rng)));
  });
const poisson = (mean: number, rng: ReturnType<typeof random>): number => {
  let [k, product] = [0, rng.next()];
  for (; product > Math.exp(-mean); k++) product *= rng.next();
  return k;
};
const lattice = (rows: number, pitch: number): [number, number][] =>
  Array.from({ length: rows ** 2 }, (_, k) => [
    Math.floor(k / rows) * pitch + pitch / 2,
    (k % rows) * pitch + pitch / 2,
  ]);

/** Small nuclei in the upper half, large ones in the lower. @param small, large their radii, px */
const sizes =
  (small: number, large: number): BadImage["make"] =>
  (folder) => {
    const row = [32, 96, 160, 224].map((x) => [64, x] as const);
    const upper = discImage([128, 256], lattice(8, 32).slice(0, 32), small);
    const lower = discImage([128, 256], row, large);
    writeTiff(folder, "a.tif", grey(Uint8Array.from([...upper.data, ...lower.data]), 256));
    const others = lower.labels.data.map((v) => (v > 0 ? v + upper.labels.count : 0));
    return { a: labelImage(256, 256, Int32Array.from([...upper.labels.data, ...others])) };
  };

/** Contents. */
export const sceneCases: readonly BadImage[] = [
  {
    name: "gaussian-noise",
    what: "Gaussian noise only",
    make: draw((_, __, rng) => rng.normal(100, 20)),
    expected: { kept: [0, 3] },
  },
  {
    name: "poisson-noise",
    what: "Poisson noise only",
    make: draw((_, __, rng) => poisson(10, rng)),
    expected: { kept: [0, 3] },
  },
  {
    name: "salt-pepper",
    what: "salt and pepper only",
    make: draw((_, __, rng) => (rng.next() < 0.05 ? 255 : rng.next() < 0.05 ? 0 : 100)),
    expected: { kept: [0, 3] },
  },
  {
    name: "stripes",
    what: "stripes 8 px wide",
    make: draw((_, x, rng) => (x % 16 < 8 ? 150 : 50) + rng.normal(0, 4)),
    expected: { kept: [0, 3] },
    found: {
      outcome: { kept: [0, 60] },
      why: "Pieces of stripes are as wide as a nucleus, and kept: a weakness of the annotation.",
    },
  },
  {
    name: "checkerboard",
    what: "a checkerboard of 16 px",
    make: draw((y, x, rng) => (((y >> 4) + (x >> 4)) % 2) * 100 + 50 + rng.normal(0, 4)),
    expected: { kept: [0, 80] },
  },
  {
    name: "gradient",
    what: "a gradient only",
    make: draw((_, x, rng) => x + rng.normal(0, 3)),
    expected: { kept: [0, 3] },
  },
  {
    name: "moire",
    what: "moire only",
    make: draw((y, x) => 128 + 60 * Math.sin(x * 1.9) * Math.sin(y * 2.1)),
    expected: { kept: [0, 3] },
  },
  {
    name: "speck",
    what: "one bright speck of 3 px",
    make: draw((y, x, rng) => (Math.hypot(y - 90, x - 100) < 2 ? 250 : 20) + rng.normal(0, 4)),
    expected: { kept: [0, 1] },
  },
  {
    name: "whole-object",
    what: "one object as large as the image",
    make: draw((y, x, rng) => (Math.hypot(y - 96, x - 96) < 94 ? 160 : 20) + rng.normal(0, 4)),
    expected: { kept: [0, 1] },
  },
  {
    name: "half-object",
    what: "one object that fills more than half",
    make: draw((y, _, rng) => (y < 110 ? 160 : 20) + rng.normal(0, 4)),
    expected: { kept: [0, 1] },
  },
  {
    name: "one-nucleus",
    what: "one nucleus of 24 px",
    make: discs([edge, edge], [[90, 100]], 12),
    expected: { f1: 1 },
  },
  {
    name: "huge-nuclei",
    what: "four nuclei of 300 px",
    make: discs([700, 700], lattice(2, 350), 150),
    expected: { f1: 0.8 },
  },
  {
    name: "mixed-nuclei",
    what: "nuclei of 12 px beside nuclei of 40 px in one image",
    make: sizes(6, 20),
    expected: { f1: 0.6 },
  },
  {
    name: "many",
    what: "100,489 nuclei of 6 px",
    long: true,
    make: discs([317 * 9, 317 * 9], lattice(317, 9), 3),
    expected: { f1: 0.8 },
    found: {
      outcome: { f1: 0.75 },
      why: "F1 is 0.79: of nuclei of 29 pixels, one row more or less is much.",
    },
  },
  {
    name: "border-only",
    what: "nuclei at the border only",
    make: discs(
      [edge, edge],
      [30, 80, 130].flatMap(
        (p) =>
          [
            [0, p],
            [edge - 1, p],
            [p, 0],
            [p, edge - 1],
          ] as [number, number][],
      ),
      10,
    ),
    expected: { f1: 0.6 },
  },
  {
    name: "two-pixels",
    what: "nuclei of 2 px",
    make: discs([edge, edge], lattice(12, 16), 1),
    expected: { kept: [0, 150], notice: /small|size/i },
  },
  {
    name: "large-nuclei",
    what: "nuclei of 150 px",
    make: discs(
      [512, 512],
      [
        [130, 130],
        [130, 380],
        [380, 130],
        [380, 380],
      ],
      75,
    ),
    expected: { f1: 1 },
  },
  {
    name: "touching",
    what: "discs of 18 px that all touch",
    make: discs([edge, edge], lattice(10, 18), 9.2),
    expected: { f1: 0.5 },
    found: {
      outcome: { f1: 0.3 },
      why: "What is kept is right, but few are: a weakness of the annotation.",
    },
  },
  {
    name: "tissue",
    what: "crowded, overlapping, no background",
    make: simulated({ coverage: 0.65, repulsion: 0.4, haze: 0.3, background: 60, blur: 1.7 }),
    expected: { f1: 0.3 },
  },
  {
    name: "out-of-focus",
    what: "blurred by 6 px",
    make: changed((v) => {
      const soft = gaussian(Float32Array.from(v), edge, edge, 6);
      return bytesOf((i) => soft[i]!);
    }),
    expected: { f1: 0.3 },
  },
  {
    name: "vignetting",
    what: "a tenth of the light in the corners",
    make: perPixel((v, y, x) => v * Math.max(0.1, 1 - Math.hypot(y - 96, x - 96) / 140)),
    expected: { f1: 0.6 },
  },
  {
    name: "dust",
    what: "a bright line across",
    make: perPixel((v, y, x) => (Math.abs(y - x / 2 - 40) < 1.5 ? 255 : v)),
    expected: { f1: 0.6 },
  },
  {
    name: "dead-columns",
    what: "8 columns at 0, 4 at 255",
    make: perPixel((v, _, x) => (x % 24 === 3 ? 0 : x % 48 === 17 ? 255 : v)),
    expected: { f1: 0.5 },
  },
  {
    name: "scale-bar",
    what: "a scale bar burnt in",
    make: perPixel((v, y, x) => (y > 175 && y < 181 && x > 120 && x < 180 ? 255 : v)),
    expected: { f1: 0.8 },
  },
  {
    name: "text",
    what: "letters burnt in",
    make: perPixel((v, y, x) => (y > 5 && y < 19 && x > 5 && x < 100 && (x % 12 < 3 || y % 6 < 2) ? 255 : v)),
    expected: { f1: 0.7 },
  },
  {
    name: "jpeg-blocks",
    what: "blocks of 8 px as of a strong JPEG compression",
    make: perPixel((v, y, x) => {
      const { grey: value } = usualScene();
      const block = value[(8 * (y >> 3) + 4) * edge + 8 * (x >> 3) + 4]!;
      return 0.5 * v + 0.5 * block;
    }),
    expected: { f1: 0.6 },
  },
  {
    name: "noisy",
    what: "noise as strong as the nuclei",
    make: perPixel((v, _, __, rng) => v + rng.normal(0, 60)),
    expected: { f1: 0.4 },
  },
  {
    name: "mirrored",
    what: "the outer 40 px mirrored",
    make: perPixel((_, y, x) => {
      const inside = (p: number): number => (p < 40 ? 80 - p : p > 151 ? 302 - p : p);
      return usualScene().grey[inside(y) * edge + inside(x)]!;
    }),
    expected: { kept: [15, 80] },
  },
  {
    name: "crop",
    what: "20 x 20 px",
    make: discs([20, 20], [[10, 10]], 5),
    expected: { kept: [0, 1] },
  },
  {
    name: "strip",
    what: "20 x 5000 px",
    make: discs(
      [20, 5000],
      Array.from({ length: 150 }, (_, k) => [10, 20 + 33 * k]),
      6,
    ),
    expected: { f1: 0.8 },
  },
  {
    name: "padded",
    what: "the scene within a wide black frame",
    make: perPixel((v, y, x) => (y < 40 || x < 40 || y > 151 || x > 151 ? 0 : v)),
    expected: { kept: [5, 40] },
  },
];
