import { describe, expect, it } from "vitest";
import { marchingPredictor } from "../../test/fakes.js";
import type { Image } from "../core/image.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { nucleiColumns } from "../core/nuclei.js";
import { random } from "../core/random.js";
import { gaussian } from "../imgproc/gaussian.js";
import { normalise } from "../imgproc/normalise.js";
import { measure } from "../imgproc/regions.js";
import { rescale } from "../imgproc/rescale.js";
import type { ModelConfig } from "../model/modelconfig.js";
import type { Predictor } from "../model/predictor.js";
import { scalePolygons, takePolygons } from "../starconvex/geometry.js";
import { paintPolygons } from "../starconvex/raster.js";
import { suppress } from "../starconvex/suppress.js";
import { largestPieces } from "../imgproc/pieces.js";
import { numbering, numberRows } from "./assemble.js";
import { candidatesOf } from "./candidates.js";
import { predictTiled } from "./predict.js";
import { refineOutlines } from "./refine.js";
import { rowsOfImage } from "./rows.js";
import {
  defaultSegmentOptions,
  segment,
  type Segmentation,
  segmentRows,
  type SegmentOptions,
} from "./segment.js";

const config: ModelConfig = { rays: 16, grid: 2, depth: 2, filters: 4, convolutionsPerLevel: 1, features: 8 };
const predictor = marchingPredictor(config);

