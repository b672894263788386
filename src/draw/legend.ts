/** The strip below a picture that says what its colours are. */
import { blend, type Canvas, drawCurves, fillBox, hatchPixel, type Place } from "./canvas.js";
import type { Rgb } from "./colours.js";
import { capitalHeight, drawText, shortened, textHeight, textWidth } from "./text.js";

/** A text, alone or after what it explains. */
export interface LegendItem {
  readonly text: string;
  /** Dimmer than the rest: what is read last. Default false. */
  readonly quiet?: boolean | undefined;
  /** A small object, outlined or hatched as in the picture, before the text. */
  readonly swatch?: { readonly kind: "outline" | "hatch"; readonly colour: Rgb } | undefined;
  /** A scale bar of this many px before the text. */
  readonly bar?: number | undefined;
}

/**
 * Items of a row follow each other; each row begins a new line, and one that is too long goes on in the next.
 */
export type LegendRows = readonly (readonly LegendItem[])[];

/** What the strip is filled with. */
export const ground: Rgb = [20, 20, 22];
/** Of texts and bars. */
const bright: Rgb = [240, 240, 240];
/** Of texts that are read last. */
const quiet: Rgb = [165, 165, 170];

interface Placed extends LegendItem {
  /** Corner of the item's capitals, from the corner of the strip, px. */
  readonly y: number;
  readonly x: number;
}

/** A legend whose items have their places. */
export interface LegendLayout {
  readonly items: readonly Placed[];
  readonly height: number;
  /** Px for each px of the font. */
  readonly scale: number;
}

/** Places a legend in a strip of `width` px; a text that is wider is shortened. */
export function layoutLegend(rows: LegendRows, width: number, scale: number): LegendLayout {
  const [margin, gap, leading] = [6 * scale, 9 * scale, textHeight(scale) + 5 * scale];
  const items: Placed[] = [];
  let y = margin;
  for (const row of rows) {
    let x = margin;
    for (const item of row) {
      const before = leadWidth(item, scale);
      const text = shortened(item.text, width - 2 * margin - before, scale);
      const needed = before + textWidth(text, scale);
      if (x > margin && x + needed > width - margin) [y, x] = [y + leading, margin];
      items.push({ ...item, text, y, x });
      x += needed + gap;
    }
    y += leading;
  }
  return { items, height: y - leading + textHeight(scale) + margin, scale };
}

/** Draws a legend that was laid out for the canvas' width, from row `top` down to the lower end. */
export function drawLegend(canvas: Canvas, top: number, { items, scale }: LegendLayout): void {
  fillBox(canvas, { top, left: 0, height: canvas.height - top, width: canvas.width }, ground);
  for (const item of items) {
    const [y, x] = [top + item.y, item.x];
    if (item.swatch !== undefined) drawSwatch(canvas, [y - scale, x], swatchSize(scale), item.swatch);
    if (item.bar !== undefined)
      fillBox(canvas, { top: y + 2 * scale, left: x, height: 3 * scale, width: item.bar }, bright);
    drawText(canvas, y, x + leadWidth(item, scale), item.text, {
      colour: item.quiet === true ? quiet : bright,
      scale,
    });
  }
}

const swatchSize = (scale: number): number => capitalHeight(scale) + 2 * scale;

/** Width of what stands before the text, with the space after it. */
const leadWidth = ({ swatch, bar }: LegendItem, scale: number): number =>
  (swatch === undefined ? 0 : swatchSize(scale) + 4 * scale) + (bar === undefined ? 0 : bar + 4 * scale);

/** Of a nucleus in a swatch, and of what is hatched. */
const nucleusGrey: Rgb = [120, 120, 120];
const hatchedGrey: Rgb = [45, 45, 45];

function drawSwatch(
  canvas: Canvas,
  [top, left]: Place,
  size: number,
  { kind, colour }: NonNullable<LegendItem["swatch"]>,
): void {
  const [radius, cy, cx] = [size / 2, top + (size - 1) / 2, left + (size - 1) / 2];
  if (kind === "hatch") {
    fillBox(canvas, { top, left, height: size, width: size }, hatchedGrey);
    for (let i = 0; i < size ** 2; i++)
      hatchPixel(canvas, (top + Math.floor(i / size)) * canvas.width + left + (i % size), colour);
    return;
  }
  for (let y = top; y < top + size; y++) {
    for (let x = left; x < left + size; x++)
      if (Math.hypot(y - cy, x - cx) < radius - 1) blend(canvas, y * canvas.width + x, nucleusGrey);
  }
  const ring = Array.from({ length: 24 }, (_, i) =>
    [i, i + 1].flatMap((k) => [
      cy + (radius - 1) * Math.sin((k * Math.PI) / 12),
      cx + (radius - 1) * Math.cos((k * Math.PI) / 12),
    ]),
  );
  drawCurves(canvas, ring.flat(), colour, 1.6);
}
