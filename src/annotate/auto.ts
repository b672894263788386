/**
 * The automatic annotation of one image, in three steps so that frames can be worked on apart and judged
 * together: `proposeObjects` for each frame, `decide` once for all frames of an acquisition,
 * `labelCandidates` for each frame.
 */
import type { Image } from "../core/image.js";
import { cutCandidates, type OpenSides, withoutCut } from "./cut.js";
import { decide } from "./decide.js";
import { labelCandidates } from "./labelling.js";
import { annotatePaper } from "./paper.js";
import { type AutoOptions, defaultAutoOptions, proposeObjects } from "./propose.js";
import { measureScale } from "./measurescale.js";
import type { ScaleEstimate } from "./scale.js";
import type { Annotation } from "./types.js";

export { labelCandidates } from "./labelling.js";
export { decide } from "./decide.js";
export {
  type AutoOptions,
  defaultAutoOptions,
  type Proposal,
  proposalsOf,
  proposeObjects,
} from "./propose.js";

/** Annotates one image on its own. */
export const annotateAuto = (
  image: Image,
  options: AutoOptions = defaultAutoOptions,
  frame = 0,
): Annotation => annotateAlone({ image, preset: "auto", options, frame }).annotation;

/** One image, annotated without others. */
export interface AloneRequest {
  readonly image: Image;
  readonly preset: "auto" | "paper";
  readonly options: AutoOptions;
  /** Number written into the table of the objects. */
  readonly frame: number;
  /** Sides at which a larger image goes on; none where undefined. */
  readonly open?: OpenSides | undefined;
}

/** An annotation, and what was estimated of the image before. */
export interface AloneAnnotation {
  readonly annotation: Annotation;
  readonly scale: ScaleEstimate;
}

/** Annotates one image on its own by either method: what `karyon annotate --preview` shows. */
export function annotateAlone({ image, preset, options, frame, open }: AloneRequest): AloneAnnotation {
  const scale = measureScale(image, { diameter: options.diameter });
  if (preset === "paper") return { scale, annotation: annotatePaper(image, frame) };
  const proposal = proposeObjects(image, scale, options, frame);
  const judged = decide([proposal.objects], options)[0]!;
  const decisions = open === undefined ? judged : withoutCut(judged, cutCandidates(proposal.labels, open));
  return { scale, annotation: labelCandidates(proposal, decisions) };
}
