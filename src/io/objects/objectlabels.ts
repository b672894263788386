/** Objects of a file as label images that are drawn when they are asked for. */
import type { Window } from "../../core/image.js";
import type { LabelImage } from "../../core/labels.js";
import { counted } from "../../core/wording.js";
import { type Drawing, type DrawnObject, drawObjects, sizeOfAll } from "./drawnobjects.js";

/** What a file of objects holds. */
export interface ObjectSet {
  readonly objects: readonly DrawnObject[];
  /** Sizes of the planes where the file has them; else one of them all is found. */
  readonly sizes?: readonly { readonly height: number; readonly width: number }[] | undefined;
  /** What was left out or assumed, as sentences without file name and full stop. */
  readonly notices: readonly string[];
}

/** The same as `OpenedLabels` of `io/formats`, which this room does not know. */
export interface ObjectLabels {
  readonly planes: number;
  readonly notices: readonly string[];
  readonly size: (plane: number) => { readonly height: number; readonly width: number };
  readonly read: (plane: number) => Promise<LabelImage>;
  readonly readWindow: (plane: number, window: Window) => Promise<LabelImage>;
}

/** Planes are drawn for the notices of opening up to so many pixels together. */
const pixelsLookedAt = 2 ** 25;

/**
 * The label images of objects, one a plane; objects of a plane have the labels 1.. in the order of the file.
 *
 * @param where name of the file, for messages
 * @param known size of the image, px, for a file that has none
 * @throws UnsupportedFormat for outlines that cannot be drawn in time
 */
export function labelsOfObjects(
  { objects, sizes, notices }: ObjectSet,
  where: string,
  known?: { readonly height: number; readonly width: number },
): ObjectLabels {
  const byPlane = new Map<number, DrawnObject[]>();
  let last = (sizes?.length ?? 1) - 1;
  for (const object of objects) {
    const list = byPlane.get(object.plane);
    if (list === undefined) byPlane.set(object.plane, [object]);
    else list.push(object);
    last = Math.max(last, object.plane);
  }
  const common = sizes === undefined ? (known ?? sizeOfAll(objects)) : undefined;
  const size = (plane: number): { readonly height: number; readonly width: number } =>
    common ?? sizes![plane]!;
  const drawn = (plane: number, window?: Window): Drawing =>
    drawObjects(byPlane.get(plane) ?? [], size(plane), where, window);
  // What was drawn for the notices is given to the first who asks for it, and not kept for a second.
  let kept: { readonly plane: number; readonly labels: LabelImage } | undefined;
  const look = (plane: number): Drawing => {
    const drawing = drawn(plane);
    kept = { plane, labels: drawing.labels };
    return drawing;
  };
  const read = (plane: number): LabelImage => {
    const labels = kept?.plane === plane ? kept.labels : drawn(plane).labels;
    kept = undefined;
    return labels;
  };
  return {
    planes: last + 1,
    notices: [...notices, ...lookedAt([...byPlane.keys()], size, look)],
    size,
    read: (plane) => drawnLater(() => read(plane)),
    readWindow: (plane, window) => drawnLater(() => drawn(plane, window).labels),
  };
}

const drawnLater = async (draw: () => LabelImage): Promise<LabelImage> => Promise.resolve().then(draw);

/** What drawing the planes says, for as many as are quickly drawn. */
function lookedAt(
  planes: readonly number[],
  size: (plane: number) => { readonly height: number; readonly width: number },
  draw: (plane: number) => Drawing,
): string[] {
  let [overlapped, empty, pixels] = [0, 0, 0];
  for (const plane of planes) {
    const { height, width } = size(plane);
    pixels += height * width;
    if (pixels > pixelsLookedAt) break;
    const drawing = draw(plane);
    overlapped += drawing.overlapped;
    empty += drawing.empty;
  }
  const notices: string[] = [];
  if (overlapped > 0)
    notices.push(
      `of objects that overlap, the smaller one has what they share (${counted(overlapped, "object")} gave some)`,
    );
  if (empty > 0) notices.push(`${counted(empty, "object")} without a pixel left out`);
  return notices;
}
