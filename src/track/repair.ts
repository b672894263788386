/**
 * Time corrects masks: a nucleus that is seen in the frames before and after is there in between. Where one frame has missed it, joined it with its
 * neighbour, or cut it in two, the shape between the two neighbouring frames says what to do.
 */
import type { LabelImage } from "../core/labels.js";
import type { Nuclei } from "../core/nuclei.js";
import type { TrackGraph } from "../core/tracks.js";
import { distanceTransform } from "../imgproc/distance.js";
import type { LinkOverlaps } from "./overlaps.js";

/** A place where a frame contradicts its neighbours. Rows of the nuclei table. */
export type Contradiction =
  /** A track that skips this frame: nothing found there, or joined with another nucleus. */
  | { readonly kind: "skipped"; readonly frame: number; readonly before: number; readonly after: number }
  /** An object that belongs to no track, beside one whose nucleus covers both in the frames before and after. */
  | { readonly kind: "piece"; readonly frame: number; readonly before: number; readonly after: number; readonly main: number; readonly piece: number }
  /** An object that covers a nucleus which begins in the next frame, or has ended in the one before, and belongs to another one: perhaps both are one object here. */
  | { readonly kind: "joined"; readonly frame: number; readonly before: number; readonly after: number; readonly main: number; readonly other: number };

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

/** Frames that two nuclei may be one for to be taken apart. */
const longest = 3;

/** Shares of pixels that decide; each is a majority with room for outlines that move. */
const [free, covered, part, whole, touching] = [0.6, 0.5, 0.4, 0.7, 0.15];

/** A track graph, ready for questions about neighbours in time. Rows of the nuclei table; -1 for none. */
export interface Neighbours {
  readonly graph: TrackGraph;
  readonly parent: Int32Array;
  /** The only child; -1 too where a nucleus divides. */
  readonly child: Int32Array;
  /** The other daughter of a daughter. */
  readonly sister: Int32Array;
  /** Row by label, of each frame. */
  readonly rows: readonly ReadonlyMap<number, number>[];
}

export function neighboursOf(graph: TrackGraph): Neighbours {
  const { nuclei, edges, frames } = graph;
  const parent = new Int32Array(nuclei.count).fill(-1);
  const child = new Int32Array(nuclei.count).fill(-1);
  const sister = new Int32Array(nuclei.count).fill(-1);
  for (let e = 0; e < edges.length; e += 2) {
    const [from, to] = [edges[e]!, edges[e + 1]!];
    parent[to] = from;
    if (child[from]! >= 0) [sister[to], sister[child[from]!]] = [child[from]!, to];
    child[from] = to;
  }
  sister.forEach((row) => { if (row >= 0) child[parent[row]!] = -1; });
  const rows = Array.from({ length: frames }, () => new Map<number, number>());
  for (let row = 0; row < nuclei.count; row++) rows[nuclei.frame[row]!]!.set(nuclei.label[row]!, row);
  return { graph, parent, child, sister, rows };
}

/** The only child of a row, where it is in the next frame. */
function nextOf({ graph: { nuclei }, child }: Neighbours, row: number): number {
  const next = child[row]!;
  return next >= 0 && nuclei.frame[next] === nuclei.frame[row]! + 1 ? next : -1;
}

/** The parent of a row, where it is in the frame before and has no other child. */
function previousOf({ graph: { nuclei }, parent, child }: Neighbours, row: number): number {
  const previous = parent[row]!;
  return previous >= 0 && child[previous] === row && nuclei.frame[previous] === nuclei.frame[row]! - 1 ? previous : -1;
}

/** Whether most nuclei are missing in a frame: then the frame has failed, and there is nothing to make it up from. */
const lost = (rows: Neighbours["rows"], frame: number): boolean => {
  const count = (t: number): number => rows[t]?.size ?? 0;
  return 2 * count(frame) < Math.min(count(frame - 1), count(frame + 1));
};

