/** The masks of tracks on disk, as the Cell Tracking Challenge wants them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput, isKaryonError, messageOf } from "../../core/errors.js";
import type { LabelSource } from "../../core/labels.js";
import type { StageContext } from "../../core/progress.js";
import { maskName } from "../../io/ctc.js";
import { ctcExporter } from "../../exchange/ctcexporter.js";
import { toCtc } from "../../track/ctcgraph.js";
import type { TrackedMovie } from "../../track/movie/trackmovie.js";
import { writeExported } from "../store/exportedfile.js";
import { labelsInFiles } from "../store/labelsource.js";

/** What became of the masks. */
export interface WrittenMasks {
  /** The label of each nucleus in the masks, by row; undefined where there are none. */
  readonly labelOfRow: Int32Array | undefined;
  /** Why there are none. */
  readonly warnings: readonly string[];
}

/**
 * Writes the challenge's files into `folder`, unless there are more tracks than its masks can hold.
 *
 * @throws OutputError; Cancelled; what reading labels throws
 */
export async function writeMasks(
  folder: string,
  { graph, branches, labels }: Pick<TrackedMovie, "graph" | "branches" | "labels">,
  context: StageContext,
): Promise<WrittenMasks> {
  let labelOfRow: Int32Array;
  try {
    ({ labelOfRow } = toCtc(graph, branches));
  } catch (error) {
    if (!isKaryonError(error)) throw error;
    const reason = messageOf(error).replace(/\.$/, "");
    const what = `The files of the Cell Tracking Challenge are left out (${reason})`;
    return { warnings: [`${what}; spots.csv and tracks.csv hold everything.`], labelOfRow: undefined };
  }
  const input = { name: "", graph, branches, labels };
  for await (const file of ctcExporter.files(input, context)) await writeExported(folder, file);
  return { warnings: [], labelOfRow };
}

/** Whether a folder of tracks holds masks. */
export const hasMasks = (folder: string, frames: number): boolean =>
  existsSync(join(folder, maskName(0, frames)));

/** The masks in a folder of tracks. Reading one that is not there says what to do. */
export function masksIn(folder: string, frames: number): LabelSource {
  const names = Array.from({ length: frames }, (_, frame) => maskName(frame, frames));
  const files = names.map((name) => join(folder, name));
  const masks = labelsInFiles(files, names);
  const checked = (frame: number): number => {
    const file = files[frame];
    if (file === undefined || existsSync(file)) return frame;
    throw new InvalidInput(
      folder,
      `a mask for each of the ${frames} frames`,
      `no ${file}`,
      "track the labels again; movies with more than 65,535 tracks have no masks, and are measured by karyon run",
    );
  };
  return {
    ...masks,
    size: async (frame) => masks.size(checked(frame)),
    read: async (frame, options) => masks.read(checked(frame), options),
  };
}
