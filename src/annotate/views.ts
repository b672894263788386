/** What is annotated of a source: its frames, and, of frames too large to be held, windows. */
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
const previewsPerWindow = 4;

interface Size {
  readonly height: number;
  readonly width: number;
}

/** A frame, or a window of one, as it becomes an image of the dataset. */
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
  /** What was found when windows were chosen; undefined for a whole frame. */
  readonly preview: ScalePreview | undefined;
}

export interface ScalePreview {
  readonly estimate: ScaleEstimate;
  readonly kind: FrameKind;
}

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
 * At most `most` windows, evenly spread: the one at the middle first, then always the one farthest from all
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
 *
 * @param maximum windows of one frame; 0 for all, whatever they hold
 * @param look estimates scale and light of windows, in their order
 */
export async function viewsOf(
  source: ImageSource,
  maximum: number,
  look: (frame: number, windows: readonly Window[]) => Promise<readonly ScalePreview[]>,
): Promise<View[]> {
  const views: View[] = [];
  const taken = new Set(source.frameNames);
  for (const [frame, name] of source.frameNames.entries()) {
    const size = await source.size(frame);
    if (!isLarge(size)) {
      views.push({ name, frame, source: name, size, window: undefined, preview: undefined });
      continue;
    }
    const grid = windowGrid(size).map((window) => ({ window }));
    const candidates = maximum === 0 ? grid : evenlySpread(grid, size, maximum * previewsPerWindow);
    const found = await look(
      frame,
      candidates.map(({ window }) => window),
    );
    const seen = candidates.map(({ window }, i) => ({ window, looked: found[i]! }));
    const full = seen.filter(({ looked }) => standsOut(looked.estimate));
    const chosen = maximum === 0 ? seen : evenlySpread(full.length > 0 ? full : seen, size, maximum);
    for (const { window, looked } of chosen)
      views.push({
        name: unique(windowName(name, window), taken),
        frame,
        source: name,
        size,
        window,
        preview: looked,
      });
  }
  return views;
}

function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
  taken.add(free);
  return free;
}
