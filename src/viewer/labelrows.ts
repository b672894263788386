/** Draws labels over a picture: outlines inside the objects, fills, and what is unknown. */
import { type RowPainter, type RowPiece, rowsOfCells } from "./imagerows.js";
import {
  alphaOf,
  colourCycle,
  mix,
  mixOver,
  selectedColour,
  weightedColour,
  weightOf,
} from "./packedcolour.js";
import type { LabelLayer } from "./scene.js";
import { margin, type ScreenPlaces } from "./screenplaces.js";
import { cellsOf } from "./visibletiles.js";

/** Widest outline, screen px. */
const widest = 4;

/** Width of the outlines of a layer and of its selected objects, screen px. */
export function outlineWidths({ outline }: Pick<LabelLayer, "outline">): {
  readonly usual: number;
  readonly selected: number;
} {
  const usual = Math.max(0, Math.min(widest, Math.round(outline)));
  return { usual, selected: Math.max(3, usual + 2) };
}

/**
 * Prepares the drawing of labels. A pixel belongs to the outline where the label `outline` screen px to its left,
 * right, above or below is another one; beyond the image all is background.
 */
export function labelPainter(layer: LabelLayer, zoom: number, places: ScreenPlaces): RowPainter {
  const { usual, selected } = outlineWidths(layer);
  const { width } = places.size;
  const lineAt = labelLines(layer, zoom, places, selected);
  const look = looksOf(layer);
  const near: Lines = { at: 0, line: lineAt(0), above: lineAt(0), below: lineAt(0) };
  const far: Lines = { ...near };
  return (out, y) => {
    const line = lineAt(y);
    const at = y * width;
    Object.assign(near, { at, line, above: lineAt(y - usual), below: lineAt(y + usual) });
    Object.assign(far, { at, line, above: lineAt(y - selected), below: lineAt(y + selected) });
    for (let i = 0; i < width;) {
      const label = line[i + margin]!;
      const from = i++;
      while (i < width && line[i + margin] === label) i++;
      if (label === 0) continue;
      const style = look(label);
      if (style.isSeen) drawRun(out, style.isSelected ? far : near, style, from, i);
    }
  };
}

/** Labels of a screen row and of those above and below it. */
interface Lines {
  /** Index of the row's first pixel in the picture. */
  at: number;
  line: Int32Array;
  above: Int32Array;
  below: Int32Array;
}

/** How an object is drawn. */
interface Look {
  readonly isSeen: boolean;
  readonly isSelected: boolean;
  /** Colour and weight (0..256) of the outline. */
  readonly edge: number;
  readonly edgeWeight: number;
  /** Weight of the fill, 0..256, and its colour times the weight, as `mixOver` takes them. */
  readonly fillWeight: number;
  readonly fillRedBlue: number;
  readonly fillGreen: number;
  /** Width of the outline, screen px; 0 for none. */
  readonly reach: number;
}

/**
 * Draws pixels [from, to) of a row, which have one label. Only at the ends of a run can the neighbours to the left
 * and right differ: between them only the rows above and below are looked at.
 */
function drawRun(out: Int32Array, lines: Lines, look: Look, from: number, to: number): void {
  const { reach } = look;
  if (reach === 0) {
    fillPixels(out, lines.at + from, lines.at + to, look);
    return;
  }
  const head = Math.min(to, from + reach);
  const tail = Math.max(head, to - reach);
  drawEnd(out, lines, look, { from, to, start: from, end: head });
  drawMiddle(out, lines, look, head, tail);
  drawEnd(out, lines, look, { from, to, start: tail, end: to });
}

function drawMiddle(
  out: Int32Array,
  { at, line, above, below }: Lines,
  look: Look,
  from: number,
  to: number,
): void {
  const { edge, edgeWeight, fillWeight, fillRedBlue, fillGreen } = look;
  const label = line[from + margin]!;
  const under = 256 - fillWeight;
  for (let i = from; i < to; i++) {
    const k = i + margin;
    if (above[k] !== label || below[k] !== label)
      out[at + i] = edgeWeight === 256 ? edge : mix(out[at + i]!, edge, edgeWeight);
    else if (fillWeight > 0) out[at + i] = mixOver(out[at + i]!, under, fillRedBlue, fillGreen);
  }
}

