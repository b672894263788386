import type { ImageFormat } from "./imageformat.js";
import { pngImages } from "./pngimage.js";
import { tiffImages } from "./tiffimage.js";
import { zarrImages, zarrZipImages } from "./zarrimage.js";

/**
 * All formats of images that are read, in the order in which they are tried. A new one is added here and
 * nowhere else.
 */
export const imageFormats: readonly ImageFormat[] = [tiffImages, pngImages, zarrImages, zarrZipImages];
