/**
 * The tracks over an image as a figure for a paper: the image as pixels below, paths, scale bar and legend as
 * vectors above.
 */
import type { Statistics } from "../analyse/analyse.js";
import type { Image } from "../core/image.js";
import type { Nuclei } from "../core/nuclei.js";
import { formatNumber, formatRange } from "../core/wording.js";
import { hex, speedColour } from "../draw/colours.js";
import { roundLength } from "../draw/scalebar.js";
import { speedRange, type SpeedRange } from "../draw/trackoverlay.js";
import { contrastOf, drawGrey } from "../draw/view.js";
import { encodePng } from "../io/png/png.js";
import { base64 } from "../core/base64.js";
import { dot, fixed, ink, linePath, type Point, text } from "./chart.js";
import { type Markup, svg } from "./markup.js";
import { speedGradient } from "./speedlegend.js";
import { fontStack } from "./typeface.js";

/**
 * How bright the image stays under the paths, and of how many grey levels it keeps: more would only store
 * noise.
 */
const [brightness, levels] = [0.6, 64];

/** An image, and how large things are drawn on it: px of the image for what is 1 px where it has 1024. */
interface Ground {
  readonly height: number;
  readonly width: number;
  readonly unit: number;
}

/**
 * Every branch in the colour of its mean speed, from blue (slow) to red (fast); white rings are divisions,
 * white lines lead to the daughters. One unit of the SVG is a pixel of the image; small images are shown
 * larger.
 *
 * @param nuclei rows that `statistics` was made from, their places in px of the image
 */
export function trackFigure(image: Image, nuclei: Nuclei, statistics: Statistics): Markup {
  const { height, width } = image;
  const { speed } = statistics.units;
  const range = speedRange(statistics);
  // All that is drawn grows with the image, so that it looks alike in a column of a page.
  const ground: Ground = { height, width, unit: Math.max(height, width) / 1024 };
  const total = height + 62 * ground.unit;
  const zoom = Math.max(1, Math.round(1 / ground.unit));
  const title = `Tracks coloured by their mean speed, ${formatRange(range.low, range.high)} ${speed}`;
  const pixels = `data:image/png;base64,${base64(encodePng(greyPlane(image)))}`;
  return svg`
    <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
      viewBox="0 0 ${width} ${fixed(total)}" width="${width * zoom}" height="${fixed(total * zoom)}"
      role="img" aria-label="${title}" font-family="${fontStack}" fill="${ink}">
      <svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
        <image width="${width}" height="${height}" xlink:href="${pixels}"/>
        <g fill="none" stroke-linecap="round" stroke-linejoin="round" transform="translate(0.5 0.5)">
          ${branchPaths(nuclei, statistics, range, 2 * ground.unit)}
          ${divisionMarks(statistics, ground.unit)}
        </g>
        ${image.pixelSize !== undefined && scaleBar(image.pixelSize, ground)}
      </svg>
      ${legendBand(range, speed, ground)}
    </svg>`;
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
): Markup {
  const place = (row: number): Point => [nuclei.x[row]!, nuclei.y[row]!];
  const paths = new Map<number, Point[]>();
  for (let i = 0; i < steps.count; i++) {
    const branch = steps.branch[i]!;
    const begun = paths.get(branch);
    if (begun === undefined) paths.set(branch, [place(steps.from[i]!), place(steps.to[i]!)]);
    else begun.push(place(steps.to[i]!));
  }
  const order = [...paths.keys()].sort((a, b) => branches.meanSpeed[a]! - branches.meanSpeed[b]! || a - b);
  const lines = order.map((branch) => {
    const colour = hex(speedColour((branches.meanSpeed[branch]! - low) / (high - low)));
    return svg`<path d="${linePath(paths.get(branch)!)}" stroke="${colour}"/>`;
  });
  return svg`<g stroke-width="${fixed(thickness)}">${lines}</g>`;
}

function divisionMarks({ divisions, branches, units: { perPixel } }: Statistics, unit: number): Markup[] {
  const birthOf = (daughter: number): Point => [
    branches.startX[daughter - 1]! / perPixel,
    branches.startY[daughter - 1]! / perPixel,
  ];
  return Array.from({ length: divisions.count }, (_, i) => {
    const mother: Point = [divisions.x[i]! / perPixel, divisions.y[i]! / perPixel];
    const ways = [divisions.daughter1[i]!, divisions.daughter2[i]!].map((daughter) =>
      linePath([mother, birthOf(daughter)]),
    );
    const ring = (colour: string, thickness: number): Markup =>
      dot(mother, 5 * unit, svg`stroke="${colour}" stroke-width="${fixed(thickness * unit)}"`);
    return svg`
      <path d="${ways.join("")}" stroke="#ffffff" stroke-width="${fixed(unit)}"/>
      ${ring("#000000", 3)}
      ${ring("#ffffff", 1.5)}`;
  });
}

function scaleBar(pixelSize: number, { height, width, unit }: Ground): Markup {
  const micrometres = roundLength((width * pixelSize) / 5);
  const length = micrometres / pixelSize;
  const [right, bottom] = [width - 16 * unit, height - 16 * unit];
  const rim = svg`stroke="#000000" stroke-width="${fixed(4 * unit)}" paint-order="stroke"`;
  return svg`
    <rect x="${fixed(right - length)}" y="${fixed(bottom - 6 * unit)}"
      width="${fixed(length)}" height="${fixed(6 * unit)}"
      fill="#ffffff" stroke="#000000" stroke-width="${fixed(unit)}"/>
    ${text(`${formatNumber(micrometres)} µm`, {
      x: right - length / 2,
      y: bottom - 14 * unit,
      size: rounded(24 * unit),
      anchor: "middle",
      style: svg`fill="#ffffff" ${rim}`,
    })}`;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** Below the image, so that it covers nothing. */
function legendBand({ low, high }: SpeedRange, speedUnit: string, { height, width, unit }: Ground): Markup {
  const [left, length] = [16 * unit, Math.min(420 * unit, width * 0.45)];
  const right = left + length;
  const line = { y: height + 50 * unit, size: rounded(20 * unit) };
  const unitLine = { x: right + 16 * unit, y: height + 27 * unit, size: line.size };
  const ring = svg`fill="none" stroke="#444444" stroke-width="${fixed(1.5 * unit)}"`;
  return svg`
    ${speedGradient("speeds")}
    <rect x="${fixed(left)}" y="${fixed(height + 12 * unit)}"
      width="${fixed(length)}" height="${fixed(16 * unit)}"
      fill="url(#speeds)" stroke="#888888" stroke-width="${fixed(unit / 2)}"/>
    ${text(`≤ ${formatNumber(low)}`, { ...line, x: left })}
    ${text(`≥ ${formatNumber(high)}`, { ...line, x: right, anchor: "end" })}
    ${text(`mean speed of the track [${speedUnit}]`, unitLine)}
    ${dot([right + 22 * unit, height + 43 * unit], 5 * unit, ring)}
    ${text("division", { ...line, x: right + 36 * unit })}`;
}