/** Part [start, end) of a run [from, to). */
interface RunEnd {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

function drawEnd(
  out: Int32Array,
  { at, line, above, below }: Lines,
  look: Look,
  { from, to, start, end }: RunEnd,
): void {
  const { edge, edgeWeight, fillWeight, fillRedBlue, fillGreen, reach } = look;
  const label = line[from + margin]!;
  for (let i = start; i < end; i++) {
    const k = i + margin;
    const isEdge =
      above[k] !== label ||
      below[k] !== label ||
      (i < from + reach && line[k - reach] !== label) ||
      (i >= to - reach && line[k + reach] !== label);
    if (isEdge) out[at + i] = edgeWeight === 256 ? edge : mix(out[at + i]!, edge, edgeWeight);
    else if (fillWeight > 0) out[at + i] = mixOver(out[at + i]!, 256 - fillWeight, fillRedBlue, fillGreen);
  }
}

function fillPixels(
  out: Int32Array,
  from: number,
  to: number,
  { fillWeight, fillRedBlue, fillGreen }: Look,
): void {
  if (fillWeight === 0) return;
  for (let i = from; i < to; i++) out[i] = mixOver(out[i]!, 256 - fillWeight, fillRedBlue, fillGreen);
}

const unseen: Look = {
  isSeen: false,
  isSelected: false,
  edge: 0,
  edgeWeight: 0,
  fillWeight: 0,
  fillRedBlue: 0,
  fillGreen: 0,
  reach: 0,
};

/** Labels whose looks are kept: more than a row of the screen has. */
const keptLooks = 4096;

/** How each label is drawn; kept, because the same come again in the next row. */
function looksOf(layer: LabelLayer): (label: number) => Look {
  const keys = new Int32Array(keptLooks);
  const looks = new Array<Look>(keptLooks).fill(unseen);
  return (label) => {
    const place = label & (keptLooks - 1);
    if (keys[place] !== label) {
      keys[place] = label;
      looks[place] = lookOf(layer, label);
    }
    return looks[place]!;
  };
}

function lookOf(layer: LabelLayer, label: number): Look {
  const { colours, fill, unknown, selected } = layer;
  const widths = outlineWidths(layer);
  const opaque = (colour: number): number => colour | 0xff000000;
  if (label < 0) {
    const fillWeight = weightOf(alphaOf(unknown));
    return { ...unseen, isSeen: fillWeight > 0, fillWeight, ...weighted(unknown, fillWeight) };
  }
  const colour = label < colours.length ? colours[label]! : colourCycle[label % colourCycle.length]!;
  const alpha = alphaOf(colour);
  if (alpha === 0) return unseen;
  const isSelected = selected.has(label);
  const reach = isSelected ? widths.selected : widths.usual;
  const fillWeight = weightOf(alpha, fill);
  const { fillRedBlue, fillGreen } = weighted(colour, fillWeight);
  return {
    isSeen: reach > 0 || fillWeight > 0,
    isSelected,
    edge: isSelected ? selectedColour | 0 : opaque(colour),
    edgeWeight: isSelected ? 256 : weightOf(alpha),
    fillWeight,
    fillRedBlue,
    fillGreen,
    reach,
  };
}

function weighted(colour: number, weight: number): Pick<Look, "fillRedBlue" | "fillGreen"> {
  const { redBlue, green } = weightedColour(colour, weight);
  return { fillRedBlue: redBlue, fillGreen: green };
}

/** Labels of screen rows, margin + width + margin; the last ones are kept. */
function labelLines(
  { plane }: LabelLayer,
  zoom: number,
  places: ScreenPlaces,
  reach: number,
): (y: number) => Int32Array {
  const cells = cellsOf(plane, zoom, places);
  const pieces = rowsOfCells(cells, places);
  const isStraight = zoom * 2 ** cells.level === 1;
  const length = places.size.width + 2 * margin;
  const kept = 2 * reach + 2;
  const lines = Array.from({ length: kept }, () => new Int32Array(length));
  const held = new Int32Array(kept).fill(-margin - kept);
  const place = (y: number): number => (y + margin) % kept;
  const fill = (line: Int32Array, y: number): void => {
    line.fill(0);
    if (places.rows[y + margin]! < 0) return;
    for (const piece of pieces(y)) copyRow(line, piece, isStraight);
  };
  return (y) => {
    const at = place(y);
    const line = lines[at]!;
    if (held[at] === y) return line;
    held[at] = y;
    const before = place(y - 1 + kept);
    const isSameRow = held[before] === y - 1 && places.rows[y + margin] === places.rows[y - 1 + margin];
    if (isSameRow) line.set(lines[before]!);
    else fill(line, y);
    return line;
  };
}

/** @param isStraight whether one screen px is one px of the level that fits the zoom */
function copyRow(
  line: Int32Array,
  { data, from, to, base, texels }: RowPiece<Int32Array>,
  isStraight: boolean,
): void {
  const [first, last] = [from + margin, to + margin - 1];
  const start = base + texels[first]!;
  // At 1:1 the rows of a tile are copied as they are.
  if (isStraight && texels[last]! - texels[first]! === last - first)
    line.set(data.subarray(start, start + last - first + 1), first);
  else for (let k = first; k <= last; k++) line[k] = data[base + texels[k]!]!;
}
