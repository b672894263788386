/** The values of label files in the tables of tracks, where labels were made compact to be worked on. */
import type { TrackGraph } from "../../core/tracks.js";

/** By frame: the values of the label files, where labels were made compact; see `LabelImage.ids`. */
export type FrameIds = readonly (Int32Array | undefined)[];

/**
 * The graph with the values of the label files as labels. A nucleus that a repair has added gets the smallest
 * value that the file does not use.
 */
export function withFileLabels(graph: TrackGraph, ids: FrameIds): TrackGraph {
  const { nuclei } = graph;
  const largest = nuclei.label.reduce((maximum, own) => Math.max(maximum, own), 0);
  const added = new Map<number, number[]>();
  const addedId = (frame: number, known: Int32Array, label: number): number => {
    const values = added.get(frame) ?? unusedValues(known, largest - known.length);
    added.set(frame, values);
    return values[label - known.length - 1]!;
  };
  const label = nuclei.label.map((own, row) => {
    const known = ids[nuclei.frame[row]!];
    if (known === undefined) return own;
    return known[own - 1] ?? addedId(nuclei.frame[row]!, known, own);
  });
  return { ...graph, nuclei: { ...nuclei, label } };
}

/** The smallest positive whole numbers that are not in `used`. */
function unusedValues(used: Int32Array, count: number): number[] {
  const known = new Set(used);
  const values: number[] = [];
  for (let value = 1; values.length < count; value++) if (!known.has(value)) values.push(value);
  return values;
}
