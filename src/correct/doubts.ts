/** What is looked through by hand, and what is found doubtful. */
import type { Nuclei } from "../core/nuclei.js";
import type { TrackGraph } from "../core/tracks.js";
import type { Layer } from "./edits.js";

/** What is doubtful. */
export type DoubtKind =
  "kept" | "rejected" | "score" | "size" | "contact" | "division" | "link" | "repair" | "start" | "end";

/** A place that is worth a look. */
export interface ReviewItem {
  readonly layer: Layer;
  readonly kind: DoubtKind;
  readonly frame: number;
  /** Where to look, px. */
  readonly y: number;
  readonly x: number;
  /** Of the object in its label image; of the candidate for `rejected`; 0 where there is none. */
  readonly label: number;
  /** Of the nuclei of the tracks (the mother of a division, the child of a link), or of the table; -1 for none. */
  readonly row: number;
  /** 0..1, see above. */
  readonly doubt: number;
  /** One short sentence. */
  readonly reason: string;
}

/** Candidates of the annotation: columns of `ObjectTable`. */
export interface ReviewedCandidates {
  readonly count: number;
  readonly frame: ArrayLike<number>;
  readonly candidate: ArrayLike<number>;
  /** In the annotation; 0 where rejected. */
  readonly label: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  /** Certainty, 0..1. */
  readonly score: ArrayLike<number>;
  /** 1 where kept. */
  readonly kept: ArrayLike<number>;
  readonly reason: readonly string[];
}

/** Objects of the network. */
export interface ReviewedLabels {
  readonly nuclei: Nuclei;
  /** By row: share of the outline that runs along other objects, 0..1 (`contactShares`); default: not known. */
  readonly contact?: ArrayLike<number> | undefined;
}

/** Tracks, with what the tracker says of them. Rows are those of the graph. */
export interface ReviewedTracks {
  readonly graph: TrackGraph;
  /** That it is a division, 0..1 or NaN, by the mother's row. Mothers that have none count as NaN. */
  readonly probabilities: ReadonlyMap<number, number>;
  /** By row: natural logarithm of a likelihood ratio; NaN for none. */
  readonly margins?: ArrayLike<number> | undefined;
  readonly repairs?: readonly {
    readonly kind: string;
    readonly frame: number;
    readonly y: number;
    readonly x: number;
  }[];
  /** Of a frame, px. */
  readonly height: number;
  readonly width: number;
}

/** What is looked through. */
export interface ReviewTables {
  readonly annotation?: ReviewedCandidates | undefined;
  readonly labels?: ReviewedLabels | undefined;
  readonly tracks?: ReviewedTracks | undefined;
}
