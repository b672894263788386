/**
 * Time corrects masks: a nucleus that is seen in the frames before and after is there in between. Where one
 * frame has missed it, joined it with its neighbour, or cut it in two, the shape between the two neighbouring
 * frames says what to do.
 */
import type { LabelImage } from "../../core/labels.js";
import { type Contradiction, type Neighbours, nextOf, previousOf } from "./contradictions.js";
import {
  countLabels,
  depth,
  forPixels,
  largestConnected,
  pixelsOf,
  type Shape,
  shapeArea,
  shapeBetween,
} from "./inbetween.js";

/** What was changed in a frame. */
export interface Repair {
  readonly kind: "gap filled" | "merge divided" | "pieces joined";
  readonly frame: number;
  /** Centre of the nucleus that the neighbouring frames predict, px. */
  readonly y: number;
  readonly x: number;
  /** Labels in the repaired frame: the new nucleus; both parts, the new one last; the whole. */
  readonly labels: readonly number[];
  /** Area of the objects concerned before and after, px. */
  readonly areaBefore: number;
  readonly areaAfter: number;
}

/** Pixels that changed, and the labels they have now. */
export interface FrameEdit {
  readonly pixels: Int32Array;
  readonly labels: Int32Array;
}

// Shares of pixels that decide; each is a majority with room for outlines that move.

/** Share of a predicted shape that is free where a nucleus was missed; of a piece that lies in the shape. */
const free = 0.6;

/** Share of a predicted shape that lies on an object which hides its nucleus. */
const covered = 0.5;

/** Smallest share of a nucleus' area that what is cut off for it has. */
const part = 0.4;

/** Smallest share of the predicted area that remains of, or belongs to, an object that is divided. */
const whole = 0.7;

/** A main object with this share of its predicted area lacks no piece. */
const complete = 0.9;

/** Largest area, in predicted areas, of a main object with its piece. */
const mostJoined = 1.3;

/** Largest area, in areas of the other nucleus, of what is cut off for it. */
const mostCut = 1.5;

/** A frame that is being corrected. */
interface Correction {
  readonly frame: number;
  readonly current: LabelImage;
  /** Labels as they become. */
  readonly data: Int32Array;
  readonly links: Neighbours;
  /** The shape of a nucleus between two of its rows, in this frame. */
  readonly shapeOf: (before: number, after: number) => Shape;
  /** Labels that were changed already. */
  readonly touched: Set<number>;
  /** A label that nobody has. */
  readonly newLabel: () => number;
}

type Found = Omit<Repair, "frame"> | undefined;

/**
 * Corrects a frame.
 *
 * - Skipped, and at least .6 of the predicted shape is free: the free part of it becomes a nucleus.
 * - Skipped, and at least half of the predicted shape lies on one object whose track has a nucleus of its own
 * in the frames before and after: that object is divided, each pixel going to the predicted shape it is
 * deeper inside, if it has .7 of the area of both together and each part gets .4 of its own.
 * - A piece: joined with the main object if at least .6 of each lie in the predicted shape, the main object
 * alone is less than .9 of it, and both together no more than 1.3 times it.
 * - Joined: what of the main object lies outside of its predicted shape, by more than a px, and hangs
 * together, is divided from it if it has .4 to 1.5 times the area of the other nucleus and leaves .7 of the
 * predicted shape.
 *
 * Objects are changed once a frame at most; new labels count up from the largest.
 *
 * @param current labels of the frame
 * @param labelsOf labels of a frame up to three away, not repaired
 * @param list of this frame, as `contradictions` found them
 * @returns the pixels to change, by `applyEdit`, and what they are
 */
export function repairFrame(
  current: LabelImage,
  labelsOf: (frame: number) => LabelImage,
  links: Neighbours,
  list: readonly Contradiction[],
): { edit: FrameEdit; repairs: Repair[] } {
  const data = current.data.slice();
  const frame = list[0]?.frame ?? 0;
  let labels = current.count;
  const correction: Correction = {
    frame,
    current,
    data,
    links,
    touched: new Set(),
    shapeOf: (before, after) => shapeBetween(labelsOf, links.graph.nuclei, before, after, frame),
    newLabel: () => ++labels,
  };
  const repairs: Repair[] = [];
  for (const item of list) {
    const found = correct(correction, item);
    if (found !== undefined) repairs.push({ ...found, frame });
  }
  const pixels = Int32Array.from(data.keys()).filter((pixel) => data[pixel] !== current.data[pixel]);
  return { edit: { pixels, labels: pixels.map((pixel) => data[pixel]!) }, repairs };
}

function correct(correction: Correction, item: Contradiction): Found {
  const shape = correction.shapeOf(item.before, item.after);
  switch (item.kind) {
    case "piece":
      return joinPieces(correction, shape, item.main, item.piece);
    case "joined":
      return cutOff(correction, shape, item.main, item.other);
    case "skipped":
      return fillGap(correction, shape) ?? divide(correction, shape);
  }
}

