/** Values, types and colours that are not those of a good picture. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StoredPlane } from "../../src/core/image.js";
import { encodeIndexedPng, encodePng } from "../../src/io/png/png.js";
import type { BadImage } from "./badcase.js";
import { bytesOf, changed, edge, grey, perPixel, single, usualScene, writeTiff } from "./scenes.js";

const all = (value: number): BadImage["make"] => single(() => grey(new Uint8Array(edge ** 2).fill(value)));
const nothing = { kept: [0, 0], notice: /nothing|no nuclei|empty|equal|same value|no value/i } as const;

/** The usual scene with several samples a pixel. */
const coloured =
  (samples: number, value: (grey: number, sample: number) => number): BadImage["make"] =>
  (folder) => {
    const { grey: values, labels } = usualScene();
    const data = bytesOf((i) => value(values[Math.floor(i / samples)]!, i % samples), samples * edge ** 2);
    const plane: StoredPlane = { height: edge, width: edge, samples, data };
    writeTiff(folder, "a.tif", plane);
    return { a: labels };
  };

/** Values and their types. */
export const pixelCases: readonly BadImage[] = [
  {
    name: "one-pixel",
    what: "one pixel",
    make: single(() => grey(Uint8Array.of(9), 1)),
    expected: nothing,
  },
  {
    name: "one-row",
    what: "one row of 192 pixels",
    make: single(() => grey(bytesOf((i) => usualScene().grey[i]!, edge))),
    expected: { kept: [0, 0] },
  },
  { name: "all-zero", what: "every pixel 0", make: all(0), expected: nothing },
  { name: "all-middle", what: "every pixel 128", make: all(128), expected: nothing },
  { name: "all-max", what: "every pixel 255", make: all(255), expected: nothing },
  {
    name: "nan-infinity",
    what: "a tenth of the pixels NaN or infinite",
    make: changed((v) => Float32Array.from(v, (x, i) => (i % 20 === 0 ? NaN : i % 20 === 10 ? Infinity : x))),
    expected: { f1: 0.6, notice: /have no value \(NaN or infinite\)/ },
  },
  {
    name: "nan-corner",
    what: "a quarter of the image NaN",
    make: changed((v) => Float32Array.from(v, (x, i) => (i < edge ** 2 / 2 && i % edge < 96 ? NaN : x))),
    expected: { f1: 0.6, notice: /have no value \(NaN or infinite\)/ },
  },
  {
    name: "all-nan",
    what: "every pixel NaN",
    make: changed((v) => new Float32Array(v.length).fill(NaN)),
    expected: nothing,
  },
  {
    name: "negative",
    what: "negative values, float",
    make: changed((v) => Float32Array.from(v, (x) => x - 300)),
    expected: { f1: 0.8 },
  },
  {
    name: "int16",
    what: "signed integers, some negative",
    make: changed((v) => Int16Array.from(v, (x) => 20 * x - 1000)),
    expected: { f1: 0.8 },
  },
  {
    name: "uint32",
    what: "integers of 32 bits",
    make: changed((v) => Uint32Array.from(v, (x) => 1_000_000 * x)),
    expected: { f1: 0.8 },
  },
  {
    name: "unit-float",
    what: "float values of 0 to 1",
    make: changed((v) => Float32Array.from(v, (x) => x / 255)),
    expected: { f1: 0.8 },
  },
  {
    name: "tiny-float",
    what: "float values of 0 to 1e-30",
    make: changed((v) => Float32Array.from(v, (x) => x * 1e-32)),
    expected: { f1: 0.8 },
  },
  {
    name: "twelve-bit",
    what: "12 bits in 16",
    make: changed((v) => Uint16Array.from(v, (x) => 16 * x)),
    expected: { f1: 0.8 },
  },
  {
    name: "few-values",
    what: "8 grey values in all",
    make: perPixel((v) => 32 * Math.floor(v / 32)),
    expected: { f1: 0.7 },
  },
  {
    name: "saturated-half",
    what: "the brighter half of the nuclei saturated",
    make: perPixel((v) => (v > 120 ? 255 : v)),
    expected: { f1: 0.7 },
  },
  {
    name: "saturated-whole",
    what: "all nuclei saturated",
    make: perPixel((v) => 8 * v - 300),
    expected: { f1: 0.6 },
  },
  {
    name: "inverted",
    what: "dark nuclei on a bright background",
    make: perPixel((v) => 255 - v),
    expected: { kept: [0, 60], notice: /dark|invert/i },
  },
  {
    name: "grey-rgb",
    what: "RGB with equal colours",
    make: coloured(3, (v) => v),
    expected: { f1: 0.8 },
  },
  {
    name: "blue-rgb",
    what: "RGB, blue only",
    make: coloured(3, (v, s) => (s === 2 ? v : 0)),
    expected: { f1: 0.8 },
  },
  {
    name: "two-colours",
    what: "RGB, nuclei in blue, haze in red",
    make: coloured(3, (v, s) => [60, 0, v][s]!),
    expected: { f1: 0.7 },
  },
  {
    name: "alpha",
    what: "RGBA, half transparent",
    make: coloured(4, (v, s) => (s === 3 ? 128 : v)),
    expected: { f1: 0.8 },
  },
  {
    name: "alpha-png",
    what: "PNG with an alpha channel",
    make: (folder) => {
      const { grey: values, labels } = usualScene();
      const data = bytesOf((i) => (i % 2 === 1 ? 90 : values[i >> 1]!), 2 * edge ** 2);
      writeFileSync(join(folder, "a.png"), encodePng({ height: edge, width: edge, samples: 2, data }));
      return { a: labels };
    },
    expected: { f1: 0.8 },
  },
  {
    name: "palette",
    what: "PNG with a palette of false colours",
    make: (folder) => {
      const indices = bytesOf((i) => usualScene().grey[i]! / 2);
      const palette = Uint8Array.from({ length: 3 * 128 }, (_, i) => {
        const value = Math.floor(i / 3);
        return [2 * value, 2 * value, 255 - value][i % 3]!;
      });
      writeFileSync(join(folder, "a.png"), encodeIndexedPng(edge, edge, indices, palette));
      return { a: usualScene().labels };
    },
    expected: { f1: 0.7 },
  },
  {
    name: "mask",
    what: "a mask of 0 and 255 given as image",
    make: changed(() => bytesOf((i) => (usualScene().labels.data[i]! > 0 ? 255 : 0))),
    expected: { kept: [1, 60], notice: /mask|two values|label/i },
  },
  {
    name: "label-image",
    what: "a label image given as image",
    make: changed(() => Uint16Array.from(usualScene().labels.data)),
    expected: { kept: [0, 60], notice: /label/i },
  },
  {
    name: "bright-pixel",
    what: "16 bits, one pixel at 65535, the nuclei at 0 to 255",
    make: changed((v) => Uint16Array.from(v, (x, i) => (i === 9000 ? 65_535 : x))),
    expected: { f1: 0.8 },
  },
  {
    name: "hot-pixels",
    what: "200 pixels at 65535",
    make: changed((v, rng) => {
      const data = Uint16Array.from(v, (x) => 10 * x);
      for (let k = 0; k < 200; k++) data[rng.integer(data.length)] = 65_535;
      return data;
    }),
    expected: { f1: 0.7 },
  },
  {
    name: "low-contrast",
    what: "nuclei 3 grey values above the background, 16 bits",
    make: changed((v) => Uint16Array.from(v, (x) => 1000 + Math.round(x / 40))),
    expected: { f1: 0.5 },
  },
];
