/** True masks with the mistakes of a segmentation at known rates, to measure what a tracker makes of them. */
import { InvalidInput } from "../core/errors.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import type { Nuclei } from "../core/nuclei.js";
import { random, type Random, shuffle } from "../core/random.js";
import { countOverlaps } from "../imgproc/overlaps.js";
import { boundingBoxes, equivalentDiameter, measure } from "../imgproc/regions.js";
import { median } from "../stats/percentile.js";
import {
  type Box,
  discPixels,
  type Editable,
  erode,
  type Line,
  mergeLabels,
  relabel,
  sideOf,
  touchingPairs,
} from "./spoilpixels.js";

/** How often a segmentation errs. */
export interface SpoilRates {
  /**
   * Merges for each nucleus and frame: two that touch (at most 2 px apart) get one label, and the gap is
   * bridged. Fewer where fewer nuclei touch.
   */
  readonly merge: number;
  /** Probability for each nucleus and frame to be cut across its major axis. */
  readonly split: number;
  /** ... to be missing. */
  readonly miss: number;
  /** ... to lose 1 or 2 px of its rim, on one side or all around. */
  readonly shave: number;
  /** Objects that are no nuclei, as a share of the nuclei of the frame. */
  readonly debris: number;
}

/** Rates of a good segmentation. */
export const spoilRates: SpoilRates = { merge: 0.01, split: 0.005, miss: 0.01, debris: 0.01, shave: 0.05 };

/** A kind of mistake. */
export type SpoilKind = keyof SpoilRates;

/** A mistake that was made. */
export interface SpoiledError {
  readonly kind: SpoilKind;
  /** From 0. */
  readonly frame: number;
  /** True labels concerned: two of a merge, none of debris. */
  readonly labels: readonly number[];
  /** Where, px: the mean of the true centroids, or the centre of the debris. */
  readonly y: number;
  readonly x: number;
}

/** Masks as a segmentation that errs would give them, and its mistakes by frame. */
export interface SpoiledMasks {
  readonly frames: LabelImage[];
  readonly errors: SpoiledError[];
}

/** A merge lasts for a frame, and then goes on with this probability, for `longestMerge` frames at most. */
const mergeGoesOn = 0.3;
const longestMerge = 3;
const meanMerge = 1 + mergeGoesOn + mergeGoesOn ** 2;

/** Frames that debris is seen: 1 to this, equally often. */
const longestDebris = 5;

/** Of the generator of the seed, one a purpose. */
const streams = { nuclei: 1, debris: 2 } as const;

/**
 * Spoils true masks. A nucleus has one mistake at most in a frame, and mistakes are independent from frame to
 * frame, but for merges (1 to 3 frames) and debris (1 to 5 frames, slowly moving). True labels stay; what has
 * no true label (debris, one part of a split nucleus) gets labels above all of the frame.
 *
 * @param seed of all that is drawn; same frames, rates and seed: same bytes
 * @throws InvalidInput when a rate is not within 0..1, or miss, split and shave are more than 1 together
 */
export function spoilMasks(frames: readonly LabelImage[], rates: SpoilRates, seed: number): SpoiledMasks {
  checkRates(rates);
  const root = random(seed);
  const errors: SpoiledError[] = [];
  let lasting: Merge[] = [];
  const spoiled = frames.map((truth, frame) => {
    const work = openFrame(truth, frame, root.fork(streams.nuclei).fork(frame));
    lasting = mergesOf(work, lasting, frames[frame - 1], rates);
    spoilNuclei(work, rates, lasting);
    errors.push(...work.errors);
    return work;
  });
  errors.push(...addDebris(spoiled, rates.debris, root.fork(streams.debris)));
  errors.sort((a, b) => a.frame - b.frame);
  return {
    frames: spoiled.map(({ image: { height, width, data } }) => labelImage(height, width, data)),
    errors,
  };
}

function checkRates(rates: SpoilRates): void {
  for (const [kind, rate] of Object.entries(rates))
    if (!(rate >= 0 && rate <= 1)) throw new InvalidInput(`rate ${kind}`, "a share of 0 to 1", String(rate));
  const sum = rates.miss + rates.split + rates.shave;
  if (sum > 1) throw new InvalidInput("rates", "miss, split and shave of at most 1 together", String(sum));
}

/** A frame while it is spoiled. */
interface Work {
  readonly frame: number;
  readonly truth: LabelImage;
  readonly image: Editable;
  /** Of the truth. */
  readonly nuclei: Nuclei;
  readonly rowOfLabel: ReadonlyMap<number, number>;
  readonly boxes: Int32Array;
  readonly rng: Random;
  readonly errors: SpoiledError[];
  newLabel: number;
}

