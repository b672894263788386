/** Where one frame of a tracked movie contradicts those before and after it. */
import { parentOfRow, type TrackGraph } from "../../core/tracks.js";
import type { LinkOverlaps } from "../maskoverlaps.js";

/** A place where a frame contradicts its neighbours. Rows of the nuclei table. */
export type Contradiction =
  /** A track that skips this frame: nothing found there, or joined with another nucleus. */
  | { readonly kind: "skipped"; readonly frame: number; readonly before: number; readonly after: number }
  /**
   * An object that belongs to no track, beside one whose nucleus covers both in the frames before and after.
   */
  | {
      readonly kind: "piece";
      readonly frame: number;
      readonly before: number;
      readonly after: number;
      readonly main: number;
      readonly piece: number;
    }
  /**
   * An object that covers a nucleus which begins in the next frame, or has ended in the one before, and
   * belongs to another one: perhaps both are one object here.
   */
  | {
      readonly kind: "joined";
      readonly frame: number;
      readonly before: number;
      readonly after: number;
      readonly main: number;
      readonly other: number;
    };

/** Frames that two nuclei may be one for to be taken apart. */
const longest = 3;
/** An object that holds two nuclei has at least this share of the smaller one's area more than one of them. */
const part = 0.4;
/** Two nuclei touch when they share at least this share of the smaller one's area. */
const touching = 0.15;

/** A track graph, ready for questions about neighbours in time. Rows of the nuclei table; -1 for none. */
export interface Neighbours {
  readonly graph: TrackGraph;
  readonly parent: Int32Array;
  /** How many children, 0 to 2. */
  readonly children: Uint8Array;
  /** The only child; -1 too where a nucleus divides. */
  readonly child: Int32Array;
  /** The other daughter of a daughter. */
  readonly sister: Int32Array;
  /** Row by label, of each frame. */
  readonly rows: readonly ReadonlyMap<number, number>[];
}

/** Prepares a track graph. */
export function neighboursOf(graph: TrackGraph): Neighbours {
  const { nuclei, edges, frames } = graph;
  const parent = parentOfRow(graph);
  const child = new Int32Array(nuclei.count).fill(-1);
  const children = new Uint8Array(nuclei.count);
  const sister = new Int32Array(nuclei.count).fill(-1);
  for (let e = 0; e < edges.length; e += 2) {
    const [from, to] = [edges[e]!, edges[e + 1]!];
    if (child[from]! >= 0) [sister[to], sister[child[from]!]] = [child[from]!, to];
    child[from] = to;
    children[from]!++;
  }
  sister.forEach((row) => {
    if (row >= 0) child[parent[row]!] = -1;
  });
  const rows = Array.from({ length: frames }, () => new Map<number, number>());
  for (let row = 0; row < nuclei.count; row++) rows[nuclei.frame[row]!]!.set(nuclei.label[row]!, row);
  return { graph, parent, children, child, sister, rows };
}

/** The only child of a row, where it is in the next frame. */
export function nextOf({ graph: { nuclei }, child }: Neighbours, row: number): number {
  const next = child[row]!;
  return next >= 0 && nuclei.frame[next] === nuclei.frame[row]! + 1 ? next : -1;
}

/** The parent of a row, where it is in the frame before and has no other child. */
export function previousOf({ graph: { nuclei }, parent, child }: Neighbours, row: number): number {
  const previous = parent[row]!;
  return previous >= 0 && child[previous] === row && nuclei.frame[previous] === nuclei.frame[row]! - 1
    ? previous
    : -1;
}

/**
 * Whether most nuclei are missing in a frame: then the frame has failed, and there is nothing to make it up
 * from.
 */
const lost = (rows: Neighbours["rows"], frame: number): boolean => {
  const count = (t: number): number => rows[t]?.size ?? 0;
  return 2 * count(frame) < Math.min(count(frame - 1), count(frame + 1));
};

/**
 * Where frames contradict their neighbours: by frame, then row.
 *
 * @param overlaps entry t for frames t and t + 1
 */
export function contradictions(links: Neighbours, overlaps: LinkOverlaps): Contradiction[] {
  const joined = joinedObjects(links, overlaps);
  // Where the frames beside a piece may hold two nuclei in one outline, the piece is the one that is right.
  const suspicious = new Set(joined.map(({ main }) => main));
  const pieces = loosePieces(links, overlaps).filter(
    ({ before, after }) => !(suspicious.has(before) || suspicious.has(after)),
  );
  return [...skippedFrames(links), ...pieces, ...joined].sort(
    (a, b) => a.frame - b.frame || a.before - b.before || a.after - b.after,
  );
}

