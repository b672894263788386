/**
 * The tracks over an image as a figure for a paper: the image as pixels below, paths, scale bar and legend as
 * vectors above.
 */
import type { Statistics } from "../analyse/analyse.js";
import type { Image } from "../core/image.js";
import type { Nuclei } from "../core/nuclei.js";
import { hex, speedColour } from "../draw/colours.js";
import { roundLength } from "../draw/scalebar.js";
import { speedRange, type SpeedRange } from "../draw/trackoverlay.js";
import { contrastOf, drawGrey } from "../draw/view.js";
import { encodePng } from "../io/png/png.js";
import { base64 } from "./base64.js";
import { fixed, text } from "./chart.js";
import { escapeText, formatNumber } from "./markup.js";
import { fontStack } from "./typeface.js";

/**
 * How bright the image stays under the paths, and of how many grey levels it keeps: more would only store
 * noise.
 */
const [brightness, levels] = [0.6, 64];

/**
 * Every branch in the colour of its mean speed, from blue (slow) to red (fast); white rings are divisions,
 * white lines lead to the daughters. One unit of the SVG is a pixel of the image; small images are shown
 * larger.
 *
 * @param nuclei rows that `statistics` was made from, their places in px of the image
 */
export function trackFigure(image: Image, nuclei: Nuclei, statistics: Statistics): string {
  const { height, width } = image;
  const { units } = statistics;
  const range = speedRange(statistics);
  // All that is drawn grows with the image, so that it looks alike in a column of a page.
  const unit = Math.max(height, width) / 1024;
  const legend = 62 * unit;
  const zoom = Math.max(1, Math.round(1 / unit));
  const bar = image.pixelSize === undefined ? "" : scaleBar(image.pixelSize, height, width, unit);
  const title =
    `Tracks coloured by their mean speed, ${formatNumber(range.low)} to ` +
    `${formatNumber(range.high)} ${units.speed}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `viewBox="0 0 ${width} ${fixed(height + legend)}" width="${width * zoom}" ` +
    `height="${fixed((height + legend) * zoom)}" role="img" aria-label="${escapeText(title)}" ` +
    `font-family="${fontStack}" fill="#222222">` +
    `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<image width="${width}" height="${height}" ` +
    `xlink:href="data:image/png;base64,${base64(encodePng(greyPlane(image)))}"/>` +
    `<g fill="none" stroke-linecap="round" stroke-linejoin="round" transform="translate(0.5 ` +
    `0.5)">${branchPaths(nuclei, statistics, range, 2 * unit)}${divisionMarks(statistics, unit)}</g>${bar}</svg>` +
    legendBand(range, units.speed, height, width, unit) +
    "</svg>"
  );
}

function greyPlane(image: Image): { height: number; width: number; samples: 1; data: Uint8Array } {
  const { height, width } = image;
  const grey = drawGrey(image, { y: 0, x: 0, height, width, scale: 1 }, contrastOf(image));
  const data = Uint8Array.from(grey, (value) =>
    Math.round((Math.min(levels - 1, Math.floor(value * levels)) / (levels - 1)) * brightness * 255),
  );
  return { height, width, samples: 1, data };
}

/** One path a branch, slow ones first, so that the fast lie on top. */
function branchPaths(
  nuclei: Nuclei,
  { steps, branches }: Statistics,
  { low, high }: SpeedRange,
  thickness: number,
): string {
  const paths = new Map<number, string>();
  for (let i = 0; i < steps.count; i++) {
    const [branch, from, to] = [steps.branch[i]!, steps.from[i]!, steps.to[i]!];
    const begun = paths.get(branch) ?? `M${fixed(nuclei.x[from]!)} ${fixed(nuclei.y[from]!)}L`;
    paths.set(
      branch,
      `${begun}${begun.endsWith("L") ? "" : " "}${fixed(nuclei.x[to]!)} ${fixed(nuclei.y[to]!)}`,
    );
  }
  const order = [...paths.keys()].sort((a, b) => branches.meanSpeed[a]! - branches.meanSpeed[b]! || a - b);
  const lines = order.map(
    (branch) =>
      `<path d="${paths.get(branch)!}" ` +
      `stroke="${hex(speedColour((branches.meanSpeed[branch]! - low) / (high - low)))}"/>`,
  );
  return `<g stroke-width="${fixed(thickness)}">${lines.join("")}</g>`;
}

