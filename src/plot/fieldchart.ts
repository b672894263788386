import type { VelocityField } from "../analyse/motion/velocityfield.js";
import { formatNumber } from "../core/wording.js";
import { palette } from "../draw/colours.js";
import { dot, drawing, fixed, heading, linePath, type Point, segment, text } from "./chart.js";
import { type Markup, svg } from "./markup.js";

/** Room around the outline of the image, px of the figure. */
const margin = { left: 20, top: 66, right: 20, bottom: 46 };

/** Of the outline, px of the figure. */
const maxWidth = 600;

/** Words and units of a field. */
export interface FieldOptions {
  readonly title: string;
  /** Of speeds. */
  readonly unit: string;
  /** Unit of lengths. */
  readonly length: string;
  /** Frames that the mean was taken over. */
  readonly frames: number;
}

/**
 * The mean velocities of a grid as arrows on the outline of the image. The longest arrow (of those of the
 * 95th percentile and beyond) is as long as a cell; the arrow below is the scale. Cells without a step are
 * empty.
 */
export function fieldChart(field: VelocityField, { title, unit, length, frames }: FieldOptions): Markup {
  const { rows, columns, cellHeight, cellWidth, mean } = field;
  const scale = Math.min(maxWidth / (columns * cellWidth), (1.5 * maxWidth) / (rows * cellHeight));
  const [width, height] = [columns * cellWidth * scale, rows * cellHeight * scale];
  const size = {
    width: Math.round(Math.max(640, width + margin.left + margin.right)),
    height: Math.round(height + margin.top + margin.bottom),
  };
  const left = (Math.max(640, width + margin.left + margin.right) - width) / 2;
  const sorted = mean.speed.slice().sort();
  const fast = sorted[Math.floor(0.95 * (sorted.length - 1))] ?? 0;
  const cell = Math.min(cellHeight, cellWidth) * scale;
  const perSpeed = fast > 0 ? (0.95 * cell) / fast : 0;
  const arrows = Array.from({ length: mean.count }, (_, i) => {
    const shown = perSpeed * Math.min(1, fast / mean.speed[i]!);
    const middle: Point = [left + mean.x[i]! * scale, margin.top + mean.y[i]! * scale];
    return arrow(middle, [mean.vx[i]! * shown, mean.vy[i]! * shown], palette[0]);
  });
  const cells = `${formatNumber(cellWidth)} × ${formatNumber(cellHeight)} ${length}`;
  const note =
    mean.count === 0 ? "no movement" : `mean over ${formatNumber(frames)} frames; cells of ${cells}`;
  const bottom = height + margin.top + margin.bottom;
  const label = { x: left + cell * 1.1 + 8, y: bottom - 16, size: 15 };
  const key = svg`
    ${arrow([left + cell / 2, bottom - 22], [fast * perSpeed, 0], palette[1])}
    ${text(`${formatNumber(fast, 2)} ${unit}`, label)}`;
  return drawing(
    title,
    size,
    svg`
      ${heading(title, note, 20)}
      <rect x="${fixed(left)}" y="${margin.top}" width="${fixed(width)}" height="${fixed(height)}"
        fill="#f7f7f7" stroke="#cfcfcf"/>
      ${arrows}
      ${mean.count > 0 && key}`,
  );
}

/** An arrow of a length and a direction, px of the figure; a dot for one too short to be seen. */
function arrow([x, y]: Point, [dx, dy]: Point, colour: string): Markup {
  const length = Math.hypot(dx, dy);
  if (!(length > 0.5)) return dot([x, y], 1, svg`fill="${colour}"`);
  const head = Math.min(7, 0.45 * length);
  const [ux, uy] = [dx / length, dy / length];
  const tip: Point = [x + dx / 2, y + dy / 2];
  const neck: Point = [tip[0] - head * ux, tip[1] - head * uy];
  const side = (turn: number): Point => [neck[0] - turn * head * uy, neck[1] + turn * head * ux];
  return svg`
    ${segment([x - dx / 2, y - dy / 2], neck, svg`stroke="${colour}" stroke-width="1.8"`)}
    <path d="${linePath([tip, side(0.5), side(-0.5)])}Z" fill="${colour}"/>`;
}
