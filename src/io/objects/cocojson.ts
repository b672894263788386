/**
 * Objects in the format of the COCO data set.
 *
 * Source: cocodataset.org, "Data format"; cocodataset/cocoapi, PythonAPI/pycocotools/coco.py and mask.py.
 */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import type { Ring } from "../../geometry/outlines.js";
import { checkedRuns, runsOfText } from "./columnruns.js";
import { type DrawnObject, largestCoordinate } from "./drawnobjects.js";
import { asCount, asList, asObject, type Json, type JsonObject } from "./jsontext.js";
import type { ObjectSet } from "./objectlabels.js";

type Size = { readonly height: number; readonly width: number };

/** True for a data set of COCO. */
export const isCoco = (value: Json): boolean =>
  asList(asObject(value)?.["images"]) !== undefined && asList(asObject(value)?.["annotations"]) !== undefined;

/**
 * Objects of a data set: each image is a plane, in their order.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile, UnsupportedFormat
 */
export function objectsOfCoco(value: Json, where: string): ObjectSet {
  const images = asList(asObject(value)?.["images"]) ?? [];
  const annotations = asList(asObject(value)?.["annotations"]) ?? [];
  if (images.length === 0)
    throw new UnsupportedFormat(where, "a COCO data set without images", "add its images");
  const planes = new Map<Json, number>();
  const sizes = images.map((image, plane) => {
    const object = asObject(image) ?? {};
    const id = object["id"];
    if (id === undefined || planes.has(id)) throw damaged(where, `image ${plane + 1} has no id of its own`);
    planes.set(id, plane);
    return sizeOf(object["height"], object["width"], `image ${plane + 1}`, where);
  });
  const objects: DrawnObject[] = [];
  let [crowds, boxes] = [0, 0];
  for (const [i, item] of annotations.entries()) {
    const annotation = asObject(item) ?? {};
    const what = `annotation ${i + 1}`;
    const plane = planes.get(annotation["image_id"] ?? null);
    if (plane === undefined) throw damaged(where, `${what} is of no image`);
    const drawn = drawnOf(annotation["segmentation"], sizes[plane]!, what, where);
    if (drawn === undefined) boxes++;
    else objects.push({ plane, ...drawn });
    if (annotation["iscrowd"] === 1) crowds++;
  }
  const notices: string[] = [];
  if (boxes > 0) notices.push(`${counted(boxes, "annotation")} without an outline left out`);
  if (crowds > 0) notices.push(`${counted(crowds, "crowd")} taken for one object each`);
  return { objects, sizes, notices };
}

const damaged = (where: string, what: string): CorruptFile => new CorruptFile(where, 0, what);

function sizeOf(height: Json | undefined, width: Json | undefined, what: string, where: string): Size {
  const size = { height: asCount(height) ?? 0, width: asCount(width) ?? 0 };
  const fits = Object.values(size).every((side) => side > 0 && side <= largestCoordinate);
  if (!fits) throw damaged(where, `${what} has no height and width`);
  return size;
}

/** Polygons or runs; undefined where there are none. */
function drawnOf(
  value: Json | undefined,
  size: Size,
  what: string,
  where: string,
): Pick<DrawnObject, "parts" | "runs"> | undefined {
  const packed = asObject(value);
  if (packed !== undefined) return { parts: [], runs: runsOf(packed, size, what, where) };
  const polygons = asList(value);
  if (polygons === undefined || polygons.length === 0) return undefined;
  return { parts: polygons.map((polygon) => [ringOf(asList(polygon), what, where)]) };
}

function runsOf(
  packed: JsonObject,
  size: Size,
  what: string,
  where: string,
): NonNullable<DrawnObject["runs"]> {
  const [height, width] = asList(packed["size"]) ?? [];
  if (height !== size.height || width !== size.width)
    throw damaged(where, `the mask of ${what} has not the size of its image`);
  const counts = packed["counts"];
  const lengths = typeof counts === "string" ? runsOfText(counts, where) : asList(counts);
  if (lengths === undefined) throw damaged(where, `the mask of ${what} has no counts`);
  return checkedRuns(lengths, size, where);
}

function ringOf(numbers: readonly Json[] | undefined, what: string, where: string): Ring {
  const isRing =
    numbers !== undefined &&
    numbers.length % 2 === 0 &&
    numbers.every((value) => typeof value === "number" && Math.abs(value) <= largestCoordinate);
  if (!isRing) throw damaged(where, `${what} has an outline that is none of an image`);
  return Float64Array.from(numbers as readonly number[]);
}
