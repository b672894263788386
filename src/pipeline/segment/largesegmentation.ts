/** Images too large to be in memory as a whole: read in rows, written in rows, drawn reduced. */
import {
  float32Of,
  type ImageSource,
  type PixelData,
  type ReadOptions,
  type Window,
} from "../../core/image.js";
import { labelImage } from "../../core/labels.js";
import { countMissing } from "../../core/missing.js";
import type { StageContext } from "../../core/progress.js";
import { overlayLabels } from "../../draw/overlay.js";
import { blockMeans } from "../../imgproc/resize.js";
import { encodePng } from "../../io/png/png.js";
import type { Predictor } from "../../model/predictor.js";
import type { ImageRows } from "../../segment/rows.js";
import { type FoundNuclei, segmentRows, type SegmentOptions } from "../../segment/segment.js";
import { writeFileAtomic } from "../store/files.js";
import { openLabelWriter } from "../store/labelfiles.js";

interface Size {
  readonly height: number;
  readonly width: number;
}

/** A frame of a source, and its size, which is known without reading it. */
export interface LargeFrame extends Size {
  readonly source: ImageSource;
  readonly frame: number;
  readonly options: ReadOptions;
}

export interface LargeResult extends FoundNuclei {
  /** Pixels without a finite number. */
  readonly missing: number;
}

/** Longest side of an overlay, px. */
const overlayEdge = 4096;

/**
 * Segments a frame row by row into a label file, and draws its overlay: each pixel of that the mean of a
 * square of as many pixels as make the longer side at most 4096 px.
 *
 * @throws what reading, segmenting and writing throw; nothing is left at `paths.labels` then
 */
export async function segmentLarge(
  image: LargeFrame,
  predictor: Predictor,
  settings: Partial<SegmentOptions>,
  paths: { readonly labels: string; readonly overlay: string },
  context: StageContext,
): Promise<LargeResult> {
  const writer = await openLabelWriter(paths.labels, {
    height: image.height,
    width: image.width,
    pixelSize: image.source.pixelSize,
  });
  const rows = rowsOfFrame(image);
  const picture = reducedPicture(image);
  let missing = 0;
  try {
    const found = await segmentRows(
      rows,
      predictor,
      async (labels, from) => {
        await writer.rows(labels, labels.length / image.width);
        const data = await rows.rows(from, from + labels.length / image.width);
        missing += countMissing(data);
        picture.add(data, labels, from);
      },
      settings,
      context,
    );
    await writer.close();
    await writeFileAtomic(paths.overlay, picture.encode());
    return { ...found, missing };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

export function rowsOfFrame({ source, frame, options, height, width }: LargeFrame): ImageRows {
  return {
    height,
    width,
    rows: async (from, to) =>
      (await source.readWindow(frame, { y: from, x: 0, height: to - from, width }, options)).data,
  };
}

interface Picture {
  /** Whole rows of the image and their labels, from row `from` on; each row once, from top to bottom. */
  add(data: PixelData, labels: Int32Array, from: number): void;
  encode(): Uint8Array;
}

function reducedPicture({ height, width }: Size): Picture {
  const factor = Math.ceil(Math.max(height, width) / overlayEdge);
  const means = blockMeans(height, width, factor);
  const [h, w] = [Math.ceil(height / factor), Math.ceil(width / factor)];
  const small = new Int32Array(h * w);
  // The middle of each square, or what there is of it at the border.
  const middle = (i: number, length: number): number => Math.min(length - 1, i * factor + (factor >> 1));
  return {
    add(data, labels, from) {
      means.add(float32Of(data), from);
      const rows = labels.length / width;
      for (let i = Math.floor(from / factor); i < h && middle(i, height) < from + rows; i++) {
        const y = middle(i, height) - from;
        if (y < 0) continue;
        for (let j = 0; j < w; j++) small[i * w + j] = labels[y * width + middle(j, width)]!;
      }
    },
    encode: () => encodePng(overlayLabels(means.finish(), labelImage(h, w, small))),
  };
}

/** Edge of the windows that stand for a large image, px. */
const previewEdge = 1024;

/** Five windows that stand for a large image: one in the middle, and one in the middle of each quarter. */
export function previewWindows({ height, width }: Size): Window[] {
  const [h, w] = [Math.min(previewEdge, height), Math.min(previewEdge, width)];
  return [
    [1, 1],
    [1, 3],
    [2, 2],
    [3, 1],
    [3, 3],
  ]
    .map(([i, j]) => ({
      y: Math.floor((i! / 4) * height - h / 2),
      x: Math.floor((j! / 4) * width - w / 2),
      height: h,
      width: w,
    }))
    .map(({ y, x, ...size }) => ({
      y: Math.min(Math.max(0, y), height - h),
      x: Math.min(Math.max(0, x), width - w),
      ...size,
    }));
}
