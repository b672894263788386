/**
 * By what factor each frame is scaled for the network, and which frames may still correct it: an estimate may
 * be wrong, and the nuclei found tell their size better.
 */
import type { ImageSource } from "../core/image.js";
import type { ModelDescription } from "../model/modelfile.js";
import { scaleFor } from "./scale.js";

/** A plan is plain data: the same plan gives the same labels, whichever frames are segmented with it. */
export interface ScalePlan {
  /** px of the network's input per px of the image, one a frame. */
  readonly scales: readonly number[];
  /**
   * Which nuclei correct it: those of the first frame, for a whole movie, which has one scale; those of each
   * frame, for independent images; none, where the factor was given or the first frame has corrected it.
   */
  readonly correctedBy: "no frame" | "first frame" | "each frame";
}

/** A movie's scale is corrected where the nuclei differ from those learned by more than this factor. */
const movieCorrection = 1.1;

/**
 * The scale of one image is corrected by more than this factor only: for a movie the first frame is segmented
 * again, for independent images perhaps each.
 */
export const imageCorrection = 1.25;

/**
 * @param known what the factors come from: one factor for all; diameters of the nuclei by frame name, px, that
 *   an annotation tells; or diameters that were estimated (`diametersFrom`)
 */
export function scalePlan(
  { kind, frameNames }: Pick<ImageSource, "kind" | "frameNames">,
  description: Pick<ModelDescription, "diameter" | "diameterRange">,
  known: {
    readonly rescale?: number | undefined;
    readonly diameters?: ReadonlyMap<string, number> | undefined;
    readonly estimated?: ReadonlyMap<string, number> | undefined;
  },
): ScalePlan {
  const diameters = known.diameters ?? known.estimated;
  const isGiven = known.rescale !== undefined || known.diameters !== undefined;
  const unsettled = kind === "movie" ? "first frame" : "each frame";
  return {
    scales: frameNames.map((name) => known.rescale ?? scaleFor(diameters?.get(name) ?? NaN, description)),
    correctedBy: isGiven ? "no frame" : unsettled,
  };
}

/** The factor from which on the nuclei of a frame correct its scale; undefined where they do not. */
export function correctionAt({ correctedBy }: ScalePlan, frame: number): number | undefined {
  if (correctedBy === "each frame") return imageCorrection;
  return correctedBy === "first frame" && frame === 0 ? movieCorrection : undefined;
}

/** The plan once the first frame of a movie was segmented with this scale, as it stays. */
export const settledPlan = (plan: ScalePlan, scale: number): ScalePlan =>
  plan.correctedBy === "first frame"
    ? { scales: plan.scales.map(() => scale), correctedBy: "no frame" }
    : plan;
