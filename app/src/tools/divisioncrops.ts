/** What is around a division, cut from the tiles of the view. */
import type { Window } from "../../../src/core/image.js";
import { labelImage } from "../../../src/core/labels.js";
import type { DivisionCrop } from "../../../src/draw/divisionstrip.js";
import type { GreyTile, TiledPlane } from "../../../src/viewer/scene.js";
import { labelPlane } from "../viewer/labelplanes.js";
import { imagePlane, queue, type LoadedPlane } from "../viewer/zarrtiles.js";
import type { SpotLinks } from "./trackwalk.js";

/** Half of the edge of a crop, px. */
const half = 28;
/** Frames before and after the division. */
export const framesAround = { before: 2, after: 2 } as const;

/** Crops in time around a mother's last frame; undefined where the movie has no such frame. */
export async function divisionCrops(
  links: SpotLinks,
  mother: number,
  frames: number,
  channel: number,
): Promise<readonly (DivisionCrop | undefined)[]> {
  const last = links.frame[mother]!;
  const crops: Promise<DivisionCrop | undefined>[] = [];
  for (let at = last - framesAround.before + 1; at <= last + framesAround.after; at++)
    crops.push(at < 0 || at >= frames ? Promise.resolve(undefined) : cropAt(links, mother, at, channel));
  return Promise.all(crops);
}

async function cropAt(
  links: SpotLinks,
  mother: number,
  frame: number,
  channel: number,
): Promise<DivisionCrop> {
  const labels = labelPlane("tracks", frame);
  const { height, width } = labels.size;
  const span = (middle: number, whole: number): readonly [first: number, length: number] => {
    const length = Math.min(2 * half, whole);
    return [Math.max(0, Math.min(whole - length, Math.round(middle) - half)), length];
  };
  const [[y, rows], [x, columns]] = [span(links.y[mother]!, height), span(links.x[mother]!, width)];
  const window: Window = { y, x, height: rows, width: columns };
  await labels.load(window);
  const data = labels.read(window);
  const family = familyLabels(links, mother, frame);
  for (let i = 0; i < data.length; i++) if (data[i]! > 0) data[i] = family.get(data[i]!) ?? data[i]! + 3;
  const image = imagePlane(frame, channel);
  if (image === undefined) return { frame, labels: labelImage(rows, columns, data) };
  return {
    frame,
    labels: labelImage(rows, columns, data),
    image: { height: rows, width: columns, data: await greyIn(image, window) },
  };
}

/** Labels of the mother (1) and her daughters (2, 3) in a frame. */
function familyLabels(links: SpotLinks, mother: number, frame: number): ReadonlyMap<number, number> {
  const family = new Map<number, number>();
  const add = (track: number | undefined, name: number): void => {
    const row = links.rowsOf.get(track ?? -1)?.find((each) => links.frame[each] === frame);
    if (row !== undefined) family.set(links.label[row]!, name);
  };
  add(links.track[mother], 1);
  links.childrenOf[mother]!.slice(0, 2).forEach((row, i) => add(links.track[row], 2 + i));
  return family;
}

async function greyIn(plane: LoadedPlane<GreyTile>, { y, x, height, width }: Window): Promise<Float32Array> {
  const { tile } = plane;
  const wanted: Promise<unknown>[] = [];
  for (let row = Math.floor(y / tile); row * tile < y + height; row++)
    for (let column = Math.floor(x / tile); column * tile < x + width; column++)
      if (plane.get(0, row, column) === undefined)
        wanted.push(queue.need(plane.job({ level: 0, row, column }, true)));
  await Promise.all(wanted);
  const grey = new Float32Array(height * width);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      grey[row * width + column] = greyAt(plane, y + row, x + column);
  return grey;
}

function greyAt(plane: TiledPlane<GreyTile>, y: number, x: number): number {
  const { tile } = plane;
  const data = plane.get(0, Math.floor(y / tile), Math.floor(x / tile));
  return data?.[(y % tile) * tile + (x % tile)] ?? 0;
}
