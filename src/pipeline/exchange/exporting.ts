/** What was found, in the formats of other programs. */
import { join } from "node:path";
import type { ExportContext, Exporter, ExportInput } from "../../exchange/exporter.js";
import { isKaryonError, messageOf } from "../../core/errors.js";
import { throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import type { Config } from "../config/options.js";
import type { SegmentationResult } from "../segment/segmentation.js";
import { imagesBasis, type OpenInputs } from "../source/opening.js";
import type { Result, Stage } from "../stage/stage.js";
import { writeExported } from "../store/exportedfile.js";
import type { TrackingResult } from "../track/tracking.js";

/** The results that are given to other programs. */
export interface ExportedResults {
  readonly config: Config;
  readonly inputs: OpenInputs;
  readonly segmentation: Result<SegmentationResult>;
  readonly tracks?: Result<TrackingResult> | undefined;
}

/** `exports/`: what was found, in each of the formats. */
export const exportStage = (
  results: ExportedResults,
  formats: readonly Exporter[],
): Stage<string, "export"> => ({
  name: "export",
  text: formats.map(({ title }) => title).join(", "),
  from: [results.segmentation, ...(results.tracks ? [results.tracks] : [])],
  options: { formats: formats.map(({ name }) => name), images: imagesBasis(results.inputs, results.config) },
  make: async (folder, work) => {
    const input = await exportInput(results);
    const possible = formats.filter(({ needs }) => needs.every((part) => input[part] !== undefined));
    const left = formats.filter((format) => !possible.includes(format));
    const { files, notices } = await writeExports(folder, possible, input, work);
    return {
      value: undefined,
      text: `${counted(files, "file")} for other programs in ${counted(possible.length, "format")}`,
      data: { files },
      notices: [
        ...left.map(({ title }) => `${title} holds tracks, and there are none: it was left out.`),
        ...notices,
      ],
    };
  },
  open: (folder) => Promise.resolve(folder),
});

/** Images, labels and tracks of a run; of tracked ones the masks, in which each nucleus has one label throughout. */
async function exportInput({ inputs, segmentation, tracks }: ExportedResults): Promise<ExportInput> {
  const { source } = inputs;
  const { name, pixelSize, frameInterval } = source;
  const common = { name, images: source, pixelSize, frameInterval, imageFile: source.files[0] };
  const tracked = await tracks?.value();
  if (tracked === undefined) {
    const { labels, nuclei } = await segmentation.value();
    return { ...common, labels, nuclei };
  }
  return { ...common, ...trackedParts(tracked) };
}

/** Tracks as they are exported: with the labels of their masks. */
export function trackedParts({
  graph,
  branches,
  masks,
  labelOfRow,
}: TrackingResult): Pick<ExportInput, "graph" | "branches" | "labels"> {
  return {
    labels: masks,
    graph: { ...graph, nuclei: { ...graph.nuclei, label: labelOfRow } },
    branches,
  };
}

/** What was written of all formats. */
interface WrittenExports {
  readonly files: number;
  /** Why formats were left out, one sentence each. */
  readonly notices: readonly string[];
}

/**
 * Writes each of the formats into `folder`, which must exist: one file, one hierarchy, or a folder of its name.
 * A format that cannot hold what there is is left out: hours of work do not end for it.
 *
 * @throws OutputError; Cancelled; what reading throws
 */
async function writeExports(
  folder: string,
  formats: readonly Exporter[],
  input: ExportInput,
  context: ExportContext,
): Promise<WrittenExports> {
  let files = 0;
  const notices: string[] = [];
  for (const [i, format] of formats.entries()) {
    const own: ExportContext = {
      ...context,
      onProgress: ({ done, total }) =>
        context.onProgress?.({ done: i + done / total, total: formats.length, message: format.title }),
    };
    try {
      files += await writeFormat(placeOf(folder, format, input), format, input, own);
    } catch (error) {
      if (!isKaryonError(error, "InvalidInput")) throw error;
      notices.push(`${format.title} was left out: ${messageOf(error)}`);
    }
  }
  return { files, notices };
}

const placeOf = (folder: string, { extension, isHierarchy, name }: Exporter, input: ExportInput): string => {
  if (extension === undefined) return join(folder, name);
  return isHierarchy === true ? join(folder, `${input.name}.${extension}`) : folder;
};

/** Writes the files of a format into `place`. @returns their number */
export async function writeFormat(
  place: string,
  format: Exporter,
  input: ExportInput,
  context: ExportContext,
): Promise<number> {
  let files = 0;
  for await (const file of format.files(input, context)) {
    throwIfCancelled(context, "The export");
    await writeExported(place, file);
    files++;
  }
  return files;
}