/** Two true labels that are one in this frame. */
interface Merge {
  readonly labels: readonly [number, number];
  /** Frames for which it has lasted, this one included. */
  readonly frames: number;
}

function openFrame(truth: LabelImage, frame: number, rng: Random): Work {
  const nuclei = measure(truth);
  return {
    frame,
    truth,
    image: { height: truth.height, width: truth.width, data: truth.data.slice() },
    nuclei,
    rowOfLabel: new Map(Array.from(nuclei.label, (label, row) => [label, row])),
    boxes: boundingBoxes(truth),
    rng,
    errors: [],
    newLabel: truth.count + 1,
  };
}

/** The merges of a frame: those of the frame before that go on, then new ones among pairs that touch. */
function mergesOf(
  work: Work,
  lasting: readonly Merge[],
  before: LabelImage | undefined,
  rates: SpoilRates,
): Merge[] {
  const { rng, truth, nuclei } = work;
  if (rates.merge === 0) return [];
  const pairs = touchingPairs(truth);
  const merges: Merge[] = [];
  const taken = new Set<number>();
  const add = (labels: readonly [number, number], frames: number): void => {
    if (labels.some((label) => taken.has(label))) return;
    for (const label of labels) taken.add(label);
    merges.push({ labels, frames });
  };
  const going = lasting.filter(({ frames }) => rng.next() < mergeGoesOn && frames < longestMerge);
  const heirs = going.length > 0 && before !== undefined ? heirsOf(before, truth) : noHeirs;
  for (const { labels, frames } of going) {
    const now = labels.map((label) => heirs.get(label) ?? 0).sort((a, b) => a - b);
    const pair = pairs.find(([a, b]) => a === now[0] && b === now[1]);
    if (pair !== undefined) add(pair, frames + 1);
  }
  // So many begin that the share of merges, lasting ones included, is the rate.
  const begins = before === undefined ? rates.merge : rates.merge / meanMerge;
  let due = 0;
  for (let row = 0; row < nuclei.count; row++) if (rng.next() < begins) due++;
  due += merges.length;
  for (const pair of shuffle(pairs, rng)) {
    if (merges.length >= due) break;
    add(pair, 1);
  }
  return merges;
}

const noHeirs: ReadonlyMap<number, number> = new Map();

/** By label of a frame the one that covers most of it in the next frame; labels need not be those of tracks. */
function heirsOf(before: LabelImage, after: LabelImage): ReadonlyMap<number, number> {
  // Images of a set may differ in size; they are no movie.
  if (before.height !== after.height || before.width !== after.width) return noHeirs;
  const { a, b, shared } = countOverlaps(before, after);
  const most = new Map<number, number>();
  const heirs = new Map<number, number>();
  shared.forEach((area, k) => {
    if (area <= (most.get(a[k]!) ?? 0)) return;
    most.set(a[k]!, area);
    heirs.set(a[k]!, b[k]!);
  });
  return heirs;
}

/** Merges, then one mistake at most for each of the other nuclei. */
function spoilNuclei(work: Work, rates: SpoilRates, merges: readonly Merge[]): void {
  const { image, nuclei, rng } = work;
  const merged = new Set(merges.flatMap(({ labels }) => labels));
  for (const { labels } of merges) {
    mergeLabels(image, labels[1], labels[0], joined(boxOf(work, labels[0]), boxOf(work, labels[1])));
    note(work, "merge", labels);
  }
  for (let row = 0; row < nuclei.count; row++) {
    const draw = rng.next();
    const label = nuclei.label[row]!;
    // What a nucleus draws depends on its place in the order only, so each has a stream of its own.
    const own = rng.fork(row);
    if (merged.has(label)) continue;
    if (draw < rates.miss) {
      relabel(image, boxOf(work, label), (value) => (value === label ? 0 : value));
      note(work, "miss", [label]);
    } else if (draw < rates.miss + rates.split) split(work, row, own);
    else if (draw < rates.miss + rates.split + rates.shave) shave(work, row, own);
  }
}

function note({ errors, frame, nuclei, rowOfLabel }: Work, kind: SpoilKind, labels: readonly number[]): void {
  const meanOf = (column: Float64Array): number =>
    labels.reduce((sum, label) => sum + column[rowOfLabel.get(label)!]!, 0) / labels.length;
  errors.push({ kind, frame, labels: [...labels], y: meanOf(nuclei.y), x: meanOf(nuclei.x) });
}

