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
import type { Image, ImageSource, ReadOptions, Window } from "../../core/image.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import { cropPlane } from "../../io/image/crop.js";
import { colourRule, colourScan, greyOf, maximumInto, type ColourRule } from "../../io/image/grey.js";
import type { CutStrips } from "../../io/tiff/read.js";
import { assemblyOf, calibrationOf, sourceNotices, type SourceOptions } from "./assembly.js";
import { frameNames, safeName, type FramePlace } from "./framenames.js";
import { openImageFile, type ImageFile, type ReadPlane } from "./imagefile.js";
import { folderName, listInputs, some, stemOf } from "./inputs.js";

export type { SourceOptions } from "./assembly.js";
export { hashFiles } from "../store/hash.js";

/** A source that knows the files it comes from. */
export interface FileSource extends ImageSource {
  readonly files: readonly string[];
}

interface Frame extends FramePlace {
  readonly file: ImageFile;
}

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
  for (const file of files) checkOptions(file, options);
  const all = files.flatMap((file) =>
    Array.from({ length: file.frames }, (_, frame): Frame => ({
      file,
      path: file.path,
      frame,
      frames: file.frames,
    })),
  );
  const names = frameNames(all);
  const reader = frameReader(assembly.kind, all[0]!, options);
  const good =
    options.skipBadFrames === true
      ? await readableFrames(all, names, reader, skipped, context)
      : all.map((_, i) => i);
  if (good.length === 0)
    throw new InvalidInput(
      "inputs",
      "at least one frame that can be read",
      some(skipped),
      "export the files again",
    );
  const frames = good.map((i) => all[i]!);
  const kept = good.map((i) => names[i]!);
  const calibration = calibrationOf(files, assembly.kind, options);
  const at = async <T>(index: number, read: (frame: Frame) => Promise<T>): Promise<T> => {
    const frame = frames[index];
    if (frame === undefined) throw new InvalidInput("frame", `0 to ${frames.length - 1}`, String(index));
    try {
      return await read(frame);
    } catch (error) {
      throw readingError(kept[index]!, all.length, error);
    }
  };
  return {
    name: nameOf(files),
    kind: assembly.kind,
    frames: frames.length,
    channels: Math.max(...files.map((file) => file.channels)),
    slices: Math.max(...files.map((file) => file.slices)),
    frameNames: kept,
    frameInterval: calibration.frameInterval,
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
        const { height, width } = await file.size(frame, 0, 0);
        return { height, width };
      }),
    readWindow: (index, window, readOptions = {}) => at(index, (frame) => reader(frame, readOptions, window)),
  };
}

const nameOf = (files: readonly ImageFile[]): string =>
  safeName(files.length === 1 ? stemOf(files[0]!.path) : folderName(files[0]!.path));

const leaveOut = "or leave such frames out (--skip-bad-frames)";

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
  const cut: CutStrips = new Map();
  const failures: { path: string; error: KaryonError }[] = [];
  // Members of an OME-TIFF in several files describe the same planes: the first stands for all.
  const members = new Set<string>();
  for (const path of paths) {
    if (members.has(path)) continue;
    try {
      const file = await openImageFile(path, options.kind, cut);
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
      "TIFF or PNG images",
      `${counted(paths.length, "file")} of which none can be read, first: ${messageOf(first.error).replace(/\.$/, "")}`,
    );
  }
  if (options.skipBadFrames !== true)
    throw new StageError("Reading", basename(first.path), first.error, leaveOut);
  return { files, skipped: failures.map(({ error }) => messageOf(error)) };
}

function checkOptions(file: ImageFile, { channel = 0, z = "max" }: SourceOptions): void {
  const name = basename(file.path);
  if (!(Number.isInteger(channel) && channel >= 0 && channel < file.channels)) {
    throw new InvalidInput("channel", `0 to ${file.channels - 1}, the channels of ${name}`, String(channel));
  }
  if (z !== "max" && !(Number.isInteger(z) && z >= 0 && z < file.slices)) {
    throw new InvalidInput("z", `"max" or 0 to ${file.slices - 1}, the slices of ${name}`, String(z));
  }
}

type FrameReader = (frame: Frame, options: ReadOptions, window?: Window) => Promise<Image>;

