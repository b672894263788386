/** Labels with the edits that hold. */
import { compactLabels, fileValues, labelImage, type LabelImage, type LabelSource } from "../core/labels.js";
import type { LabelEdit } from "./edits.js";
import { writePatch } from "./labelwindow.js";

/**
 * Labels as they are after edits. Frames without edits are passed on as they are. Labels of a corrected frame
 * need not be consecutive (`relabelSequential`).
 *
 * @param edits of one layer, those that hold, in order
 */
export function correctedLabels(source: LabelSource, edits: readonly LabelEdit[]): LabelSource {
  const byFrame = new Map<number, LabelEdit[]>();
  for (const edit of edits) {
    const known = byFrame.get(edit.frame);
    if (known === undefined) byFrame.set(edit.frame, [edit]);
    else known.push(edit);
  }
  const corrected = (labels: LabelImage, frame: number, y: number, x: number): LabelImage => {
    const all = byFrame.get(frame);
    return all === undefined ? labels : applyLabelEdits(labels, all, { y, x });
  };
  const hasWindows = source.readWindow !== undefined;
  return {
    frames: source.frames,
    frameNames: source.frameNames,
    size: (frame) => source.size(frame),
    read: async (frame, options) => corrected(await source.read(frame, options), frame, 0, 0),
    ...(!hasWindows
      ? {}
      : {
          readWindow: async (frame, window, options) =>
            corrected(await source.readWindow!(frame, window, options), frame, window.y, window.x),
        }),
  };
}

/**
 * The labels of a frame, or of a window of it, after edits of that frame.
 *
 * @param origin first row and column of the labels, px of the frame
 */
export function applyLabelEdits(
  labels: LabelImage,
  edits: readonly LabelEdit[],
  origin: { readonly y: number; readonly x: number } = { y: 0, x: 0 },
): LabelImage {
  const { height, width } = labels;
  const values = fileValues(labels);
  const data = values === labels.data ? values.slice() : values;
  const window = { ...origin, height, width, data };
  for (const { patches } of edits) for (const patch of patches) writePatch(window, patch, "after");
  return compactLabels(labelImage(height, width, data));
}
