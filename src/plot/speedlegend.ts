import { hex, speedColour } from "../draw/colours.js";
import type { SpeedRange } from "../draw/trackoverlay.js";
import { escapeText, formatNumber } from "./markup.js";
import { fontStack } from "./typeface.js";

/** The colour bar of a track overlay, an SVG. */
export function speedLegend({ low, high }: SpeedRange, unit: string): string {
  const stops = Array.from(
    { length: 13 },
    (_, i) => `<stop offset="${formatOffset(i / 12)}" stop-color="${hex(speedColour(i / 12))}"/>`,
  ).join("");
  const label = (x: number, anchor: string, text: string): string =>
    `<text x="${x}" y="44" text-anchor="${anchor}">${escapeText(text)}</text>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 50" width="360" height="50" ` +
    `role="img" aria-label="Colours of the speeds" font-family="${fontStack}" font-size="14" ` +
    `fill="#222">` +
    `<defs><linearGradient id="speed-colours">${stops}</linearGradient></defs><text x="180" ` +
    `y="12" text-anchor="middle">mean speed of the track [${escapeText(unit)}]</text>` +
    `<rect x="10" y="18" width="340" height="12" fill="url(#speed-colours)" stroke="#888" stroke-width="0.5"/>` +
    label(10, "start", `≤ ${formatNumber(low)}`) +
    label(180, "middle", formatNumber((low + high) / 2)) +
    label(350, "end", `≥ ${formatNumber(high)}`) +
    `</svg>`
  );
}

const formatOffset = (fraction: number): string => fraction.toFixed(3);
