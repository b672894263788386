import type { CtcTrack } from "../io/ctc.js";
import type { FrameMatch, SequenceMatch } from "./sequence.js";

/** Operations that turn the result's graph into the true one, and the size of the true one. */
export interface AogmCounts {
  /** Splits: a label of the result matched to k true objects needs k - 1. */
  readonly ns: number;
  /** True objects without a partner. */
  readonly fn: number;
  /** Objects of the result without a partner. */
  readonly fp: number;
  /** Edges to delete, to add, and to change in meaning (same track, or parent and child). */
  readonly ed: number;
  readonly ea: number;
  readonly ec: number;
  /** Objects and edges of the truth. */
  readonly nodes: number;
  readonly edges: number;
}

/** Cost of each operation. */
const weights = { ns: 5, fn: 10, fp: 1, ed: 1, ea: 1.5, ec: 1 } as const;

/**
 * Counts the operations. An edge of the result counts only when both its ends match exactly one true object
 * each. Parent links lead from the last frame of the parent to the first of the child; one whose object is
 * missing in that mask does not exist.
 *
 * Source: Matula et al. 2015, PLoS ONE 10:e0144959 (AOGM).
 */
export function countOperations({ frames, truth, result }: SequenceMatch): AogmCounts {
  let [ns, fn, fp, nodes] = [0, 0, 0, 0];
  for (const frame of frames) {
    nodes += frame.truth.length;
    fn += frame.truth.length - frame.partner.size;
    fp += frame.result.length - frame.taken.size;
    ns += frame.partner.size - frame.taken.size;
  }
  const trueEdges = new Map(
    edgesOf(truth, frames, (frame) => frame.truth).map((edge) => [edgeKey(edge), edge]),
  );
  let [ed, ec, kept] = [0, 0, 0];
  const originals = frames.map(uniqueOriginals);
  for (const edge of edgesOf(result, frames, (frame) => frame.result)) {
    const [from, to] = [originals[edge.t1]!.get(edge.label1), originals[edge.t2]!.get(edge.label2)];
    if (from === undefined || to === undefined) continue;
    const original = trueEdges.get(edgeKey({ ...edge, label1: from, label2: to }));
    if (original === undefined) ed++;
    else {
      kept++;
      if (original.parental !== edge.parental) ec++;
    }
  }
  return { ns, fn, fp, ed, ea: trueEdges.size - kept, ec, nodes, edges: trueEdges.size };
}

interface Edge {
  readonly t1: number;
  readonly label1: number;
  readonly t2: number;
  readonly label2: number;
  readonly parental: boolean;
}

const edgeKey = ({ t1, label1, t2, label2 }: Edge): string => `${t1} ${label1} ${t2} ${label2}`;

function edgesOf(
  tracks: readonly CtcTrack[],
  frames: readonly FrameMatch[],
  side: (frame: FrameMatch) => readonly number[],
): Edge[] {
  const present = frames.map((frame) => new Set(side(frame)));
  const edges: Edge[] = [];
  for (let t = 1; t < frames.length; t++) {
    for (const label of present[t]!)
      if (present[t - 1]!.has(label))
        edges.push({ t1: t - 1, label1: label, t2: t, label2: label, parental: false });
  }
  const byLabel = new Map(tracks.map((track) => [track.label, track]));
  for (const { label, begin, parent } of tracks) {
    const mother = byLabel.get(parent);
    if (mother === undefined || !present[mother.end]?.has(parent) || !present[begin]?.has(label)) continue;
    edges.push({ t1: mother.end, label1: parent, t2: begin, label2: label, parental: true });
  }
  return edges;
}

/** Label of the result to its one true label, where it has exactly one. */
function uniqueOriginals({ partner, taken }: FrameMatch): Map<number, number> {
  const originals = new Map<number, number>();
  for (const [truth, result] of partner) if (taken.get(result) === 1) originals.set(result, truth);
  return originals;
}

/** DET, TRA and LNK, each 0..1; null where the truth has no objects, or no edges. */
export function technicalScores(counts: AogmCounts): {
  readonly DET: number | null;
  readonly TRA: number | null;
  readonly LNK: number | null;
  readonly AOGM: number;
} {
  const objects = weights.ns * counts.ns + weights.fn * counts.fn + weights.fp * counts.fp;
  const links = weights.ed * counts.ed + weights.ea * counts.ea + weights.ec * counts.ec;
  const [noObjects, noLinks] = [weights.fn * counts.nodes, weights.ea * counts.edges];
  const score = (cost: number, worst: number): number | null =>
    worst === 0 ? null : 1 - Math.min(cost, worst) / worst;
  return {
    DET: score(objects, noObjects),
    TRA: score(objects + links, noObjects + noLinks),
    LNK: score(links, noLinks),
    AOGM: objects + links,
  };
}
