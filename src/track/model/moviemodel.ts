/** What is likely in a movie: how nuclei move, change, divide, come and go. Fitted to the movie itself. */
import type { Change, Normal, Student } from "../../stats/logdensity.js";

/** How likely a nucleus appears or ends, inside of the image and at its border. */
export interface InsideAndBorder {
  readonly inside: number;
  readonly border: number;
}

/** What daughters look like beside their mother. Lengths in diameters, the rest as logarithms of ratios. */
export interface DivisionModel {
  /** From the mother's expected place to the middle between the daughters. */
  readonly offset: Student;
  /** Logarithm of the distance between the daughters. */
  readonly distance: Normal;
  /** Logarithm of the area of both daughters over the mother's. */
  readonly areaSum: Normal;
  /** Of one daughter's area over the other's, about 0. */
  readonly areaRatio: number;
  /** Mean logarithm of the daughters' intensities over the mother's. */
  readonly intensity: Normal;
  /** Of one daughter's intensity over the other's, about 0. */
  readonly intensityRatio: number;
  /** Logarithms of the mother's own area and intensity, as of any nucleus. */
  readonly motherArea: Normal;
  readonly motherIntensity: Normal;
}

/** How nuclei change in the first frames after their birth: daughters part, grow and decondense. */
export interface YoungModel {
  readonly motion: Student;
  readonly area: Change;
  readonly intensity: Change;
  /** Chance to divide, per frame. */
  readonly divide: number;
}

/** The distributions by which everything that tracking decides is priced. */
export interface MovieModel {
  /** Displacement in a frame beside what is expected, px. */
  readonly motion: Student;
  /** Logarithm of the ratio of areas in consecutive frames. */
  readonly area: Student;
  /** The same where the border of the image cuts a nucleus. */
  readonly cutArea: Student;
  /** Logarithm of the ratio of intensities in consecutive frames. */
  readonly intensity: Student;
  /** Difference of the logarithm of the elongation in consecutive frames. */
  readonly elongation: Student;
  /** Logarithms of area (px^2), intensity (over the frame's median) and elongation of any nucleus. */
  readonly anyArea: Normal;
  readonly anyIntensity: Normal;
  readonly anyElongation: Normal;
  /** Chance of a nucleus to end, per frame. */
  readonly end: InsideAndBorder;
  /** Density of new nuclei, per px^2 and frame. */
  readonly appear: InsideAndBorder;
  /** Chance of a nucleus to divide, per frame. */
  readonly divide: number;
  /** Chance of a nucleus to be missed in a frame. */
  readonly miss: number;
  /** Chance of a nucleus to get into the outline of a neighbour, and of one to be cut in two, per frame. */
  readonly hide: number;
  readonly split: number;
  readonly division: DivisionModel;
  readonly young: YoungModel;
  /** Share of a displacement beside the drift that goes on in the next frame, 0..1. */
  readonly persistence: number;
}

/** Deviations below the mean of all under which a nucleus is fading: it may as well leave the focal plane. */
const fading = 2;

/**
 * Logarithm of the area, px^2, from which on a nucleus is plain to see. One below may be gone for a while without
 * having been missed: then what comes back need not be it.
 */
export const plainFrom = ({ anyArea }: Pick<MovieModel, "anyArea">): number =>
  anyArea.mean - fading * anyArea.sd;
