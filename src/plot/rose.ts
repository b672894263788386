import { palette } from "../draw/colours.js";
import type { Rose } from "../stats/direction.js";
import { fixed, opened, text } from "./chart.js";
import { formatNumber } from "./markup.js";

const size = { width: 640, height: 470 };
const [centreX, centreY, outer] = [320, 258, 165];

/**
 * Directions as bars around a circle: 0° right, 90° up, as on the screen. The AREA of a bar is its share of
 * all directions (its radius the square root of it), for the eye reads areas. The arrow is the mean
 * direction; its length on the scale of the outer ring is the resultant length.
 */
export function roseChart(
  rose: Rose,
  options: {
    readonly title: string;
    readonly note?: string | undefined;
    readonly colour?: string | undefined;
  },
): string {
  const largest = rose.counts.reduce((a, b) => Math.max(a, b), 0);
  const shareOfLargest = largest / Math.max(1, rose.total);
  const rings = ringShares(shareOfLargest);
  const end = rings[rings.length - 1]!;
  const radius = (share: number): number => outer * Math.sqrt(share / end);
  const bars = Array.from(rose.counts, (count, k) =>
    count === 0
      ? ""
      : sector(
          k * rose.binWidth,
          (k + 1) * rose.binWidth,
          radius(count / rose.total),
          options.colour ?? palette[0],
        ),
  );
  const ringLines = rings.map(
    (share) =>
      `<circle cx="${centreX}" cy="${centreY}" r="${fixed(radius(share))}" fill="none" stroke="#cfcfcf"/>`,
  );
  // Inside the ring, between the labels of two spokes.
  const ringLabels = rings.map((share) => {
    const [x, y] = polar(45, radius(share) - 11);
    return text(
      x,
      y + 5,
      `${formatNumber(share * 100, 2)} %`,
      "middle",
      13,
      ' fill="#555555" stroke="#ffffff" stroke-width="3" paint-order="stroke"',
    );
  });
  return (
    opened(options.title, size) +
    text(20, 24, options.title, "start", 19, ' font-weight="600"') +
    (options.note ? text(20, 46, options.note, "start", 14, ' fill="#666666"') : "") +
    ringLines.join("") +
    spokes() +
    bars.join("") +
    ringLabels.join("") +
    meanArrow(rose, options.colour === undefined ? palette[1] : "#222222") +
    "</svg>"
  );
}

/** Two or three round shares, the last at least the largest bin's. */
function ringShares(largest: number): number[] {
  const top =
    [0.05, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1].find(
      (share) => share >= largest - 1e-12,
    ) ?? 1;
  return [top / 4, top / 2, top];
}

function polar(degrees: number, radius: number): [x: number, y: number] {
  const angle = (degrees * Math.PI) / 180;
  return [centreX + radius * Math.cos(angle), centreY - radius * Math.sin(angle)];
}

function sector(from: number, to: number, radius: number, colour: string): string {
  const [x0, y0] = polar(from, radius);
  const [x1, y1] = polar(to, radius);
  // Sweep 0: counter-clockwise on the screen.
  return (
    `<path d="M${centreX} ${centreY}L${fixed(x0)} ${fixed(y0)}A${fixed(radius)} ${fixed(radius)} ` +
    `0 0 0 ${fixed(x1)} ${fixed(y1)}Z" fill="${colour}" fill-opacity="0.75" stroke="#ffffff" ` +
    `stroke-width="1"/>`
  );
}

function spokes(): string {
  return Array.from({ length: 12 }, (_, k) => {
    const angle = k * 30;
    const [x, y] = polar(angle, outer);
    const [labelX, labelY] = polar(angle, outer + 10);
    const anchor = angle === 90 || angle === 270 ? "middle" : angle < 90 || angle > 270 ? "start" : "end";
    const drop = 5 - 6 * Math.sin((angle * Math.PI) / 180);
    return (
      `<line x1="${centreX}" y1="${centreY}" x2="${fixed(x)}" y2="${fixed(y)}" stroke="#e4e4e4"/>` +
      text(labelX, labelY + drop, `${angle}°`, anchor, 15)
    );
  }).join("");
}

function meanArrow(rose: Rose, colour: string): string {
  if (Number.isNaN(rose.meanDirection)) return "";
  const length = Math.max(14, outer * rose.resultant);
  const [x, y] = polar(rose.meanDirection, length);
  const [leftX, leftY] = polar(rose.meanDirection + 90, 5);
  const [rightX, rightY] = polar(rose.meanDirection - 90, 5);
  const [baseX, baseY] = polar(rose.meanDirection, length - 11);
  const tip = [
    [x, y],
    [baseX + leftX - centreX, baseY + leftY - centreY],
    [baseX + rightX - centreX, baseY + rightY - centreY],
  ];
  return (
    `<line x1="${centreX}" y1="${centreY}" x2="${fixed(baseX)}" y2="${fixed(baseY)}" ` +
    `stroke="${colour}" stroke-width="3"/><path ` +
    `d="M${tip.map(([a, b]) => `${fixed(a!)} ${fixed(b!)}`).join("L")}Z" fill="${colour}"/>`
  );
}
