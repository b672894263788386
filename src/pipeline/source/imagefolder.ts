import { readdirSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { isImageName } from "../../io/formats/formatnames.js";
import { unreadable } from "../store/files.js";
import { naturalOrder, stemOf } from "../store/names.js";

/**
 * The image files of one folder by name without extension, in natural order (`frame2` before
 * `frame10`).
 *
 * @throws InvalidInput when there is no such folder, or two files differ in their extension only
 */
export function listImages(folder: string): Map<string, string> {
  const names = imageNames(folder).sort(naturalOrder);
  const files = new Map<string, string>();
  for (const name of names) {
    const stem = stemOf(name);
    const other = files.get(stem);
    if (other !== undefined)
      throw new InvalidInput(folder, "one image of a name", `${other} and ${name}`, "keep one of them there");
    files.set(stem, join(folder, name));
  }
  return files;
}

function imageNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => isImageName(name) && !name.startsWith("."));
  } catch (error) {
    throw unreadable(folder, error, "a folder that can be read");
  }
}
