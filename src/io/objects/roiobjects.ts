/** Selections of ImageJ as objects: of one file, or of a RoiSet. */
import { UnsupportedFormat } from "../../core/errors.js";
import { counted, plural } from "../../core/wording.js";
import type { ByteSource } from "../bytes.js";
import { openZip } from "../zipread.js";
import type { DrawnObject } from "./drawnobjects.js";
import type { ObjectSet } from "./objectlabels.js";
import { decodeRoi, type Roi } from "./roidecode.js";
import { hasPlace, planesOf } from "./stackplaces.js";

/** A selection has at most so many bytes: that of all nuclei of a large image has a million. */
const longestRoi = 2 ** 28;

/** Reads one selection. @throws CorruptFile, UnsupportedFormat */
export async function readRoi(bytes: ByteSource, where: string): Promise<Roi> {
  if (bytes.size > longestRoi)
    throw new UnsupportedFormat(where, `a selection of ${bytes.size} bytes`, "save it as a label image");
  return decodeRoi(await bytes.read(0, bytes.size), where);
}

/**
 * Reads the selections of a RoiSet, in the order of the archive.
 *
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readRoiSet(bytes: ByteSource, where: string): Promise<Roi[]> {
  const archive = await openZip(bytes, where);
  const names = archive.names.filter(isRoiName);
  if (names.length === 0 && archive.names.length > 0)
    throw new UnsupportedFormat(
      where,
      "a zip archive without ImageJ selections (.roi)",
      "unpack the archive",
    );
  const rois: Roi[] = [];
  for (const name of names) {
    const roi = decodeRoi((await archive.read(name, longestRoi))!, `${where}, ${name}`);
    rois.push(roi.name === "" ? { ...roi, name: name.replace(/^.*\/|\.roi$/gi, "") } : roi);
  }
  return rois;
}

/** True for the name of a selection; those that the Finder adds are none. */
const isRoiName = (name: string): boolean => /\.roi$/i.test(name) && !/(^|\/)(\._|__MACOSX\/)/.test(name);

/**
 * Selections as objects: each is one, on the plane of its frame, else of its slice, else of its position in
 * the stack, else on the first.
 *
 * @throws CorruptFile for a frame that no movie has
 * @throws UnsupportedFormat for selections in slices of several frames
 */
export function objectsOfRois(rois: readonly Roi[], where: string): ObjectSet {
  const drawn = rois.filter(({ rings }) => rings !== undefined);
  const planeOf = planesOf(drawn, where);
  const objects = drawn.map((roi): DrawnObject => ({
    plane: planeOf(roi),
    parts: [roi.rings!],
    rule: "left",
  }));
  const notices: string[] = [];
  const kinds = new Map<string, number>();
  for (const { rings, kind } of rois) if (rings === undefined) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  for (const [kind, count] of kinds)
    notices.push(`${counted(count, `${kind} selection`)} without an area left out`);
  const splines = drawn.filter(({ isSpline }) => isSpline).length;
  if (splines > 0)
    notices.push(
      `${counted(splines, "fitted spline")} taken as the ${plural(splines, "polygon")} of its points`,
    );
  const placed = objects.filter(({ plane }) => plane > 0).length;
  const homeless = drawn.filter((roi) => !hasPlace(roi)).length;
  if (placed > 0 && homeless > 0)
    notices.push(`${counted(homeless, "selection")} without a place in the stack taken for the first image`);
  return { objects, notices };
}
