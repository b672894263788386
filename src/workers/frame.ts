/**
 * What worker threads do of an annotation: candidates of one frame, and, once all frames are judged, the
 * labels of one frame.
 */
import { deserialize, serialize } from "node:v8";
import { deflate, inflate } from "#platform";
import { type AutoOptions, composeAnnotation, type Proposal, proposeObjects } from "../annotate/auto.js";
import { cutCandidates, type OpenSides } from "../annotate/cut.js";
import { annotatePaper, noiseBackground } from "../annotate/paper.js";
import { estimateIntensity, type IntensityStatistics } from "../annotate/scale.js";
import {
  type Annotation,
  type Decision,
  featureColumns,
  type ObjectFeatures,
  type ObjectTable,
} from "../annotate/types.js";
import type { Image, SampleData } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { annotationOverlay } from "../draw/overlay.js";
import { formatCsv } from "../io/csv.js";
import { encodePng } from "../io/png/png.js";
import { encodeTiff } from "../io/tiff/encode.js";

export type Background = "noise" | "ignore" | "keep";

/** What was learned of one frame, and what waits on disk until all are judged. */
export interface ProposedFrame {
  readonly objects: ObjectFeatures;
  readonly light: IntensityStatistics;
  /** 1 for each candidate that an open side of a window cuts. */
  readonly cut: Uint8Array;
  /** The proposal without its features, packed: `composeFrame` unpacks it. */
  readonly packed: Uint8Array;
  /** Every candidate, numbered as in `objects.csv`, as TIFF. */
  readonly candidates: Uint8Array;
}

export interface ProposeRequest {
  readonly image: Image;
  readonly frame: number;
  /** Of a nucleus in the frame's acquisition, px; NaN where unknown. */
  readonly diameter: number;
  readonly options: AutoOptions;
  readonly open: OpenSides;
}

export function proposeFrame({ image, frame, diameter, options, open }: ProposeRequest): ProposedFrame {
  const light = estimateIntensity(image);
  const proposal = proposeObjects(image, { ...light, diameter }, options, frame);
  return {
    objects: proposal.objects,
    light,
    cut: cutCandidates(proposal.labels, open),
    packed: pack(proposal),
    candidates: labelTiff(proposal.labels, image),
  };
}

/** Files of one frame of a dataset; `image` is undefined where it is the input as it is. */
export interface AnnotatedFrame {
  readonly image: Uint8Array | undefined;
  readonly mask: Uint8Array;
  readonly candidates: Uint8Array | undefined;
  readonly overlay: Uint8Array | undefined;
  /** Lines of `objects.csv`, without its header. */
  readonly rows: Uint8Array;
  readonly kept: number;
  /** Areas of the kept nuclei, px². */
  readonly areas: Float64Array;
  readonly candidateCount: number;
  readonly settings: Annotation["settings"];
  readonly warnings: readonly string[];
}

/** How a frame is written. */
export interface FrameOutput {
  readonly name: string;
  readonly frame: number;
  readonly background: Background;
  readonly overlay: boolean;
  readonly seed: number;
}

export interface ComposeRequest extends FrameOutput {
  readonly packed: Uint8Array;
  readonly objects: ObjectFeatures;
  readonly decisions: readonly Decision[];
  /** Needed for overlays and for noise only. */
  readonly image: Image | undefined;
  readonly pixelSize: number | undefined;
}

export function composeFrame(request: ComposeRequest): AnnotatedFrame {
  const annotation = composeAnnotation(
    { ...unpack(request.packed), objects: request.objects },
    request.decisions,
  );
  // The candidates were written when they were proposed.
  return { ...filesOf(annotation, request.image, request), candidates: undefined };
}

/** The paper's annotation judges each frame by itself. */
export function annotatePaperFrame({
  image,
  ...output
}: FrameOutput & { readonly image: Image }): AnnotatedFrame {
  const annotation = annotatePaper(image, output.frame);
  return {
    ...filesOf(annotation, image, { ...output, pixelSize: image.pixelSize }),
    candidates: labelTiff(annotation.candidates, image),
  };
}

