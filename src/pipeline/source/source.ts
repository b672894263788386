/**
 * A movie or a set of images out of files: what they are together, how they become grey frames, and what the
 * user should know of it.
 */
import { basename } from "node:path";
import {
  CorruptFile,
  InvalidInput,
  isKaryonError,
  messageOf,
  StageError,
  UnsupportedFormat,
  type KaryonError,
} from "../../core/errors.js";
import type { ImageSource } from "../../core/image.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { counted, some } from "../../core/wording.js";
import { imageFormatNames } from "../../io/formats/formatnames.js";
import { checkOptions, frameReader, type FrameReader } from "../../io/formats/greyframes.js";
import { atLevel } from "../../io/formats/imagelevel.js";
import { folderName } from "../store/names.js";
import { assemblyOf, calibrationOf, sourceNotices, type SourceOptions } from "./assembly.js";
import type { FileSource } from "./filesource.js";
import { type FramePlace, frameNames, imageNameOf, safeName } from "./framenames.js";
import { openImageFile, type ImageFile } from "./imagefile.js";
import { listInputs } from "./inputs.js";
import { partOf } from "./part.js";

export type { SourceOptions } from "./assembly.js";
export type { FileSource } from "./filesource.js";
export { hashFiles, knownHashes } from "../store/hash.js";

/**
 * Opens files, folders and patterns as one source. Only directories are read here; pixels are when frames
 * are.
 *
 * @throws InvalidInput when nothing can be read, or an option does not fit the files
 * @throws StageError when one of several files cannot be read
 * @throws CorruptFile, UnsupportedFormat when the only file cannot be read
 */
export async function openSource(
  inputs: readonly string[],
  options: SourceOptions = {},
  context: StageContext = {},
): Promise<FileSource> {
  const listed = await listInputs(inputs, options.except);
  const { files, skipped } = await openFiles(inputs, listed.files, options);
  const assembly = assemblyOf(files, options.kind);
  for (const file of files) checkOptions(file, options, "input.");
  const all = framesOf(files);
  const reader = frameReader(assembly.kind, all[0]!.frame, options);
  const good = options.skipBadFrames === true ? await readableFrames(all, reader, skipped, context) : all;
  if (good.length === 0)
    throw new InvalidInput(
      "inputs",
      "at least one frame that can be read",
      some(skipped),
      "export the files again",
    );
  const calibration = calibrationOf(files, assembly.kind, options);
  const at = async <T>(index: number, read: (frame: Frame) => Promise<T>): Promise<T> => {
    const chosen = good[index];
    if (chosen === undefined) throw new InvalidInput("frame", `0 to ${good.length - 1}`, String(index));
    try {
      return await read(chosen.frame);
    } catch (error) {
      throw readingError(chosen.name, all.length, error);
    }
  };
  const source: FileSource = {
    name: nameOf(files),
    kind: assembly.kind,
    frames: good.length,
    channels: Math.max(...files.map((file) => file.channels)),
    slices: Math.max(...files.map((file) => file.slices)),
    frameNames: good.map(({ name }) => name),
    channelNames: files[0]!.channelNames,
    frameInterval: calibration.frameInterval,
    frameTimes: files.length === 1 && good.length === all.length ? files[0]!.frameTimes : undefined,
    sliceSpacing: files[0]!.sliceSpacing,
    pixelSize: calibration.pixelSize,
    files: files.flatMap((file) => file.files),
    notices: [
      ...listed.notices,
      ...assembly.notices,
      ...skippedNotices(skipped, assembly.kind),
      ...sourceNotices(files, options),
      ...calibration.notices,
    ],
    read: (index, readOptions = {}) => at(index, (frame) => reader(frame, readOptions)),
    size: (index) =>
      at(index, async ({ file, frame }) => {
        const { height, width } = await file.size({ frame, channel: 0, slice: 0 });
        return { height, width };
      }),
    readWindow: (index, window, readOptions = {}) => at(index, (frame) => reader(frame, readOptions, window)),
  };
  return partOf(source, options);
}

/** A frame of a source with the file that it is in. */
interface Frame extends FramePlace {
  readonly file: ImageFile;
}

