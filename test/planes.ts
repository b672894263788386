/**
 * Small random planes with their flips and transposes, for the invariants of kernels; and comparisons that
 * are quick on large ones.
 */
import fc from "fast-check";
import { expect } from "vitest";
import { labelImage, type LabelImage, relabelSequential } from "../src/core/labels.js";

export type Numbers = Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;

export interface Plane<T extends Numbers = Numbers> {
  readonly height: number;
  readonly width: number;
  readonly data: T;
}

/** All eight symmetries of a square grid follow from these; each undoes itself. */
export const symmetries = ["up-down", "left-right", "transposed"] as const;
export type Symmetry = (typeof symmetries)[number];

export function turned<P extends Plane>(plane: P, symmetry: Symmetry): P {
  const { height: h, width: w, data } = plane;
  const [height, width] = symmetry === "transposed" ? [w, h] : [h, w];
  const out = data.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from =
        symmetry === "transposed"
          ? x * w + y
          : symmetry === "up-down"
            ? (h - 1 - y) * w + x
            : y * w + (w - 1 - x);
      out[y * width + x] = data[from]!;
    }
  }
  return { ...plane, height, width, data: out };
}

/**
 * Expects that turning the planes and then running the kernel gives what running it and then turning gives.
 *
 * @param kernel gets the planes, and returns one value a pixel of theirs
 * @param check compares what came back turned with what the kernel gives at once; bit by bit by default
 */
export function expectCommutes<const P extends readonly Plane[]>(
  planes: P,
  kernel: (...planes: P) => Numbers,
  check: (actual: Plane, expected: Plane, symmetry: Symmetry) => void = (a, b) => expect(a).toEqual(b),
): void {
  const { height, width } = planes[0]!;
  const expected = { height, width, data: kernel(...planes) };
  for (const symmetry of symmetries) {
    const other = planes.map((plane) => turned(plane, symmetry)) as unknown as P;
    const plane = { height: other[0]!.height, width: other[0]!.width, data: kernel(...other) };
    check(turned(plane, symmetry), expected, symmetry);
  }
}

/** Sizes up to `largest`; lines and single pixels are frequent. */
export const sizes = (largest = 14): fc.Arbitrary<{ height: number; width: number }> => {
  const side = fc.oneof(
    { weight: 1, arbitrary: fc.constant(1) },
    { weight: 5, arbitrary: fc.integer({ min: 1, max: largest }) },
  );
  return fc.record({ height: side, width: side });
};

/** Planes of values, made by `pack` from a list of numbers. */
export const planes = <T extends Numbers>(
  pack: (values: number[]) => T,
  value: fc.Arbitrary<number>,
  largest?: number,
): fc.Arbitrary<Plane<T>> =>
  sizes(largest).chain(({ height, width }) =>
    fc
      .array(value, { minLength: height * width, maxLength: height * width })
      .map((values) => ({ height, width, data: pack(values) })),
  );

/** Masks of 0 and 1 of any density, the empty and the full one included. */
export const masks = (largest?: number): fc.Arbitrary<Plane<Uint8Array>> =>
  fc
    .integer({ min: 0, max: 8 })
    .chain((tenths) =>
      planes(
        (values) => Uint8Array.from(values, (value) => (value < tenths ? 1 : 0)),
        fc.integer({ min: 0, max: 7 }),
        largest,
      ),
    );

/** Float images in which all pixels differ. */
export const distinct = (largest?: number): fc.Arbitrary<Plane<Float32Array>> =>
  sizes(largest).chain(({ height, width }) =>
    fc
      .shuffledSubarray(
        Array.from({ length: height * width }, (_, i) => i),
        { minLength: height * width },
      )
      .map((order) => ({ height, width, data: Float32Array.from(order) })),
  );

/** Labels with numbers from 1 on, each as scattered as it comes, some numbers unused. */
export const scattered = (largest?: number): fc.Arbitrary<Plane<Int32Array>> =>
  planes(
    (values) => Int32Array.from(values, (value) => Math.max(0, value)),
    fc.integer({ min: -4, max: 6 }),
    largest,
  );

/**
 * Labels of `perSide` x `perSide` squares of `size` px, `pitch` px apart, 1.. in the order of their first
 * pixel.
 */
export function lattice(perSide: number, pitch: number, size: number): LabelImage {
  const side = perSide * pitch;
  const data = new Int32Array(side * side);
  const margin = Math.floor((pitch - size) / 2);
  for (let i = 0; i < perSide * perSide; i++) {
    const from = (Math.floor(i / perSide) * pitch + margin) * side + (i % perSide) * pitch + margin;
    for (let v = 0; v < size; v++) data.fill(i + 1, from + v * side, from + v * side + size);
  }
  return { height: side, width: side, data, count: perSide * perSide };
}

/** Number of pixels that differ: `toEqual` takes seconds on a million of them. */
export function differing(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let count = 0;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) count++;
  return count;
}

/** The same objects under other numbers give the same bytes. */
export const partition = ({ height, width, data }: Plane<Int32Array>): Int32Array =>
  relabelSequential(labelImage(height, width, data)).data;

/** Expects labels 1..n without a gap. */
export function expectConsecutive(data: Int32Array): void {
  const present = new Set(data);
  for (const label of [0, -1]) present.delete(label);
  expect([...present].sort((a, b) => a - b)).toEqual(Array.from({ length: present.size }, (_, i) => i + 1));
}

/**
 * Labels whose pixels are not in one piece: by a flood of its own, so that it can judge the kernel for
 * components too.
 */
export function inPieces({ height, width, data }: Plane<Int32Array>, connectivity: 4 | 8): number[] {
  const steps = [-1, 0, 1].flatMap((v) => [-1, 0, 1].map((u) => [v, u] as const));
  const neighbours = steps.filter(([v, u]) => connectivity === 8 || v === 0 || u === 0);
  const seen = new Uint8Array(data.length);
  const [met, broken] = [new Set<number>(), new Set<number>()];
  for (let start = 0; start < data.length; start++) {
    const label = data[start]!;
    if (label <= 0 || seen[start] === 1) continue;
    if (met.has(label)) broken.add(label);
    met.add(label);
    const stack = [start];
    seen[start] = 1;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [y, x] = [Math.floor(at / width), at % width];
      for (const [v, u] of neighbours) {
        if (y + v < 0 || y + v >= height || x + u < 0 || x + u >= width) continue;
        const next = at + v * width + u;
        if (seen[next] === 1 || data[next] !== label) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
  }
  return [...broken];
}
