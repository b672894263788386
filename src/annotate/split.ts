/**
 * Splits regions at their necks. The watershed of the distance to the border cuts too often rather than too
 * rarely; then neighbouring pieces are joined again, best pair first, wherever the union looks more like one
 * nucleus than like two, by shape, size and brightness.
 */
import { labelImage, type LabelImage } from "../core/labels.js";
import type { Plane } from "../core/size.js";
import { distanceTransform } from "../imgproc/distance.js";
import { gaussian } from "../imgproc/gaussian.js";
import { localMaxima } from "../imgproc/peaks.js";
import { watershedOfBytes } from "../imgproc/watershed.js";
import {
  addMoments,
  addPixel,
  ellipseFill,
  heightSumAt,
  type Moments,
  momentsAt,
  sumsPerRegion,
} from "./moments.js";

/**
 * Splits regions at their necks.
 *
 * @param regions 0 or a region; different regions must not touch by an edge
 * @param heights height x width, grey values above the background
 * @param diameter expected diameter of a nucleus, px
 * @returns pieces 1..n by first pixel, each inside one region
 */
export function splitAtNecks(
  regions: Plane<Int32Array>,
  heights: Float32Array,
  diameter: number,
): Int32Array {
  const { height, width, data: labels } = regions;
  const mask = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) if (labels[i]! > 0) mask[i] = 1;
  const distance = distanceTransform(mask, height, width);
  const smooth = gaussian(distance, height, width, Math.max(0.5, 0.04 * diameter));
  const peaks = withEveryRegion(
    localMaxima(smooth, height, width, Math.max(1, Math.round(0.2 * diameter)), mask),
    labels,
    smooth,
  );
  const markers = new Int32Array(labels.length);
  peaks.forEach((p, i) => (markers[p] = i + 1));
  // Steps of a 255th of 1.5 diameters; what lies deeper than that is the inside of something far too large.
  const step = (1.5 * diameter) / 255;
  const elevation = new Uint8Array(smooth.length);
  for (let i = 0; i < elevation.length; i++) elevation[i] = Math.max(0, 255 - smooth[i]! / step);
  const pieces = watershedOfBytes(elevation, markers, mask, height, width);
  return joinTouching({ height, width, data: pieces }, heights, diameter, favourCut);
}

/**
 * Joins touching labels wherever their union looks more like one nucleus than they do.
 *
 * @param labels 0 or a piece; pieces may touch
 * @param heights, diameter as for `splitAtNecks`
 * @param favour least gain of a union
 * @returns 1..n by first pixel
 */
export function joinTouching(
  labels: Plane<Int32Array>,
  heights: Float32Array,
  diameter: number,
  favour: number,
): Int32Array {
  const usual = (Math.PI / 4) * diameter * diameter;
  const pieces = measurePieces(labelImage(labels.height, labels.width, labels.data), heights);
  return renumber(labels.data, joinPairs(pieces, usual, favour));
}

/**
 * Adds the deepest pixel of each region that has no peak: a thin one beside a large one, or the whole image.
 */
function withEveryRegion(peaks: Int32Array, labels: Int32Array, depth: Float32Array): readonly number[] {
  const count = labelImage(1, labels.length, labels).count;
  const found = new Uint8Array(count + 1);
  for (const p of peaks) found[labels[p]!] = 1;
  const deepest = new Int32Array(count + 1).fill(-1);
  for (let p = 0; p < labels.length; p++) {
    const label = labels[p]!;
    if (label > 0 && found[label] === 0 && (deepest[label]! < 0 || depth[p]! > depth[deepest[label]!]!))
      deepest[label] = p;
  }
  return [...peaks, ...deepest.filter((p) => p >= 0)];
}

interface Piece {
  moments: Moments;
  fill: number;
  /** Sum of the heights. */
  light: number;
  readonly borders: Map<number, Border>;
}

/**
 * Where a piece meets a neighbour: pairs of adjacent pixels, and the sum over them of the mean height of the
 * two.
 */
interface Border {
  length: number;
  light: number;
}

/** Entry 0 is unused. */
function measurePieces({ height, width, data: pieces, count }: LabelImage, heights: Float32Array): Piece[] {
  const sums = new Float64Array((count + 1) * sumsPerRegion);
  const borders = Array.from({ length: count + 1 }, () => new Map<number, Border>());
  const touch = (a: number, b: number, light: number): void => {
    if (b === 0 || a === b) return;
    let border = borders[a]!.get(b);
    if (border === undefined) {
      border = { length: 0, light: 0 };
      borders[a]!.set(b, border);
      borders[b]!.set(a, border);
    }
    border.length++;
    border.light += light;
  };
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const piece = pieces[p]!;
      if (piece === 0) continue;
      addPixel(sums, piece, y, x, heights[p]!);
      if (x + 1 < width) touch(piece, pieces[p + 1]!, (heights[p]! + heights[p + 1]!) / 2);
      if (y + 1 < height) touch(piece, pieces[p + width]!, (heights[p]! + heights[p + width]!) / 2);
    }
  }
  return borders.map((border, i) => {
    const moments = momentsAt(sums, i);
    return {
      moments,
      fill: moments.area > 0 ? ellipseFill(moments) : 0,
      light: heightSumAt(sums, i),
      borders: border,
    };
  });
}

