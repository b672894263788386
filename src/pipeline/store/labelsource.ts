/** Label images of a movie in files, one a frame. */
import { InvalidInput } from "../../core/errors.js";
import type { LabelSource } from "../../core/labels.js";
import { throwIfCancelled } from "../../core/progress.js";
import { openLabels, readLabels, readLabelWindow } from "./labelfiles.js";

/**
 * Files of label images as a source; each is read when it is asked for.
 *
 * @param files one a frame
 * @param frameNames one a frame
 */
export function labelsInFiles(files: readonly string[], frameNames: readonly string[]): LabelSource {
  const at = (frame: number): string => {
    const file = files[frame];
    if (file === undefined) throw new InvalidInput("frame", `0 to ${files.length - 1}`, String(frame));
    return file;
  };
  return {
    frames: files.length,
    frameNames,
    async size(frame) {
      const { height, width } = (await openLabels(at(frame))).size(0);
      return { height, width };
    },
    async read(frame, { signal } = {}) {
      throwIfCancelled({ signal });
      return readLabels(at(frame));
    },
    async readWindow(frame, window, { signal } = {}) {
      throwIfCancelled({ signal });
      return readLabelWindow(at(frame), window);
    },
  };
}
