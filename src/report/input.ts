/**
 * What a report is made of. Everything but the title and the parameters may be absent: the report then lacks
 * that part.
 */
import type { Statistics } from "../analyse/analyse.js";
import type { Image, StoredPlane } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import type { Nuclei } from "../core/nuclei.js";
import type { ExpectedQuality } from "../core/quality.js";
import type { LossRecord, ThresholdScore } from "../plot/plots.js";
import type { MethodsInput } from "./methods.js";

/** What a report is made of. */
export interface ReportInput {
  readonly title: string;
  /** The complete configuration as plain data; nested groups become rows such as `train.steps`. */
  readonly parameters: unknown;
  /** When it was made, as text. */
  readonly created?: string | undefined;
  readonly source?: SourceFacts | undefined;
  /** What the reader must know first: warnings before notes. */
  readonly notices?: readonly Notice[] | undefined;
  readonly annotation?: AnnotationPart | undefined;
  readonly training?: TrainingPart | undefined;
  /** Segmented example images: the first is shown large. */
  readonly segmentation?: readonly LabelledPicture[] | undefined;
  readonly tracks?: TrackPicture | undefined;
  readonly divisions?: DivisionGallery | undefined;
  /** Absent where nothing was changed by hand. */
  readonly corrections?: CorrectionsPart | undefined;
  readonly statistics?: Statistics | undefined;
  /** Names of the frames, for the table of an image set. */
  readonly frameNames?: readonly string[] | undefined;
  /** Scores against a given truth. */
  readonly scores?: readonly ScorePart[] | undefined;
  readonly timings?: readonly Timing[] | undefined;
  /** Name of a program or library, or another fact of the environment, to its version or value. */
  readonly versions?: Readonly<Record<string, string | number>> | undefined;
  /** Files of the output folder and what they hold. */
  readonly files?: readonly { readonly name: string; readonly content: string }[] | undefined;
  /** What the methods paragraph is written from. */
  readonly methods?: MethodsInput | undefined;
}

/** The images of a run, as the head of the report names them. */
export interface SourceFacts {
  readonly name: string;
  readonly kind: "movie" | "images";
  readonly frames: number;
  /** px; absent where the images differ in size. */
  readonly height?: number | undefined;
  readonly width?: number | undefined;
  /** µm. */
  readonly pixelSize?: number | undefined;
  /** s. */
  readonly frameInterval?: number | undefined;
}

/** A sentence that limits what the results say, or explains it. */
export interface Notice {
  readonly level: "warning" | "note";
  readonly text: string;
}

/** An image with labels of the same size. */
export interface LabelledPicture {
  /** Name of the frame. */
  readonly name: string;
  readonly image: Image;
  readonly labels: LabelImage;
}

/** What the annotation found. */
export interface AnnotationPart {
  /** Annotated example images (-1 = ignored in training): the first is shown large. */
  readonly pictures: readonly (LabelledPicture & {
    /** Objects that were turned down, to be outlined. */
    readonly rejected?: LabelImage | undefined;
  })[];
  /** Images annotated, objects found in them, and of these the ones kept. */
  readonly images: number;
  readonly candidates: number;
  readonly kept: number;
  /** Why objects were turned down, the commonest first. */
  readonly reasons?: readonly { readonly reason: string; readonly count: number }[] | undefined;
}

/** How the training went. */
export interface TrainingPart {
  readonly records: readonly LossRecord[];
  readonly expected?: ExpectedQuality | undefined;
}

/** The image under the tracks. */
export interface TrackPicture {
  readonly name: string;
  readonly image: Image;
  /** Of the tracked movie: the rows that `statistics.steps` names. */
  readonly nuclei: Nuclei;
  /** A small animated PNG, and where the large movie lies as seen from the report. */
  readonly movie?: { readonly png: Uint8Array; readonly file: string } | undefined;
}

/** Divisions as they are seen in the images, the doubtful first. */
export interface DivisionGallery {
  readonly shown: readonly DivisionPicture[];
  /** How many there are in all. */
  readonly of: number;
}

/** A division, and what is around it in the frames before and after. */
export interface DivisionPicture {
  /** The mother's last frame, from 0, and her place there, px of the whole image. */
  readonly frame: number;
  readonly y: number;
  readonly x: number;
  /** That it is one, 0..1; NaN where the tracker knows none. */
  readonly probability: number;
  /** Tracks. */
  readonly mother: number;
  readonly daughters: readonly [number, number];
  /** RGB, by `divisionStrip`: two frames before, the mother's last, the daughters' first, two frames after. */
  readonly strip: StoredPlane;
}

/** One comparison with a given truth. */
export interface ScorePart {
  /** What was compared with what. */
  readonly title: string;
  /** Objects against objects, one entry a threshold of IoU. */
  readonly thresholds?:
    | readonly (ThresholdScore & {
        readonly tp: number;
        readonly fp: number;
        readonly fn: number;
        readonly precision: number;
        readonly recall: number;
      })[]
    | undefined;
  /** Any further scores by name. */
  readonly values?:
    | readonly { readonly name: string; readonly value: number; readonly meaning?: string | undefined }[]
    | undefined;
}

/** What was changed by hand. */
export interface CorrectionsPart {
  /** One entry a layer in which something was changed. */
  readonly layers: readonly {
    /** Such as "training set". */
    readonly name: string;
    readonly edits: number;
    /** Frames with an edit, and frames that were looked through as a whole. */
    readonly frames: number;
    readonly reviewed: number;
    /** How often each was done, such as "split 3, paint 1". */
    readonly gestures: string;
  }[];
  /** The labels of the network against those of the frames that were looked through; absent without such frames. */
  readonly scores?: ScorePart | undefined;
}

/** How long a stage took. */
export interface Timing {
  readonly stage: string;
  readonly seconds: number;
  /** What was done, in a line. */
  readonly text?: string | undefined;
}
