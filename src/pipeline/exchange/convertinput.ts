/** What is converted: images, label images, objects or tracks of other programs, or a folder of Karyon. */
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { isKaryonError, messageOf } from "../../core/errors.js";
import type { ExportInput } from "../../exchange/exporter.js";
import { openAs } from "../../io/formats/fileformat.js";
import { isImageName, isLabelName } from "../../io/formats/formatnames.js";
import { trackFormats } from "../../io/formats/trackformats.js";
import { readSegmentation } from "../segment/segmentation.js";
import { imageOfMask } from "../source/labeladdresses.js";
import { openSource, type SourceOptions } from "../source/source.js";
import { fileInput, folderStore } from "../store/formatinput.js";
import { folderName, stemOf } from "../store/names.js";
import { inputPaths, readRun } from "../store/provenance.js";
import { readLabelPlanes } from "../track/labelfolder.js";
import { readTracking } from "../track/tracking.js";
import { recordedConfig } from "../config/acting.js";
import { sourceOptions } from "../source/opening.js";
import { trackedParts } from "./exporting.js";

/** What is converted, with what was assumed about it. */
export interface Convertible {
  readonly input: ExportInput;
  /** One sentence each. */
  readonly notices: readonly string[];
}

/** A part of what is converted. */
type Part = "images" | "labels" | "graph";

/**
 * Opens what is converted.
 *
 * @param part what the target cannot do without; where it can take several, images come first
 * @throws InvalidInput when there is nothing of that kind; CorruptFile, UnsupportedFormat
 */
export async function convertible(
  path: string,
  part: Part | undefined,
  options: SourceOptions,
): Promise<Convertible> {
  const record = isFolder(path) ? readRun(path) : undefined;
  if (record !== undefined) {
    const own = await karyonFolder(path, record.command);
    if (own !== undefined) return own;
  }
  if (part === "graph") return openedTracks(path);
  if (part === "labels") return openedLabels(path);
  return imagesOrLabels(path, options);
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** What Karyon left in a folder; undefined for folders of commands that leave images, such as `simulate`. */
async function karyonFolder(folder: string, command: string): Promise<Convertible | undefined> {
  if (command === "run") return karyonRun(folder);
  const name = basename(folder);
  if (command === "segment") {
    const { labels, nuclei, summary } = readSegmentation(folder);
    const { pixelSize, frameInterval } = summary;
    return { input: { name, labels, nuclei, pixelSize, frameInterval }, notices: [] };
  }
  if (command !== "track") return undefined;
  const tracks = readTracking(folder);
  const { pixelSize, frameInterval } = tracks.summary;
  return { input: { name, ...trackedParts(tracks), pixelSize, frameInterval }, notices: [] };
}

async function karyonRun(folder: string): Promise<Convertible> {
  const record = readRun(folder)!;
  const config = recordedConfig("run", record.configuration, join(folder, "run.json"));
  const source = await openSource(inputPaths(folder, record), sourceOptions(config)).catch(
    (error: unknown) => {
      if (!isKaryonError(error)) throw error;
      return messageOf(error);
    },
  );
  const { labels, nuclei, summary } = readSegmentation(join(folder, "labels"));
  const tracks = existsSync(join(folder, "tracks"))
    ? readTracking(join(folder, "tracks"), labels)
    : undefined;
  const found = tracks === undefined ? { labels, nuclei } : trackedParts(tracks);
  const { pixelSize, frameInterval } = summary;
  const common = { ...found, pixelSize, frameInterval };
  if (typeof source === "string")
    return {
      input: { name: basename(folder), ...common },
      notices: [`The images of the run are not there, and are left out: ${source}`],
    };
  const { name, files } = source;
  return { input: { name, images: source, imageFile: files[0], ...common }, notices: [] };
}

async function openedTracks(path: string): Promise<Convertible> {
  const input = isFolder(path)
    ? ({ from: "store", where: path, name: basename(path), store: folderStore(path) } as const)
    : await fileInput(path);
  const { graph, labels, pixelSize, frameInterval, notices } = await openAs(trackFormats, input);
  return {
    input: { name: stemOf(path), graph, labels, pixelSize, frameInterval },
    notices: sentences(path, notices),
  };
}

const sentences = (path: string, notices: readonly string[]): string[] =>
  notices.map((text) => `${basename(path)}: ${text}.`);

async function openedLabels(path: string): Promise<Convertible> {
  const { labels, nuclei, summary } = await readLabelPlanes(path);
  const { pixelSize, frameInterval } = summary ?? {};
  return {
    input: { name: imageOfMask(nameOf(path)), labels, nuclei, pixelSize, frameInterval },
    notices: [],
  };
}

/** Images, or, where the files hold outlines, their label images. */
async function imagesOrLabels(path: string, options: SourceOptions): Promise<Convertible> {
  const isOutlines = isLabelName(basename(path)) && !isImageName(basename(path));
  if (isOutlines) return openedLabels(path);
  const source = await openSource([path], options);
  const { name, pixelSize, frameInterval, notices, files } = source;
  return { input: { name, images: source, pixelSize, frameInterval, imageFile: files[0] }, notices };
}

const nameOf = (path: string): string => (isFolder(path) ? folderName(join(path, "x")) : stemOf(path));
