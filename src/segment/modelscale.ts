/** How much images are scaled so that a network sees nuclei of the size that it knows. */
import type { Nuclei } from "../core/nuclei.js";
import { equivalentDiameter } from "../imgproc/regions.js";
import type { ModelDescription } from "../model/modelfile.js";
import { median } from "../stats/percentile.js";

/** Factor by which nuclei may be smaller or larger than those the model learned from. */
const tolerance = 1.1;
/** Nuclei that must be found in an image before their median size is believed. */
const minNuclei = 5;

/**
 * What an image with nuclei of this diameter (px) is scaled by: 1 where the model knows the size, else to the
 * size it knows best.
 */
export function scaleFor(
  diameter: number,
  { diameter: learned, diameterRange }: Pick<ModelDescription, "diameter" | "diameterRange">,
): number {
  if (!(diameter > 0)) return 1;
  const { low, high } = diameterRange ?? { low: learned, high: learned };
  return diameter >= low / tolerance && diameter <= high * tolerance ? 1 : learned / diameter;
}

/**
 * The scale that the nuclei found at `scale` ask for; the same where it differs by no more than the factor
 * `least`.
 */
export function correctedScale(
  nuclei: Nuclei,
  scale: number,
  description: Pick<ModelDescription, "diameter" | "diameterRange">,
  minimum: number,
): number {
  if (nuclei.count < minNuclei) return scale;
  const better = scaleFor(equivalentDiameter(median(nuclei.area)), description);
  return better / scale > minimum || scale / better > minimum ? better : scale;
}
