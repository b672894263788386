import type { Cell } from "./cell.js";
import { fieldAt, type Field } from "./fields.js";

/**
 * A cell with the ellipse within which it repels others: semi-axes in px, the first along the cell's `angle`.
 */
export interface Territory {
  readonly cell: Cell;
  readonly along: number;
  readonly across: number;
}

/** Radius of the ellipse towards (dy, dx). */
const radiusTowards = ({ cell, along, across }: Territory, dy: number, dx: number): number => {
  const theta = Math.atan2(dy, dx) - cell.angle;
  return (along * across) / Math.hypot(across * Math.cos(theta), along * Math.sin(theta));
};

/**
 * Pushes overlapping bodies apart, once: each pair whose ellipses meet on the line between the centres moves
 * by `strength` of its overlap, half each. Pairs are visited in the order of y, then id, and all pushes are
 * summed before any is applied, so the order does not matter.
 */
export function repel(bodies: readonly Territory[], strength: number): void {
  const sorted = [...bodies].sort((a, b) => a.cell.y - b.cell.y || a.cell.id - b.cell.id);
  const largest = sorted.reduce((r, body) => Math.max(r, body.along, body.across), 0);
  const push = new Float64Array(2 * sorted.length);
  for (let i = 0; i < sorted.length; i++) {
    const a = sorted[i]!;
    for (let j = i + 1; j < sorted.length; j++) {
      const b = sorted[j]!;
      const dy = b.cell.y - a.cell.y;
      if (dy > 2 * largest) break;
      const dx = b.cell.x - a.cell.x;
      if (Math.abs(dx) >= 2 * largest) continue;
      const distance = Math.hypot(dy, dx);
      const contact = radiusTowards(a, dy, dx) + radiusTowards(b, dy, dx);
      if (distance >= contact) continue;
      const shift = (0.5 * strength * (contact - distance)) / Math.max(distance, 1e-6);
      push[2 * i]! -= shift * dy;
      push[2 * i + 1]! -= shift * dx;
      push[2 * j]! += shift * dy;
      push[2 * j + 1]! += shift * dx;
    }
  }
  sorted.forEach((body, i) => {
    body.cell.y += push[2 * i]!;
    body.cell.x += push[2 * i + 1]!;
  });
}

/**
 * Moves cells that lie where `field` is below `level` up its gradient, by at most `step` px: the open areas
 * stay open.
 */
export function leaveGaps(cells: readonly Cell[], field: Field, level: number, step: number): void {
  for (const cell of cells) {
    const depth = level - fieldAt(field, cell.y, cell.x);
    if (depth <= 0) continue;
    const gy = fieldAt(field, cell.y + 4, cell.x) - fieldAt(field, cell.y - 4, cell.x);
    const gx = fieldAt(field, cell.y, cell.x + 4) - fieldAt(field, cell.y, cell.x - 4);
    const slope = Math.hypot(gy, gx);
    if (slope === 0) continue;
    // Slope is per 8 px: depth / slope x 8 px leads to the rim.
    const distance = Math.min(step, (8 * depth) / slope);
    cell.y += (distance * gy) / slope;
    cell.x += (distance * gx) / slope;
  }
}
