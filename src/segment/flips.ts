import type { LabelImage } from "../core/labels.js";
import type { StageContext } from "../core/progress.js";
import type { StarPolygons } from "../core/polygons.js";
import type { Plane, Size } from "../core/size.js";
import type { Predictor } from "../model/predictor.js";
import { takePolygons } from "../starconvex/geometry.js";
import { paintPolygons } from "../starconvex/raster.js";
import { suppress } from "../starconvex/suppress.js";
import { candidatesAbove, candidatesOf } from "./candidates.js";
import { predictTiled } from "./predict.js";
import type { Thresholds } from "./thresholds.js";

/** Mirrored along x, along y, and along both. */
const flips = [
  [false, true],
  [true, false],
  [true, true],
] as const;

/** Mirror images that an image has. */
export const mirrorImages = flips.length;

/** The labels of what a network said of an image, of that size. */
function labelsOfCandidates(candidates: StarPolygons, overlap: number, size: Size): LabelImage {
  const polygons = takePolygons(candidates, suppress(candidates, overlap));
  return paintPolygons(polygons, [...polygons.scores.keys()], size);
}

/** How to look at an image from all sides. */
export interface FlipOptions extends Thresholds {
  /** As for `predictTiled`. */
  readonly tile: number;
  /**
   * What the network said of the image as it is, above a threshold that is not higher; predicted where
   * absent.
   */
  readonly candidates?: StarPolygons | undefined;
  /** Which of the mirror images are looked at: along x, y, both. Default: all. */
  readonly mirrors?: readonly number[] | undefined;
}

/**
 * What a network finds in an image, and what it finds in the mirrored image, mirrored back. A nucleus does
 * not depend on the side it is looked at from, so that what differs is what the network is not sure of.
 *
 * @param image normalised grey values at the network's scale
 * @returns star polygons painted, each with labels of its own: of the image as it is, then of each of the
 *   mirror images
 */
export async function labelsUnderFlips(
  image: Plane,
  predictor: Predictor,
  options: FlipOptions,
  context: StageContext = {},
): Promise<[LabelImage, ...LabelImage[]]> {
  const find = async (input: Plane): Promise<LabelImage> => {
    const prediction = await predictTiled(input, predictor, options.tile, context);
    return labelsOfCandidates(candidatesOf(prediction, options.probability), options.overlap, image);
  };
  const found: [LabelImage, ...LabelImage[]] = [
    options.candidates === undefined
      ? await find(image)
      : labelsOfCandidates(candidatesAbove(options.candidates, options.probability), options.overlap, image),
  ];
  for (const mirror of options.mirrors ?? flips.keys()) {
    const [down, across] = flips[mirror]!;
    const labels = await find({ ...image, data: mirrored(image, down, across) });
    found.push({ ...labels, data: mirrored(labels, down, across) });
  }
  return found;
}

function mirrored<T extends Float32Array | Int32Array>(
  { height, width, data: values }: Plane<T>,
  down: boolean,
  across: boolean,
): T {
  const out = values.slice() as T;
  for (let y = 0; y < height; y++) {
    const from = (down ? height - 1 - y : y) * width;
    for (let x = 0; x < width; x++) out[y * width + x] = values[from + (across ? width - 1 - x : x)]!;
  }
  return out;
}
