/** Where label images lie: files of a folder, or planes of one file. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { isImageName, isLabelHierarchyName, isLabelName } from "../../io/formats/formatnames.js";
import { unreadable } from "../store/files.js";
import { openLabels } from "../store/labelfiles.js";
import { naturalOrder, stemOf } from "../store/names.js";

/** Ends that other programs give to the names of masks: Cellpose's, and what people write. */
const maskEnds = /_(seg|cp_masks|masks?|labels?|rois?)$/i;

/** Name of the image that a file of labels is of, where it is not called as the image. */
export const imageOfMask = (name: string): string => name.replace(maskEnds, "");

/**
 * The label images of a folder, or of one file, by name, in natural order. A file of several planes gives
 * each of them, `NAME_t003` at `NAME.zip#3`.
 *
 * @throws InvalidInput when there is nothing, or two files of a folder differ in their extension only;
 *   CorruptFile, UnsupportedFormat for the one file
 */
export async function labelAddresses(path: string): Promise<Map<string, string>> {
  if (isLabelFolder(path)) return listLabels(path);
  const stem = stemOf(path);
  const { planes } = await openLabels(path);
  if (planes === 1) return new Map([[stem, path]]);
  const digits = Math.max(3, String(planes - 1).length);
  return new Map(
    Array.from({ length: planes }, (_, plane) => [
      `${stem}_t${String(plane).padStart(digits, "0")}`,
      `${path}#${plane}`,
    ]),
  );
}

/** Whether a path is a folder of files, and not a hierarchy that holds label images. */
export function isLabelFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory() && !path.split(/[/\\]/).some(isLabelHierarchyName);
  } catch {
    return false;
  }
}

/**
 * The files of label images of one folder by name without extension, in natural order.
 *
 * @throws InvalidInput when there is no such folder, or two files differ in their extension only
 */
export function listLabels(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of labelNames(folder).sort(naturalOrder)) {
    const stem = stemOf(name);
    const other = files.get(stem);
    if (other !== undefined)
      throw new InvalidInput(
        folder,
        "one label image of a name",
        `${other} and ${join(folder, name)}`,
        "keep one of them there",
      );
    files.set(stem, join(folder, name));
  }
  return files;
}

function labelNames(folder: string): string[] {
  try {
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => (entry.isDirectory() ? isLabelHierarchyName(entry.name) : isLabelName(entry.name)))
      .map(({ name }) => name)
      .filter((name) => !name.startsWith("."));
    // Beside label images, JSON and arrays are tables of other kinds.
    const images = names.filter(isImageName);
    return images.length === 0 ? names : names.filter((name) => !/\.(json|npy)$/i.test(name));
  } catch (error) {
    throw unreadable(folder, error, "a folder that can be read");
  }
}
