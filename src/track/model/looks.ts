import { median } from "../../stats/percentile.js";
import type { Movie } from "../places/detections.js";

/** The part of the plane that the frames show, px. */
export interface FrameSize {
  /** Of the first row and column; default 0. */
  readonly top?: number | undefined;
  readonly left?: number | undefined;
  readonly height: number;
  readonly width: number;
}

/** What nuclei look like, as the model compares it. By position in the movie. */
export interface Looks {
  /** Logarithm of the area, px^2. */
  readonly area: Float64Array;
  /** Logarithm of the intensity over the median of the frame; NaN where unknown. */
  readonly intensity: Float64Array;
  /** Logarithm of the major over the minor axis; NaN where unknown. */
  readonly elongation: Float64Array;
  /** 1 where the outline is cut by the border of the image. */
  readonly cut: Uint8Array;
  /** 1 where the centre is within a diameter of the border. */
  readonly border: Uint8Array;
  /** Part of the image in which centres are at the border and inside, px^2. */
  readonly borderArea: number;
  readonly insideArea: number;
  readonly diameter: number;
}

/** @param diameter px */
export function looksOf(movie: Movie, diameter: number, size: FrameSize): Looks {
  const intensity = new Float64Array(movie.count).fill(NaN);
  for (let t = 0; t < movie.frames; t++) {
    const [from, to] = [movie.start[t]!, movie.start[t + 1]!];
    const typical = median(movie.intensity.subarray(from, to));
    if (!(typical > 0)) continue;
    for (let i = from; i < to; i++)
      if (movie.intensity[i]! > 0) intensity[i] = Math.log(movie.intensity[i]! / typical);
  }
  const field = fieldOf(movie, diameter, size);
  const border = new Uint8Array(movie.count);
  for (let i = 0; i < movie.count; i++) {
    const near = Math.min(
      movie.y[i]! - field.top,
      movie.x[i]! - field.left,
      field.top + field.height - 1 - movie.y[i]!,
      field.left + field.width - 1 - movie.x[i]!,
    );
    if (near < diameter) border[i] = 1;
  }
  const { height, width } = field;
  const inner = Math.max(0, height - 2 * diameter) * Math.max(0, width - 2 * diameter);
  return {
    area: movie.area.map(Math.log),
    intensity,
    elongation: movie.elongation.map(Math.log),
    cut: movie.cut,
    border,
    insideArea: Math.max(1, inner),
    borderArea: Math.max(1, height * width - inner),
    diameter,
  };
}

/** Nuclei in a frame, on average, whose places show where nuclei are reported at all. */
const manyNuclei = 20;

/** A margin without nuclei wider than this many diameters is an empty part of the image. */
const widestMargin = 3;

/**
 * The part of the image in which nuclei are reported. Some programs, and some truths, leave out those near the
 * border: then nuclei come and go at a line inside of the image.
 */
function fieldOf(
  movie: Movie,
  diameter: number,
  { top = 0, left = 0, height, width }: FrameSize,
): Required<{ [key in keyof FrameSize]: number }> {
  if (movie.count < manyNuclei * movie.frames) return { top, left, height, width };
  const side = (axis: Float64Array, first: number, length: number): [number, number] => {
    const low = axis.reduce((a, b) => Math.min(a, b), Infinity) - diameter / 2;
    const high = axis.reduce((a, b) => Math.max(a, b), -Infinity) + diameter / 2;
    const [begin, end] = [first, first + length - 1];
    const narrow = (margin: number): boolean => margin > 0 && margin <= widestMargin * diameter;
    const from = narrow(low - begin) ? low : begin;
    const to = narrow(end - high) ? high : end;
    return [from, to - from + 1];
  };
  const [[y, rows], [x, columns]] = [side(movie.y, top, height), side(movie.x, left, width)];
  return { top: y, left: x, height: rows, width: columns };
}
