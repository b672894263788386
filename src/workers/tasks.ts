/** What worker threads do for single frames: typed requests in, plain data out. */
import { annotatePaper, noiseBackground } from "../annotate/paper.js";
import { type AutoOptions, composeAnnotation, type Proposal, proposeObjects } from "../annotate/auto.js";
import { estimateScale, type ScaleEstimate } from "../annotate/scale.js";
import type { Annotation, Decision } from "../annotate/types.js";
import type { Image, SampleData } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { encodePng } from "../io/png.js";
import { encodeTiff } from "../io/tiff/encode.js";
import { annotationOverlay, overlayLabels } from "../report/overlay.js";
import { annotationPreview, type PreviewInput } from "../report/preview.js";

export interface AnnotationFiles {
  readonly image: Uint8Array;
  readonly mask: Uint8Array;
  /** Every candidate, numbered as in `objects.csv`. */
  readonly candidates: Uint8Array;
  /** Kept nuclei, ignored area and rejected candidates over the image. */
  readonly overlay: Uint8Array;
}

/** Each task is a function of its input alone, so that the result does not depend on which thread runs it. */
export const frameTasks = {
  estimate: ({ image, diameter }: { image: Image; diameter: number | undefined }): ScaleEstimate => estimateScale(image, { diameter }),

  propose: ({ image, frame, scale, options }: { image: Image; frame: number; scale: ScaleEstimate; options: AutoOptions }): Proposal => proposeObjects(image, scale, options, frame),

  compose: ({ proposal, decisions }: { proposal: Proposal; decisions: readonly Decision[] }): Annotation => composeAnnotation(proposal, decisions),

  paper: ({ image, frame }: { image: Image; frame: number }): Annotation => annotatePaper(image, frame),

  /** The dataset's files of one frame. */
  annotationFiles: ({ image, annotation, background, seed, frame }: { image: Image; annotation: Annotation; background: "noise" | "ignore" | "keep"; seed: number; frame: number }): AnnotationFiles => {
    const { labels, candidates } = annotation;
    const shown = background === "noise" ? noiseBackground(image, labels, random(seed).fork(frame)) : image;
    const mask = background === "ignore" ? labels : { ...labels, data: labels.data.map((label) => Math.max(0, label)) };
    const { height, width, pixelSize } = image;
    const tiff = (data: SampleData): Uint8Array => encodeTiff([{ height, width, samples: 1, data }], { compression: "deflate", pixelSize });
    return {
      image: tiff(shown.data),
      mask: tiff(mask.data),
      candidates: tiff(candidates.data),
      overlay: encodePng(annotationOverlay(image, labels, { rejected: rejectedOf(annotation) })),
    };
  },

  /** The annotation of one frame as a picture with a legend. */
  preview: ({ image, annotation, marks, facts }: Pick<PreviewInput, "image" | "marks" | "facts"> & { annotation: Annotation }): Uint8Array =>
    encodePng(annotationPreview({ image, labels: annotation.labels, rejected: rejectedOf(annotation), marks, facts })),

  labelOverlay: ({ image, labels }: { image: Image; labels: LabelImage }): Uint8Array => encodePng(overlayLabels(image, labels)),
} as const;

/** The candidates that were not kept, by their number. */
function rejectedOf({ candidates, objects }: Annotation): LabelImage {
  const kept = new Uint8Array(candidates.count + 1);
  objects.candidate.forEach((candidate, row) => { kept[candidate] = objects.kept[row]!; });
  return { ...candidates, data: candidates.data.map((candidate) => (candidate > 0 && kept[candidate] === 0 ? candidate : 0)) };
}

export type FrameTask = typeof frameTasks;
export type FrameTaskName = keyof FrameTask;
