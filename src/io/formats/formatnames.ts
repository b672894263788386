/** What the names of files say of their formats; all of it follows from the arrays of formats. */
import { type FileFormat, hasNameOf, namesOf } from "./fileformat.js";
import { imageFormats } from "./imageformats.js";
import { labelFormats } from "./labelformats.js";
import { trackFormats } from "./trackformats.js";

const ofKind = (
  formats: readonly FileFormat<unknown>[],
  kind: "bytes" | "store",
): readonly FileFormat<unknown>[] => formats.filter(({ from }) => from === kind);

const imageFiles = ofKind(imageFormats, "bytes");
const imageFolders = ofKind(imageFormats, "store");
const labelFiles = ofKind(labelFormats, "bytes");
const labelFolders = ofKind(labelFormats, "store");

/** True for the name of a file that an image format goes by. */
export const isImageName = (name: string): boolean => hasNameOf(imageFiles, name);

/** True for the name of a folder that holds one image as a hierarchy. */
export const isHierarchyName = (name: string): boolean => hasNameOf(imageFolders, name);

/** True for the name of a file that a format of label images goes by. */
export const isLabelName = (name: string): boolean => hasNameOf(labelFiles, name);

/** True for the name of a folder that holds label images as a hierarchy. */
export const isLabelHierarchyName = (name: string): boolean => hasNameOf(labelFolders, name);

/** True for the name of a file or folder that a format of tracks goes by. */
export const isTrackName = (name: string): boolean => hasNameOf(trackFormats, name);

/** The formats of images, as a choice for messages: "TIFF, PNG or CZI". */
export const imageFormatNames = namesOf(imageFormats);

/** The formats of label images, as a choice for messages. */
export const labelFormatNames = namesOf(labelFormats);
