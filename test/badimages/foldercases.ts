/** Folders and stacks whose images do not go together. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeTiff } from "../../src/io/tiff/encode.js";
import type { BadImage } from "./badcase.js";
import { bytesOf, edge, grey, movieOf, scene, simulated, usualScene, writeTiff } from "./scenes.js";

const usual = (): Uint8Array => bytesOf((i) => usualScene().grey[i]!);
const asStack =
  (stack: {
    readonly channels: number;
    readonly slices: number;
    readonly frames: number;
  }): BadImage["make"] =>
  (folder) => {
    const movie = scene({ frames: 4 });
    const planes = [0, 1, 2, 3].map((t) => grey(movie.image(t).data));
    writeFileSync(join(folder, "a.tif"), encodeTiff(planes, { imagej: stack }));
  };

/** Movies and folders. */
export const folderCases: readonly BadImage[] = [
  {
    name: "mixed-sizes",
    what: "images of different sizes",
    make: (folder) => {
      writeTiff(folder, "a.tif", grey(usual()));
      writeTiff(folder, "b.tif", grey(usual().subarray(0, edge * 100)));
      return { a: usualScene().labels };
    },
    expected: { kept: [25, 120], notice: /size/ },
  },
  {
    name: "mixed-types",
    what: "8 bits beside 16",
    make: (folder) => {
      writeTiff(folder, "a.tif", grey(usual()));
      writeTiff(folder, "b.tif", grey(Uint16Array.from(usual(), (v) => 100 * v)));
      return { a: usualScene().labels, b: usualScene().labels };
    },
    expected: { f1: 0.8, notice: /type|bits|values/i },
    found: {
      outcome: { f1: 0.8 },
      why: "Each image is judged by its own light: nothing goes wrong, so nothing need be said.",
    },
  },
  {
    name: "mixed-channels",
    what: "grey beside RGB",
    make: (folder) => {
      writeTiff(folder, "a.tif", grey(usual()));
      const values = usual();
      const data = bytesOf((i) => values[Math.floor(i / 3)]!, 3 * edge ** 2);
      writeTiff(folder, "b.tif", { height: edge, width: edge, samples: 3, data });
      return { a: usualScene().labels, b: usualScene().labels };
    },
    expected: { f1: 0.8 },
  },
  {
    name: "t-as-z",
    what: "a movie whose frames are called slices",
    make: asStack({ channels: 1, slices: 4, frames: 1 }),
    expected: { kept: [10, 80], notice: /slices/ },
    found: {
      outcome: { kept: [80, 240], notice: /slices.*read as the frames of a movie/ },
      why: "Better than expected: without a distance between slices they are read as frames.",
    },
  },
  {
    name: "t-as-c",
    what: "a movie whose frames are called channels",
    make: asStack({ channels: 4, slices: 1, frames: 1 }),
    expected: { kept: [20, 80], notice: /channels/ },
  },
  {
    name: "channel-first",
    what: "three channels as frames of a movie",
    make: (folder) => {
      const dim = bytesOf((i) => 20 + (i % 7));
      writeTiff(folder, "a.tif", grey(usual()), grey(dim), grey(dim));
    },
    expected: { kept: [20, 80], notice: /nothing|no nuclei|empty|differ/i },
  },
  {
    name: "duplicates",
    what: "the same frame four times",
    make: movieOf(() => grey(usual())),
    expected: { kept: [80, 240] },
  },
  {
    name: "black-frame",
    what: "a movie with a black frame",
    make: movieOf((v, t) => grey(t === 2 ? new Uint8Array(v.length) : v)),
    expected: { kept: [60, 240], notice: /t2: / },
  },
  {
    name: "noise-frame",
    what: "a movie with a frame without nuclei",
    make: movieOf((v, t) => grey(t === 2 ? bytesOf((i) => 20 + ((i * 7919) % 13)) : v)),
    expected: { kept: [60, 243], notice: /t2/ },
  },
  {
    name: "flash",
    what: "a movie with a frame all but saturated",
    make: movieOf((v, t) => grey(t === 2 ? v.map((x) => Math.min(255, x + 220)) : v)),
    expected: { kept: [60, 240] },
  },
  {
    name: "jump",
    what: "a movie that jumps by 90 px",
    make: movieOf((v, t) => grey(t < 2 ? v : v.map((_, i) => v[(i + 90 * edge) % v.length]!))),
    expected: { kept: [80, 240] },
  },
  {
    name: "long-jump",
    what: "a movie of 448 px that jumps by 200 px",
    make: (folder) => {
      const movie = scene({ frames: 3, height: 448, width: 448 });
      for (let t = 0; t < 3; t++) {
        const { data } = movie.image(t);
        const moved = bytesOf((i) => data[t < 2 ? i : (i + 200 * 448) % data.length]!, data.length);
        writeTiff(folder, `t${t}.tif`, grey(moved, 448));
      }
    },
    expected: { kept: [350, 900] },
  },
  {
    name: "other-size",
    what: "a movie with a frame of another size",
    make: movieOf((v, t) => grey(t === 2 ? v.subarray(0, 100 * edge) : v)),
    expected: { kept: [60, 240], notice: /size/ },
  },
  {
    name: "bleaching",
    what: "a movie that bleaches to nothing",
    make: movieOf((v, t) => grey(v.map((x) => 20 + (x - 20) * [1, 0.5, 0.2, 0.03][t]!))),
    expected: { kept: [60, 240] },
  },
  {
    name: "broken-frame",
    what: "a movie with a truncated frame",
    make: (folder) => {
      movieOf((v) => grey(v))(folder);
      writeFileSync(join(folder, "t2.tif"), encodeTiff([grey(usual())]).subarray(0, 3000));
    },
    expected: { error: "Stage", says: /t2/ },
  },
  {
    name: "missing-frame",
    what: "a movie without its frame 2",
    make: (folder) => {
      const movie = scene({ frames: 5 });
      for (const t of [0, 1, 3, 4]) writeTiff(folder, `t${t}.tif`, grey(movie.image(t).data));
    },
    expected: { kept: [80, 240], notice: /skip from 1 to 3/ },
  },
  {
    name: "other-magnification",
    what: "nuclei of 12 px in one image, of 40 px in another",
    make: (folder) => {
      const small = scene({ diameter: 12, seed: 2 });
      const large = scene({ diameter: 40, seed: 3, height: 256, width: 256 });
      writeTiff(folder, "a.tif", grey(small.image(0).data));
      writeTiff(folder, "b.tif", grey(large.image(0).data, 256));
      return { a: small.labels(0), b: large.labels(0) };
    },
    expected: { f1: 0.7, notice: /size/ },
  },
  {
    name: "few-pixels",
    what: "nuclei of 8 px",
    make: simulated({ diameter: 8 }),
    expected: { f1: 0.5 },
  },
];
