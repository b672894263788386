import type { LabelImage } from "../core/labels.js";
import { areas } from "../imgproc/components.js";
import { equivalentDiameter } from "../imgproc/regions.js";

/**
 * Diameters of the disks that have the area of each object, px, by label; labels that do not occur are left
 * out.
 */
export const labelDiameters = (labels: LabelImage): Float64Array =>
  Float64Array.from(
    areas(labels)
      .subarray(1)
      .filter((area) => area > 0),
    equivalentDiameter,
  );
