import type { LabelFormat } from "./labelformat.js";
import { pngLabels } from "./pnglabels.js";
import { tiffLabels } from "./tifflabels.js";
import { zarrLabels, zarrZipLabels } from "./zarrlabels.js";

/**
 * All formats of label images that are read, in the order in which they are tried. A new one is added here
 * and nowhere else.
 */
export const labelFormats: readonly LabelFormat[] = [tiffLabels, pngLabels, zarrLabels, zarrZipLabels];
