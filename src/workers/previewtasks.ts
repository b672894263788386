/** The annotation of a part of a frame, for who turns the options and wants to see at once what they do. */
import { cutCandidates, type OpenSides, withoutCut } from "../annotate/cut.js";
import { decide, type JudgedBeside } from "../annotate/decide.js";
import { labelCandidates } from "../annotate/labelling.js";
import { annotatePaper } from "../annotate/paper.js";
import { type AutoOptions, type Proposal, proposalsOf } from "../annotate/propose.js";
import { measureScale } from "../annotate/measurescale.js";
import type { ScaleEstimate } from "../annotate/scale.js";
import { type Annotation, featureColumns, type ObjectFeatures, type ObjectTable } from "../annotate/types.js";
import type { Image, Window } from "../core/image.js";
import { croppedLabels, type LabelImage, renumber } from "../core/labels.js";
import { recent } from "./serving.js";

/** What is asked of a part of a frame. */
export interface RegionAnnotationRequest {
  /** Equal for equal pixels and scale: what was found of them is kept under it. */
  readonly key: string;
  /** The window with what surrounds it; undefined where the thread is believed to hold the candidates. */
  readonly image: Image | undefined;
  /** First pixel of the image in the frame. */
  readonly origin: { readonly y: number; readonly x: number };
  /** Sides at which the frame goes on beyond the image. */
  readonly open: OpenSides;
  /** What is asked for, in the image. */
  readonly inner: Window;
  readonly frame: number;
  readonly preset: "auto" | "paper";
  readonly options: AutoOptions;
  readonly scale: ScaleEstimate;
  /** Candidates of other images of the acquisition, which decide with those of this one what is usual. */
  readonly others: readonly ObjectFeatures[];
  readonly beside: JudgedBeside;
}

/** What is found in a part of a frame. */
export interface RegionAnnotation {
  /** Of the window: 1..count sure nuclei by first pixel, 0 background, -1 unknown. */
  readonly labels: LabelImage;
  /** Of the window: every candidate, kept or not, numbered as in the column `candidate`. */
  readonly candidates: LabelImage;
  /**
   * The candidates with a pixel in the window, numbered from 1 by their first one; what was measured of them is
   * that of the whole object, also beyond the window. (y, x) in px of the frame.
   */
  readonly objects: ObjectTable;
  readonly warnings: readonly string[];
}

/** Undefined where the image is needed. */
export type RegionAnnotationAnswer = RegionAnnotation | undefined;

/** Proposals that are kept: at 900 x 900 px each takes 20 to 40 MB. */
const kept = 6;
const proposals = recent<(sensitivity: number) => Proposal>(kept);

/** The tasks of the thread. */
export const previewTasks = {
  /** The scale of a frame, or of a part of it. */
  estimate: ({ image }: { readonly image: Image }): ScaleEstimate => measureScale(image),
  /** The annotation of a part of a frame. */
  region: (request: RegionAnnotationRequest): RegionAnnotationAnswer => {
    const annotation = annotationOf(request);
    return annotation && partOf(annotation, request);
  },
} as const;

/** The tasks, by name. */
export type PreviewTasks = typeof previewTasks;

function annotationOf(request: RegionAnnotationRequest): Annotation | undefined {
  const { key, image, preset, options, scale, frame, open, others, beside } = request;
  if (preset === "paper") return image && annotatePaper(image, frame);
  let propose = proposals.get(key);
  if (propose === undefined) {
    if (image === undefined) return undefined;
    propose = proposalsOf(image, scale, options, frame);
    proposals.set(key, propose);
  }
  const proposal = propose(options.sensitivity ?? 1);
  const judged = decide([proposal.objects, ...others], options, beside)[0]!;
  return labelCandidates(proposal, withoutCut(judged, cutCandidates(proposal.labels, open)));
}

/** The part of an annotation that lies in a window, in arrays of its own. */
export function partOf(
  annotation: Annotation,
  { inner, origin }: Pick<RegionAnnotationRequest, "inner" | "origin">,
): RegionAnnotation {
  const candidates = croppedLabels(annotation.candidates, inner);
  const labels = croppedLabels(annotation.labels, inner);
  // Row of each candidate that is seen, by its new number.
  const rows: number[] = [];
  const numbers = new Int32Array(annotation.candidates.count + 1);
  for (let i = 0; i < candidates.data.length; i++) {
    const candidate = candidates.data[i]!;
    if (candidate > 0) candidates.data[i] = numbers[candidate] ||= rows.push(candidate - 1);
  }
  const { data, count } = renumber(labels);
  return {
    labels: { ...labels, data, count },
    candidates: { ...candidates, count: rows.length },
    objects: tableOf(annotation, rows, origin, labelsOf(candidates.data, data, rows.length)),
    warnings: annotation.warnings,
  };
}

/** The sure nucleus of each candidate, 0 for the others. */
function labelsOf(candidates: Int32Array, labels: Int32Array, count: number): Int32Array {
  const found = new Int32Array(count);
  for (let i = 0; i < labels.length; i++)
    if (candidates[i]! > 0 && labels[i]! > 0) found[candidates[i]! - 1] = labels[i]!;
  return found;
}

function tableOf(
  { objects }: Annotation,
  rows: readonly number[],
  origin: { readonly y: number; readonly x: number },
  label: Int32Array,
): ObjectTable {
  const column = <A extends Float64Array | Int32Array | Uint8Array>(values: A): A => {
    const out = values.slice(0, rows.length) as A;
    rows.forEach((row, i) => (out[i] = values[row]!));
    return out;
  };
  const features = Object.fromEntries(featureColumns.map((key) => [key, column(objects[key])]));
  return {
    ...(features as unknown as ObjectFeatures),
    count: rows.length,
    candidate: Int32Array.from(rows, (_, i) => i + 1),
    y: column(objects.y).map((y) => y + origin.y),
    x: column(objects.x).map((x) => x + origin.x),
    label,
    kept: column(objects.kept),
    score: column(objects.score),
    reason: rows.map((row) => objects.reason[row]!),
    cause: rows.map((row) => objects.cause[row]!),
  };
}
