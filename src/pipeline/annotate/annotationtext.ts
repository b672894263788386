import { counted, percent } from "../../core/wording.js";
import { formatInstanceTable } from "../../evaluate/format.js";
import type { AnnotateConfig } from "../config/options.js";
import type { LabelEvaluation } from "../evaluate/evaluation.js";
import type { AcquisitionSummary, AnnotationSummary } from "./annotation.js";

/** Acquisitions that are written out; of more, the number. */
const shown = 8;

/** What was estimated of each acquisition, and the flags that override it, a line each. */
export function formatAcquisitions(
  { preset, acquisitions, kind }: AnnotationSummary,
  { diameter, sensitivity }: AnnotateConfig,
): string[] {
  if (preset === "paper") return [];
  const lines = acquisitions.slice(0, shown).map((acquisition, index) => {
    const which =
      acquisitions.length === 1 ? "" : `Acquisition ${index} (${counted(acquisition.images, "image")}): `;
    return (
      `${which}${sizeText(acquisition, diameter !== undefined)}; background ` +
      `${acquisition.background}, noise ${acquisition.noise} (grey values), ` +
      `${percent(acquisition.saturation)} of the pixels have the largest value.`
    );
  });
  if (acquisitions.length > shown)
    lines.push(`... and ${acquisitions.length - shown} more acquisitions: annotation.json has them all.`);
  if (kind === "images" && acquisitions.length > 1)
    lines.unshift(
      "Images were judged together where size, type and calibration are equal and the nuclei are " +
        "alike in size and brightness:",
    );
  lines.push(
    "To override this, set annotate.diameter, annotate.minArea, annotate.maxArea and annotate.sensitivity " +
      `(${sensitivity}; above 1 keeps more).`,
  );
  return lines;
}

function sizeText({ diameter, areas: [low, high] }: AcquisitionSummary, given: boolean): string {
  const size =
    diameter > 0
      ? `nucleus diameter ${diameter.toFixed(1)} px${given ? ", given" : ""}`
      : "no nucleus diameter could be estimated";
  return high > 0 ? `${size}, areas kept ${low} to ${high} px²` : `${size}, nothing kept`;
}

/** Scores of the kept nuclei, with what was compared and how. */
export function formatComparison({
  names,
  scores,
  unused,
}: Pick<LabelEvaluation, "names" | "scores" | "unused">): string[] {
  const rest =
    unused === 0 ? "" : `; ${counted(unused, "true label image")} unused, whose image was not annotated`;
  return [
    `Kept nuclei of ${counted(names.length, "image")} against the truth${rest}.`,
    "Unknown pixels of the annotation (-1) count as background here, in object and pixel scores alike.",
    formatInstanceTable(scores),
  ];
}
