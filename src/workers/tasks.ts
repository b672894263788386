/** What worker threads do for single frames: typed requests in, plain data out. */
import { annotatePaper, noiseBackground } from "../annotate/paper.js";
import { type AutoOptions, composeAnnotation, type Proposal, proposeObjects } from "../annotate/auto.js";
import { estimateScale, type ScaleEstimate } from "../annotate/scale.js";
import type { Annotation, Decision } from "../annotate/types.js";
import type { Image, SampleData } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { composeTouching, defaultComposeOptions } from "../dataset/composition.js";
import { encodePng } from "../io/png.js";
import { encodeTiff } from "../io/tiff/encode.js";
import { annotationOverlay, overlayLabels } from "../report/overlay.js";

export interface AnnotationFiles {
  readonly image: Uint8Array;
  readonly mask: Uint8Array;
  /** Every candidate, numbered as in `objects.csv`. */
  readonly candidates: Uint8Array;
  /** Kept nuclei, ignored area and rejected candidates over the image. */
  readonly overlay: Uint8Array;
}

export interface TouchingFiles {
  readonly image: Uint8Array;
  readonly mask: Uint8Array;
  readonly overlay: Uint8Array;
  readonly pasted: number;
  readonly pairs: number;
}

const tiffOf = ({ height, width, pixelSize }: Image, data: SampleData): Uint8Array => encodeTiff([{ height, width, samples: 1, data }], { compression: "deflate", pixelSize });

/** Each task is a function of its input alone, so that the result does not depend on which thread runs it. */
export const frameTasks = {
  estimate: ({ image, diameter }: { image: Image; diameter: number | undefined }): ScaleEstimate => estimateScale(image, { diameter }),

  propose: ({ image, frame, scale, options }: { image: Image; frame: number; scale: ScaleEstimate; options: AutoOptions }): Proposal => proposeObjects(image, scale, options, frame),

  compose: ({ proposal, decisions }: { proposal: Proposal; decisions: readonly Decision[] }): Annotation => composeAnnotation(proposal, decisions),

  paper: ({ image, frame }: { image: Image; frame: number }): Annotation => annotatePaper(image, frame),

  /** The dataset's files of one frame. */
  annotationFiles: ({ image, annotation, background, seed, frame }: { image: Image; annotation: Annotation; background: "noise" | "ignore" | "keep"; seed: number; frame: number }): AnnotationFiles => {
    const { labels, candidates, objects } = annotation;
    const kept = new Uint8Array(candidates.count + 1);
    objects.candidate.forEach((candidate, row) => { kept[candidate] = objects.kept[row]!; });
    const rejected = { ...candidates, data: candidates.data.map((candidate) => (candidate > 0 && kept[candidate] === 0 ? candidate : 0)) };
    const shown = background === "noise" ? noiseBackground(image, labels, random(seed).fork(frame)) : image;
    const mask = background === "ignore" ? labels : { ...labels, data: labels.data.map((label) => Math.max(0, label)) };
    return {
      image: tiffOf(image, shown.data),
      mask: tiffOf(image, mask.data),
      candidates: tiffOf(image, candidates.data),
      overlay: encodePng(annotationOverlay(image, labels, { rejected })),
    };
  },

  /** Touching nuclei composed from those of one frame, as files; a sentence where that cannot be. */
  touching: ({ name, image, labels, seed, variant }: { name: string; image: Image; labels: LabelImage; seed: number; variant: number }): TouchingFiles | string => {
    const { images, notices } = composeTouching([{ name, image, labels }], { ...defaultComposeOptions, images: 1 }, random(seed).fork(variant));
    const composed = images[0];
    if (composed === undefined) return notices[0]!;
    return {
      image: tiffOf(image, composed.image.data),
      mask: tiffOf(image, composed.labels.data),
      overlay: encodePng(annotationOverlay(composed.image, composed.labels)),
      pasted: composed.pasted,
      pairs: composed.pairs,
    };
  },

  labelOverlay: ({ image, labels }: { image: Image; labels: LabelImage }): Uint8Array => encodePng(overlayLabels(image, labels)),
} as const;

export type FrameTask = typeof frameTasks;
export type FrameTaskName = keyof FrameTask;