function boxOf({ boxes }: Work, label: number): Box {
  const [y0, x0, y1, x1] = boxes.subarray(4 * (label - 1), 4 * label) as unknown as number[];
  return { y0: y0!, x0: x0!, y1: y1!, x1: x1! };
}

const joined = (a: Box, b: Box): Box => ({
  y0: Math.min(a.y0, b.y0),
  x0: Math.min(a.x0, b.x0),
  y1: Math.max(a.y1, b.y1),
  x1: Math.max(a.x1, b.x1),
});

/** Cuts about through the centroid, about across the major axis. */
function split(work: Work, row: number, rng: Random): void {
  const { image, nuclei } = work;
  const label = nuclei.label[row]!;
  const angle = nuclei.orientation[row]! + rng.normal(0, 0.2);
  const along = rng.normal(0, 0.06) * nuclei.majorAxis[row]!;
  const cut: Line = {
    y: nuclei.y[row]! + along * Math.sin(angle),
    x: nuclei.x[row]! + along * Math.cos(angle),
    angle,
  };
  let second = 0;
  relabel(image, boxOf(work, label), (value, y, x) => {
    const isSecond = value === label && sideOf(cut, y, x) > 0;
    if (isSecond) second++;
    return isSecond ? work.newLabel : value;
  });
  if (second > 0) work.newLabel++;
  // A nucleus of a pixel has no parts.
  if (second > 0 && second < nuclei.area[row]!) note(work, "split", [label]);
}

function shave(work: Work, row: number, rng: Random): void {
  const { image, nuclei } = work;
  const label = nuclei.label[row]!;
  const depth = 1 + rng.integer(2);
  const isOneSide = rng.next() < 0.5;
  const side = isOneSide
    ? { y: nuclei.y[row]!, x: nuclei.x[row]!, angle: rng.uniform(0, 2 * Math.PI) }
    : undefined;
  // Shaving away all of it would be another mistake.
  if (nuclei.minorAxis[row]! <= 2 * depth + 2) return;
  erode(image, label, boxOf(work, label), { depth, side });
  note(work, "shave", [label]);
}

/** Something that is seen for a few frames, and is no nucleus. */
interface Piece {
  y: number;
  x: number;
  readonly radius: number;
  readonly velocityY: number;
  readonly velocityX: number;
  framesLeft: number;
}

/**
 * Adds debris on the background. Pieces are born before the first frame, too, so that it has as many as
 * later ones.
 */
function addDebris(frames: readonly Work[], rate: number, rng: Random): SpoiledError[] {
  const errors: SpoiledError[] = [];
  let pieces: Piece[] = [];
  if (rate === 0 || frames.length === 0) return errors;
  for (let frame = 1 - longestDebris; frame < frames.length; frame++) {
    const work = frames[Math.max(0, frame)]!;
    for (const piece of pieces) move(piece);
    for (let row = 0; row < work.nuclei.count; row++)
      if (rng.next() < (2 * rate) / (1 + longestDebris)) pieces.push(...newPiece(work, rng));
    for (const piece of pieces) {
      piece.framesLeft--;
      if (frame < 0 || !drawPiece(work, piece)) continue;
      errors.push({ kind: "debris", frame, labels: [], y: piece.y, x: piece.x });
    }
    pieces = pieces.filter(({ framesLeft }) => framesLeft > 0);
  }
  return errors;
}

function move(piece: Piece): void {
  piece.y += piece.velocityY;
  piece.x += piece.velocityX;
}

/** None where no place is free. */
function newPiece({ truth, nuclei, image }: Work, rng: Random): Piece[] {
  const area = median(nuclei.area) * rng.uniform(0.05, 0.25);
  const radius = Math.max(1, equivalentDiameter(area) / 2);
  const framesLeft = 1 + rng.integer(longestDebris);
  const [velocityY, velocityX] = [rng.normal(0, 0.5), rng.normal(0, 0.5)];
  for (let attempt = 0; attempt < 200; attempt++) {
    const [y, x] = [rng.uniform(0, truth.height - 1), rng.uniform(0, truth.width - 1)];
    const isFree = discPixels(image, y, x, radius).every((at) => image.data[at] === 0);
    if (isFree) return [{ y, x, radius, velocityY, velocityX, framesLeft }];
  }
  return [];
}

/** Draws a piece where there is background. @returns whether enough of it is seen */
function drawPiece(work: Work, piece: Piece): boolean {
  const { image } = work;
  const disc = discPixels(image, piece.y, piece.x, piece.radius);
  const free = disc.filter((at) => image.data[at] === 0);
  if (free.length === 0 || free.length < 0.7 * disc.length) return false;
  for (const at of free) image.data[at] = work.newLabel;
  work.newLabel++;
  return true;
}
