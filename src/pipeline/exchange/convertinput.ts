/** What is converted: images, label images, objects or tracks of other programs, or a folder of Karyon. */
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { InvalidInput, isKaryonError, messageOf } from "../../core/errors.js";
import type { ExportInput, ExportPart } from "../../exchange/exporter.js";
import { openAs } from "../../io/formats/fileformat.js";
import { isImageName, isLabelName, isTrackName } from "../../io/formats/formatnames.js";
import { trackFormats } from "../../io/formats/trackformats.js";
import { readSegmentation } from "../segment/segmentation.js";
import { openImageFile } from "../source/imagefile.js";
import { listInputs } from "../source/inputs.js";
import { imageOfMask } from "../source/labeladdresses.js";
import { openSource, type SourceOptions } from "../source/source.js";
import { fileInput, folderStore } from "../store/formatinput.js";
import { folderName, stemOf } from "../store/names.js";
import { seriesAddress } from "../store/seriesaddress.js";
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

/** How it is opened. */
export interface ConvertibleOptions {
  /** What is looked for in it; of several, or of none, what there is. */
  readonly parts: readonly ExportPart[];
  /** How images are read. */
  readonly source: SourceOptions;
  /** Of the images that outlines belong to, px. */
  readonly size?: { readonly height: number; readonly width: number } | undefined;
}

/**
 * Opens what is converted.
 *
 * @throws InvalidInput when there is nothing of that kind; CorruptFile, UnsupportedFormat
 */
export async function convertible(path: string, options: ConvertibleOptions): Promise<Convertible> {
  const { parts, source, size } = options;
  const record = isFolder(path) ? readRun(path) : undefined;
  if (record !== undefined) {
    const own = await karyonFolder(path, record.command);
    if (own !== undefined) return own;
  }
  const name = basename(path);
  const isTracks = isTrackName(name) && !isImageName(name) && !isLabelName(name);
  if (parts.includes("graph") || isTracks) return openedTracks(path);
  const isOutlines = isLabelName(name) && !isImageName(name);
  if (parts.includes("labels") || isOutlines || (parts.length === 0 && (await holdsLabels(path))))
    return openedLabels(path, size);
  const images = await openSource([path], source);
  const { pixelSize, frameInterval, notices, files } = images;
  const calibration = { pixelSize, frameInterval };
  return { input: { name: images.name, images, ...calibration, imageFile: files[0] }, notices };
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

/** Names that programs give to label images: Cellpose, the Cell Tracking Challenge, and people. */
const labelNames = /(_(cp_)?masks?|_labels?)$|^(mask|man_seg|man_track)_?\d+$/i;

/** Whether images that could be either are label images: what Karyon made, integers of 32 bits, or so called. */
async function holdsLabels(path: string): Promise<boolean> {
  if (isFolder(path) && existsSync(join(path, "segmentation.json"))) return true;
  const { files } = await listInputs([path]);
  const first = await openImageFile(files[0]!).catch((error: unknown) => {
    // What cannot be opened is told about when it is read.
    if (isKaryonError(error)) return undefined;
    throw error;
  });
  return first !== undefined && (/^u?int(32|64)$/.test(first.type) || labelNames.test(stemOf(files[0]!)));
}

/** @throws InvalidInput for images, which hold nothing that was found in them */
function assertNoImages(path: string, expected: string, isFitting: (name: string) => boolean): void {
  const { path: file, series } = seriesAddress(path);
  if (series === undefined || isFitting(basename(file))) return;
  const remedy = "find the nuclei first, with karyon run";
  throw new InvalidInput(path, expected, "a series of images", remedy);
}

async function openedTracks(path: string): Promise<Convertible> {
  assertNoImages(path, "tracks", isTrackName);
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

async function openedLabels(path: string, size: ConvertibleOptions["size"]): Promise<Convertible> {
  assertNoImages(path, "label images or outlines", isLabelName);
  const { labels, nuclei, summary, notices } = await readLabelPlanes(path, { size });
  const { pixelSize, frameInterval } = summary ?? {};
  return {
    input: { name: imageOfMask(nameOf(path)), labels, nuclei, pixelSize, frameInterval },
    notices,
  };
}

const nameOf = (path: string): string => (isFolder(path) ? folderName(join(path, "x")) : stemOf(path));