function divisionMarks({ divisions, branches, units: { perPixel } }: Statistics, unit: number): string {
  const marks = Array.from({ length: divisions.count }, (_, i) => {
    const [y, x] = [divisions.y[i]! / perPixel, divisions.x[i]! / perPixel];
    const lines = [divisions.daughter1[i]!, divisions.daughter2[i]!].map(
      (daughter) =>
        `M${fixed(x)} ${fixed(y)}L${fixed(branches.startX[daughter - 1]! / perPixel)} ` +
        `${fixed(branches.startY[daughter - 1]! / perPixel)}`,
    );
    const ring = (colour: string, thickness: number): string =>
      `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="${fixed(5 * unit)}" stroke="${colour}" ` +
      `stroke-width="${fixed(thickness * unit)}"/>`;
    return (
      `<path d="${lines.join("")}" stroke="#ffffff" ` +
      `stroke-width="${fixed(unit)}"/>${ring("#000000", 3)}${ring("#ffffff", 1.5)}`
    );
  });
  return marks.join("");
}

function scaleBar(pixelSize: number, height: number, width: number, unit: number): string {
  const micrometres = roundLength((width * pixelSize) / 5);
  const length = micrometres / pixelSize;
  const [right, bottom] = [width - 16 * unit, height - 16 * unit];
  return (
    `<rect x="${fixed(right - length)}" y="${fixed(bottom - 6 * unit)}" width="${fixed(length)}" ` +
    `height="${fixed(6 * unit)}" fill="#ffffff" stroke="#000000" stroke-width="${fixed(unit)}"/>` +
    text(
      right - length / 2,
      bottom - 14 * unit,
      `${formatNumber(micrometres)} µm`,
      "middle",
      rounded(24 * unit),
      ` fill="#ffffff" stroke="#000000" stroke-width="${fixed(4 * unit)}" paint-order="stroke"`,
    )
  );
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** Below the image, so that it covers nothing. */
function legendBand(
  { low, high }: SpeedRange,
  speedUnit: string,
  top: number,
  width: number,
  unit: number,
): string {
  const stops = Array.from(
    { length: 13 },
    (_, i) => `<stop offset="${(i / 12).toFixed(3)}" stop-color="${hex(speedColour(i / 12))}"/>`,
  ).join("");
  const [left, length] = [16 * unit, Math.min(420 * unit, width * 0.45)];
  const size = rounded(20 * unit);
  const middle = left + length;
  return (
    `<defs><linearGradient id="speeds">${stops}</linearGradient></defs>` +
    `<rect x="${fixed(left)}" y="${fixed(top + 12 * unit)}" width="${fixed(length)}" ` +
    `height="${fixed(16 * unit)}" fill="url(#speeds)" stroke="#888888" ` +
    `stroke-width="${fixed(unit / 2)}"/>` +
    text(left, top + 50 * unit, `≤ ${formatNumber(low)}`, "start", size) +
    text(middle, top + 50 * unit, `≥ ${formatNumber(high)}`, "end", size) +
    text(middle + 16 * unit, top + 27 * unit, `mean speed of the track [${speedUnit}]`, "start", size) +
    `<circle cx="${fixed(middle + 22 * unit)}" cy="${fixed(top + 43 * unit)}" ` +
    `r="${fixed(5 * unit)}" fill="none" stroke="#444444" stroke-width="${fixed(1.5 * unit)}"/>` +
    text(middle + 36 * unit, top + 50 * unit, "division", "start", size)
  );
}
