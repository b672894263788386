/** The training set as it was corrected by hand, as a stage: only the masks that differ are written. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Window } from "../../core/image.js";
import { relabelSequential } from "../../core/labels.js";
import { throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import { correctedLabels } from "../../correct/applylabels.js";
import type { Annotation } from "../annotate/annotatestage.js";
import type { FileSource } from "../source/source.js";
import type { MakeStage, Result, Stage } from "../stage/stage.js";
import type { RunStage } from "../stage/stagenames.js";
import { readLabelWindow, writeLabels } from "../store/labelfiles.js";
import { annotationLabels, type PlacedImage, placedImages } from "./annotationlabels.js";
import { type Corrections, editsFingerprint, reviewedBasis } from "./corrections.js";

/** The source of the frames, and what was corrected in them. */
export interface CorrectionInput {
  readonly source: FileSource;
  readonly corrections: Corrections;
}

/**
 * The training set with what was corrected: edits of the annotation, and all labels of frames that were looked
 * through, be it in the annotation or after the segmentation. The annotation itself where there is nothing of it.
 */
export async function withCorrections(
  make: MakeStage<RunStage>,
  annotation: Result<Annotation>,
  input: CorrectionInput,
): Promise<Result<Annotation>> {
  const { corrections } = input;
  const edits = corrections.labelEdits("annotation", annotation.basis);
  const kept = corrections.kept("annotation", annotation.basis);
  if (edits.length + kept.length + corrections.reviewed.labels.length === 0) return annotation;
  return make(correctAnnotationStage(annotation, input));
}

function correctAnnotationStage(
  annotation: Result<Annotation>,
  { source, corrections }: CorrectionInput,
): Stage<Annotation, "correctAnnotation"> {
  const edits = corrections.labelEdits("annotation", annotation.basis);
  const outdated = corrections.outdated("annotation", annotation.basis);
  const kept = corrections.kept("annotation", annotation.basis);
  const segmented = corrections.reviewed.labels;
  const at = async (folder: string): Promise<Annotation> => ({
    ...(await annotation.value()),
    correctedMasks: join(folder, "masks"),
  });
  return {
    name: "correctAnnotation",
    text: "the training set as it was corrected by hand",
    from: [annotation],
    options: {
      edits: editsFingerprint(edits),
      annotation: reviewedBasis(kept),
      labels: reviewedBasis(segmented),
    },
    make: async (folder, work) => {
      const found = await annotation.value();
      const labels = correctedLabels(annotationLabels(found, source, "masks"), edits);
      const touched = new Set(edits.map(({ frame }) => frame));
      // What was looked through after the segmentation is the later word.
      const whole = new Map([...kept, ...segmented].map(({ frame, file }) => [frame, file]));
      const images = placedImages(found, source.frameNames, "masks").filter(
        ({ frame }) => touched.has(frame) || whole.has(frame),
      );
      await mkdir(join(folder, "masks"), { recursive: true });
      for (const [done, image] of images.entries()) {
        throwIfCancelled(work, "Correcting");
        const file = whole.get(image.frame);
        const mask =
          file === undefined
            ? await labels.readWindow!(image.frame, windowOf(image))
            : await readLabelWindow(file, windowOf(image));
        // Training asks for labels 1 to n.
        await writeLabels(join(folder, "masks", `${image.name}.tif`), relabelSequential(mask));
        work.onProgress?.({ done: done + 1, total: images.length });
      }
      // Where the edits still hold they say all that there is, of frames that were looked through, too.
      const taken = `${counted(whole.size, "frame")} as ${whole.size === 1 ? "it was" : "they were"} looked through`;
      return {
        value: undefined,
        text: whole.size === 0 ? counted(edits.length, "edit") : `${counted(edits.length, "edit")}, ${taken}`,
        notices: outdatedNotice(outdated, "annotation"),
      };
    },
    open: (folder) => at(folder),
  };
}

const windowOf = ({ y, x, height, width }: PlacedImage): Window => ({ y, x, height, width });

/** What is to be said of edits that were made on other labels. */
export const outdatedNotice = (edits: number, what: string): string[] =>
  edits === 0
    ? []
    : [
        `${counted(edits, "edit")} by hand of the ${what} ${edits === 1 ? "was" : "were"} made on an earlier ` +
          "result and no longer apply; frames that were looked through keep their labels.",
      ];
