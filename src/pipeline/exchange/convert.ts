/** `karyon convert`: images, label images, objects and tracks from one format into another. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { InvalidInput, OutputError } from "../../core/errors.js";
import { throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import type { Exporter, ExportInput, ExportPart } from "../../exchange/exporter.js";
import { exporterNames } from "../../exchange/exporternames.js";
import { exporters, exportersOf } from "../../exchange/exporters.js";
import type { SourceOptions } from "../source/source.js";
import { type PipelineContext, runStage } from "../stage/events.js";
import type { StageWork } from "../stage/stage.js";
import { writeExportedAt } from "../store/exportedfile.js";
import { writeFolder } from "../store/folders.js";
import { type Convertible, convertible } from "./convertinput.js";
import { writeFormat } from "./exporting.js";

/** What is converted, and into what. */
export interface ConvertOptions {
  /** A file, a series of one, a folder of images or labels, or a folder that Karyon made. */
  readonly from: string;
  /** A file, or a folder. */
  readonly to: string;
  /** Name of the format. Default: by the end of the name of `to`. */
  readonly format?: string | undefined;
  /** Label images of the images, for formats that hold both. */
  readonly labels?: string | undefined;
  /** The images of the labels or tracks, for formats that hold or name them. */
  readonly images?: string | undefined;
  readonly overwrite: boolean;
  /** How images are read. */
  readonly source: SourceOptions;
}

/** What a conversion wrote. */
export interface Conversion {
  readonly path: string;
  readonly format: string;
  readonly files: number;
}

/**
 * Converts. What it writes is there whole or not at all.
 *
 * @throws InvalidInput when the format is unknown, or cannot hold what there is; OutputError; Cancelled;
 *   CorruptFile, UnsupportedFormat
 */
export async function convert(options: ConvertOptions, context: PipelineContext = {}): Promise<Conversion> {
  const { from, to, overwrite } = options;
  const format = formatOf(to, options.format);
  if (existsSync(to) && !overwrite)
    throw new OutputError(
      `${to} is there already; choose another name, or give overwrite: true to replace it.`,
    );
  const { value } = await runStage(
    context,
    "convert",
    `${basename(from)} to ${format.title}`,
    async (stage) => {
      const { input, notices } = await openAll(format, options);
      assertHolds(format, input, from);
      const files = await writeTo(to, format, input, stage);
      return {
        value: { path: to, format: format.name, files },
        text: `${to}, ${counted(files, "file")}`,
        notices,
      };
    },
  );
  return value;
}

function formatOf(to: string, name: string | undefined): Exporter {
  if (name !== undefined) {
    const [format, ...others] = exportersOf(name);
    if (format !== undefined && others.length === 0) return format;
    throw new InvalidInput("--to", `one of ${exporterNames}`, name);
  }
  // ".ome.tif" ends in ".tif", too: the longest end is meant.
  const ends = exporters.flatMap((each) =>
    [each.extension ?? "", ...(each.otherExtensions ?? [])].map((end) => ({ end, format: each })),
  );
  const fitting = ends.filter(({ end }) => end !== "" && to.toLowerCase().endsWith(`.${end}`));
  fitting.sort((a, b) => b.end.length - a.end.length);
  if (fitting[0] !== undefined) return fitting[0].format;
  throw new InvalidInput(
    to,
    "a name whose end says the format",
    basename(to),
    `say it with --to: ${exporterNames}`,
  );
}

/** What is looked for in what is converted: what the format needs, and what goes with what is given beside it. */
function partsOf({ needs }: Exporter, { labels, images }: ConvertOptions): ExportPart[] {
  const missing = needs.filter(
    (part) => !(part === "images" && images !== undefined) && !(part === "labels" && labels !== undefined),
  );
  if (missing.length > 0) return missing;
  return images !== undefined ? ["labels"] : labels !== undefined ? ["images"] : [];
}

/** Opens what is converted, and the images or labels of other files that belong to it. */
async function openAll(format: Exporter, options: ConvertOptions): Promise<Convertible> {
  const { from, labels, images, source } = options;
  const others: Convertible[] = [];
  if (images !== undefined) others.push(await convertible(images, { parts: ["images"], source }));
  const size = await others[0]?.input.images?.size(0);
  if (labels !== undefined) others.push(await convertible(labels, { parts: ["labels"], source, size }));
  const parts = partsOf(format, options);
  const converted = await convertible(from, { parts, source, size });
  const all = [converted, ...others];
  const given = all.flatMap(({ input }) =>
    Object.entries(input).filter(([key, value]) => value !== undefined && key !== "name"),
  );
  return {
    input: { ...Object.fromEntries(given), name: converted.input.name },
    notices: all.flatMap(({ notices }) => notices),
  };
}

/** @throws InvalidInput when the format needs what is not there */
function assertHolds(format: Exporter, input: ExportInput, from: string): void {
  const missing = format.needs.find((part) => input[part] === undefined);
  if (missing === undefined) return;
  const names = { images: "images", labels: "label images or outlines", graph: "tracks" } as const;
  const remedies = {
    images: "give them with --images",
    labels: "give them with --labels",
    graph: "track the labels first, with karyon track",
  } as const;
  throw new InvalidInput(from, `${names[missing]}, which ${format.title} holds`, "none", remedies[missing]);
}

/** A folder is replaced only where it is a hierarchy, as the format makes it. @throws OutputError */
function assertNoOther(to: string, { isHierarchy = false }: Exporter): void {
  if (!existsSync(to) || readdirSync(to).length === 0) return;
  const isEarlier = isHierarchy && [".zgroup", "zarr.json"].some((name) => existsSync(join(to, name)));
  if (!isEarlier) throw new OutputError(`${to} is a folder of other files; choose a new name.`);
}

/** @returns the number of files */
async function writeTo(to: string, format: Exporter, input: ExportInput, stage: StageWork): Promise<number> {
  if (format.extension !== undefined && format.isHierarchy !== true) {
    let files = 0;
    for await (const file of format.files(input, stage)) {
      throwIfCancelled(stage, "The conversion");
      await writeExportedAt(to, file);
      files++;
    }
    return files;
  }
  assertNoOther(to, format);
  return writeFolder(to, (temporary) => writeFormat(temporary, format, input, stage));
}
