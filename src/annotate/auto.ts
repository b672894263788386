/**
 * The automatic annotation, in three steps so that frames can be worked on apart and judged together:
 * `proposeObjects` for each frame, `decide` once for all frames of an acquisition, `composeAnnotation` for
 * each frame.
 */
import type { Image } from "../core/image.js";
import { decide } from "./decide.js";
import { composeAnnotation } from "./labelling.js";
import { type AutoOptions, defaultAutoOptions, proposeObjects } from "./propose.js";
import { estimateScale } from "./scale.js";
import type { Annotation } from "./types.js";

export { composeAnnotation } from "./labelling.js";
export { decide } from "./decide.js";
export { type AutoOptions, defaultAutoOptions, type Proposal, proposeObjects } from "./propose.js";

/** Annotates one image on its own. */
export function annotateAuto(image: Image, options: AutoOptions = defaultAutoOptions, frame = 0): Annotation {
  const proposal = proposeObjects(
    image,
    estimateScale(image, { diameter: options.diameter }),
    options,
    frame,
  );
  return composeAnnotation(proposal, decide([proposal.objects], options)[0]!);
}
