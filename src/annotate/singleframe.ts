/**
 * The work on single frames that the annotation of a movie is made of. Each function depends on its input
 * alone, so that it may be done here, in a worker thread or on another machine.
 */
import type { Image } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { throwIfCancelled } from "../core/progress.js";
import { random } from "../core/random.js";
import type { BackgroundUse } from "./movieoptions.js";
import { packCandidates, unpackCandidates } from "./candidatepacking.js";
import { cutCandidates, type OpenSides } from "./cut.js";
import { labelCandidates } from "./labelling.js";
import { annotatePaper, noiseBackground } from "./paper.js";
import { type AutoOptions, proposeObjects } from "./propose.js";
import {
  estimateIntensity,
  type IntensityStatistics,
  type NucleusReading,
  type ScaleEstimate,
} from "./scale.js";
import { measureScale } from "./measurescale.js";
import type { Annotation, Decision, ObjectFeatures } from "./types.js";

/** First pass: what is asked of a frame's scale. */
export interface EstimateRequest {
  readonly image: Image;
  /** Of a nucleus, px, where it is given; measured where undefined. */
  readonly diameter: number | undefined;
}

/** Second pass: what the candidates of a frame are found from. */
export interface ProposeRequest {
  readonly image: Image;
  /** Number written into the table of the objects. */
  readonly frame: number;
  /** Of the frame's acquisition. */
  readonly reading: NucleusReading;
  readonly options: AutoOptions;
  /** Sides of a window at which its image goes on. */
  readonly open: OpenSides;
}

/** What was learned of one frame, and what waits until all are judged. */
export interface ProposedFrame {
  readonly objects: ObjectFeatures;
  readonly light: IntensityStatistics;
  /** 1 for each candidate that an open side of a window cuts. */
  readonly cut: Uint8Array;
  /** The proposal without its features, packed. */
  readonly packed: Uint8Array;
}

/** How the labels of a frame are made. */
export interface FrameOutput {
  readonly name: string;
  /** Number among the annotated images, from 0: that of the frame's own noise. */
  readonly frame: number;
  readonly background: BackgroundUse;
  readonly seed: number;
}

/** Third pass: what the labels of a frame are made from. */
export interface LabelRequest extends FrameOutput {
  /** See `ProposedFrame`. */
  readonly packed: Uint8Array;
  readonly objects: ObjectFeatures;
  /** One per candidate. */
  readonly decisions: readonly Decision[];
  /** µm per pixel; undefined when unknown. */
  readonly pixelSize: number | undefined;
}

/** The paper's annotation judges each frame by itself. */
export interface PaperRequest extends FrameOutput {
  readonly image: Image;
}

/** What a summary tells of an annotated frame. */
export interface FrameFigures {
  readonly kept: number;
  /** Areas of the kept nuclei, px². */
  readonly areas: Float64Array;
  /** Candidates, kept or not. */
  readonly candidates: number;
  readonly settings: Annotation["settings"];
  readonly warnings: readonly string[];
}

/** What every form of a labelled frame holds. */
export interface LabelledFrame {
  readonly figures: FrameFigures;
}

/** An annotated frame in memory. */
export interface AnnotatedFrame extends LabelledFrame {
  /**
   * 1..count nuclei that are certain, 0 background; -1 unknown, where the pixels of uncertain objects are to
   * be ignored.
   */
  readonly labels: LabelImage;
  /** The image with noise for background; undefined where it is the input as it is. */
  readonly image: Image | undefined;
  /** Labels with all that is unknown, every candidate and its fate, settings. */
  readonly annotation: Annotation;
}

/** The work on single frames, done somewhere: in this thread, or by workers. */
export interface FrameWork<F extends LabelledFrame = AnnotatedFrame> {
  /** Frames worked on at once. */
  readonly atOnce: number;
  readonly estimate: (request: EstimateRequest, signal?: AbortSignal) => Promise<ScaleEstimate>;
  readonly propose: (request: ProposeRequest, signal?: AbortSignal) => Promise<ProposedFrame>;
  /** @param read gives the frame's image, for those who need it */
  readonly label: (request: LabelRequest, read: () => Promise<Image>, signal?: AbortSignal) => Promise<F>;
  readonly paper: (request: PaperRequest, signal?: AbortSignal) => Promise<F>;
}

/** The candidates of one frame. */
export function proposeFrame({ image, frame, reading, options, open }: ProposeRequest): ProposedFrame {
  const light = estimateIntensity(image);
  const proposal = proposeObjects(image, { ...light, ...reading }, options, frame);
  return {
    objects: proposal.objects,
    light,
    cut: cutCandidates(proposal.labels, open),
    packed: packCandidates(proposal),
  };
}

/** The labels of one frame, once its candidates are judged. @param image needed for noise only */
export function labelFrame(request: LabelRequest, image: Image | undefined): AnnotatedFrame {
  const { packed, objects, decisions } = request;
  return annotatedFrame(labelCandidates({ ...unpackCandidates(packed), objects }, decisions), image, request);
}

/** One frame by the paper's method. */
export const paperFrame = (request: PaperRequest): AnnotatedFrame =>
  annotatedFrame(annotatePaper(request.image, request.frame), request.image, request);

function annotatedFrame(
  annotation: Annotation,
  image: Image | undefined,
  { background, frame, seed }: FrameOutput,
): AnnotatedFrame {
  const { labels, objects, settings, warnings } = annotation;
  return {
    annotation,
    labels:
      background === "ignore" ? labels : { ...labels, data: labels.data.map((label) => Math.max(0, label)) },
    image:
      background === "noise" && image !== undefined
        ? noiseBackground(image, labels, random(seed).fork(frame))
        : undefined,
    figures: {
      kept: labels.count,
      areas: objects.area.filter((_, row) => objects.kept[row] === 1),
      candidates: objects.count,
      settings,
      warnings,
    },
  };
}

/** Lets what waits for this thread have its turn: the signal to stop, the page of a browser. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  throwIfCancelled({ signal }, "Annotation");
}

/** The work done in this thread, one frame after the other. */
export const inlineWork: FrameWork = {
  atOnce: 1,
  estimate: async ({ image, diameter }, signal) => {
    await pause(signal);
    return measureScale(image, { diameter });
  },
  propose: async (request, signal) => {
    await pause(signal);
    return proposeFrame(request);
  },
  label: async (request, read, signal) => {
    await pause(signal);
    return labelFrame(request, request.background === "noise" ? await read() : undefined);
  },
  paper: async (request, signal) => {
    await pause(signal);
    return paperFrame(request);
  },
};
