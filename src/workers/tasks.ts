/** What worker threads do for single frames: typed requests in, plain data out. */
import { type AloneAnnotation, type AloneRequest, annotateAlone } from "../annotate/auto.js";
import { measureScale } from "../annotate/measurescale.js";
import type { ScaleEstimate } from "../annotate/scale.js";
import { type EstimateRequest, proposeFrame } from "../annotate/singleframe.js";
import type { Annotation } from "../annotate/types.js";
import type { Image } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { composeTouching, defaultComposeOptions } from "../dataset/touching.js";
import { annotationPicture, labelPicture } from "../draw/overlay.js";
import { annotationPreview, type PreviewInput } from "../draw/previewpicture.js";
import { encodeIndexed, encodePicture } from "../io/png/pngpicture.js";
import { outlineImage, type OutlineRequest } from "../segment/outlining.js";
import type { Segmentation } from "../segment/segment.js";
import { imageTiff, labelFrameFiles, labelTiff, paperFrameFiles, rejectedOf } from "./frame.js";

/** What touching nuclei are made from: one annotated frame. */
export interface TouchingRequest {
  readonly name: string;
  readonly image: Image;
  readonly labels: LabelImage;
  readonly seed: number;
  /** Another one for each image that is made, so that none is made twice. */
  readonly variant: number;
}

/** Touching nuclei pasted together, as files. */
export interface TouchingFiles {
  readonly image: Uint8Array;
  readonly mask: Uint8Array;
  readonly overlay: Uint8Array;
  /** Nuclei that were pasted. */
  readonly pasted: number;
  /** Touching pairs, at least one of each pasted. */
  readonly pairs: number;
}

/** What became of a request for touching nuclei: files, or why there are none. */
export type TouchingAnswer =
  | { readonly files: TouchingFiles }
  /** One sentence. */
  | { readonly files: undefined; readonly notice: string };

/** The picture that is drawn of one frame's annotation. */
export type PreviewRequest = Pick<PreviewInput, "image" | "marks" | "facts"> & {
  readonly annotation: Annotation;
};

function touching({ name, image, labels, seed, variant }: TouchingRequest): TouchingAnswer {
  const { images, notices } = composeTouching(
    [{ name, image, labels }],
    { ...defaultComposeOptions, images: 1 },
    random(seed).fork(variant),
  );
  const made = images[0];
  if (made === undefined) return { files: undefined, notice: notices[0]! };
  return {
    files: {
      image: imageTiff(made.image),
      mask: labelTiff(made.labels, image),
      overlay: encodeIndexed(annotationPicture(made.image, made.labels)),
      pasted: made.pasted,
      pairs: made.pairs,
    },
  };
}

/** Each task is a function of its input alone, so that the result does not depend on which thread runs it. */
export const frameTasks = {
  /** First pass of an annotation: the scale of one frame. */
  estimate: ({ image, diameter }: EstimateRequest): ScaleEstimate => measureScale(image, { diameter }),

  /** Second pass: the candidates of one frame. */
  propose: proposeFrame,

  /** Third pass: the labels of one frame whose candidates are judged, as files. */
  labelling: labelFrameFiles,

  /** The paper's method on one frame, as files. */
  paper: paperFrameFiles,

  /** One frame, annotated without others. */
  alone: (request: AloneRequest): AloneAnnotation => annotateAlone(request),

  /** The annotation of one frame as a picture with a legend. */
  preview: ({ image, annotation, marks, facts }: PreviewRequest): Uint8Array =>
    encodePicture(
      annotationPreview({ image, labels: annotation.labels, rejected: rejectedOf(annotation), marks, facts }),
    ),

  /** Touching nuclei pasted together from those of one frame. */
  touching,

  /** Nuclei and labels of one frame that the network has seen. */
  outline: (request: OutlineRequest): Promise<Segmentation> => outlineImage(request),

  /** Labels drawn over an image, as PNG. */
  labelOverlay: ({ image, labels }: { readonly image: Image; readonly labels: LabelImage }): Uint8Array =>
    encodeIndexed(labelPicture(image, labels)),
} as const;

/** The tasks, by name. */
export type FrameTask = typeof frameTasks;

/** Names of the tasks. */
export type FrameTaskName = keyof FrameTask;
