/** Which part of a picture must be drawn again after values of tiles have changed. */
import type { Window } from "../core/image.js";
import type { Size } from "../core/size.js";
import type { Camera, ImageLayer, LabelLayer, Scene, TiledPlane } from "./scene.js";
import { margin, type ScreenPlaces, screenPlaces } from "./screenplaces.js";
import { cellsOf, type TilePlace } from "./visibletiles.js";

/** What a picture was drawn from. */
export interface Drawn {
  readonly scene: Scene;
  readonly camera: Camera;
  readonly screen: Size;
  readonly places: ScreenPlaces;
  /** The arrays that were looked at, layer by layer. */
  readonly tiles: readonly (ArrayBufferView | undefined)[];
}

/** A rectangle of the image in which values of a plane have changed. */
export interface TileChange {
  readonly plane: TiledPlane<ArrayBufferView>;
  /** Px of level 0. */
  readonly window: Window;
}

/** What a picture would be drawn from now. */
export function drawnOf(scene: Scene, camera: Camera, { height, width }: Size): Drawn {
  const screen = { height, width };
  const places = screenPlaces(scene.size, camera, screen);
  const tiles = planesOf(scene).flatMap((plane) =>
    cellsOf(plane, camera.zoom, places).sources.map((source) => source?.data),
  );
  return { scene, camera, screen, places, tiles };
}

const planesOf = ({ images, labels }: Scene): readonly TiledPlane<ArrayBufferView>[] =>
  [...images, ...labels].map(({ plane }) => plane);

/** A change in a tile, in the image. @param part px of the tile; undefined for all of it */
export function windowOfTile(
  plane: TiledPlane<ArrayBufferView>,
  { level, row, column }: TilePlace,
  part: Window = { y: 0, x: 0, height: plane.tile, width: plane.tile },
): TileChange {
  const step = 2 ** level;
  const window = {
    y: (row * plane.tile + part.y) * step,
    x: (column * plane.tile + part.x) * step,
    height: part.height * step,
    width: part.width * step,
  };
  return { plane, window };
}

/**
 * The part of the screen that shows something else than before.
 *
 * @returns of height and width 0 where nothing does; undefined where all of it must be drawn
 */
export function changedPart(
  before: Drawn | undefined,
  now: Drawn,
  changes: readonly TileChange[],
): Window | undefined {
  // Lines cross the border of a part: their pixels would be mixed twice.
  if (before === undefined || now.scene.lines.length > 0 || !isSameLook(before, now)) return undefined;
  const planes = new Set(planesOf(now.scene));
  const { rows, columns } = now.places;
  let [top, bottom, left, right] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { plane, window } of changes) {
    if (!planes.has(plane)) continue;
    const [firstRow, lastRow] = shownAlong(rows, window.y, window.height);
    const [firstColumn, lastColumn] = shownAlong(columns, window.x, window.width);
    if (firstRow > lastRow || firstColumn > lastColumn) continue;
    [top, bottom] = [Math.min(top, firstRow), Math.max(bottom, lastRow)];
    [left, right] = [Math.min(left, firstColumn), Math.max(right, lastColumn)];
  }
  if (top > bottom) return { y: 0, x: 0, height: 0, width: 0 };
  // Outlines of the pixels around depend on those that changed; none is wider than the margin.
  const y = Math.max(0, top - margin);
  const x = Math.max(0, left - margin);
  const height = Math.min(now.screen.height, bottom + 1 + margin) - y;
  const width = Math.min(now.screen.width, right + 1 + margin) - x;
  return height > 0 && width > 0 ? { y, x, height, width } : { y: 0, x: 0, height: 0, width: 0 };
}

/** First and last screen px (those of the margin, too) that show rows or columns [from, from + length). */
function shownAlong(places: Int32Array, from: number, length: number): readonly [number, number] {
  let [first, last] = [Infinity, -Infinity];
  for (let i = 0; i < places.length; i++) {
    if (places[i]! < from || places[i]! >= from + length) continue;
    first = Math.min(first, i - margin);
    last = i - margin;
  }
  return [first, last];
}

function isSameLook(a: Drawn, b: Drawn): boolean {
  const isSameView =
    a.camera.y === b.camera.y &&
    a.camera.x === b.camera.x &&
    a.camera.zoom === b.camera.zoom &&
    isSameSize(a.screen, b.screen) &&
    isSameSize(a.scene.size, b.scene.size);
  return (
    isSameView &&
    a.scene.lines.length === b.scene.lines.length &&
    isSameList(a.scene.images, b.scene.images, isSameImage) &&
    isSameList(a.scene.labels, b.scene.labels, isSameLabels) &&
    isSameList(a.tiles, b.tiles, Object.is)
  );
}

const isSameSize = (a: Size, b: Size): boolean => a.height === b.height && a.width === b.width;

const isSameList = <T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean): boolean =>
  a.length === b.length && a.every((item, i) => isSame(item, b[i]!));

const isSameImage = (a: ImageLayer, b: ImageLayer): boolean =>
  a.plane === b.plane &&
  a.low === b.low &&
  a.high === b.high &&
  a.gamma === b.gamma &&
  isSameList(a.colour, b.colour, Object.is);

const isSameLabels = (a: LabelLayer, b: LabelLayer): boolean =>
  a.plane === b.plane &&
  a.colours === b.colours &&
  a.outline === b.outline &&
  a.fill === b.fill &&
  a.unknown === b.unknown &&
  a.selected === b.selected;
