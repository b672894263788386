import type { Image } from "../core/image.js";

/** What decides whether two images were taken alike. */
export interface FrameKind {
  readonly height: number;
  readonly width: number;
  /** Array type, such as "Uint8Array". */
  readonly type: string;
  /** Estimated nucleus diameter, px; NaN where none could be estimated. */
  readonly diameter: number;
}

export const frameKind = (image: Image, diameter: number): FrameKind => ({ height: image.height, width: image.width, type: image.data.constructor.name, diameter });

/** Nuclei of two images are of one scale when their diameters differ by less than this factor. */
const scaleTolerance = 1.35;

/**
 * Groups the frames into acquisitions, over which statistics are pooled: a movie is one; independent images go together when size and type
 * are equal and the nuclei are of one scale. Images of equal size and type are sorted by diameter and cut where the diameter has grown by
 * `scaleTolerance` since the start of the group.
 *
 * @returns the acquisition of each frame, numbered from 0 in the order of their first frame
 */
export function acquisitionsOf(frames: readonly FrameKind[], kind: "movie" | "images"): number[] {
  if (kind === "movie") return frames.map(() => 0);
  const key = (frame: FrameKind): string => `${frame.height}x${frame.width} ${frame.type}`;
  const order = frames.map((_, index) => index);
  const size = (index: number): number => frames[index]!.diameter || 0;
  order.sort((a, b) => key(frames[a]!).localeCompare(key(frames[b]!)) || size(a) - size(b) || a - b);
  const group = new Array<number>(frames.length);
  let start = -1;
  order.forEach((index, position) => {
    const first = order[start];
    const fits = first !== undefined && key(frames[first]!) === key(frames[index]!) && (size(first) === 0) === (size(index) === 0) && size(index) <= size(first) * scaleTolerance;
    if (!fits) start = position;
    group[index] = start;
  });
  const numbers = new Map<number, number>();
  return group.map((value) => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value)!;
  });
}