interface NamedFrame {
  readonly frame: Frame;
  readonly name: string;
}

/** All frames of all files, in order. */
function framesOf(files: readonly ImageFile[]): NamedFrame[] {
  const frames = files.flatMap((file) =>
    Array.from({ length: file.frames }, (_, frame): Frame => ({
      file,
      path: file.path,
      series: file.series,
      frame,
      frames: file.frames,
    })),
  );
  const names = frameNames(frames);
  return frames.map((frame, i) => ({ frame, name: names[i]! }));
}

const nameOf = (files: readonly ImageFile[]): string =>
  safeName(files.length === 1 ? imageNameOf(files[0]!) : folderName(files[0]!.path));

const leaveOut = "or leave such frames out (input.skipBadFrames)";

/** An error of the file gets the frame's name, where there are several; errors of the caller stay. */
function readingError(name: string, frames: number, error: unknown): unknown {
  const ofFile = error instanceof CorruptFile || error instanceof UnsupportedFormat;
  return ofFile && frames > 1 ? new StageError("Reading", name, error, leaveOut) : error;
}

interface OpenedFiles {
  readonly files: ImageFile[];
  /** What was left out, and why. */
  readonly skipped: string[];
}

async function openFiles(
  inputs: readonly string[],
  paths: readonly string[],
  options: SourceOptions,
): Promise<OpenedFiles> {
  const files: ImageFile[] = [];
  const together = {};
  const failures: { path: string; error: KaryonError }[] = [];
  // Members of an OME-TIFF in several files describe the same planes: the first stands for all.
  const members = new Set<string>();
  for (const path of paths) {
    if (members.has(path)) continue;
    try {
      const opened = await openImageFile(path, { kind: options.kind, together });
      const file = atLevel(opened, options.level ?? 0, "input.level");
      for (const member of file.files) members.add(member);
      files.push(file);
      if (file.damage !== undefined) failures.push({ path, error: file.damage });
    } catch (error) {
      if (!isKaryonError(error)) throw error;
      failures.push({ path, error });
    }
  }
  const [first] = failures;
  if (first === undefined) return { files, skipped: [] };
  if (paths.length === 1 && (files.length === 0 || options.skipBadFrames !== true)) throw first.error;
  if (files.length === 0) {
    throw new InvalidInput(
      `inputs (${some(inputs)})`,
      `${imageFormatNames} images`,
      `${counted(paths.length, "file")} of which none can be read, first: ` +
        `${messageOf(first.error).replace(/\.$/, "")}`,
    );
  }
  if (options.skipBadFrames !== true)
    throw new StageError("Reading", basename(first.path), first.error, leaveOut);
  return { files, skipped: failures.map(({ error }) => messageOf(error)) };
}

/** Decodes every frame once; what fails is added to `skipped`. @returns the others */
async function readableFrames(
  all: readonly NamedFrame[],
  reader: FrameReader,
  skipped: string[],
  context: StageContext,
): Promise<NamedFrame[]> {
  const good: NamedFrame[] = [];
  for (const [i, named] of all.entries()) {
    throwIfCancelled(context, "Reading");
    context.onProgress?.({ done: i, total: all.length, message: named.name });
    try {
      await reader(named.frame, {});
      good.push(named);
    } catch (error) {
      if (!isKaryonError(error)) throw error;
      skipped.push(`${named.name}: ${messageOf(error)}`);
    }
  }
  return good;
}

function skippedNotices(skipped: readonly string[], kind: "movie" | "images"): string[] {
  if (skipped.length === 0) return [];
  const time =
    kind === "movie"
      ? " The frames after them are treated as the next frames, so speeds there are too high."
      : "";
  const shown = skipped.slice(0, 3).map((text) => text.replace(/\.$/, ""));
  const list = [...shown, ...(skipped.length > 3 ? ["..."] : [])].join("; ");
  return [`Frames that could not be read were left out (${skipped.length}): ${list}.${time}`];
}

/** A movie with something to follow: two frames at least. */
export const isTrackable = ({ kind, frames }: Pick<ImageSource, "kind" | "frames">): boolean =>
  kind === "movie" && frames > 1;
