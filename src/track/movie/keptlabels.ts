import type { LabelImage, LabelSource } from "../../core/labels.js";

/** Bytes of label images that are kept, so that a movie that fits is read once. */
const maxKept = 128 * 2 ** 20;

/**
 * The same labels; the first frames that are read stay in memory, as many as fit into 128 MiB. A movie is
 * read from its beginning each time, so that keeping the latest ones would help nobody.
 */
export function keptLabels(labels: LabelSource, bytes = maxKept): LabelSource {
  const kept = new Map<number, LabelImage>();
  let free = bytes;
  return {
    frames: labels.frames,
    frameNames: labels.frameNames,
    size: (frame) => labels.size(frame),
    async read(frame, options) {
      const known = kept.get(frame);
      if (known !== undefined) return known;
      const image = await labels.read(frame, options);
      if (image.data.byteLength <= free && !kept.has(frame)) {
        free -= image.data.byteLength;
        kept.set(frame, image);
      }
      return image;
    },
  };
}
