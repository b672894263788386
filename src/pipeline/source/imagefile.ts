/** One image file, or hierarchy in a folder, opened: bytes by their path, then the format that knows them. */
import { dirname, join } from "node:path";
import { type OpenOptions, openAs } from "../../io/formats/fileformat.js";
import type { OpenedImage } from "../../io/formats/imageformat.js";
import { imageFormats } from "../../io/formats/imageformats.js";
import { isHierarchyName } from "../../io/formats/formatnames.js";
import { formatInput } from "../store/formatinput.js";

/** An opened image with the files that it is in. */
export interface ImageFile extends OpenedImage {
  readonly path: string;
  /** This and all other files whose planes belong to it; all files of a hierarchy. */
  readonly files: readonly string[];
}

/**
 * Opens a file by what its first bytes say, whatever its name; a folder of a hierarchical format by its name.
 *
 * @throws InvalidInput when there is no such file
 * @throws CorruptFile, UnsupportedFormat
 */
export async function openImageFile(path: string, options: OpenOptions = {}): Promise<ImageFile> {
  const input = await formatInput(path, isHierarchyName);
  const image = await openAs(imageFormats, input, options);
  const files =
    input.from === "store"
      ? ((await input.store.list?.("")) ?? []).map((key) => join(path, key)).sort()
      : [path, ...image.siblings.map((name) => join(dirname(path), name))];
  return { ...image, path, files };
}
