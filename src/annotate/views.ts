/** What is annotated of a source: its frames, and, of frames too large to be held, windows. */
import type { Size } from "../core/size.js";
import type { ImageSource, Window } from "../core/image.js";
import type { FrameKind } from "./acquisitions.js";
import type { OpenSides } from "./cut.js";
import { type ScaleEstimate, standsOut } from "./scale.js";

/** Pixels from which on a frame is annotated in windows. */
const maxWhole = 2 ** 24;
/**
 * Longest edge of a window, px: some thousand nuclei, at which the annotation of one takes about a second and
 * 300 MB.
 */
export const windowEdge = 2048;
/** Windows are looked at, for something in them, up to so many times as many as are annotated. */
const looksPerWindow = 4;

/** A frame, or a part of one, that becomes an image of the dataset. */
export interface View {
  /** Unique, as a frame's name is. */
  readonly name: string;
  readonly frame: number;
  /** Name of the frame. */
  readonly source: string;
  /** Size of the whole frame, px. */
  readonly size: Size;
  /** Undefined for a whole frame. */
  readonly window: Window | undefined;
  /** What was measured of its nuclei and its light; undefined where nobody looked yet. */
  readonly scale: ViewScale | undefined;
}

/** Scale and light of one view, and what decides with which others it was taken alike. */
export interface ViewScale {
  readonly estimate: ScaleEstimate;
  readonly kind: FrameKind;
}

/** True for a frame that is annotated in windows. */
export const isLarge = ({ height, width }: Size): boolean => height * width > maxWhole;

/**
 * The fewest windows of equal size (to a pixel), in rows, that cover an image and are no longer than
 * `windowEdge`.
 */
export function windowGrid({ height, width }: Size): Window[] {
  const [down, across] = [Math.ceil(height / windowEdge), Math.ceil(width / windowEdge)];
  const cut = (size: number, parts: number, part: number): number => Math.round((size * part) / parts);
  return Array.from({ length: down * across }, (_, i) => {
    const [row, column] = [Math.floor(i / across), i % across];
    const [y, x] = [cut(height, down, row), cut(width, across, column)];
    return { y, x, height: cut(height, down, row + 1) - y, width: cut(width, across, column + 1) - x };
  });
}

/** Sides of a window at which its image goes on; none of a whole image. */
export const openSides = (size: Size, window: Window | undefined): OpenSides => ({
  top: window !== undefined && window.y > 0,
  bottom: window !== undefined && window.y + window.height < size.height,
  left: window !== undefined && window.x > 0,
  right: window !== undefined && window.x + window.width < size.width,
});

/** Name of a window: that of its image, and its first row and column. */
export const windowName = (source: string, { y, x }: Window): string =>
  `${source}_y${String(y).padStart(5, "0")}_x${String(x).padStart(5, "0")}`;

/**
 * At most `maximum` windows, evenly spread: the one at the middle first, then always the one farthest from all
 * chosen. In the order given.
 */
export function evenlySpread<T extends { readonly window: Window }>(
  items: readonly T[],
  size: Size,
  maximum: number,
): T[] {
  if (items.length <= maximum) return [...items];
  const centres = items.map(
    ({ window }) => [window.y + window.height / 2, window.x + window.width / 2] as const,
  );
  const squared = ([y, x]: readonly [number, number], [v, u]: readonly [number, number]): number =>
    (y - v) ** 2 + (x - u) ** 2;
  const first = bestOf(centres.map((centre) => -squared(centre, [size.height / 2, size.width / 2])));
  const chosen = new Set([first]);
  const apart = centres.map((centre) => squared(centre, centres[first]!));
  while (chosen.size < maximum) {
    const next = bestOf(apart);
    chosen.add(next);
    for (const [i, centre] of centres.entries())
      apart[i] = Math.min(apart[i]!, squared(centre, centres[next]!));
  }
  return items.filter((_, i) => chosen.has(i));
}

/** Index of the largest value, the first of several. */
const bestOf = (values: readonly number[]): number =>
  values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);

/**
 * What of a source is annotated: each frame, and of a large one windows that hold something, evenly spread.
 * The views of a frame depend on that frame alone, and their names on the names of the frames.
 *
 * @param frames numbers of the frames, ascending
 * @param maximum windows of one frame; 0 for all, whatever they hold
 * @param look estimates scale and light of windows, in their order
 */
export async function viewsOf(
  source: ImageSource,
  frames: readonly number[],
  maximum: number,
  look: (frame: number, windows: readonly Window[]) => Promise<readonly ViewScale[]>,
): Promise<View[]> {
  const views: View[] = [];
  const taken = new Set(source.frameNames);
  for (const frame of frames) {
    const name = source.frameNames[frame]!;
    const size = await source.size(frame);
    if (!isLarge(size)) {
      views.push({ name, frame, source: name, size, window: undefined, scale: undefined });
      continue;
    }
    const chosen = await chooseWindows(size, maximum, (windows) => look(frame, windows));
    for (const { window, scale } of chosen)
      views.push({ name: unique(windowName(name, window), taken), frame, source: name, size, window, scale });
  }
  return views;
}

/** The windows of a large frame that are annotated, of those that were looked at, with what was seen. */
async function chooseWindows(
  size: Size,
  maximum: number,
  look: (windows: readonly Window[]) => Promise<readonly ViewScale[]>,
): Promise<{ readonly window: Window; readonly scale: ViewScale }[]> {
  const grid = windowGrid(size).map((window) => ({ window }));
  const candidates = maximum === 0 ? grid : evenlySpread(grid, size, maximum * looksPerWindow);
  const found = await look(candidates.map(({ window }) => window));
  const seen = candidates.map(({ window }, i) => ({ window, scale: found[i]! }));
  if (maximum === 0) return seen;
  const full = seen.filter(({ scale }) => standsOut(scale.estimate));
  return evenlySpread(full.length > 0 ? full : seen, size, maximum);
}

function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
  taken.add(free);
  return free;
}
