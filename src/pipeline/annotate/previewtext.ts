import { percent } from "../../core/wording.js";
import type { Preview } from "./preview.js";

/**
 * A preview in sentences for people: what was seen, the values it was judged by, and the flags that change
 * them.
 */
export function formatPreview(preview: Preview): string {
  const { picture, name, frame, frames, kind, sure, rejected, unknown, reasons, preset } = preview;
  const place =
    frames === 1
      ? name
      : `${name} (${kind === "movie" ? "frame" : "image"} ${frame}; there are 0 to ${frames - 1})`;
  const unknownText = preset === "paper" ? "" : `; ${percent(unknown)} of the area is unknown (yellow)`;
  const lines = [
    `Preview: ${picture}`,
    `${place}: ${sure} sure (blue), ${rejected} rejected (orange)${reasonText(reasons)}${unknownText}.`,
    preset === "paper"
      ? "The preset paper takes its limits from each image alone. There is nothing to set, and no " +
        "area is left unknown."
      : valuesText(preview),
    brightnessText(preview),
  ];
  if (frames > 1 && preset !== "paper")
    lines.push(
      `The preview judges by this ${kind === "movie" ? "frame" : "image"} alone. A dataset pools ` +
        `the statistics ` +
        `of ${kind === "movie" ? "all frames" : "images that are alike"}, so objects near a ` +
        "limit may be decided differently there.",
    );
  lines.push("No dataset was written: this is only a preview.");
  return lines.join("\n");
}

const reasonText = (reasons: Preview["reasons"]): string =>
  reasons.length === 0 ? "" : `: ${reasons.map(([word, count]) => `${word} ${count}`).join(", ")}`;

function valuesText({ diameter, diameterFrom, areas, sensitivity }: Preview): string {
  const size =
    diameter === undefined
      ? "No diameter could be estimated (set annotate.diameter)"
      : `Diameter ${diameter.toFixed(1)} px, ${diameterFrom} (annotate.diameter)`;
  const range =
    areas === undefined
      ? ""
      : `, areas of the sure nuclei ${areas[0]} to ${areas[1]} px (annotate.minArea, annotate.maxArea)`;
  return `${size}${range}, sensitivity ${sensitivity} (annotate.sensitivity; above 1 keeps more).`;
}

const brightnessText = ({ background, noise, saturation }: Preview): string =>
  `Background ${short(background)}, noise ${short(noise)} (grey values); ` +
  `${percent(saturation)} of the pixels have the largest value.`;

const short = (value: number): string => String(Number(value.toPrecision(3)));