/** Where frames contradict their neighbours: by frame, then row. @param overlaps entry t for frames t and t + 1 */
export function contradictions(links: Neighbours, overlaps: LinkOverlaps): Contradiction[] {
  const { graph: { nuclei, edges, frames }, parent, rows } = links;
  const found: Contradiction[] = [];
  for (let e = 0; e < edges.length; e += 2) {
    const [before, after] = [edges[e]!, edges[e + 1]!];
    if (lost(rows, nuclei.frame[before]! + 1)) continue;
    if (links.child[before] === after && nuclei.frame[after]! === nuclei.frame[before]! + 2) found.push({ kind: "skipped", frame: nuclei.frame[before]! + 1, before, after });
  }
  const hasChild = new Uint8Array(nuclei.count);
  for (let e = 0; e < edges.length; e += 2) hasChild[edges[e]!] = 1;
  const lonely = (row: number): boolean => parent[row]! < 0 && hasChild[row] === 0;
  overlaps.slice(0, Math.max(0, frames - 2)).forEach(({ from, to, shared }, t) => {
    /** For each object of frame t + 1 that belongs to no track: the object before that it shares most pixels with. */
    const hosts = new Map<number, { before: number; most: number }>();
    to.forEach((label, k) => {
      const [piece, before] = [rows[t + 1]!.get(label), rows[t]!.get(from[k]!)];
      if (piece !== undefined && before !== undefined && lonely(piece) && shared[k]! > (hosts.get(piece)?.most ?? 0)) hosts.set(piece, { before, most: shared[k]! });
    });
    for (const [piece, { before }] of hosts) {
      const main = nextOf(links, before);
      const after = main < 0 ? -1 : nextOf(links, main);
      if (after >= 0) found.push({ kind: "piece", frame: t + 1, before, after, main, piece });
    }
  });
  overlaps.forEach(({ from, to, shared }, t) => {
    from.forEach((label, k) => {
      const [earlier, later] = [rows[t]!.get(label) ?? -1, rows[t + 1]!.get(to[k]!) ?? -1];
      if (earlier < 0 || later < 0) return;
      // A nucleus that begins, be it as a daughter: had it a part in the object that covers its place in the frame before?
      const begins = parent[later]! < 0 || links.sister[later]! >= 0;
      if (begins && shared[k]! >= touching * nuclei.area[later]!) addJoined(earlier, later);
      if (hasChild[earlier] === 0 && shared[k]! >= touching * nuclei.area[earlier]!) addJoined(later, earlier);
    });
  });
  /** The run of frames in which `main` is too large, as far as `longest`, between two in which it is not. */
  function addJoined(main: number, other: number): void {
    // The border cuts shapes, from frame to frame elsewhere: they say little there.
    if (nuclei.touchesEdge[other] === 1) return;
    const limit = nuclei.area[main]! - part * nuclei.area[other]!;
    const run = [main];
    const end = (next: (row: number) => number): number => {
      let row = next(main);
      for (; row >= 0 && nuclei.area[row]! > limit && run.length < longest; row = next(row)) run.push(row);
      return row >= 0 && nuclei.area[row]! <= limit ? row : -1;
    };
    const before = end((row) => previousOf(links, row));
    // Two nuclei in one outline that part look like a division: then the other daughter is the nucleus that was there before.
    const after = end((row) => (links.parent[other] === row ? links.sister[other]! : nextOf(links, row)));
    if (before < 0 || after < 0) return;
    for (const row of run) found.push({ kind: "joined", frame: nuclei.frame[row]!, before, after, main: row, other });
  }
  return found.sort((a, b) => a.frame - b.frame || a.before - b.before || a.after - b.after);
}

/**
 * Corrects a frame.
 *
 * - Skipped, and at least .6 of the predicted shape is free: the free part of it becomes a nucleus.
 * - Skipped, and at least half of the predicted shape lies on one object whose track has a nucleus of its own in the frames before and after: that
 *   object is divided, each pixel going to the predicted shape it is deeper inside, if it has .7 of the area of both together and each part gets .4 of
 *   its own.
 * - A piece: joined with the main object if at least .6 of each lie in the predicted shape, the main object alone is less than .9 of it, and both
 *   together no more than 1.3 times it.
 * - Joined: what of the main object lies outside of its predicted shape, by more than a px, and hangs together, is divided from it if it has .4 to 1.5
 *   times the area of the other nucleus and leaves .7 of the predicted shape.
 *
 * Objects are changed once a frame at most; new labels count up from the largest.
 *
 * @param current labels of the frame
 * @param labelsOf labels of a frame up to three away, not repaired
 * @param list of this frame, as `contradictions` found them
 * @returns the pixels to change, by `applyEdit`, and what they are
 */
