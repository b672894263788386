/** What a user changes by hand: labels of a frame, or tracks. One log holds all of it, and undoes across frames. */

/** What can be corrected: the training set, the labels of the network, the tracks. */
export const layers = ["annotation", "labels", "tracks"] as const;
/** One of them. */
export type Layer = (typeof layers)[number];

/**
 * A rectangle of label values, before and after. They are the values of the label file (`fileValues`), so that
 * they mean the same whatever part of the frame is read.
 */
export interface LabelPatch {
  /** First row and column, px of the whole frame. */
  readonly y: number;
  readonly x: number;
  readonly height: number;
  readonly width: number;
  /** height x width, row-major: 0 background, 1.. objects, -1 unknown (annotation only). */
  readonly before: Int32Array;
  readonly after: Int32Array;
}

/** Gestures that change labels. */
export const labelGestures = [
  "paint",
  "erase",
  "fill",
  "draw",
  "delete",
  "split",
  "merge",
  "accept",
  "ignore",
  "copy",
] as const;
/** One of them. */
export type LabelGesture = (typeof labelGestures)[number];

/** A change of the labels of one frame. */
export interface LabelEdit {
  readonly layer: "annotation" | "labels";
  readonly gesture: LabelGesture;
  /** Frame of the source, from 0. */
  readonly frame: number;
  /** They do not overlap. */
  readonly patches: readonly LabelPatch[];
}

/**
 * A nucleus of a movie. Tracks that are made again number their spots anew, so that an edit knows it by its
 * place.
 */
export interface SpotPlace {
  readonly frame: number;
  /** Centroid, px. */
  readonly y: number;
  readonly x: number;
}

/** Gestures that change tracks, and what they mean for `spots`. */
export const trackGestures = ["cut", "join", "divide", "delete", "deleteTrack", "confirm", "refuse"] as const;
/**
 * - `cut`: parent, child. The link between them is removed.
 * - `join`: parent, child. They are linked; a link that the child had, and other links of the parent, are removed.
 * - `divide`: mother, daughter, daughter. Both are linked to the mother; other links of the three to their parents
 *   and of the mother to children are removed.
 * - `delete`: one nucleus. It and its links are removed, and nothing bridges the gap.
 * - `deleteTrack`: one nucleus. All nuclei of its branch are removed.
 * - `confirm`: mother. Its division is right: its probability becomes 1.
 * - `refuse`: mother, and the daughter whose link is cut.
 */
export type TrackGesture = (typeof trackGestures)[number];

/** A change of tracks. */
export interface TrackEdit {
  readonly layer: "tracks";
  readonly gesture: TrackGesture;
  readonly spots: readonly SpotPlace[];
}

/** A change by hand. */
export type Edit = LabelEdit | TrackEdit;

/** A line of the log. Numbers are consecutive from 1; times are ISO 8601. */
export type LogEntry =
  | { readonly number: number; readonly time: string; readonly edit: Edit }
  /**
   * Takes back the last edit that holds, or applies again the last one that was taken back; the number is that
   * of the edit's entry.
   */
  | { readonly number: number; readonly time: string; readonly undo: number }
  | { readonly number: number; readonly time: string; readonly redo: number }
  /** Edits of this layer that follow are of labels of this basis; those before hold no longer. */
  | { readonly number: number; readonly time: string; readonly based: LayerBasis }
  /** A frame that was looked through: what it holds now is right. */
  | { readonly number: number; readonly time: string; readonly reviewed: ReviewedFrame };

/** What the labels of a layer are, on which edits are made. */
export interface LayerBasis {
  readonly layer: "annotation" | "labels";
  /** Fingerprint of all that they were made from. */
  readonly basis: string;
}

/** A frame that a user looked through. */
export interface ReviewedFrame {
  readonly layer: "annotation" | "labels";
  readonly frame: number;
  /** False takes the mark away. */
  readonly isDone: boolean;
}
