import { formatNumber } from "../core/wording.js";
import { hex, speedColour } from "../draw/colours.js";
import type { SpeedRange } from "../draw/trackoverlay.js";
import { type Markup, svg } from "./markup.js";
import { fontStack } from "./typeface.js";

/** Colours that a gradient is made of; between them it is straight, as the colours of speeds nearly are. */
const stopCount = 13;

/** The colours of speeds as a gradient that other elements name by `id`. */
export function speedGradient(id: string): Markup {
  const stops = Array.from({ length: stopCount }, (_, i) => {
    const at = i / (stopCount - 1);
    return svg`<stop offset="${at.toFixed(3)}" stop-color="${hex(speedColour(at))}"/>`;
  });
  return svg`<defs><linearGradient id="${id}">${stops}</linearGradient></defs>`;
}

/** The colour bar of a track overlay, an SVG. */
export function speedLegend({ low, high }: SpeedRange, unit: string): Markup {
  const label = (x: number, anchor: string, text: string): Markup =>
    svg`<text x="${x}" y="44" text-anchor="${anchor}">${text}</text>`;
  return svg`
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 50" width="360" height="50" role="img"
      aria-label="Colours of the speeds" font-family="${fontStack}" font-size="14" fill="#222">
      ${speedGradient("speed-colours")}
      <text x="180" y="12" text-anchor="middle">mean speed of the track [${unit}]</text>
      <rect x="10" y="18" width="340" height="12"
        fill="url(#speed-colours)" stroke="#888" stroke-width="0.5"/>
      ${label(10, "start", `≤ ${formatNumber(low)}`)}
      ${label(180, "middle", formatNumber((low + high) / 2))}
      ${label(350, "end", `≥ ${formatNumber(high)}`)}
    </svg>`;
}
