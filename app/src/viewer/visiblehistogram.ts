/** Grey values of what is in memory of a channel. */
import {
  autoContrast,
  type GreyRange,
  type Histogram,
  histogramOf,
  residentValues,
} from "../../../src/viewer/contrast.js";
import type { ImagePlane } from "./zarrtiles.js";

/** The level that has enough values of the whole frame, and costs little to count. */
export const histogramOfPlane = (plane: ImagePlane): Histogram => histogramOf(residentValues(plane));

/** Limits that show nearly all grey values of a channel. */
export const autoContrastOf = (plane: ImagePlane): GreyRange => autoContrast(histogramOfPlane(plane));
