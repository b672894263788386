import type { LabelImage } from "../core/labels.js";

/** Diameters of the disks that have the area of each object, px, by label; labels that do not occur are left out. */
export function labelDiameters(labels: LabelImage): Float64Array {
  const areas = new Float64Array(labels.count);
  for (const label of labels.data) if (label > 0) areas[label - 1]!++;
  return areas.filter((area) => area > 0).map((area) => Math.sqrt((4 * area) / Math.PI));
}
