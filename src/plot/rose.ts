import { arc } from "d3-shape";
import { formatNumber } from "../core/wording.js";
import { palette } from "../draw/colours.js";
import type { Rose } from "../stats/direction.js";
import { drawing, fixed, heading, ink, linePath, type Point, segment, text } from "./chart.js";
import { type Markup, svg } from "./markup.js";

const size = { width: 640, height: 470 };
/** The circle, from its centre: what is drawn around it is moved there. */
const [centreX, centreY, outer] = [320, 258, 165];

/** What stands around a rose. */
export interface RoseOptions {
  readonly title: string;
  readonly note?: string | undefined;
  /** Of the bars; the arrow is then dark. Default the first of the palette, the arrow in the second. */
  readonly colour?: string | undefined;
}

/**
 * Directions as bars around a circle: 0° right, 90° up, as on the screen. The AREA of a bar is its share of
 * all directions (its radius the square root of it), for the eye reads areas. The arrow is the mean
 * direction; its length on the scale of the outer ring is the resultant length.
 */
export function roseChart(rose: Rose, { title, note, colour }: RoseOptions): Markup {
  const largest = rose.counts.reduce((a, b) => Math.max(a, b), 0);
  const rings = ringShares(largest / Math.max(1, rose.total));
  const radius = (share: number): number => outer * Math.sqrt(share / rings.at(-1)!);
  const bars = Array.from(rose.counts, (count, k) =>
    count === 0
      ? undefined
      : sector(
          [k * rose.binWidth, (k + 1) * rose.binWidth],
          radius(count / rose.total),
          colour ?? palette[0],
        ),
  );
  return drawing(
    title,
    size,
    svg`
      ${heading(title, note, 20)}
      <g transform="translate(${centreX} ${centreY})">
        ${rings.map((share) => svg`<circle r="${fixed(radius(share))}" fill="none" stroke="#cfcfcf"/>`)}
        ${Array.from({ length: 12 }, (_, k) => spoke(30 * k))}
        ${bars}
        ${rings.map((share) => ringLabel(share, radius(share)))}
        ${meanArrow(rose, colour === undefined ? palette[1] : ink)}
      </g>`,
  );
}

/** Shares that the outer ring may stand for, a quarter and a half of which are round, too. */
const roundShares = [0.05, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];

/** Three round shares, the last at least the largest bin's. */
function ringShares(largest: number): number[] {
  const top = roundShares.find((share) => share >= largest - 1e-12) ?? 1;
  return [top / 4, top / 2, top];
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** From the centre; y points down in an SVG. */
const polar = (degrees: number, radius: number): Point => [
  radius * Math.cos(radians(degrees)),
  -radius * Math.sin(radians(degrees)),
];

/** d3 counts angles clockwise from above, in radians. */
const d3Angle = (degrees: number): number => radians(90 - degrees);
const arcPath = arc().digits(2);

function sector([from, to]: readonly [number, number], radius: number, colour: string): Markup {
  const path = arcPath({
    innerRadius: 0,
    outerRadius: radius,
    startAngle: d3Angle(to),
    endAngle: d3Angle(from),
  });
  return svg`
    <path d="${path ?? ""}" fill="${colour}" fill-opacity="0.75" stroke="#ffffff" stroke-width="1"/>`;
}

/** Inside the ring, between the labels of two spokes. */
function ringLabel(share: number, radius: number): Markup {
  const [x, y] = polar(45, radius - 11);
  const style = svg`fill="#555555" stroke="#ffffff" stroke-width="3" paint-order="stroke"`;
  return text(`${formatNumber(share * 100, 2)} %`, { x, y: y + 5, size: 13, anchor: "middle", style });
}

function spoke(degrees: number): Markup {
  const [x, y] = polar(degrees, outer + 10);
  const drop = 5 - 6 * Math.sin(radians(degrees));
  return svg`
    ${segment([0, 0], polar(degrees, outer), svg`stroke="#e4e4e4"`)}
    ${text(`${degrees}°`, { x, y: y + drop, size: 15, anchor: anchorAt(degrees) })}`;
}

function anchorAt(degrees: number): "start" | "middle" | "end" {
  if (degrees === 90 || degrees === 270) return "middle";
  return degrees < 90 || degrees > 270 ? "start" : "end";
}

function meanArrow({ meanDirection, resultant }: Rose, colour: string): Markup | undefined {
  if (Number.isNaN(meanDirection)) return undefined;
  const length = Math.max(14, outer * resultant);
  const base = polar(meanDirection, length - 11);
  const beside = (degrees: number): Point => {
    const [x, y] = polar(degrees, 5);
    return [base[0] + x, base[1] + y];
  };
  const tip = [polar(meanDirection, length), beside(meanDirection + 90), beside(meanDirection - 90)];
  return svg`
    ${segment([0, 0], base, svg`stroke="${colour}" stroke-width="3"`)}
    <path d="${linePath(tip)}Z" fill="${colour}"/>`;
}
