/**
 * Time corrects masks: a nucleus that is seen in the frames before and after is there in between. Where frames
 * have missed it, joined it with its neighbour, or cut it in two, the shape between the two neighbouring frames
 * says what to do.
 */
import type { LabelImage } from "../../core/labels.js";
import type { Nuclei } from "../../core/nuclei.js";
import { type Contradiction, isLost } from "./contradictions.js";
import { type Crop, labelAt, type Place, placesOf } from "./labelcrop.js";
import { countLabels, depth, forPlaces, type Shape, shapeAt, shapeBetween } from "./inbetween.js";
import { type Neighbours, rowAt } from "./timeneighbours.js";

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

/** Pixels of a frame that changed: y x width + x to the label it has now. */
export type FrameEdit = Map<number, number>;

// Shares of pixels that decide; each is a majority with room for outlines that move.

/** Share of a predicted shape that is free where a nucleus was missed; of both parts that lies in the shape. */
const free = 0.6;

/** Share of a predicted shape that lies on an object which hides its nucleus. */
const covered = 0.5;

/** Smallest share of a nucleus' area that what is cut off for it has. */
const part = 0.4;

/** Smallest share of the predicted area that belongs to an object that is divided. */
const whole = 0.7;

/** Frames of a movie that are being corrected. */
export interface Corrections {
  readonly links: Neighbours;
  /** Width of a frame, px. */
  readonly width: number;
  readonly edits: Map<number, FrameEdit>;
  /** By frame: labels that were changed already; each is changed once at most. */
  readonly touched: Map<number, Set<number>>;
  /** A label that nobody has in a frame. */
  readonly newLabel: (frame: number) => number;
}

/** A frame about a contradiction, with what is predicted for it. */
interface Scene extends Pick<Corrections, "links" | "width"> {
  readonly frame: number;
  readonly crop: Crop;
  readonly cropOf: (frame: number) => Crop;
  readonly shape: Shape;
  readonly edit: FrameEdit;
  readonly touched: Set<number>;
  readonly newLabel: () => number;
}

type Found = Omit<Repair, "frame" | "y" | "x"> | undefined;

/**
 * Corrects the frames of a contradiction.
 *
 * - Skipped, and at least .6 of the predicted shape is free: the free part of it becomes a nucleus.
 * - Skipped, and at least half of the predicted shape lies on one object whose track has a nucleus of its own
 * before and after: that object is divided, each pixel going to the predicted shape it is deeper inside, if it
 * has .7 of the area of both together and each part gets .4 of its own.
 * - A mother that is missed before she divides: where .6 of her outline, half the way to her daughters, is free,
 * it becomes a nucleus.
 * - A piece becomes the nucleus' it was cut from, with what is free of the shape, if at least .6 of both lie in
 * the predicted shape.
 *
 * @param cropOf the labels about the contradiction, of the frames from its first to its last
 * @returns what was changed; the pixels are added to the edits
 */
export function repairFrames(
  corrections: Corrections,
  item: Contradiction,
  cropOf: (frame: number) => Crop,
): Repair[] {
  const { links, width, edits, touched, newLabel } = corrections;
  const { nuclei } = links.graph;
  const repairs: Repair[] = [];
  for (let frame = nuclei.frame[item.before]! + 1; frame < nuclei.frame[item.after]!; frame++) {
    if (isLost(links.rows, frame)) continue;
    const shape =
      item.kind === "mother"
        ? shapeAt(cropOf(nuclei.frame[item.before]!), nuclei, item.before, midway(nuclei, item))
        : shapeBetween(cropOf, nuclei, item.before, item.after, frame);
    const scene: Scene = {
      links,
      width,
      frame,
      crop: cropOf(frame),
      cropOf,
      shape,
      edit: entryOf(edits, frame, () => new Map<number, number>()),
      touched: entryOf(touched, frame, () => new Set<number>()),
      newLabel: () => newLabel(frame),
    };
    const found = correct(scene, item);
    if (found !== undefined) repairs.push({ ...found, frame, y: shape.y, x: shape.x });
  }
  return repairs;
}

function correct(scene: Scene, item: Contradiction): Found {
  const { frame } = scene.links.graph.nuclei;
  const [first, last] = [frame[item.before]!, frame[item.after]!];
  if (item.kind === "piece") return joinPieces(scene, item.parts[scene.frame - first - 1]!);
  return fillGap(scene) ?? (item.kind === "mother" ? undefined : divide(scene, first, last));
}

