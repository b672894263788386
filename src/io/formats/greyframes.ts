/** Frames of opened images, or windows of them, as grey images: which plane, and which colour of it. */
import { CorruptFile, InvalidInput } from "../../core/errors.js";
import type { Image, ReadOptions, Window } from "../../core/image.js";
import { throwIfCancelled } from "../../core/progress.js";
import type { Stoppable } from "../bytes.js";
import { cropPlane } from "../image/crop.js";
import { colourRule, colourScan, greyOf, maximumInto, type ColourRule } from "../image/grey.js";
import { channelIn } from "./channelplace.js";
import { lastPart } from "./fileformat.js";
import type { NamedImage, PlaneIndex, ReadPlane } from "./imageformat.js";

/** A frame with the image that it is of. */
export interface GreyFrame {
  readonly file: NamedImage;
  readonly frame: number;
}

/** What of an image is read as grey. */
export interface GreyOptions {
  /** Channel, from 0 or by name. Default 0. */
  readonly channel?: number | string | undefined;
  /** Slice, from 0, or the maximum over all. Default "max". */
  readonly z?: number | "max" | undefined;
  /** µm per pixel, in place of what the file says. */
  readonly pixelSize?: number | undefined;
}

/**
 * @param keys what stands before the names of options in messages, such as "input."
 * @throws InvalidInput when an image has no such channel or slice
 */
export function checkOptions(file: NamedImage, { channel, z = "max" }: GreyOptions, keys = ""): void {
  const name = lastPart(file.path);
  channelIn(file, channel, `${keys}channel`);
  if (z !== "max" && !(Number.isInteger(z) && z >= 0 && z < file.slices)) {
    throw new InvalidInput(`${keys}z`, `"max" or 0 to ${file.slices - 1}, the slices of ${name}`, String(z));
  }
}

/** A frame, or a window of it, as a grey image. */
export type FrameReader = (frame: GreyFrame, options: ReadOptions, window?: Window) => Promise<Image>;

/** Reads frames, or windows of them, as grey images. */
export function frameReader(kind: "movie" | "images", first: GreyFrame, options: GreyOptions): FrameReader {
  const ruleOf = ruleFinder(kind, first);
  const readPart = partReader();
  return async (
    { file, frame },
    { channel = channelIn(file, options.channel), z = options.z ?? "max", signal },
    window,
  ) => {
    checkOptions(file, { channel, z });
    const readSlice = async (slice: number): Promise<Image> => {
      throwIfCancelled({ signal }, "Reading");
      const index = { frame, channel, slice };
      const part = await readPart({ file, index }, window, { signal });
      const { plane, meaning, sample } = part;
      const data = greyOf(plane, meaning, sample, await ruleOf(part, window === undefined, { file, index }));
      return {
        height: plane.height,
        width: plane.width,
        data,
        pixelSize: options.pixelSize ?? file.pixelSize,
      };
    };
    if (z !== "max" || file.slices === 1) return readSlice(z === "max" ? 0 : z);
    const [out, size] = [await readSlice(0), await file.size({ frame, channel, slice: 0 })];
    for (let slice = 1; slice < file.slices; slice++) {
      const { height, width } = await file.size({ frame, channel, slice });
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
  readonly file: NamedImage;
  readonly index: PlaneIndex;
}

/** Rows of a plane that are looked at at once for its colours, in px. */
const scannedAtOnce = 2 ** 22;

/**
 * Which colour carries the image: in a movie the first frame decides for all; of images each decides for
 * itself, once for all of its windows.
 */
function ruleFinder(
  kind: "movie" | "images",
  first: GreyFrame,
): (part: ReadPlane, whole: boolean, place: PlanePlace) => Promise<ColourRule> {
  let movieRule: Promise<ColourRule> | undefined;
  const rules = new Map<string, Promise<ColourRule>>();
  return async ({ plane, meaning }, whole, place) => {
    if (meaning.colour !== "rgb") return "mean";
    if (kind === "movie") {
      // A first frame that cannot be read is reported, or left out, by itself.
      movieRule ??= scanColours({
        file: first.file,
        index: { frame: first.frame, channel: 0, slice: 0 },
      }).catch(() => "mean" as const);
      return movieRule;
    }
    if (whole) return colourRule(plane);
    const key = [place.file.path, place.index.frame, place.index.channel, place.index.slice].join("\n");
    const rule = rules.get(key) ?? scanColours(place);
    rules.set(key, rule);
    return rule;
  };
}

async function scanColours({ file, index }: PlanePlace): Promise<ColourRule> {
  if (file.readWindow === undefined) return colourRule((await file.read(index)).plane);
  const { height, width } = await file.size(index);
  const rows = Math.max(1, Math.floor(scannedAtOnce / width));
  const scan = colourScan();
  for (let y = 0; y < height; y += rows) {
    const window = { y, x: 0, height: Math.min(rows, height - y), width };
    const { plane } = await file.readWindow(index, window);
    if (scan.add(plane)) break;
  }
  return scan.rule();
}

/**
 * Reads planes or parts of them. Of files whose planes are decoded whole, the last plane is kept, so that window after
 * window does not decode it again.
 */
function partReader(): (
  place: PlanePlace,
  window: Window | undefined,
  options: Stoppable,
) => Promise<ReadPlane> {
  let kept: (PlanePlace & { readonly plane: Promise<ReadPlane> }) | undefined;
  return async ({ file, index }, window, options) => {
    if (window === undefined) return file.read(index, options);
    if (file.readWindow !== undefined) return file.readWindow(index, window, options);
    // Without the signal: the next caller may want the plane that this one gave up.
    if (kept === undefined || !isSamePlane(kept, { file, index }))
      kept = { file, index, plane: file.read(index) };
    const whole = await kept.plane;
    return { ...whole, plane: cropPlane(whole.plane, window, file.path) };
  };
}

const isSamePlane = (a: PlanePlace, b: PlanePlace): boolean =>
  a.file === b.file &&
  a.index.frame === b.index.frame &&
  a.index.channel === b.index.channel &&
  a.index.slice === b.index.slice;