export function repairFrame(current: LabelImage, labelsOf: (frame: number) => LabelImage, links: Neighbours, list: readonly Contradiction[]): { edit: FrameEdit; repairs: Repair[] } {
  const data = current.data.slice();
  const repairs: Repair[] = [];
  const touched = new Set<number>();
  let next = current.count;
  const { nuclei } = links.graph;
  const shapeOf = (a: number, b: number): Shape => shapeBetween(labelsOf, nuclei, a, b, list[0]!.frame);
  for (const item of list) {
    const shape = shapeOf(item.before, item.after);
    const counts = countLabels(shape, current);
    const area = shapeArea(shape);
    if (item.kind === "piece") {
      const [main, piece] = [nuclei.label[item.main]!, nuclei.label[item.piece]!];
      const [mainArea, pieceArea] = [nuclei.area[item.main]!, nuclei.area[item.piece]!];
      const inside = (counts.get(main) ?? 0) >= free * mainArea && (counts.get(piece) ?? 0) >= free * pieceArea;
      if (!inside || touched.has(main) || touched.has(piece) || mainArea >= 0.9 * area || mainArea + pieceArea > 1.3 * area) continue;
      let joined = mainArea + pieceArea;
      forPixels(shape, current, (pixel, _, on) => {
        if (on === 0 && data[pixel] === 0) joined++;
        if (on === 0 && data[pixel] === 0) data[pixel] = main;
      });
      for (const pixel of pixelsOf(current, nuclei, item.piece)) data[pixel] = main;
      touched.add(main).add(piece);
      repairs.push({ kind: "pieces joined", frame: item.frame, y: shape.y, x: shape.x, labels: [main], areaBefore: mainArea, areaAfter: joined });
      continue;
    }
    if (item.kind === "joined") {
      const [main, mainArea, otherArea] = [nuclei.label[item.main]!, nuclei.area[item.main]!, nuclei.area[item.other]!];
      if (touched.has(main) || mainArea < area + part * otherArea) continue;
      const excess = largestConnected(pixelsOf(current, nuclei, item.main).filter((pixel) => depth(shape, pixel, current.width) < -1), current.width);
      if (excess.length < part * otherArea || excess.length > 1.5 * otherArea || mainArea - excess.length < whole * area) continue;
      next++;
      for (const pixel of excess) data[pixel] = next;
      touched.add(main);
      const [y, x] = [excess.reduce((sum, pixel) => sum + Math.floor(pixel / current.width), 0) / excess.length, excess.reduce((sum, pixel) => sum + (pixel % current.width), 0) / excess.length];
      repairs.push({ kind: "merge divided", frame: item.frame, y, x, labels: [main, next], areaBefore: mainArea, areaAfter: excess.length });
      continue;
    }
    if ((counts.get(0) ?? 0) >= free * area) {
      next++;
      let filled = 0;
      forPixels(shape, current, (pixel) => {
        if (data[pixel] !== 0) return;
        data[pixel] = next;
        filled++;
      });
      repairs.push({ kind: "gap filled", frame: item.frame, y: shape.y, x: shape.x, labels: [next], areaBefore: 0, areaAfter: filled });
      continue;
    }
    const [merged, share] = [...counts].filter(([label]) => label > 0).sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [0, 0];
    const row = links.rows[item.frame]!.get(merged) ?? -1;
    const [earlier, later] = row < 0 ? [-1, -1] : [previousOf(links, row), nextOf(links, row)];
    if (share < covered * area || earlier < 0 || later < 0 || touched.has(merged)) continue;
    const other = shapeOf(earlier, later);
    const mergedArea = nuclei.area[row]!;
    if (mergedArea < whole * (area + shapeArea(other))) continue;
    const pixels = pixelsOf(current, nuclei, row).filter((pixel) => depth(shape, pixel, current.width) > depth(other, pixel, current.width));
    if (pixels.length < part * area || mergedArea - pixels.length < part * shapeArea(other)) continue;
    next++;
    for (const pixel of pixels) data[pixel] = next;
    touched.add(merged);
    repairs.push({ kind: "merge divided", frame: item.frame, y: shape.y, x: shape.x, labels: [merged, next], areaBefore: mergedArea, areaAfter: pixels.length });
  }
  const pixels = Int32Array.from(data.keys()).filter((pixel) => data[pixel] !== current.data[pixel]);
  return { edit: { pixels, labels: pixels.map((pixel) => data[pixel]!) }, repairs };
}

/** The labels with the changes made; the argument stays as it is. */
export function applyEdit(labels: LabelImage, { pixels, labels: values }: FrameEdit): LabelImage {
  const data = labels.data.slice();
  pixels.forEach((pixel, k) => (data[pixel] = values[k]!));
  return { ...labels, data, count: values.reduce((most, value) => Math.max(most, value), labels.count) };
}

/**
 * The shape a nucleus has between two frames: where its signed distances in both, moved to the place in between and weighted by the nearness in time, are
 * above 0 in the mean.
 */
interface Shape {
  readonly y: number;
  readonly x: number;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  /** Mean signed distance to the outline, px, positive inside. */
  readonly inside: Float32Array;
}