/** Reads frames, or windows of them, as grey images. */
function frameReader(kind: "movie" | "images", first: Frame, options: SourceOptions): FrameReader {
  const ruleOf = ruleFinder(kind, first);
  const readPart = partReader();
  return async (
    { file, frame },
    { channel = options.channel ?? 0, z = options.z ?? "max", signal },
    window,
  ) => {
    checkOptions(file, { channel, z });
    const readSlice = async (slice: number): Promise<Image> => {
      throwIfCancelled({ signal }, "Reading");
      const part = await readPart(file, frame, channel, slice, window);
      const { plane, meaning, sample } = part;
      const data = greyOf(
        plane,
        meaning,
        sample,
        await ruleOf(part, window === undefined, { file, frame, channel, slice }),
      );
      return {
        height: plane.height,
        width: plane.width,
        data,
        pixelSize: options.pixelSize ?? file.pixelSize,
      };
    };
    if (z !== "max" || file.slices === 1) return readSlice(z === "max" ? 0 : z);
    const [out, size] = [await readSlice(0), await file.size(frame, channel, 0)];
    for (let slice = 1; slice < file.slices; slice++) {
      const { height, width } = await file.size(frame, channel, slice);
      const other = (): CorruptFile =>
        new CorruptFile(file.path, 0, `slice ${slice} has another size or type than the first`);
      if (height !== size.height || width !== size.width) throw other();
      const { data } = await readSlice(slice);
      if (data.constructor !== out.data.constructor) throw other();
      maximumInto(out.data, data);
    }
    return out;
  };
}

interface PlanePlace {
  readonly file: ImageFile;
  readonly frame: number;
  readonly channel: number;
  readonly slice: number;
}

/** Rows of a plane that are looked at at once for its colours, in px. */
const scannedAtOnce = 2 ** 22;

/**
 * Which colour carries the image: in a movie the first frame decides for all; of images each decides for
 * itself, once for all of its windows.
 */
function ruleFinder(
  kind: "movie" | "images",
  first: Frame,
): (part: ReadPlane, whole: boolean, place: PlanePlace) => Promise<ColourRule> {
  let movieRule: Promise<ColourRule> | undefined;
  const rules = new Map<string, Promise<ColourRule>>();
  return async ({ plane, meaning }, whole, place) => {
    if (meaning.colour !== "rgb") return "mean";
    if (kind === "movie") {
      // A first frame that cannot be read is reported, or left out, by itself.
      movieRule ??= scanColours({ ...first, channel: 0, slice: 0 }).catch(() => "mean" as const);
      return movieRule;
    }
    if (whole) return colourRule(plane);
    const key = [place.file.path, place.frame, place.channel, place.slice].join("\n");
    const rule = rules.get(key) ?? scanColours(place);
    rules.set(key, rule);
    return rule;
  };
}

async function scanColours({ file, frame, channel, slice }: PlanePlace): Promise<ColourRule> {
  if (file.readWindow === undefined) return colourRule((await file.read(frame, channel, slice)).plane);
  const { height, width } = await file.size(frame, channel, slice);
  const rows = Math.max(1, Math.floor(scannedAtOnce / width));
  const scan = colourScan();
  for (let y = 0; y < height; y += rows) {
    const { plane } = await file.readWindow(frame, channel, slice, {
      y,
      x: 0,
      height: Math.min(rows, height - y),
      width,
    });
    if (scan.add(plane)) break;
  }
  return scan.rule();
}

/**
 * Reads planes or parts of them. Of files that are decoded whole, the last one is kept, so that window after
 * window does not decode it again.
 */
function partReader(): (
  file: ImageFile,
  frame: number,
  channel: number,
  slice: number,
  window?: Window,
) => Promise<ReadPlane> {
  let kept: { readonly file: ImageFile; readonly plane: Promise<ReadPlane> } | undefined;
  return async (file, frame, channel, slice, window) => {
    if (window === undefined) return file.read(frame, channel, slice);
    if (file.readWindow !== undefined) return file.readWindow(frame, channel, slice, window);
    if (kept?.file !== file) kept = { file, plane: file.read(frame, channel, slice) };
    const whole = await kept.plane;
    return { ...whole, plane: cropPlane(whole.plane, window, file.path) };
  };
}

/** Decodes every frame once; what fails is added to `skipped`. @returns indices of the others */
async function readableFrames(
  frames: readonly Frame[],
  names: readonly string[],
  reader: FrameReader,
  skipped: string[],
  context: StageContext,
): Promise<number[]> {
  const good: number[] = [];
  for (const [i, frame] of frames.entries()) {
    throwIfCancelled(context, "Reading");
    context.onProgress?.({ done: i, total: frames.length, message: names[i] });
    try {
      await reader(frame, {});
      good.push(i);
    } catch (error) {
      if (!isKaryonError(error)) throw error;
      skipped.push(`${names[i]!}: ${messageOf(error)}`);
    }
  }
  return good;
}

function skippedNotices(skipped: readonly string[], kind: "movie" | "images"): string[] {
  if (skipped.length === 0) return [];
  const time =
    kind === "movie" ? " The frames after them count as following at once: speeds there are too high." : "";
  return [
    `Left out what could not be read (${skipped.length}): ${skipped
      .slice(0, 3)
      .map((text) => text.replace(/\.$/, ""))
      .join("; ")}${skipped.length > 3 ? "; ..." : ""}.${time}`,
  ];
}

/** A movie with something to follow: two frames at least. */
export const isTrackable = ({ kind, frames }: Pick<ImageSource, "kind" | "frames">): boolean =>
  kind === "movie" && frames > 1;
