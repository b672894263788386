/** Labels of segmented frames to files: `NAME.tif`, and `overlays/NAME.png`. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { float32Of, type Image, type PixelData } from "../../core/image.js";
import { labelImage, type LabelImage } from "../../core/labels.js";
import { labelPicture } from "../../draw/overlay.js";
import { blockMeans } from "../../imgproc/resize.js";
import { encodeIndexed } from "../../io/png/pngpicture.js";
import type { RowReceiver } from "../../segment/segmentimage.js";
import type { FrameReceiver } from "../../segment/segmentmovie.js";
import { framePool } from "../../workers/pool.js";
import { writeFileAtomic } from "../store/files.js";
import { openLabelWriter, writeLabels } from "../store/labelfiles.js";

/** Overlays of a folder of label images. */
const overlayFolder = "overlays";

/** Writes frames while they are segmented. */
export interface LabelOutput extends FrameReceiver {
  /** Waits for the last overlay. @throws the first error of drawing or writing one */
  finish(): Promise<void>;
  /** Ends the thread that draws. */
  close(): Promise<void>;
}

/**
 * Opens a folder, which is made, for label images and their overlays.
 *
 * @param pixelSize µm, where it is known
 */
export async function openLabelOutput(folder: string, pixelSize: number | undefined): Promise<LabelOutput> {
  await mkdir(join(folder, overlayFolder), { recursive: true });
  const overlays = overlayWriter(join(folder, overlayFolder));
  return {
    async whole({ name }, image, labels) {
      await Promise.all([
        overlays.add(name, image, labels),
        writeLabels(join(folder, `${name}.tif`), labels),
      ]);
    },
    rows: ({ name, height, width }) =>
      openRows(
        { labels: join(folder, `${name}.tif`), overlay: join(folder, overlayFolder, `${name}.png`) },
        { height, width, pixelSize },
      ),
    finish: () => overlays.finish(),
    close: () => overlays.close(),
  };
}

interface OverlayWriter {
  add(name: string, image: Image, labels: LabelImage): Promise<void>;
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Overlays that may wait to be drawn and written; beyond them the segmentation waits. */
const maxWaiting = 2;

/**
 * Draws and writes overlays in a thread of their own, while the next frame is segmented. The first error is
 * thrown by the call that follows it.
 */
function overlayWriter(folder: string): OverlayWriter {
  const pool = framePool(1);
  const waiting: Promise<void>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const check = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  return {
    async add(name, image, labels) {
      const work = pool
        .run("labelOverlay", { image, labels })
        .then((png) => writeFileAtomic(join(folder, `${name}.png`), png));
      // Caught at once: an error that nobody awaits yet would end the program.
      waiting.push(
        work.catch((error: unknown) => {
          failure ??= { error };
        }),
      );
      if (waiting.length > maxWaiting) await waiting.shift();
      check();
    },
    async finish() {
      await Promise.all(waiting);
      check();
    },
    async close() {
      await Promise.all(waiting);
      await pool.close();
    },
  };
}

/** Size of an image, px, and of its pixels, µm, where it is known. */
interface PictureSize {
  readonly height: number;
  readonly width: number;
  readonly pixelSize?: number | undefined;
}

/**
 * Opens the files of an image that is never held as a whole. Its overlay is reduced: each pixel is the mean of
 * a square of as many pixels as make the longer side at most 4096 px.
 *
 * @throws OutputError; nothing is left at `paths.labels` after `abort`
 */
export async function openRows(
  paths: { readonly labels: string; readonly overlay: string },
  size: PictureSize,
): Promise<RowReceiver> {
  const writer = await openLabelWriter(paths.labels, size);
  const picture = reducedPicture(size);
  return {
    async add(data, labels, from) {
      await writer.rows(labels, labels.length / size.width);
      picture.add(data, labels, from);
    },
    async close() {
      await writer.close();
      await writeFileAtomic(paths.overlay, picture.encode());
    },
    abort: () => writer.abort(),
  };
}

/** Longest side of an overlay, px. */
const overlayEdge = 4096;

interface Picture {
  /** Whole rows of the image and their labels, from row `from` on; each row once, from top to bottom. */
  add(data: PixelData, labels: Int32Array, from: number): void;
  encode(): Uint8Array;
}

function reducedPicture({ height, width }: PictureSize): Picture {
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
    encode: () => encodeIndexed(labelPicture(means.finish(), labelImage(h, w, small))),
  };
}
