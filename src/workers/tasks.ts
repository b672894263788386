/** What worker threads do for single frames: typed requests in, plain data out. */
import { type AutoOptions, composeAnnotation, type Proposal, proposeObjects } from "../annotate/auto.js";
import { annotatePaper } from "../annotate/paper.js";
import { estimateScale, type ScaleEstimate } from "../annotate/scale.js";
import type { Annotation, Decision } from "../annotate/types.js";
import type { Image } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { composeTouching, defaultComposeOptions } from "../dataset/touching.js";
import { annotationOverlay, overlayLabels } from "../draw/overlay.js";
import { annotationPreview, type PreviewInput } from "../draw/previewpicture.js";
import { encodePng } from "../io/png/png.js";
import { annotatePaperFrame, composeFrame, imageTiff, labelTiff, proposeFrame, rejectedOf } from "./frame.js";

export interface TouchingFiles {
  readonly image: Uint8Array;
  readonly mask: Uint8Array;
  readonly overlay: Uint8Array;
  readonly pasted: number;
  readonly pairs: number;
}

/** Each task is a function of its input alone, so that the result does not depend on which thread runs it. */
export const frameTasks = {
  estimate: ({ image, diameter }: { image: Image; diameter: number | undefined }): ScaleEstimate =>
    estimateScale(image, { diameter }),

  propose: ({
    image,
    frame,
    scale,
    options,
  }: {
    image: Image;
    frame: number;
    scale: ScaleEstimate;
    options: AutoOptions;
  }): Proposal => proposeObjects(image, scale, options, frame),

  compose: ({ proposal, decisions }: { proposal: Proposal; decisions: readonly Decision[] }): Annotation =>
    composeAnnotation(proposal, decisions),

  paper: ({ image, frame }: { image: Image; frame: number }): Annotation => annotatePaper(image, frame),

  proposeFrame,
  composeFrame,
  annotatePaperFrame,

  /** The annotation of one frame as a picture with a legend. */
  preview: ({
    image,
    annotation,
    marks,
    facts,
  }: Pick<PreviewInput, "image" | "marks" | "facts"> & { annotation: Annotation }): Uint8Array =>
    encodePng(
      annotationPreview({ image, labels: annotation.labels, rejected: rejectedOf(annotation), marks, facts }),
    ),

  /** Touching nuclei composed from those of one frame, as files; a sentence where that cannot be. */
  touching: ({
    name,
    image,
    labels,
    seed,
    variant,
  }: {
    name: string;
    image: Image;
    labels: LabelImage;
    seed: number;
    variant: number;
  }): TouchingFiles | string => {
    const { images, notices } = composeTouching(
      [{ name, image, labels }],
      { ...defaultComposeOptions, images: 1 },
      random(seed).fork(variant),
    );
    const composed = images[0];
    if (composed === undefined) return notices[0]!;
    return {
      image: imageTiff(composed.image),
      mask: labelTiff(composed.labels, image),
      overlay: encodePng(annotationOverlay(composed.image, composed.labels)),
      pasted: composed.pasted,
      pairs: composed.pairs,
    };
  },

  labelOverlay: ({ image, labels }: { image: Image; labels: LabelImage }): Uint8Array =>
    encodePng(overlayLabels(image, labels)),
} as const;

export type FrameTask = typeof frameTasks;
export type FrameTaskName = keyof FrameTask;
