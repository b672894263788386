import { annotatePaper } from "../annotate/paper.js";
import { labelCandidates, decide, proposeObjects } from "../annotate/auto.js";
import { measureScale } from "../annotate/measurescale.js";
import type { Annotation } from "../annotate/types.js";
import type { Image } from "../core/image.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";

/** Options of `annotate`. */
export interface AnnotateOptions extends StageContext {
  /** `auto`, or the published method (Englbrecht et al. 2021), which has no options. Default `auto`. */
  readonly preset?: "auto" | "paper" | undefined;
  /** Diameter of a nucleus, px. Default: estimated from the image. */
  readonly diameter?: number | undefined;
  /** Least area of a nucleus that is kept, px. Default: from the image. */
  readonly minArea?: number | undefined;
  /** Largest area of a nucleus that is kept, px. Default: from the image. */
  readonly maxArea?: number | undefined;
  /** Above 1 finds dimmer nuclei, below 1 fewer; 0.1 to 10. Default 1. */
  readonly sensitivity?: number | undefined;
}

/** Steps of an annotation, for its progress. */
const steps = 3;

/**
 * Finds the nuclei of one image that are certain, without anybody drawing. What is not certain is -1 in the
 * labels, "unknown", and is left out of a training.
 *
 * @throws Cancelled when `options.signal` is aborted
 */
export async function annotate(image: Image, options: AnnotateOptions = {}): Promise<Annotation> {
  const report = (done: number, message: string): void => {
    options.onProgress?.({ done, total: steps, message });
    throwIfCancelled(options, "Annotation");
  };
  throwIfCancelled(options, "Annotation");
  if (options.preset === "paper") {
    const annotation = annotatePaper(image);
    report(steps, "labels");
    return annotation;
  }
  const { diameter, minArea, maxArea, sensitivity = 1 } = options;
  const settings = { diameter, minArea, maxArea, sensitivity };
  const scale = measureScale(image, { diameter });
  report(1, "size of the nuclei");
  const proposal = proposeObjects(image, scale, settings, 0);
  report(2, "candidates");
  const [decisions] = decide([proposal.objects], settings);
  const annotation = labelCandidates(proposal, decisions!);
  report(steps, "labels");
  return annotation;
}
