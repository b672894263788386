import { InvalidInput } from "../core/errors.js";
import { type Branch, branchesOf, type TrackGraph } from "../core/tracks.js";
import { largestCtcLabel, type CtcTrack } from "../io/ctc.js";

/** Tracks by the rules of the Cell Tracking Challenge, and the label each nucleus has in the masks. */
export interface CtcResult {
  readonly tracks: CtcTrack[];
  /** One entry a row of the nuclei. */
  readonly labelOfRow: Int32Array;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Turns a track graph into the challenge's tracks: one a branch, and a new one, with the old as its parent,
 * after every missing frame. Labels are 1, 2, ... in the order of the branches.
 *
 * @param branches of the graph, where the caller has them
 * @throws InvalidInput when there are more tracks than 16-bit masks have labels
 */
export function toCtc(graph: TrackGraph, branches: readonly Branch[] = branchesOf(graph)): CtcResult {
  const frame = graph.nuclei.frame;
  const labelOfRow = new Int32Array(graph.nuclei.count);
  const tracks: Writable<CtcTrack>[] = [];
  /** Label of the last piece of each branch, by branch id. */
  const lastPiece = [0];
  for (const { parent, rows } of branches) {
    let mother = lastPiece[parent]!;
    rows.forEach((row, k) => {
      const continues = k > 0 && frame[row]! === frame[rows[k - 1]!]! + 1;
      if (continues) tracks[tracks.length - 1]!.end = frame[row]!;
      else {
        if (k > 0) mother = tracks.length;
        tracks.push({ label: tracks.length + 1, begin: frame[row]!, end: frame[row]!, parent: mother });
      }
      labelOfRow[row] = tracks.length;
    });
    lastPiece.push(tracks.length);
  }
  if (tracks.length > largestCtcLabel) {
    throw new InvalidInput(
      "tracks",
      `${largestCtcLabel} tracks at most, for 16-bit masks`,
      String(tracks.length),
      "track a shorter part of the movie",
    );
  }
  return { tracks, labelOfRow };
}
