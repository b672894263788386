import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { openLif } from "../../../test/liffile.js";
import { itWithShared, sharedData } from "../../../test/shared.js";
import type { ImageSet, OpenedImage } from "./imageformat.js";

const name = "LeicaLASX_wavelength-sweep_example.lif";
const itWithFile = itWithShared("reader_tests", "vendor", name);

interface Expected {
  readonly name: string;
  readonly dims: readonly string[];
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly coordinates_m_or_s: Readonly<Record<string, readonly [number, number, number]>>;
  readonly first_plane_sum: number;
}

const openFile = (): Promise<ImageSet> =>
  openLif(new Uint8Array(readFileSync(sharedData("reader_tests", "vendor", name))), name);

const expectedSeries = (): Expected[] => {
  const text = readFileSync(sharedData("reader_tests", "vendor", "expected.json"), "utf8");
  return (JSON.parse(text) as Record<string, { readonly series: Expected[] }>)[name]!.series;
};

async function planesOf(image: OpenedImage): Promise<number[][]> {
  const planes: number[][] = [];
  for (let frame = 0; frame < image.frames; frame++)
    for (let channel = 0; channel < image.channels; channel++)
      for (let slice = 0; slice < image.slices; slice++)
        planes.push([...(await image.read({ frame, channel, slice })).plane.data]);
  return planes;
}

const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe("a file of LAS X, against what liffile says of it", () => {
  const series = ["x_y_lambdaEmi", "x_y_lambdaExc", "x_y_z_t_lambdaEmi"];

  itWithFile("its series", async () => {
    expect((await openFile()).series.map((one) => one.name)).toEqual(series);
    expect(expectedSeries().map((one) => one.name)).toEqual(series);
  });

  itWithFile.each(series.map((one, i) => [one, i] as const))("%s", async (_, place) => {
    const expected = expectedSeries()[place]!;
    const image = await (await openFile()).open(place);
    const sizeOf = (...dims: readonly string[]): number =>
      expected.shape.filter((_, i) => dims.includes(expected.dims[i]!)).reduce((a, b) => a * b, 1);
    expect([image.frames, image.channels, image.slices, image.height, image.width]).toEqual([
      sizeOf("T"),
      sizeOf("λ", "Λ"),
      sizeOf("Z"),
      sizeOf("Y"),
      sizeOf("X"),
    ]);
    expect([image.type, image.bits, image.colour]).toEqual([expected.dtype, 8, "grey"]);
    const planes = await planesOf(image);
    expect(Math.min(...planes.map((plane) => Math.min(...plane)))).toBe(expected.min);
    expect(Math.max(...planes.map((plane) => Math.max(...plane)))).toBe(expected.max);
    expect(sumOf(planes.map(sumOf))).toBe(expected.sum);
    expect(sumOf(planes[0]!)).toBe(expected.first_plane_sum);

    const step = (dim: string): number => {
      const [from, to, count] = expected.coordinates_m_or_s[dim]!;
      return (to - from) / (count - 1);
    };
    expect(image.pixelSize).toBeCloseTo(step("X") * 1e6, 8);
    const wavelengths = expected.dims.find((dim) => "λΛ".includes(dim))!;
    const [from, , count] = expected.coordinates_m_or_s[wavelengths]!;
    const named = Array.from(
      { length: count },
      (_, i) => `${Math.round((from + i * step(wavelengths)) * 1e9)} nm`,
    );
    expect(image.channelNames).toEqual(named);
    if (expected.dims.includes("Z")) expect(image.sliceSpacing).toBeCloseTo(step("Z") * 1e6, 8);
    // The stamps of the planes tell the interval to a hundredth of what the dimension says.
    if (expected.dims.includes("T")) expect(image.frameInterval! / step("T")).toBeCloseTo(1, 2);
    expect(image.damage).toBe(undefined);
  });
});
