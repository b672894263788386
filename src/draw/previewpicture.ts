/**
 * An annotation as one picture for people: outlines over the image, a word beside what was rejected, and a
 * legend below.
 */
import type { Image, StoredPlane } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { percent } from "../core/wording.js";
import { type Canvas, drawCurves } from "./canvas.js";
import { annotationColours, type Rgb } from "./colours.js";
import { contourLines } from "./contours.js";
import { drawLegend, ground, layoutLegend, type LegendItem, type LegendRows } from "./legend.js";
import { placeMarks } from "./marks.js";
import { backdrop, hatch, requireEqualSize, wholeImage } from "./overlay.js";
import { roundLength } from "./scalebar.js";
import { drawText } from "./text.js";
import { drawLabels, type View } from "./view.js";

/** What the legend says. */
export interface PreviewFacts {
  /** Of the frame. */
  readonly name: string;
  /** How many objects were rejected for what, the most frequent first. */
  readonly reasons: readonly (readonly [word: string, count: number])[];
  /** Diameter of a nucleus, px; undefined where none is known. */
  readonly diameter: number | undefined;
  /** Where the diameter comes from, such as "estimated". */
  readonly diameterFrom: string;
  /** How the annotation was made, such as "sensitivity 1". */
  readonly method: string;
  /**
   * What becomes of unknown pixels, such as "ignored"; undefined for a method that leaves nothing unknown.
   */
  readonly unknownUse: string | undefined;
}

/** An annotation with all that its picture shows. */
export interface PreviewInput {
  readonly image: Image;
  /** 1..count sure nuclei, 0 background, -1 unknown. */
  readonly labels: LabelImage;
  /** Rejected objects; 0 elsewhere. Numbers may be missing. */
  readonly rejected: LabelImage;
  /** By number of a rejected object the short lines to write on it; drawn where there is room. */
  readonly marks: ReadonlyMap<number, readonly string[]>;
  readonly facts: PreviewFacts;
}

/** The legend needs this width, px, whatever the image. */
const minWidth = 480;

/**
 * The image in grey at 1:1 (smaller ones enlarged by a whole factor, so that outlines are seen), sure nuclei
 * outlined blue, rejected objects orange with the kind of the reason, unknown area hatched yellow; below it
 * the legend with counts, sizes and a scale bar.
 *
 * @returns RGB
 * @throws InvalidInput when labels and image differ in size
 */
export function annotationPreview({ image, labels, rejected, marks, facts }: PreviewInput): StoredPlane {
  requireEqualSize(image, labels);
  requireEqualSize(image, rejected);
  const view: View = { ...wholeImage(image), scale: enlargement(image) };
  const canvas = backdrop(image, view, undefined, 0.85);
  hatch(canvas, drawLabels(labels, view));
  outline(canvas, rejected, view.scale, annotationColours.rejected);
  outline(canvas, labels, view.scale, annotationColours.kept);
  for (const { y, x, text, scale } of placeMarks(labels, rejected, marks, view.scale))
    drawText(canvas, y, x, text, { colour: annotationColours.rejected, scale, halo: true });
  return withLegend(canvas, legendRows({ image, labels, rejected, marks, facts }, view.scale));
}

/** 1 from 512 px on; below, what makes the longer edge about 768 px, at most 8. */
function enlargement({ height, width }: Image): number {
  const longer = Math.max(height, width);
  return longer >= 512 ? 1 : Math.min(8, Math.ceil(768 / longer));
}

function outline(canvas: Canvas, labels: LabelImage, scale: number, colour: Rgb): void {
  // Between objects that touch a gap stays, where the picture has the room for it.
  const [thickness, inset] = scale === 1 ? [1.2, 0.6] : [1.8, 1.4];
  drawCurves(canvas, contourLines(labels, scale, inset), colour, thickness);
}

