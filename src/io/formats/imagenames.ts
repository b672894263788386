/** What the names of files say of their formats; all of it follows from the arrays of formats. */
import { hasNameOf, namesOf } from "./fileformat.js";
import { imageFormats } from "./imageformats.js";

const ofFiles = imageFormats.filter(({ from }) => from === "bytes");
const ofFolders = imageFormats.filter(({ from }) => from === "store");

/** True for the name of a file that an image format goes by. */
export const isImageName = (name: string): boolean => hasNameOf(ofFiles, name);

/** True for the name of a folder that holds one image as a hierarchy. */
export const isHierarchyName = (name: string): boolean => hasNameOf(ofFolders, name);

/** The formats of images, as a choice for messages: "TIFF or PNG". */
export const imageFormatNames = namesOf(imageFormats);
