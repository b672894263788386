/** Draws scenes on the CPU: into the page where no graphics hardware helps, and into exported pictures everywhere. */
import type { Window } from "../core/image.js";
import type { Size } from "../core/size.js";
import { imagePainter, type RowPainter } from "./imagerows.js";
import { labelPainter } from "./labelrows.js";
import { type KeptTables, keptTables } from "./lookuptable.js";
import { outside } from "./packedcolour.js";
import { changedPart, type Drawn, drawnOf, type TileChange, windowOfTile } from "./redrawing.js";
import type { Camera, Renderer, Scene } from "./scene.js";
import { drawScreenLines, screenLines } from "./screenlines.js";
import { margin, placesOfPart, type ScreenPlaces, screenPlaces } from "./screenplaces.js";

/** A picture in memory, as a canvas takes it. */
export interface Target extends Size {
  /** Height x width colours: one number each (little-endian red, green, blue, alpha), or four bytes. */
  readonly data: Uint32Array | Uint8ClampedArray;
}

const opaqueBlack = 0xff000000;

/**
 * Draws a scene into all of a picture: dark grey outside the image, the first channel, the others added, labels,
 * lines. A tile that is not in memory is drawn from the nearest coarser one that is; with none its part stays
 * black.
 *
 * @param tables kept from one picture to the next; they save making the colours of grey values again
 */
export function compose(
  scene: Scene,
  camera: Camera,
  target: Target,
  tables: KeptTables = keptTables(),
): void {
  const out = numbersOf(target);
  composeLayers(scene, camera, screenPlaces(scene.size, camera, target), out, tables);
  for (const layer of scene.lines)
    drawScreenLines(out, target, screenLines(layer, camera, target), layer.colours);
}

/** The colours of a picture, signed. */
const numbersOf = ({ data, height, width }: Target): Int32Array =>
  new Int32Array(data.buffer, data.byteOffset, height * width);

/** All but the lines. @param out a picture of the size of the places */
function composeLayers(
  scene: Scene,
  camera: Camera,
  places: ScreenPlaces,
  out: Int32Array,
  tables: KeptTables,
): void {
  const images = scene.images.map((layer, i) => imagePainter(layer, camera.zoom, places, tables, i === 0));
  const labels = scene.labels.map((layer) => labelPainter(layer, camera.zoom, places));
  drawImages(out, places, images);
  const [left, right] = extent(places.columns);
  if (left < right) {
    for (let y = 0; y < places.size.height; y++) {
      if (places.rows[y + margin]! >= 0) for (const paint of labels) paint(out, y);
    }
  }
}

/** Draws a scene without lines into a part of a picture, to the pixel as `compose` would. */
function composePart(scene: Scene, camera: Camera, target: Target, part: Window, tables: KeptTables): void {
  const piece = new Int32Array(part.height * part.width);
  const places = placesOfPart(screenPlaces(scene.size, camera, target), part);
  composeLayers(scene, camera, places, piece, tables);
  const out = numbersOf(target);
  for (let y = 0; y < part.height; y++)
    out.set(piece.subarray(y * part.width, (y + 1) * part.width), (part.y + y) * target.width + part.x);
}

/** Screen columns (or rows) that show the image, the second one past the last. */
export function extent(places: Int32Array): readonly [from: number, to: number] {
  let [from, to] = [0, places.length - 2 * margin];
  while (from < to && places[from + margin]! < 0) from++;
  while (to > from && places[to - 1 + margin]! < 0) to--;
  return [from, to];
}

function drawImages(
  out: Int32Array,
  { size, rows, columns }: ScreenPlaces,
  images: readonly RowPainter[],
): void {
  const { height, width } = size;
  const [left, right] = extent(columns);
  for (let y = 0; y < height; y++) {
    const row = rows[y + margin]!;
    const at = y * width;
    if (row < 0 || left === right) {
      out.fill(outside, at, at + width);
    } else if (y > 0 && row === rows[y - 1 + margin]) {
      // Enlarged: the row above shows the same pixels.
      out.copyWithin(at, at - width, at);
    } else {
      out.fill(outside, at, at + left);
      out.fill(outside, at + right, at + width);
      // A tile that is not in memory leaves a hole.
      out.fill(opaqueBlack, at + left, at + right);
      for (const paint of images) paint(out, y);
    }
  }
}

/** The CPU back end. */
export interface CpuRenderer extends Renderer {
  readonly name: "cpu";
  /** What was drawn last. Another one after `resize`. */
  readonly picture: Target & { readonly data: Uint8ClampedArray<ArrayBuffer> };
}

/** Changes that are kept until the next picture; where there are more, all is drawn anew. */
const mostChanges = 64;

/**
 * The CPU back end. Where only values of tiles have changed since the last picture, it draws their part of it.
 *
 * @param show is called with each picture drawn and the part of it that is new, to put it on a screen
 */
export function cpuRenderer(
  show: (picture: CpuRenderer["picture"], part: Window) => void = () => undefined,
): CpuRenderer {
  const tables = keptTables();
  let picture = blank({ height: 1, width: 1 });
  let last: Drawn | undefined;
  let changes: TileChange[] = [];
  return {
    name: "cpu",
    get picture() {
      return picture;
    },
    draw(scene, camera) {
      const now = drawnOf(scene, camera, picture);
      const part = changes.length > mostChanges ? undefined : changedPart(last, now, changes);
      changes = [];
      // A drawing that fails leaves a picture of which nothing is known.
      last = undefined;
      if (part === undefined) compose(scene, camera, picture, tables);
      else if (part.height > 0) composePart(scene, camera, picture, part, tables);
      last = now;
      show(picture, part ?? { y: 0, x: 0, height: picture.height, width: picture.width });
    },
    resize(size) {
      if (size.height === picture.height && size.width === picture.width) return;
      picture = blank(size);
      last = undefined;
    },
    changed(plane, level, row, column, part) {
      if (changes.length <= mostChanges) changes.push(windowOfTile(plane, { level, row, column }, part));
    },
    dispose() {
      picture = blank({ height: 1, width: 1 });
      last = undefined;
      changes = [];
    },
  };
}

const blank = ({ height, width }: Size): CpuRenderer["picture"] => ({
  height,
  width,
  data: new Uint8ClampedArray(4 * height * width),
});