function filesOf(
  annotation: Annotation,
  image: Image | undefined,
  {
    name,
    frame,
    background,
    overlay,
    seed,
    pixelSize,
  }: FrameOutput & { readonly pixelSize: number | undefined },
): Omit<AnnotatedFrame, "candidates"> {
  const { labels, objects, settings, warnings } = annotation;
  const mask =
    background === "ignore"
      ? labels
      : { ...labels, data: labels.data.map((label) => (label > 0 ? label : 0)) };
  const noisy =
    background === "noise" && image !== undefined
      ? noiseBackground(image, labels, random(seed).fork(frame))
      : undefined;
  return {
    image: noisy && imageTiff(noisy),
    mask: labelTiff(mask, { pixelSize }),
    overlay:
      overlay && image !== undefined
        ? encodePng(annotationOverlay(image, labels, { rejected: rejectedOf(annotation) }))
        : undefined,
    rows: new TextEncoder().encode(objectRows(objects, name)),
    kept: labels.count,
    areas: objects.area.filter((_, row) => objects.kept[row] === 1),
    candidateCount: objects.count,
    settings,
    warnings,
  };
}

/**
 * Pixels of a camera hardly shrink: without compression, which would take longer than all the rest of
 * writing.
 */
export const imageTiff = ({ height, width, data, pixelSize }: Image): Uint8Array =>
  tiff(height, width, data, pixelSize, "none");

export const labelTiff = (
  { height, width, data }: LabelImage,
  { pixelSize }: Pick<Image, "pixelSize">,
): Uint8Array => tiff(height, width, data, pixelSize, "deflate");

const tiff = (
  height: number,
  width: number,
  data: SampleData,
  pixelSize: number | undefined,
  compression: "deflate" | "none",
): Uint8Array => encodeTiff([{ height, width, samples: 1, data }], { compression, level: 3, pixelSize });

/** The candidates that were not kept, by their number. */
export function rejectedOf({ candidates, objects }: Annotation): LabelImage {
  const kept = new Uint8Array(candidates.count + 1);
  objects.candidate.forEach((candidate, row) => {
    kept[candidate] = objects.kept[row]!;
  });
  return {
    ...candidates,
    data: candidates.data.map((candidate) => (candidate > 0 && kept[candidate] === 0 ? candidate : 0)),
  };
}

type Packed = Omit<Proposal, "objects" | "labels" | "bright" | "missing"> & {
  readonly count: number;
  readonly size: readonly [height: number, width: number];
  readonly labels: Uint8Array;
  readonly brightSize: readonly [height: number, width: number, scale: number];
  readonly bright: Uint8Array;
  readonly missing: Uint8Array | undefined;
};

/** A frame's proposal takes 17 MB in memory and a fiftieth of that packed. */
function pack({ labels, bright, missing, diameter, settings, warnings }: Proposal): Uint8Array {
  const bytes = new Uint8Array(labels.data.buffer, labels.data.byteOffset, labels.data.byteLength);
  const packed: Packed = {
    diameter,
    settings,
    warnings,
    count: labels.count,
    size: [labels.height, labels.width],
    labels: deflate(bytes, 1),
    brightSize: [bright.height, bright.width, bright.scale],
    bright: deflate(bright.data, 1),
    missing: missing && deflate(missing, 1),
  };
  return new Uint8Array(serialize(packed));
}

function unpack(bytes: Uint8Array): Omit<Proposal, "objects"> {
  const {
    count,
    size: [height, width],
    labels,
    brightSize,
    bright,
    missing,
    ...rest
  } = deserialize(bytes) as Packed;
  const data = new Int32Array(height * width);
  new Uint8Array(data.buffer).set(inflate(labels));
  return {
    ...rest,
    labels: { height, width, count, data },
    bright: { height: brightSize[0], width: brightSize[1], scale: brightSize[2], data: inflate(bright) },
    missing: missing && inflate(missing),
  };
}

const units: Partial<Record<(typeof featureColumns)[number], string>> = {
  y: "y_px",
  x: "x_px",
  area: "area_px2",
  diameter: "diameter_px",
  intensity: "intensity_over_background",
};
const fateColumns = ["label", "kept", "score"] as const;
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Columns of `objects.csv`. */
export const objectHeader: readonly string[] = [
  "image",
  ...featureColumns.map((key) => units[key] ?? snake(key)),
  ...fateColumns,
  "cause",
  "reason",
];

function objectRows(objects: ObjectTable, name: string): string {
  const columns = [
    new Array<string>(objects.count).fill(name),
    ...featureColumns.map((key) => rounded(objects[key])),
    ...fateColumns.map((key) => rounded(objects[key])),
    objects.cause,
    objects.reason,
  ];
  return formatCsv(objectHeader, columns).slice(
    formatCsv(
      objectHeader,
      columns.map(() => []),
    ).length,
  );
}

/** Measures have seven digits at most; more would only make the table larger. */
const rounded = (column: Float64Array | Int32Array | Uint8Array): Float32Array | Int32Array | Uint8Array =>
  column instanceof Float64Array ? new Float32Array(column) : column;