/** The piece and what is free of the shape become the main object's. */
function joinPieces(
  {
    current,
    data,
    links: {
      graph: { nuclei },
    },
    touched,
  }: Correction,
  shape: Shape,
  mainRow: number,
  pieceRow: number,
): Found {
  const [main, piece] = [nuclei.label[mainRow]!, nuclei.label[pieceRow]!];
  const [mainArea, pieceArea] = [nuclei.area[mainRow]!, nuclei.area[pieceRow]!];
  const [area, counts] = [shapeArea(shape), countLabels(shape, current)];
  const inside = (counts.get(main) ?? 0) >= free * mainArea && (counts.get(piece) ?? 0) >= free * pieceArea;
  if (
    !inside ||
    touched.has(main) ||
    touched.has(piece) ||
    mainArea >= complete * area ||
    mainArea + pieceArea > mostJoined * area
  )
    return undefined;
  let areaAfter = mainArea + pieceArea;
  forPixels(shape, current, (pixel) => {
    if (data[pixel] !== 0) return;
    data[pixel] = main;
    areaAfter++;
  });
  for (const pixel of pixelsOf(current, nuclei, pieceRow)) data[pixel] = main;
  touched.add(main).add(piece);
  return { kind: "pieces joined", y: shape.y, x: shape.x, labels: [main], areaBefore: mainArea, areaAfter };
}

/** What an object has beyond its shape becomes another one. */
function cutOff(
  {
    current,
    data,
    links: {
      graph: { nuclei },
    },
    touched,
    newLabel,
  }: Correction,
  shape: Shape,
  mainRow: number,
  otherRow: number,
): Found {
  const [main, mainArea, otherArea] = [nuclei.label[mainRow]!, nuclei.area[mainRow]!, nuclei.area[otherRow]!];
  const [area, { width }] = [shapeArea(shape), current];
  if (touched.has(main) || mainArea < area + part * otherArea) return undefined;
  const excess = largestConnected(
    pixelsOf(current, nuclei, mainRow).filter((pixel) => depth(shape, pixel, width) < -1),
    width,
  );
  if (
    excess.length < part * otherArea ||
    excess.length > mostCut * otherArea ||
    mainArea - excess.length < whole * area
  )
    return undefined;
  const label = newLabel();
  for (const pixel of excess) data[pixel] = label;
  touched.add(main);
  const mean = (value: (pixel: number) => number): number =>
    excess.reduce((sum, pixel) => sum + value(pixel), 0) / excess.length;
  return {
    kind: "merge divided",
    y: mean((pixel) => Math.floor(pixel / width)),
    x: mean((pixel) => pixel % width),
    labels: [main, label],
    areaBefore: mainArea,
    areaAfter: excess.length,
  };
}

/** The free part of the shape becomes a nucleus. */
function fillGap({ current, data, newLabel }: Correction, shape: Shape): Found {
  if ((countLabels(shape, current).get(0) ?? 0) < free * shapeArea(shape)) return undefined;
  const label = newLabel();
  let areaAfter = 0;
  forPixels(shape, current, (pixel) => {
    if (data[pixel] !== 0) return;
    data[pixel] = label;
    areaAfter++;
  });
  return { kind: "gap filled", y: shape.y, x: shape.x, labels: [label], areaBefore: 0, areaAfter };
}

/** The object that the shape lies on is divided between it and the shape of its own nucleus. */
function divide(
  { frame, current, data, links, shapeOf, touched, newLabel }: Correction,
  shape: Shape,
): Found {
  const { nuclei } = links.graph;
  const [area, counts] = [shapeArea(shape), countLabels(shape, current)];
  const [merged, share] = [...counts]
    .filter(([label]) => label > 0)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [0, 0];
  const row = links.rows[frame]!.get(merged) ?? -1;
  const [earlier, later] = row < 0 ? [-1, -1] : [previousOf(links, row), nextOf(links, row)];
  if (share < covered * area || earlier < 0 || later < 0 || touched.has(merged)) return undefined;
  const other = shapeOf(earlier, later);
  const areaBefore = nuclei.area[row]!;
  if (areaBefore < whole * (area + shapeArea(other))) return undefined;
  const pixels = pixelsOf(current, nuclei, row).filter(
    (pixel) => depth(shape, pixel, current.width) > depth(other, pixel, current.width),
  );
  if (pixels.length < part * area || areaBefore - pixels.length < part * shapeArea(other)) return undefined;
  const label = newLabel();
  for (const pixel of pixels) data[pixel] = label;
  touched.add(merged);
  return {
    kind: "merge divided",
    y: shape.y,
    x: shape.x,
    labels: [merged, label],
    areaBefore,
    areaAfter: pixels.length,
  };
}

/** The labels with the changes made; the argument stays as it is. */
export function applyEdit(labels: LabelImage, { pixels, labels: values }: FrameEdit): LabelImage {
  const data = labels.data.slice();
  pixels.forEach((pixel, k) => (data[pixel] = values[k]!));
  return {
    ...labels,
    data,
    count: values.reduce((maximum, value) => Math.max(maximum, value), labels.count),
  };
}
