/** Files of one annotated frame, made where its labels are: in a worker thread. */
import {
  type AnnotatedFrame,
  type FrameFigures,
  type LabelRequest,
  labelFrame,
  type PaperRequest,
  paperFrame,
} from "../annotate/singleframe.js";
import { type Annotation, featureColumns, type ObjectTable } from "../annotate/types.js";
import type { Image, SampleData } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { annotationPicture } from "../draw/overlay.js";
import { csvLine, formatRows } from "../io/csv.js";
import { encodeIndexed } from "../io/png/pngpicture.js";
import { encodeTiff } from "../io/tiff/encode.js";

/** Files of one frame of a dataset. */
export interface FrameFiles {
  /** TIFF; undefined where it is the input as it is. */
  readonly image: Uint8Array | undefined;
  /** TIFF of the labels. */
  readonly mask: Uint8Array;
  /** TIFF of every candidate, numbered as in `objects.csv`. */
  readonly candidates: Uint8Array;
  /** PNG; undefined where none is wanted. */
  readonly overlay: Uint8Array | undefined;
  /** Lines of `objects.csv`, without its header. */
  readonly rows: Uint8Array;
  readonly figures: FrameFigures;
}

/** What a frame's files are made from, once its candidates are judged. */
export interface LabelFilesRequest extends LabelRequest {
  readonly overlay: boolean;
  /** Needed for overlays and for noise only. */
  readonly image: Image | undefined;
}

/** What the files of the paper's method are made from. */
export interface PaperFilesRequest extends PaperRequest {
  readonly overlay: boolean;
}

/** Labels one frame, as files. */
export const labelFrameFiles = ({ image, overlay, ...request }: LabelFilesRequest): FrameFiles =>
  filesOf(labelFrame(request, image), image, { ...request, overlay });

/** Annotates one frame by the paper's method, as files. */
export const paperFrameFiles = ({ overlay, ...request }: PaperFilesRequest): FrameFiles =>
  filesOf(paperFrame(request), request.image, { ...request, overlay, pixelSize: request.image.pixelSize });

function filesOf(
  { annotation, labels, image: noisy, figures }: AnnotatedFrame,
  image: Image | undefined,
  { name, overlay, pixelSize }: Pick<LabelFilesRequest, "name" | "overlay" | "pixelSize">,
): FrameFiles {
  return {
    image: noisy && imageTiff(noisy),
    mask: labelTiff(labels, { pixelSize }),
    candidates: labelTiff(annotation.candidates, { pixelSize }),
    overlay:
      overlay && image !== undefined
        ? encodeIndexed(annotationPicture(image, annotation.labels, { rejected: rejectedOf(annotation) }))
        : undefined,
    rows: new TextEncoder().encode(objectRows(annotation.objects, name)),
    figures,
  };
}

/**
 * An image as a file. Pixels of a camera hardly shrink: without compression, which would take longer than all
 * the rest of writing.
 */
export const imageTiff = ({ height, width, data, pixelSize }: Image): Uint8Array =>
  tiff(height, width, data, pixelSize, "none");

/** Labels as a file, with the size of a pixel where it is known. */
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
  const data = new Int32Array(candidates.data.length);
  for (let i = 0; i < data.length; i++) {
    const candidate = candidates.data[i]!;
    if (candidate > 0 && kept[candidate] === 0) data[i] = candidate;
  }
  return { ...candidates, data };
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

/** The first line of `objects.csv`. */
export const objectHeaderLine = csvLine(objectHeader);

const objectRows = (objects: ObjectTable, name: string): string =>
  formatRows([
    new Array<string>(objects.count).fill(name),
    ...featureColumns.map((key) => rounded(objects[key])),
    ...fateColumns.map((key) => rounded(objects[key])),
    objects.cause,
    objects.reason,
  ]);

/** Measures have seven digits at most; more would only make the table larger. */
const rounded = (column: Float64Array | Int32Array | Uint8Array): Float32Array | Int32Array | Uint8Array =>
  column instanceof Float64Array ? new Float32Array(column) : column;