/** Half the way from a mother to the middle of her daughters. */
function midway(
  { y, x }: Nuclei,
  { before, after, sister }: Extract<Contradiction, { readonly kind: "mother" }>,
): Place {
  const half = (axis: Float64Array): number => axis[before]! / 2 + (axis[after]! + axis[sister]!) / 4;
  return [half(y), half(x)];
}

function entryOf<T>(map: Map<number, T>, key: number, make: () => T): T {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

/** The label that a place has by now. */
const currentLabel = ({ crop, edit, width }: Scene, y: number, x: number): number =>
  edit.get(y * width + x) ?? labelAt(crop, y, x);

/** Gives what is free of the shape to a label. @returns pixels */
function takeFree(scene: Scene, label: number): number {
  let taken = 0;
  forPlaces(scene.shape, scene.crop, (y, x) => {
    if (currentLabel(scene, y, x) !== 0) return;
    scene.edit.set(y * scene.width + x, label);
    taken++;
  });
  return taken;
}

/** The piece and what is free of the shape become the main object's. */
function joinPieces(scene: Scene, { main, piece }: { main: number; piece: number }): Found {
  const { nuclei } = scene.links.graph;
  const [label, other] = [nuclei.label[main]!, nuclei.label[piece]!];
  if (scene.touched.has(label) || scene.touched.has(other)) return undefined;
  const counts = countLabels(scene.shape, scene.crop);
  const isInside = (row: number): boolean =>
    (counts.get(nuclei.label[row]!) ?? 0) >= free * nuclei.area[row]!;
  if (!isInside(main) || !isInside(piece)) return undefined;
  scene.touched.add(label).add(other);
  const gained = takeFree(scene, label);
  for (const [y, x] of placesOf(scene.crop, nuclei, piece)) scene.edit.set(y * scene.width + x, label);
  const [areaBefore, pieceArea] = [nuclei.area[main]!, nuclei.area[piece]!];
  return { kind: "pieces joined", labels: [label], areaBefore, areaAfter: areaBefore + pieceArea + gained };
}

/** The free part of the shape becomes a nucleus. */
function fillGap(scene: Scene): Found {
  const { shape, crop, newLabel } = scene;
  if ((countLabels(shape, crop).get(0) ?? 0) < free * shape.area) return undefined;
  const label = newLabel();
  const areaAfter = takeFree(scene, label);
  return areaAfter === 0 ? undefined : { kind: "gap filled", labels: [label], areaBefore: 0, areaAfter };
}

/** The object that the shape lies on is divided between it and the shape of its own nucleus. */
function divide(scene: Scene, first: number, last: number): Found {
  const { links, crop, cropOf, frame, shape, touched, edit, width, newLabel } = scene;
  const { nuclei } = links.graph;
  const [merged, share] = [...countLabels(shape, crop)]
    .filter(([label]) => label > 0)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [0, 0];
  const row = links.rows[frame]!.get(merged) ?? -1;
  if (row < 0 || share < covered * shape.area || touched.has(merged)) return undefined;
  const [earlier, later] = [rowAt(links, row, first), rowAt(links, row, last)];
  if (earlier < 0 || later < 0) return undefined;
  const own = shapeBetween(cropOf, nuclei, earlier, later, frame);
  const areaBefore = nuclei.area[row]!;
  if (areaBefore < whole * (shape.area + own.area)) return undefined;
  const isNew = ([y, x]: Place): boolean => depth(shape, y, x) > depth(own, y, x);
  const places = placesOf(crop, nuclei, row).filter(isNew);
  if (places.length < part * shape.area || areaBefore - places.length < part * own.area) return undefined;
  const label = newLabel();
  for (const [y, x] of places) edit.set(y * width + x, label);
  touched.add(merged);
  return { kind: "merge divided", labels: [merged, label], areaBefore, areaAfter: places.length };
}

/** The labels with the changes made; the argument stays as it is. */
export function applyEdit(labels: LabelImage, edit: FrameEdit): LabelImage {
  const data = labels.data.slice();
  let count = labels.count;
  for (const [pixel, label] of edit) {
    data[pixel] = label;
    count = Math.max(count, label);
  }
  return { ...labels, data, count };
}
