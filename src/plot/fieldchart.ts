import type { VelocityField } from "../analyse/motion/velocityfield.js";
import { palette } from "../draw/colours.js";
import { fixed, opened, text } from "./chart.js";
import { formatNumber } from "./markup.js";

const margin = { left: 20, top: 66, right: 20, bottom: 46 };
const widest = 600;

/**
 * The mean velocities of a grid as arrows on the outline of the image. The longest arrow (of those of the
 * 95th percentile and beyond) is as long as a cell; the arrow below is the scale. Cells without a step are
 * empty.
 */
export function fieldChart(
  field: VelocityField,
  options: {
    readonly title: string;
    readonly unit: string;
    readonly length: string;
    readonly frames: number;
  },
): string {
  const { rows, columns, cellHeight, cellWidth, mean } = field;
  const scale = Math.min(widest / (columns * cellWidth), (1.5 * widest) / (rows * cellHeight));
  const [width, height] = [columns * cellWidth * scale, rows * cellHeight * scale];
  const size = {
    width: Math.max(640, width + margin.left + margin.right),
    height: height + margin.top + margin.bottom,
  };
  const left = (size.width - width) / 2;
  const sorted = mean.speed.slice().sort();
  const fast = sorted.length === 0 ? 0 : sorted[Math.floor(0.95 * (sorted.length - 1))]!;
  const cell = Math.min(cellHeight, cellWidth) * scale;
  const perSpeed = fast > 0 ? (0.95 * cell) / fast : 0;
  const arrows = Array.from({ length: mean.count }, (_, i) => {
    const shrink = Math.min(1, fast / mean.speed[i]!);
    return arrow(
      left + mean.x[i]! * scale,
      margin.top + mean.y[i]! * scale,
      mean.vx[i]! * perSpeed * shrink,
      mean.vy[i]! * perSpeed * shrink,
      palette[0],
    );
  });
  const note =
    mean.count === 0
      ? "no movement"
      : `mean over ${formatNumber(options.frames)} frames; cells of ${formatNumber(cellWidth)} × ` +
        `${formatNumber(cellHeight)} ${options.length}`;
  const key =
    mean.count === 0
      ? ""
      : arrow(left + cell / 2, size.height - 22, fast * perSpeed, 0, palette[1]) +
        text(
          left + cell * 1.1 + 8,
          size.height - 16,
          `${formatNumber(fast, 2)} ${options.unit}`,
          "start",
          15,
        );
  return (
    opened(options.title, { width: Math.round(size.width), height: Math.round(size.height) }) +
    text(20, 24, options.title, "start", 19, ' font-weight="600"') +
    text(20, 46, note, "start", 14, ' fill="#666666"') +
    `<rect x="${fixed(left)}" y="${margin.top}" width="${fixed(width)}" ` +
    `height="${fixed(height)}" fill="#f7f7f7" stroke="#cfcfcf"/>` +
    arrows.join("") +
    key +
    "</svg>"
  );
}

/**
 * An arrow whose middle is at (x, y), (dx, dy) long, in px of the figure; nothing for one too short to be
 * seen.
 */
function arrow(x: number, y: number, dx: number, dy: number, colour: string): string {
  const length = Math.hypot(dx, dy);
  if (!(length > 0.5)) return `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="1" fill="${colour}"/>`;
  const head = Math.min(7, 0.45 * length);
  const [ux, uy] = [dx / length, dy / length];
  const [tipX, tipY] = [x + dx / 2, y + dy / 2];
  const [neckX, neckY] = [tipX - head * ux, tipY - head * uy];
  return (
    `<path d="M${fixed(x - dx / 2)} ${fixed(y - dy / 2)}L${fixed(neckX)} ${fixed(neckY)}" ` +
    `stroke="${colour}" stroke-width="1.8"/>` +
    `<path d="M${fixed(tipX)} ${fixed(tipY)}L${fixed(neckX - 0.5 * head * uy)} ` +
    `${fixed(neckY + 0.5 * head * ux)}L${fixed(neckX + 0.5 * head * uy)} ` +
    `${fixed(neckY - 0.5 * head * ux)}Z" fill="${colour}"/>`
  );
}
