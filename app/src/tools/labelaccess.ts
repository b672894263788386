/** The labels of a frame as the tools need them: windows that are loaded, and large enough for an object. */
import type { Window } from "../../../src/core/image.js";
import type { Size } from "../../../src/core/size.js";
import type { LabelPatch } from "../../../src/correct/edits.js";
import type { LabelWindow, Point } from "../../../src/correct/labelwindow.js";

/** What tools ask of a plane of labels; the label planes of the viewer are such. */
export interface LabelAccess {
  /** Of the frame, px. */
  readonly size: Size;
  /** Fetches what is not in memory yet. */
  load(window: Window): Promise<void>;
  /** height x width labels. @throws where not all of it is loaded */
  read(window: Window): Int32Array;
  write(patch: LabelPatch, side: "before" | "after"): void;
  /** Largest label of the frame. */
  countLabels(): Promise<number>;
}

/** The part of a frame around some places; undefined where it lies outside. */
export function windowAround(size: Size, places: readonly Point[], margin: number): Window | undefined {
  let [top, left, bottom, right] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { y, x } of places) {
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
  }
  const [y, x] = [Math.max(0, Math.floor(top - margin)), Math.max(0, Math.floor(left - margin))];
  const height = Math.min(size.height, Math.ceil(bottom + margin) + 1) - y;
  const width = Math.min(size.width, Math.ceil(right + margin) + 1) - x;
  return height > 0 && width > 0 ? { y, x, height, width } : undefined;
}

/** A window with its labels, as far as they are in memory. @throws where they are not */
export const readWindow = (plane: LabelAccess, window: Window): LabelWindow => ({
  ...window,
  data: plane.read(window),
});

/** A window with its labels, fetched where they are missing. */
export async function loadWindow(plane: LabelAccess, window: Window): Promise<LabelWindow> {
  await plane.load(window);
  return readWindow(plane, window);
}

/** Frames up to this size are read as a whole: all pieces of an object are then seen. px. */
const wholeFrame = 2048 * 2048;

/**
 * A window that holds objects as a whole. It grows around the places until none of them reaches its border.
 *
 * @param labels the objects; where undefined, whatever lies at the border makes it grow
 */
export async function windowOfObjects(
  plane: LabelAccess,
  places: readonly Point[],
  labels: ReadonlySet<number> | undefined,
): Promise<LabelWindow | undefined> {
  const { size } = plane;
  if (size.height * size.width <= wholeFrame) return loadWindow(plane, { y: 0, x: 0, ...sizeOf(size) });
  for (let margin = 64; ; margin *= 2) {
    const part = windowAround(size, places, margin);
    if (part === undefined) return undefined;
    const window = await loadWindow(plane, part);
    if (!reachesBorder(window, size, labels)) return window;
  }
}

const sizeOf = ({ height, width }: Size): Size => ({ height, width });

/** Whether objects go on beyond a window, where the frame does. */
export function reachesBorder(
  { y, x, height, width, data }: LabelWindow,
  size: Size,
  labels: ReadonlySet<number> | undefined,
): boolean {
  const isOne = (at: number): boolean => {
    const label = data[at]!;
    return label > 0 && (labels?.has(label) ?? true);
  };
  const hasInRow = (row: number): boolean => {
    for (let at = row * width; at < (row + 1) * width; at++) if (isOne(at)) return true;
    return false;
  };
  const hasInColumn = (column: number): boolean => {
    for (let row = 0; row < height; row++) if (isOne(row * width + column)) return true;
    return false;
  };
  return (
    (y > 0 && hasInRow(0)) ||
    (y + height < size.height && hasInRow(height - 1)) ||
    (x > 0 && hasInColumn(0)) ||
    (x + width < size.width && hasInColumn(width - 1))
  );
}

/** The label at a place; 0 outside of the frame. */
export async function labelAt(plane: LabelAccess, place: Point): Promise<number> {
  const [y, x] = [Math.round(place.y), Math.round(place.x)];
  const { height, width } = plane.size;
  if (y < 0 || x < 0 || y >= height || x >= width) return 0;
  const window = { y, x, height: 1, width: 1 };
  await plane.load(window);
  return plane.read(window)[0]!;
}