/** What the legend says, row by row. @param scale drawn px per px of the image */
export function legendRows(input: PreviewInput, scale: number): LegendRows {
  const { image, facts } = input;
  const { name, method, diameter, diameterFrom } = facts;
  const enlarged = scale === 1 ? "" : `, enlarged ${scale} x`;
  const size =
    diameter === undefined
      ? "diameter unknown"
      : `diameter ${lengthText(diameter, image.pixelSize)} ${diameterFrom}`;
  const reasons = reasonItems(input);
  return [
    [
      { text: name },
      { text: `${image.height} x ${image.width} px${enlarged}`, quiet: true },
      { text: method, quiet: true },
    ],
    countItems(input),
    ...(reasons.length > 0 ? [reasons] : []),
    [scaleBar(image, scale), { text: size, quiet: true }],
  ];
}

function countItems({ labels, rejected, facts: { unknownUse } }: PreviewInput): LegendItem[] {
  const colours = annotationColours;
  const unknown =
    labels.data.reduce((sum, label) => sum + (label === -1 ? 1 : 0), 0) / Math.max(1, labels.data.length);
  const items: LegendItem[] = [
    { text: `${labels.count} sure`, swatch: { kind: "outline", colour: colours.kept } },
    { text: `${countOf(rejected)} rejected`, swatch: { kind: "outline", colour: colours.rejected } },
  ];
  if (unknownUse !== undefined)
    items.push({
      text: `${percent(unknown)} unknown (${unknownUse})`,
      swatch: { kind: "hatch", colour: colours.ignored },
    });
  return items;
}

function reasonItems({ marks, facts: { reasons } }: PreviewInput): LegendItem[] {
  if (reasons.length === 0) return [];
  const hasNumbers = [...marks.values()].some((lines) => lines.length > 1);
  const texts = reasons.map(([word, count]) => `${word} ${count}`);
  return ["rejected for:", ...texts, ...(hasNumbers ? ["(number: certainty)"] : [])].map((text) => ({
    text,
    quiet: true,
  }));
}

/** Objects, not numbers: some may be missing. */
export function countOf({ data, count }: LabelImage): number {
  const seen = new Uint8Array(count + 1);
  for (const label of data) if (label > 0) seen[label] = 1;
  return seen.reduce((sum, value) => sum + value, 0);
}

function lengthText(px: number, pixelSize: number | undefined): string {
  const micrometres = pixelSize === undefined ? "" : ` (${(px * pixelSize).toPrecision(3)} µm)`;
  return `${px.toFixed(px < 10 ? 1 : 0)} px${micrometres}`;
}

/**
 * A round number of µm near a fifth of the width; without calibration 50 px, less where the image is narrow.
 */
function scaleBar({ width, pixelSize }: Image, scale: number): LegendItem {
  if (pixelSize === undefined) {
    const px = Math.max(1, width >= 100 ? 50 : roundLength(width / 2));
    return { text: `${px} px`, bar: px * scale };
  }
  const micrometres = roundLength((Math.max(100, width) * pixelSize) / 5);
  return { text: `${micrometres} µm`, bar: Math.max(1, Math.round((micrometres / pixelSize) * scale)) };
}

/** Letters grow with the picture. */
function legendScale(width: number): number {
  if (width < 1200) return 2;
  return width < 2400 ? 3 : 4;
}

/** The picture over its legend, in the middle where the legend is wider. */
function withLegend(picture: Canvas, rows: LegendRows): Canvas {
  const width = Math.max(minWidth, picture.width);
  const legend = layoutLegend(rows, width, legendScale(width));
  const canvas: Canvas = {
    height: picture.height + legend.height,
    width,
    samples: 3,
    data: new Uint8Array((picture.height + legend.height) * width * 3),
  };
  for (let at = 0; at < 3 * picture.height * width; at++) canvas.data[at] = ground[at % 3]!;
  const left = Math.floor((width - picture.width) / 2);
  for (let y = 0; y < picture.height; y++)
    canvas.data.set(
      picture.data.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width),
      3 * (y * width + left),
    );
  drawLegend(canvas, picture.height, legend);
  return canvas;
}
