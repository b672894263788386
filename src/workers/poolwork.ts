import type { FrameWork } from "../annotate/singleframe.js";
import { type FrameFiles, imageTiff } from "./frame.js";
import type { FramePool } from "./pool.js";

/** Files of one frame of a dataset, the image among them. */
export type DatasetFrame = FrameFiles & { readonly image: Uint8Array };

/**
 * The work on single frames of an annotation, done by worker threads, with files for results.
 *
 * @param threads of the pool; one frame more is worked on, so that reading it never keeps a thread waiting
 * @param overlay whether pictures of the annotated frames are wanted
 */
export const poolWork = (pool: FramePool, threads: number, overlay: boolean): FrameWork<DatasetFrame> => ({
  atOnce: threads + 1,
  estimate: (request, signal) => pool.run("estimate", request, signal),
  propose: (request, signal) => pool.run("propose", request, signal),
  label: async (request, read, signal) => {
    const image = await read();
    const isNeeded = overlay || request.background === "noise";
    const files = await pool.run(
      "labelling",
      { ...request, overlay, image: isNeeded ? image : undefined },
      signal,
    );
    // Encoded here and not by a worker where it is no more than a copy.
    return { ...files, image: files.image ?? imageTiff(image) };
  },
  paper: async (request, signal) => {
    const files = await pool.run("paper", { ...request, overlay }, signal);
    return { ...files, image: files.image ?? imageTiff(request.image) };
  },
});