/** Nuclei of all sizes, many touching, one of them higher than most bands, on an uneven background. */
function field(height: number, width: number): Uint16Array {
  const rng = random(11);
  const sharp = new Float32Array(height * width);
  const disc = (cy: number, cx: number, ry: number, rx: number, grey: number): void => {
    for (let y = Math.max(0, Math.ceil(cy - ry)); y < Math.min(height, cy + ry); y++) {
      for (let x = Math.max(0, Math.ceil(cx - rx)); x < Math.min(width, cx + rx); x++) {
        if (((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 < 1)
          sharp[y * width + x] = Math.max(sharp[y * width + x]!, grey);
      }
    }
  };
  for (let i = 0; i < (height * width) / 350; i++)
    disc(
      rng.uniform(0, height),
      rng.uniform(0, width),
      rng.uniform(3, 9),
      rng.uniform(3, 9),
      rng.uniform(800, 1600),
    );
  disc(height / 2, width / 3, 40, 7, 1500);
  return Uint16Array.from(gaussian(sharp, height, width, 1), (v, p) =>
    Math.round(v + 100 + (p % width) / 4 + rng.normal(0, 8)),
  );
}

const [height, width] = [210, 180];
const data = field(height, width);
const images: Record<string, Image> = {
  "16 bit": { height, width, data },
  "float with holes": {
    height,
    width,
    data: Float32Array.from(data, (v, p) => (p % 997 === 0 ? NaN : v / 7)),
  },
};
const options: SegmentOptions = {
  ...defaultSegmentOptions,
  probabilityThreshold: 0.55,
  overlapThreshold: 0.3,
  normalisation: { low: 5, high: 99 },
};

/** The steps one after the other on the whole image, as the docstrings of each describe them. */
async function stepByStep(
  image: Image,
  { scale, outline }: Pick<SegmentOptions, "scale" | "outline">,
): Promise<Segmentation> {
  const plane = { height, width, data: normalise(image, 5, 99) };
  const input = rescale(plane, scale);
  const candidates = candidatesOf(await predictTiled(input, predictor, 4096), options.probabilityThreshold);
  const polygons = scalePolygons(
    takePolygons(candidates, suppress(candidates, options.overlapThreshold)),
    1 / scale,
  );
  const painted = paintPolygons(
    polygons,
    polygons.scores.map((_, row) => row),
    { height, width },
  );
  const pieces = largestPieces(
    outline === "refined" ? refineOutlines(painted, plane.data) : painted,
    options.minimumArea,
  );
  const found = numbering(pieces.count);
  const labels: LabelImage = labelImage(height, width, numberRows(found, pieces.data));
  const kept = takePolygons(
    polygons,
    found.labels.map((label) => label - 1),
  );
  return { labels, polygons: kept, nuclei: measure(labels, { image, scores: kept.scores }) };
}

async function inRows(
  image: Image,
  given: Partial<SegmentOptions>,
  predictor: Predictor,
): Promise<Segmentation> {
  const labels = new Int32Array(height * width).fill(-7);
  let next = 0;
  const found = await segmentRows(
    rowsOfImage(image),
    predictor,
    (rows, from) => {
      expect(from).toBe(next);
      next = from + rows.length / width;
      labels.set(rows, from * width);
      return Promise.resolve();
    },
    { ...options, ...given },
  );
  expect(next).toBe(height);
  return { labels: labelImage(height, width, labels), ...found };
}

function expectEqual(actual: Segmentation, expected: Segmentation): void {
  expect(actual.labels).toEqual(expected.labels);
  expect(actual.polygons).toEqual(expected.polygons);
  for (const column of nucleiColumns) expect(actual.nuclei[column]).toEqual(expected.nuclei[column]);
}

describe("segmentation in rows", () => {
  it.each([
    ["16 bit", 1, "refined"],
    ["16 bit", 1, "star"],
    ["float with holes", 1, "refined"],
    ["16 bit", 0.7, "refined"],
    ["float with holes", 1.6, "star"],
    ["16 bit", 1.6, "refined"],
  ] as const)(
    "gives the same labels, polygons and table whatever tile and band: %s, scale %d, %s",
    async (name, scale, outline) => {
      const image = images[name]!;
      const expected = await stepByStep(image, { scale, outline });
      expect(expected.labels.count).toBeGreaterThan(45);
      for (const [tile, band] of [
        [4096, Infinity],
        [4096, 1],
        [128, 23],
        [100, 64],
        [150, 100],
        [128, 209],
      ] as const) {
        expectEqual(await inRows(image, { scale, outline, tile, band }, predictor), expected);
      }
      expectEqual(await segment(image, predictor, { ...options, scale, outline, tile: 128 }), expected);
    },
  );

  it("counts objects once across seams and cuts none", async () => {
    // Every row but the first and last is a seam here; a nucleus cut by one would have fallen into two.
    const { labels } = await inRows(images["16 bit"]!, { band: 1 }, predictor);
    const pieces = numberRows(numbering(labels.count), largestPieces(labels, 1).data);
    expect(pieces).toEqual(labels.data);
  });

  it("holds more than 65,535 objects", async () => {
    // A bright pixel every four px, for which this network says a small square.
    const side = 4 * 260;
    const dots = {
      height: side,
      width: side,
      data: Uint8Array.from({ length: side * side }, (_, p) =>
        Math.floor(p / side) % 4 === 0 && (p % side) % 4 === 0 ? 1 : 0,
      ),
    };
    const dotted: Predictor = {
      config: { ...config, rays: 4 },
      predict: (data, h, w) => {
        const cells = (h / 2) * (w / 2);
        const at = (cell: number): number => data[2 * Math.floor(cell / (w / 2)) * w + 2 * (cell % (w / 2))]!;
        return Promise.resolve({
          probability: Float32Array.from({ length: cells }, (_, cell) => at(cell)),
          distances: new Float32Array(4 * cells).fill(1.5),
        });
      },
      release: () => Promise.resolve(),
    };
    const { labels, nuclei } = await segment(dots, dotted, {
      tile: 512,
      band: 200,
      outline: "star",
      minimumArea: 1,
      normalisation: { low: 0, high: 100 },
    });
    expect([labels.count, nuclei.count]).toEqual([260 * 260, 260 * 260]);
    expect(labels.data.at(-4 - 4 * side)).toBe(260 * 260);
    expect(nuclei.label.at(-1)).toBe(260 * 260);
  });

  it("asks for no more rows at once than a band and a row of tiles have, whatever the height", async () => {
    const tall: Image = {
      height: 6 * height,
      width,
      data: Uint16Array.from({ length: 6 * height * width }, (_, p) => data[p % data.length]!),
    };
    const asked: number[] = [];
    const source = {
      ...rowsOfImage(tall),
      rows: (from: number, to: number) => {
        asked.push(to - from);
        return rowsOfImage(tall).rows(from, to);
      },
    };
    const { nuclei } = await segmentRows(source, predictor, () => Promise.resolve(), {
      ...options,
      tile: 128,
      band: 160,
    });
    expect(nuclei.count).toBeGreaterThan(300);
    expect(Math.max(...asked)).toBeLessThanOrEqual(160);
  });

  it("refuses a band of no rows", async () => {
    await expect(segment(images["16 bit"]!, predictor, { band: 0 })).rejects.toThrow(
      /band: expected a number of rows >= 1/,
    );
  });
});
