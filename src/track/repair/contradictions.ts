/** Where frames of a tracked movie contradict those before and after them, by evidence of the tracks. */
import { logStudent } from "../../stats/logdensity.js";
import { type MovieModel, plainFrom } from "../model/moviemodel.js";
import type { LinkOverlaps } from "../maskoverlaps.js";
import { type Neighbours, nextOf } from "./timeneighbours.js";

/** A place where frames contradict their neighbours. Rows of the nuclei table. */
export type Contradiction =
  /** A track that skips frames: nothing found there, or in one outline with another nucleus. */
  | { readonly kind: "skipped"; readonly before: number; readonly after: number }
  /** A mother that is not seen in the frame before she divides. */
  | { readonly kind: "mother"; readonly before: number; readonly after: number; readonly sister: number }
  /**
   * An object that begins and ends beside a nucleus which has both their areas before and after. Of each frame
   * between: the rows of the nucleus and of the piece.
   */
  | {
      readonly kind: "piece";
      readonly before: number;
      readonly after: number;
      readonly parts: readonly { readonly main: number; readonly piece: number }[];
    };

/**
 * Natural logarithm of how many times likelier the masks and tracks must be once they are mended: a hundred
 * times.
 */
const convincing = Math.log(100);

/** A piece lives for so many frames at most. */
const longestPiece = 3;

/** What the tracker knows of its links. */
export interface Evidence {
  /** Of each link from the parent, by row; see `TrackResult.margins`. */
  readonly margins: Float64Array;
  readonly model: MovieModel;
}

/**
 * Where frames contradict their neighbours: by the frame in which the contradiction ends, then row.
 *
 * @param overlaps entry t for frames t and t + 1
 */
export function contradictions(
  links: Neighbours,
  overlaps: LinkOverlaps,
  evidence: Evidence,
): Contradiction[] {
  const { frame } = links.graph.nuclei;
  return [...skippedFrames(links, evidence), ...loosePieces(links, overlaps, evidence)].sort(
    (a, b) => frame[a.after]! - frame[b.after]! || a.before - b.before || a.after - b.after,
  );
}

/**
 * Whether most nuclei are missing in a frame: then the frame has failed, and there is nothing to make it up
 * from.
 */
export const isLost = (rows: Neighbours["rows"], frame: number): boolean => {
  const count = (t: number): number => rows[t]?.size ?? 0;
  return 2 * count(frame) < Math.min(count(frame - 1), count(frame + 1));
};

/** Tracks that skip frames, of nuclei that are plain to see before and after. */
function skippedFrames(
  { graph: { nuclei, edges }, child, children }: Neighbours,
  { margins, model }: Evidence,
): Contradiction[] {
  const least = Math.exp(plainFrom(model));
  const found: Contradiction[] = [];
  const firstDaughter = new Map<number, number>();
  for (let e = 0; e < edges.length; e += 2) {
    const [before, after] = [edges[e]!, edges[e + 1]!];
    const skips = nuclei.frame[after]! > nuclei.frame[before]! + 1;
    const isPlain = Math.min(nuclei.area[before]!, nuclei.area[after]!) >= least;
    if (!skips || !isPlain || !(margins[after]! >= convincing)) continue;
    const sister = firstDaughter.get(before);
    if (child[before] === after) found.push({ kind: "skipped", before, after });
    else if (sister !== undefined) found.push({ kind: "mother", before, after: sister, sister: after });
    else if (children[before] === 2) firstDaughter.set(before, after);
  }
  return found;
}

/** Short tracks on the place of a nucleus that has their area, too, in the frames before and after. */
function loosePieces(links: Neighbours, overlaps: LinkOverlaps, { model }: Evidence): Contradiction[] {
  const { nuclei } = links.graph;
  const areaLog = logStudent(model.area);
  /** Log likelihood of a change of area. */
  const change = (from: number, to: number): number => areaLog(Math.log(to / from));
  const found: Contradiction[] = [];
  for (const [first, before] of hostsOf(links, overlaps)) {
    const parts = partsFrom(links, first, nextOf(links, before));
    const after = parts === undefined ? -1 : nextOf(links, parts.at(-1)!.main);
    if (parts === undefined || after < 0) continue;
    const { main, piece } = parts[0]!;
    const last = parts.at(-1)!;
    const area = (row: number): number => nuclei.area[row]!;
    const gain =
      change(area(before), area(main) + area(piece)) -
      change(area(before), area(main)) +
      change(area(last.main) + area(last.piece), area(after)) -
      change(area(last.main), area(after));
    // A piece lies on its nucleus; what comes and goes by itself, anywhere.
    const chance = Math.log(model.split / area(before)) - Math.log(model.appear.inside * model.end.inside);
    // Without a word from the areas the place says too little.
    if (gain > 0 && gain + chance >= convincing) found.push({ kind: "piece", before, after, parts });
  }
  return found;
}

/** A track without beginning and end that is short, beside that of a nucleus; undefined where one is not so. */
function partsFrom(
  links: Neighbours,
  first: number,
  beside: number,
): { main: number; piece: number }[] | undefined {
  const parts: { main: number; piece: number }[] = [];
  for (let [piece, main] = [first, beside]; ; [piece, main] = [nextOf(links, piece), nextOf(links, main)]) {
    if (main < 0 || piece < 0 || parts.length === longestPiece) return undefined;
    parts.push({ main, piece });
    if (links.children[piece] === 0) return parts;
  }
}

/** For each object that begins after the first frame: the one before that it shares most pixels with. */
function hostsOf({ parent, rows }: Neighbours, overlaps: LinkOverlaps): Map<number, number> {
  const hosts = new Map<number, number>();
  const most = new Map<number, number>();
  overlaps.forEach(({ from, to, shared }, t) =>
    to.forEach((label, k) => {
      const [piece, before] = [rows[t + 1]!.get(label), rows[t]!.get(from[k]!)];
      if (piece === undefined || before === undefined || parent[piece]! >= 0) return;
      if (shared[k]! <= (most.get(piece) ?? 0)) return;
      most.set(piece, shared[k]!);
      hosts.set(piece, before);
    }),
  );
  return hosts;
}
