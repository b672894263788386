import type { LabelImage } from "../core/labels.js";

/**
 * What was measured of every candidate object of one image: one row an object, one typed array a column,
 * sorted by label. Plain data, so that it can travel between threads and be pooled over an acquisition.
 */
export interface ObjectFeatures {
  readonly count: number;
  /** Frame, from 0. */
  readonly frame: Int32Array;
  /** Label in the proposal (`Proposal.labels`), 1..count. */
  readonly candidate: Int32Array;
  /** Centroid, px. */
  readonly y: Float64Array;
  readonly x: Float64Array;
  /** Area, px. */
  readonly area: Float64Array;
  /** Diameter of the disk of equal area, px. */
  readonly diameter: Float64Array;
  /** Area / area of the convex hull, 0..1. */
  readonly solidity: Float64Array;
  /** Of the ellipse with equal second moments, 0..1. */
  readonly eccentricity: Float64Array;
  /**
   * Share of the object's area by which it and the ellipse with equal second moments differ, 0 for an
   * ellipse.
   */
  readonly ellipseResidual: Float64Array;
  /** Mean intensity of the object above its local background, grey values. */
  readonly intensity: Float64Array;
  /**
   * Step across the outline (mean of a shell inside less that of a shell outside) / mean height of the object
   * over its background: 0 none, about 0.7 for a sharp nucleus that is alone; NaN where other candidates
   * leave no pixel outside.
   */
  readonly edgeContrast: Float64Array;
  /** Share of the outline that runs along another candidate, 0..1. */
  readonly contact: Float64Array;
  /**
   * Step across that shared outline / height of the lower of the two; 0 where the brightness does not dip
   * between them, 1 without contact.
   */
  readonly dip: Float64Array;
  /** Standard deviation inside the core / mean intensity above the background. */
  readonly texture: Float64Array;
  /**
   * Mean gradient along the outline x diameter / intensity: the larger, the sharper; low for what lies out of
   * focus.
   */
  readonly sharpness: Float64Array;
  /** Intensity / noise of the background after smoothing. */
  readonly signalToNoise: Float64Array;
  /** 1 where the object touches the border of the image. */
  readonly touchesEdge: Uint8Array;
}

/** What speaks most against a candidate, in one word. */
export const rejectionCauses = [
  "small",
  "large",
  "dim",
  "bright",
  "shape",
  "faint outline",
  "touching",
  "texture",
  "flicker",
  "cut",
] as const;
/** One of `rejectionCauses`. */
export type RejectionCause = (typeof rejectionCauses)[number];

/** What became of one candidate. */
export interface Decision {
  readonly kept: boolean;
  /**
   * Certainty, 0..1: the probability that the outline covers one nucleus at an IoU above 0.5. 1 or 0 for the
   * paper's method.
   */
  readonly score: number;
  /** Why, in words and numbers; never empty for a rejected object. */
  readonly reason: string;
  /** Undefined for a kept object. */
  readonly cause?: RejectionCause | undefined;
}

/** Every candidate, kept or not, with its features, its fate and the reason: the table a user curates. */
export interface ObjectTable extends ObjectFeatures {
  /** Label in the annotation; 0 for a rejected object. */
  readonly label: Int32Array;
  /** 1 where kept. */
  readonly kept: Uint8Array;
  /** Certainty, 0..1. */
  readonly score: Float64Array;
  readonly reason: readonly string[];
  /** "" where kept. */
  readonly cause: readonly (RejectionCause | "")[];
}

/** What the annotation of one image gives. */
export interface Annotation {
  /** 1..count nuclei that are certain, 0 certain background, -1 unknown. */
  readonly labels: LabelImage;
  readonly objects: ObjectTable;
  /** Every candidate, kept or not, numbered as in the column `candidate` of the table. */
  readonly candidates: LabelImage;
  /** Method, threshold, diameter and the like: what is needed to repeat it. */
  readonly settings: Readonly<Record<string, number | string>>;
  /** What a user should know, one sentence each. */
  readonly warnings: readonly string[];
}

const floatColumns = [
  "y",
  "x",
  "area",
  "diameter",
  "solidity",
  "eccentricity",
  "ellipseResidual",
  "intensity",
  "edgeContrast",
  "contact",
  "dip",
  "texture",
  "sharpness",
  "signalToNoise",
] as const satisfies readonly (keyof ObjectFeatures)[];

/** The columns of measured features, in the order in which they are written to files. */
export const featureColumns = [
  "frame",
  "candidate",
  ...floatColumns,
  "touchesEdge",
] as const satisfies readonly (keyof ObjectFeatures)[];

/** A table of `count` rows: candidates numbered from 1, features that were not measured NaN. */
export function emptyFeatures(count: number, frame = 0): ObjectFeatures {
  const column = (): Float64Array => new Float64Array(count).fill(NaN);
  return {
    count,
    frame: new Int32Array(count).fill(frame),
    candidate: Int32Array.from({ length: count }, (_, i) => i + 1),
    y: column(),
    x: column(),
    area: column(),
    diameter: column(),
    solidity: column(),
    eccentricity: column(),
    ellipseResidual: column(),
    intensity: column(),
    edgeContrast: column(),
    contact: column(),
    dip: column(),
    texture: column(),
    sharpness: column(),
    signalToNoise: column(),
    touchesEdge: new Uint8Array(count),
  };
}

/** Joins features and decisions; kept objects are numbered 1..n in the order of the rows. */
export function objectTable(features: ObjectFeatures, decisions: readonly Decision[]): ObjectTable {
  let count = 0;
  return {
    ...features,
    label: Int32Array.from(decisions, ({ kept }) => (kept ? ++count : 0)),
    kept: Uint8Array.from(decisions, ({ kept }) => (kept ? 1 : 0)),
    score: Float64Array.from(decisions, ({ score }) => score),
    reason: decisions.map(({ reason }) => reason),
    cause: decisions.map(({ cause }) => cause ?? ""),
  };
}