type Skipped = Extract<Contradiction, { readonly kind: "skipped" }>;
type Piece = Extract<Contradiction, { readonly kind: "piece" }>;
type Joined = Extract<Contradiction, { readonly kind: "joined" }>;

/** Tracks that skip one frame. */
function skippedFrames({ graph: { nuclei, edges }, child, rows }: Neighbours): Skipped[] {
  const found: Skipped[] = [];
  for (let e = 0; e < edges.length; e += 2) {
    const [before, after] = [edges[e]!, edges[e + 1]!];
    const frame = nuclei.frame[before]! + 1;
    if (lost(rows, frame) || child[before] !== after || nuclei.frame[after] !== frame + 1) continue;
    found.push({ kind: "skipped", frame, before, after });
  }
  return found;
}

/** Objects without a track on the place of a nucleus that is seen in the frames before and after. */
function loosePieces(links: Neighbours, overlaps: LinkOverlaps): Piece[] {
  const found: Piece[] = [];
  overlaps.slice(0, Math.max(0, links.graph.frames - 2)).forEach((overlap, t) => {
    for (const [piece, before] of hostsOf(links, overlap, t)) {
      const main = nextOf(links, before);
      const after = main < 0 ? -1 : nextOf(links, main);
      if (after >= 0) found.push({ kind: "piece", frame: t + 1, before, after, main, piece });
    }
  });
  return found;
}

/**
 * For each object of frame t + 1 that belongs to no track: the object before that it shares most pixels with.
 */
function hostsOf(
  { parent, children, rows }: Neighbours,
  { from, to, shared }: LinkOverlaps[number],
  t: number,
): Map<number, number> {
  const hosts = new Map<number, number>();
  const most = new Map<number, number>();
  to.forEach((label, k) => {
    const [piece, before] = [rows[t + 1]!.get(label), rows[t]!.get(from[k]!)];
    if (piece === undefined || before === undefined) return;
    const lonely = parent[piece]! < 0 && children[piece] === 0;
    if (!lonely || shared[k]! <= (most.get(piece) ?? 0)) return;
    most.set(piece, shared[k]!);
    hosts.set(piece, before);
  });
  return hosts;
}

/** Objects that may hold another nucleus, too, which begins after them or has ended before them. */
function joinedObjects(links: Neighbours, overlaps: LinkOverlaps): Joined[] {
  const { parent, children, sister, rows } = links;
  const { area } = links.graph.nuclei;
  const found: Joined[] = [];
  overlaps.forEach(({ from, to, shared }, t) => {
    from.forEach((label, k) => {
      const [earlier, later] = [rows[t]!.get(label) ?? -1, rows[t + 1]!.get(to[k]!) ?? -1];
      if (earlier < 0 || later < 0) return;
      // A nucleus that begins, be it as a daughter: had it a part in the object that covers its place in the
      // frame before?
      const begins = parent[later]! < 0 || sister[later]! >= 0;
      if (begins && shared[k]! >= touching * area[later]!) found.push(...joinedRun(links, earlier, later));
      if (children[earlier] === 0 && shared[k]! >= touching * area[earlier]!)
        found.push(...joinedRun(links, later, earlier));
    });
  });
  return found;
}

/** The run of frames in which `main` is too large, as far as `longest`, between two in which it is not. */
function joinedRun(links: Neighbours, main: number, other: number): Joined[] {
  const { nuclei } = links.graph;
  // The border cuts shapes, from frame to frame elsewhere: they say little there.
  if (nuclei.touchesEdge[other] === 1) return [];
  const limit = nuclei.area[main]! - part * nuclei.area[other]!;
  const run = [main];
  const end = (next: (row: number) => number): number => {
    let row = next(main);
    for (; row >= 0 && nuclei.area[row]! > limit && run.length < longest; row = next(row)) run.push(row);
    return row >= 0 && nuclei.area[row]! <= limit ? row : -1;
  };
  const before = end((row) => previousOf(links, row));
  // Two nuclei in one outline look like a division when they separate: then the other daughter is the
  // nucleus that was there before.
  const after = end((row) => (links.parent[other] === row ? links.sister[other]! : nextOf(links, row)));
  if (before < 0 || after < 0) return [];
  return run.map((row) => ({ kind: "joined", frame: nuclei.frame[row]!, before, after, main: row, other }));
}
