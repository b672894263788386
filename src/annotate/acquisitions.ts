import type { Image } from "../core/image.js";
import type { ScaleEstimate } from "./scale.js";

/** What decides whether two images were taken alike. */
export interface FrameKind {
  readonly height: number;
  readonly width: number;
  /** Array type, such as "Uint8Array". */
  readonly type: string;
  /** µm per pixel; undefined when unknown. */
  readonly pixelSize: number | undefined;
  /** Diameter of the nuclei that were found, px; NaN where none could be estimated. */
  readonly diameter: number;
  /** Of what stands out, grey values above the background; 0 where nothing does. */
  readonly brightness: number;
}

/** What decides with which others an image was taken alike, from its scale and light. */
export const frameKind = (
  image: Image,
  { seen, brightness }: Pick<ScaleEstimate, "seen" | "brightness">,
): FrameKind => ({
  height: image.height,
  width: image.width,
  type: image.data.constructor.name,
  pixelSize: image.pixelSize,
  diameter: seen,
  brightness,
});

/**
 * Factor by which the diameters of two images may differ for their nuclei to be of one scale. Chosen by hand;
 * no measurement is on record.
 */
const scaleTolerance = 1.35;
/**
 * Factor by which what stands out of two images may differ in brightness for them to be equally bright.
 * Chosen by hand; no measurement is on record.
 */
const brightnessTolerance = 2;

/**
 * Groups the frames into acquisitions, over which statistics are pooled: a movie is one; independent images
 * go together when size, type and calibration are equal and the nuclei are of one scale and brightness. Such
 * images are sorted by diameter and cut where it has grown by `scaleTolerance` since the start of the group;
 * each group then by brightness likewise.
 *
 * @returns the acquisition of each frame, numbered from 0 in the order of their first frame
 */
export function acquisitionsOf(frames: readonly FrameKind[], kind: "movie" | "images"): number[] {
  if (kind === "movie") return frames.map(() => 0);
  const alike = new Map<string, number[]>();
  frames.forEach(({ height, width, type, pixelSize }, index) => {
    const key = `${height}x${width} ${type} ${pixelSize}`;
    alike.set(key, [...(alike.get(key) ?? []), index]);
  });
  const groups = [...alike.values()]
    .flatMap((members) => cutByGrowth(members, (index) => frames[index]!.diameter || 0, scaleTolerance))
    .flatMap((members) => cutByGrowth(members, (index) => frames[index]!.brightness, brightnessTolerance));
  const firsts = groups.map((members) => members.reduce((a, b) => Math.min(a, b)));
  const order = firsts.map((_, group) => group).sort((a, b) => firsts[a]! - firsts[b]!);
  const numbers = new Array<number>(frames.length);
  order.forEach((group, number) =>
    groups[group]!.forEach((index) => {
      numbers[index] = number;
    }),
  );
  return numbers;
}

/**
 * Cuts the members, sorted by size, where the size exceeds that of the first of the part by the tolerance;
 * those of size 0 are a part of their own.
 */
function cutByGrowth(
  members: readonly number[],
  sizeOf: (index: number) => number,
  tolerance: number,
): number[][] {
  const parts: number[][] = [];
  let start = NaN;
  for (const index of [...members].sort((a, b) => sizeOf(a) - sizeOf(b) || a - b)) {
    const size = sizeOf(index);
    if (parts.length === 0 || size > start * tolerance) {
      parts.push([]);
      start = size;
    }
    parts.at(-1)!.push(index);
  }
  return parts;
}
