/** Frames of opened files, or windows of them, as grey images: which plane, and which colour of it. */
import { basename } from "node:path";
import { CorruptFile, InvalidInput } from "../../core/errors.js";
import type { Image, ReadOptions, Window } from "../../core/image.js";
import { throwIfCancelled } from "../../core/progress.js";
import type { Stoppable } from "../../io/bytes.js";
import type { PlaneIndex, ReadPlane } from "../../io/formats/imageformat.js";
import { cropPlane } from "../../io/image/crop.js";
import { colourRule, colourScan, greyOf, maximumInto, type ColourRule } from "../../io/image/grey.js";
import type { SourceOptions } from "./assembly.js";
import { channelIn } from "./channels.js";
import type { FramePlace } from "./framenames.js";
import type { ImageFile } from "./imagefile.js";

/** A frame of a source with the file that it is in. */
export interface Frame extends FramePlace {
  readonly file: ImageFile;
}

/** @throws InvalidInput when a file has no such channel or slice */
export function checkOptions(file: ImageFile, { channel, z = "max" }: SourceOptions): void {
  const name = basename(file.path);
  channelIn(file, channel);
  if (z !== "max" && !(Number.isInteger(z) && z >= 0 && z < file.slices)) {
    throw new InvalidInput("z", `"max" or 0 to ${file.slices - 1}, the slices of ${name}`, String(z));
  }
}

/** A frame, or a window of it, as a grey image. */
export type FrameReader = (frame: Frame, options: ReadOptions, window?: Window) => Promise<Image>;

/** Reads frames, or windows of them, as grey images. */
export function frameReader(kind: "movie" | "images", first: Frame, options: SourceOptions): FrameReader {
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
  readonly file: ImageFile;
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
  first: Frame,
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
