/** A run stops before ten minutes of training where its annotation looks as if it had failed. */
import { doubtOf, leastCertainty } from "../../annotate/doubt.js";
import { InvalidInput } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import type { AnnotationSummary } from "../annotate/annotation.js";
import type { Annotation } from "../annotate/annotatestage.js";
import type { Config } from "../config/options.js";
import type { Result, Stage } from "../stage/stage.js";

/** A stage that makes nothing of annotations in doubt, unless it is told to. What is made already is opened. */
export const unlessDoubtful = <T, N extends string, M>(
  stage: Stage<T, N, M>,
  annotations: readonly Result<Annotation>[],
  config: Config,
): Stage<T, N, M> => ({
  ...stage,
  make: async (path, work) => {
    if (!config.run.trainAnyway) {
      const found = await Promise.all(annotations.map((annotation) => annotation.value()));
      // What somebody corrected by hand was looked at.
      const unseen = found.filter(({ correctedMasks }) => correctedMasks === undefined);
      assertSure({ images: unseen.flatMap(({ summary }) => summary.images) }, config);
    }
    return stage.make(path, work);
  },
});

function assertSure(summary: Pick<AnnotationSummary, "images">, { annotate }: Config): void {
  const doubt = doubtOf(summary);
  if (doubt === undefined) return;
  const { images, of, certainty } = doubt;
  const { name, diameter } = images[0]!;
  const size = annotate.diameter === undefined ? "was measured" : "was given";
  throw new InvalidInput(
    `The annotation of ${images.length} of ${counted(of, "image")}`,
    `objects that look like nuclei with a certainty of at least ${leastCertainty}`,
    certainty.toFixed(2),
    `look at the overlay of ${name} (annotation/overlays), and state the size of a nucleus ` +
      `(annotate.diameter; ${diameter.toFixed(0)} px ${size}), or keep more of them (annotate.sensitivity), ` +
      "or let the network learn from it as it is (run.trainAnyway)",
  );
}
