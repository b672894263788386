// What a tracker may know of the masks of a hostile movie, for the benchmarks.
import { concatNuclei } from "../dist/core/nuclei.js";
import { measure } from "../dist/imgproc/regions.js";

/** Shapes and mean intensities of the masks. */
export function measuredNuclei({ labels, intensity }) {
  const tables = labels.map((image, frame) => {
    const table = measure(image, { frame });
    return { ...table, meanIntensity: Float64Array.from(table.label, (label) => intensity[frame][label]) };
  });
  return concatNuclei(tables);
}