/**
 * How much better one nucleus explains two pieces than two nuclei do; negative keeps them apart. By shape:
 * the union should be as much an ellipse as the pieces, and the cut as wide as they are. By size: its area
 * should be no odder than theirs. By intensity: there is no valley along the cut.
 */
function joinGain(a: Piece, b: Piece, border: Border, usual: number): number {
  const area = a.moments.area + b.moments.area;
  const mean = (ofA: number, ofB: number): number => (ofA * a.moments.area + ofB * b.moments.area) / area;
  const oddity = (size: number): number => Math.log(size / usual) ** 2;
  const fill = ellipseFill(addMoments(a.moments, b.moments)) - mean(a.fill, b.fill);
  const neck = border.length / (diskWidth * Math.sqrt(Math.min(a.moments.area, b.moments.area)));
  const size = mean(oddity(a.moments.area), oddity(b.moments.area)) - oddity(area);
  const valley = border.light / border.length / Math.min(a.light / a.moments.area, b.light / b.moments.area);
  return (
    fill +
    neckWeight * (Math.min(1.2, neck) - 0.8) +
    sizeWeight * Math.max(-1, Math.min(1, size)) +
    valleyWeight * (Math.min(1.1, valley) - 1)
  );
}

/** Width of a piece, somewhat less than that of a disk, in units of the root of its area. */
const diskWidth = 1.02;
/** Weight of the neck in `joinGain`; chosen on development images and simulated movies. */
const neckWeight = 0.12;
/** Weight of the oddity of the size in `joinGain`; chosen on development images and simulated movies. */
const sizeWeight = 0.04;
/** Weight of the valley in `joinGain`; chosen on development images and simulated movies. */
const valleyWeight = 0.2;
/**
 * Least gain of a union of pieces that were cut from one region. Chosen by hand; no measurement is on record.
 */
const favourCut = 0.02;
/**
 * Least gain of a union of pieces of regions that were found apart. Chosen by hand; no measurement is on
 * record.
 */
export const favourApart = 0.04;

/** Joins pieces greedily, best pair first; returns the piece that stands for each. `pieces` is changed. */
function joinPairs(pieces: Piece[], usual: number, favour: number): Int32Array {
  const map = Int32Array.from(pieces, (_, i) => i);
  let queue: { a: number; b: number; gain: number }[] = [];
  const push = (a: number, b: number): void => {
    const gain = joinGain(pieces[a]!, pieces[b]!, pieces[a]!.borders.get(b)!, usual) - favour;
    if (gain > 0) queue.push({ a, b, gain });
  };
  pieces.forEach((piece, a) => piece.borders.forEach((_, b) => b > a && push(a, b)));
  const byGain = (p: (typeof queue)[number], q: (typeof queue)[number]): number =>
    p.gain - q.gain || q.a - p.a || q.b - p.b;
  queue.sort(byGain);
  for (let best = queue.pop(); best !== undefined; best = queue.pop()) {
    const { a, b } = best;
    absorb(pieces, a, b);
    map[b] = a;
    queue = queue.filter((pair) => pair.a !== a && pair.b !== a && pair.a !== b && pair.b !== b);
    const before = queue.length;
    for (const other of pieces[a]!.borders.keys()) push(a, other);
    if (queue.length > before) queue.sort(byGain);
  }
  for (let i = 0; i < map.length; i++) while (map[map[i]!] !== map[i]) map[i] = map[map[i]!]!;
  return map;
}

function absorb(pieces: Piece[], a: number, b: number): void {
  const [into, from] = [pieces[a]!, pieces[b]!];
  into.moments = addMoments(into.moments, from.moments);
  into.fill = ellipseFill(into.moments);
  into.light += from.light;
  into.borders.delete(b);
  for (const [other, border] of from.borders) {
    if (other === a) continue;
    const known = into.borders.get(other);
    const joined = {
      length: border.length + (known?.length ?? 0),
      light: border.light + (known?.light ?? 0),
    };
    into.borders.set(other, joined);
    pieces[other]!.borders.delete(b);
    pieces[other]!.borders.set(a, joined);
  }
  from.borders.clear();
}

function renumber(pieces: Int32Array, map: Int32Array): Int32Array {
  const number = new Int32Array(map.length);
  const out = new Int32Array(pieces.length);
  let next = 0;
  for (let i = 0; i < out.length; i++) {
    const piece = pieces[i]!;
    if (piece !== 0) out[i] = number[map[piece]!] || (number[map[piece]!] = ++next);
  }
  return out;
}