function shapeBetween(labelsOf: (frame: number) => LabelImage, nuclei: Nuclei, a: number, b: number, frame: number): Shape {
  const late = (frame - nuclei.frame[a]!) / (nuclei.frame[b]! - nuclei.frame[a]!);
  const [y, x] = [nuclei.y, nuclei.x].map((axis) => (1 - late) * axis[a]! + late * axis[b]!) as [number, number];
  const parts = [[a, 1 - late], [b, late]].map(([row, weight]) => ({ ...placed(labelsOf(nuclei.frame[row!]!), nuclei, row!, y, x), weight: weight! }));
  const top = Math.min(...parts.map((p) => p.top)) - 1;
  const left = Math.min(...parts.map((p) => p.left)) - 1;
  const height = Math.max(...parts.map((p) => p.bottom)) + 2 - top;
  const width = Math.max(...parts.map((p) => p.right)) + 2 - left;
  const inside = new Float32Array(height * width);
  for (const { places, weight } of parts) {
    const mask = new Uint8Array(height * width);
    for (const [py, px] of places) mask[(py - top) * width + px - left] = 1;
    const [within, beyond] = [distanceTransform(mask, height, width), distanceTransform(mask.map((v) => 1 - v), height, width)];
    for (let i = 0; i < inside.length; i++) inside[i]! += weight * (within[i]! - beyond[i]!);
  }
  return { y, x, top, left, height, width, inside };
}

/** The pixels of an object. Of a convex one none is farther from the centroid than twice the root of its area, unless it is five times as long as wide. */
function pixelsOf({ height, width, data }: LabelImage, nuclei: Nuclei, row: number): number[] {
  const reach = Math.ceil(2 * Math.sqrt(nuclei.area[row]!) + 2);
  const [cy, cx] = [Math.round(nuclei.y[row]!), Math.round(nuclei.x[row]!)];
  const pixels: number[] = [];
  for (let y = Math.max(0, cy - reach); y <= Math.min(height - 1, cy + reach); y++) {
    for (let x = Math.max(0, cx - reach); x <= Math.min(width - 1, cx + reach); x++) if (data[y * width + x] === nuclei.label[row]) pixels.push(y * width + x);
  }
  return pixels;
}

/** The places of an object's pixels, moved by whole px so that its centroid comes to (y, x), and their bounds, inclusive. */
function placed(labels: LabelImage, nuclei: Nuclei, row: number, y: number, x: number): { places: [y: number, x: number][]; top: number; left: number; bottom: number; right: number } {
  const [dy, dx] = [Math.round(y - nuclei.y[row]!), Math.round(x - nuclei.x[row]!)];
  const places = pixelsOf(labels, nuclei, row).map((pixel): [number, number] => [Math.floor(pixel / labels.width) + dy, (pixel % labels.width) + dx]);
  const [ys, xs] = [places.map(([py]) => py), places.map(([, px]) => px)];
  return { places, top: Math.min(...ys), left: Math.min(...xs), bottom: Math.max(...ys), right: Math.max(...xs) };
}

/** The largest set of pixels that hang together by their edges; of equal ones that of the first pixel. */
function largestConnected(pixels: readonly number[], width: number): number[] {
  const open = new Set(pixels);
  let best: number[] = [];
  for (const seed of pixels) {
    if (!open.delete(seed)) continue;
    const region = [seed];
    for (let at = 0; at < region.length; at++) {
      const pixel = region[at]!;
      const x = pixel % width;
      for (const next of [pixel - width, pixel + width, ...(x > 0 ? [pixel - 1] : []), ...(x < width - 1 ? [pixel + 1] : [])]) if (open.delete(next)) region.push(next);
    }
    if (region.length > best.length) best = region;
  }
  return best;
}

const shapeArea = ({ inside }: Shape): number => inside.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);

/** Mean signed distance of a pixel of the frame; far outside of the shape -Infinity. */
function depth({ top, left, height, width, inside }: Shape, pixel: number, imageWidth: number): number {
  const [y, x] = [Math.floor(pixel / imageWidth) - top, (pixel % imageWidth) - left];
  return y < 0 || x < 0 || y >= height || x >= width ? -Infinity : inside[y * width + x]!;
}

/** Visits the pixels of the shape that lie in the frame. */
function forPixels({ top, left, height, width, inside }: Shape, labels: LabelImage, visit: (pixel: number, inside: number, label: number) => void): void {
  for (let y = Math.max(0, top); y < Math.min(labels.height, top + height); y++) {
    for (let x = Math.max(0, left); x < Math.min(labels.width, left + width); x++) {
      const value = inside[(y - top) * width + x - left]!;
      if (value > 0) visit(y * labels.width + x, value, labels.data[y * labels.width + x]!);
    }
  }
}

function countLabels(shape: Shape, labels: LabelImage): Map<number, number> {
  const counts = new Map<number, number>();
  forPixels(shape, labels, (_pixel, _value, label) => counts.set(label, (counts.get(label) ?? 0) + 1));
  return counts;
}
