/** Label images of a movie in files, one a frame. */
import { InvalidInput } from "../../core/errors.js";
import type { LabelSource } from "../../core/labels.js";
import { throwIfCancelled } from "../../core/progress.js";
import { type LabelOptions, type LabelPlane, type LabelStack, onePlane, openLabels } from "./labelfiles.js";

/** Opens files, and keeps the last one: planes and windows of one file follow each other. */
function lastOpened(): typeof openLabels {
  let kept: { readonly path: string; readonly stack: Promise<LabelStack> } | undefined;
  return (path, options) => {
    if (kept?.path !== path) kept = { path, stack: openLabels(path, options) };
    return kept.stack;
  };
}

/**
 * Files of label images as a source; each is read when it is asked for.
 *
 * @param files one a frame
 * @param frameNames one a frame
 * @param options with the size of the images, for outlines that have none of their own
 */
export function labelsInFiles(
  files: readonly string[],
  frameNames: readonly string[],
  options: LabelOptions = {},
): LabelSource {
  const at = (frame: number): string => {
    const file = files[frame];
    if (file === undefined) throw new InvalidInput("frame", `0 to ${files.length - 1}`, String(frame));
    return file;
  };
  const open = lastOpened();
  const planeOf = (frame: number): Promise<LabelPlane> => onePlane(at(frame), options, open);
  return {
    frames: files.length,
    frameNames,
    async size(frame) {
      const { stack, plane } = await planeOf(frame);
      const { height, width } = stack.size(plane);
      return { height, width };
    },
    async read(frame, { signal } = {}) {
      throwIfCancelled({ signal });
      const { stack, plane } = await planeOf(frame);
      return stack.read(plane, { signal });
    },
    async readWindow(frame, window, { signal } = {}) {
      throwIfCancelled({ signal });
      const { stack, plane } = await planeOf(frame);
      return stack.readWindow(plane, window, { signal });
    },
  };
}
