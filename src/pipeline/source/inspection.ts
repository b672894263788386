/** `karyon inspect`: what image files hold, before any work is put into them, and what looks wrong. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { Cancelled, isKaryonError, messageOf } from "../../core/errors.js";
import type { StoredPlane } from "../../core/image.js";
import type { StagePosition } from "../../io/formats/imageformat.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import { seriesAddress } from "../store/seriesaddress.js";
import { findingsOf, holdsNoImage } from "./findings.js";
import { openImageFile, openImageFiles, type ImageFile } from "./imagefile.js";
import { listInputs } from "./inputs.js";

/** Stored values of one plane; colours and channels that share pixels are taken together. */
export interface PlaneValues {
  readonly frame: number;
  readonly channel: number;
  /** NaN when the plane holds nothing else. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Fraction of the values that are the largest the type can hold or, failing that, the largest there is. */
  readonly saturated: number;
  /** Number of values that are NaN. */
  readonly nan: number;
}

/** What a file holds, and what looks wrong. */
export interface Inspection {
  /** Path; of a file of several series, with "#" and the number of the series. */
  readonly file: string;
  /** Name of the series; undefined where it has none. */
  readonly series?: string | undefined;
  /** Why the file cannot be read; the rest is then empty. */
  readonly error?: string | undefined;
  readonly format: string;
  /** Letters of `shape`: T frames, C channels, Z slices, Y, X, S samples of a pixel. */
  readonly axes: string;
  readonly shape: readonly number[];
  readonly type: string;
  readonly bits: number;
  readonly compression: string;
  readonly colour: string;
  /** µm. */
  readonly pixelSize?: number | undefined;
  /** µm between slices. */
  readonly sliceSpacing?: number | undefined;
  /** Seconds. */
  readonly frameInterval?: number | undefined;
  /** One a channel; undefined where the file names none. */
  readonly channelNames?: readonly string[] | undefined;
  /** Place of the stage, µm. */
  readonly position?: StagePosition | undefined;
  /** Sizes in which planes are stored, height and width, px; undefined for the full one only. */
  readonly levels?: readonly (readonly [height: number, width: number])[] | undefined;
  /** Of the first, middle and last frame, all channels, the middle slice. */
  readonly values: readonly PlaneValues[];
  /** What a file of outlines or tracks holds, a phrase each; undefined for images. */
  readonly contents?: readonly string[] | undefined;
  readonly warnings: readonly string[];
}

/** A plane with more than this fraction at its top value is called saturated. */
const saturationLimit = 0.005;

/** What an inspection is told beside the inputs. */
export interface InspectionContext extends StageContext {
  /** Throws for a file that may not be read: patterns, links and descriptions in files lead anywhere. */
  readonly check?: ((path: string) => unknown) | undefined;
}

/**
 * Looks into files, folders and patterns; a file that cannot be read is reported as such and does not stop
 * the others.
 *
 * @throws InvalidInput when there is no file at all; Cancelled; what `check` throws
 */
export async function inspectFiles(
  inputs: readonly string[],
  context: InspectionContext = {},
): Promise<Inspection[]> {
  const findings = inputs.filter((input) => holdsNoImage(input) && existsSync(input));
  const others = inputs.filter((input) => !findings.includes(input));
  const listed = others.length === 0 ? [] : (await listInputs(others)).files;
  for (const path of listed) context.check?.(path);
  const images: { readonly path: string; readonly open: () => Promise<ImageFile> }[] = [];
  for (const path of listed) images.push(...(await imagesIn(path)));
  images.push(...findings.map(unopened));
  const inspections: Inspection[] = [];
  // Series are images of their own, and need not be alike.
  const firsts = new Map<boolean, ImageFile>();
  for (const [i, { path, open }] of images.entries()) {
    throwIfCancelled(context, "Inspection");
    context.onProgress?.({ done: i, total: images.length, message: basename(path) });
    try {
      if (holdsNoImage(path)) {
        inspections.push({ ...unreadable, file: path, ...(await findingsOf(path)) });
        continue;
      }
      const file = await open();
      for (const part of file.files) context.check?.(part);
      const isSeries = seriesAddress(path).series !== undefined;
      const first = (isSeries ? undefined : firsts.get(false)) ?? file;
      firsts.set(isSeries, first);
      inspections.push(await inspectFile(file, first, context));
    } catch (error) {
      if (!isKaryonError(error) || error.kind === "Cancelled") throw error;
      inspections.push({ ...unreadable, file: path, error: messageOf(error) });
    }
  }
  return inspections;
}

const unreadable = {
  format: "",
  axes: "",
  shape: [],
  type: "",
  bits: 0,
  compression: "",
  colour: "",
  values: [],
  warnings: [],
} as const satisfies Partial<Inspection>;

const unopened = (path: string): { readonly path: string; readonly open: () => Promise<ImageFile> } => ({
  path,
  open: () => openImageFile(path),
});

/** The image of a file, or its series where it holds several. What cannot be opened says so when it is opened. */
async function imagesIn(
  path: string,
): Promise<{ readonly path: string; readonly open: () => Promise<ImageFile> }[]> {
  const single = [unopened(path)];
  if (seriesAddress(path).series !== undefined) return single;
  const file = await openImageFiles(path).catch((error: unknown) => {
    if (!isKaryonError(error)) throw error;
    return undefined;
  });
  if (file === undefined || file.series.length === 1) return single;
  return file.series.map((_, place) => ({ path: `${path}#${place}`, open: () => file.open(place) }));
}

async function inspectFile(file: ImageFile, first: ImageFile, context: StageContext): Promise<Inspection> {
  const values: PlaneValues[] = [];
  const problems: string[] = [];
  const frames = [...new Set([0, file.frames >> 1, file.frames - 1])];
  // Samples of a pixel are measured together, with their first.
  const perPixel =
    file.colour === "grey" || file.colour === "whiteIsZero" ? Math.min(file.channels, file.samples) : 1;
  for (const frame of frames) {
    for (let channel = 0; channel < file.channels; channel += perPixel) {
      throwIfCancelled(context, "Inspection");
      try {
        const index = { frame, channel, slice: file.slices >> 1 };
        const { plane } = await file.read(index, { signal: context.signal });
        values.push({ frame, channel, ...measure(plane, file) });
      } catch (error) {
        if (!isKaryonError(error) || error instanceof Cancelled) throw error;
        problems.push(
          `Frame ${frame}${file.channels > 1 ? `, channel ${channel}` : ""} cannot be read: ` +
            `${messageOf(error).replace(/\.$/, "")}`,
        );
      }
    }
  }
  const { format, type, bits, compression, colour, pixelSize, sliceSpacing, frameInterval } = file;
  const warnings = [
    ...problems,
    ...file.notices,
    ...fileWarnings(file, first),
    ...valueWarnings(values, file),
  ];
  return {
    file: file.path,
    series: file.series === "" ? undefined : file.series,
    format,
    ...shapeOf(file),
    type,
    bits,
    compression,
    colour,
    pixelSize,
    sliceSpacing,
    frameInterval,
    channelNames: file.channelNames.length === 0 ? undefined : file.channelNames,
    position: file.position,
    levels: file.levels.length > 1 ? file.levels.map(({ height, width }) => [height, width]) : undefined,
    values,
    warnings,
  };
}

function shapeOf(file: ImageFile): { axes: string; shape: number[] } {
  const perPixel = file.colour === "rgb" || file.channels % file.samples !== 0 ? 1 : file.samples;
  const sizes: [string, number][] = [
    ["T", file.frames],
    ["C", file.channels / perPixel],
    ["Z", file.slices],
    ["Y", file.height],
    ["X", file.width],
    ["S", file.samples],
  ];
  const shown = sizes.filter(([axis, size]) => size > 1 || axis === "Y" || axis === "X");
  return { axes: shown.map(([axis]) => axis).join(""), shape: shown.map(([, size]) => size) };
}

function measure(
  { data }: StoredPlane,
  { type, bits, colour }: ImageFile,
): Omit<PlaneValues, "frame" | "channel"> {
  let [min, max, sum, nan, atMax] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value !== value) {
      nan++;
      continue;
    }
    sum += value;
    if (value < min) min = value;
    if (value > max) {
      max = value;
      atMax = 0;
    }
    if (value === max) atMax++;
  }
  const count = data.length - nan;
  // One bit is always at one of its ends, and large integers are labels.
  const canSaturate =
    bits > 1 && bits <= 16 && !type.startsWith("float") && colour !== "palette" && max > min;
  return {
    min: count === 0 ? NaN : min,
    max: count === 0 ? NaN : max,
    mean: count === 0 ? NaN : sum / count,
    saturated: canSaturate ? atMax / count : 0,
    nan,
  };
}

function fileWarnings(file: ImageFile, first: ImageFile): string[] {
  const warnings: string[] = [];
  if (file.damage !== undefined)
    warnings.push(`The end of the file is missing: ${messageOf(file.damage).replace(/\.$/, "")}`);
  if (file.slices > 1 && file.frames === 1)
    warnings.push(
      `${file.slices} slices and one frame: if this is a movie, Z and T are swapped; read it with ` +
        `input.kind movie`,
    );
  if (file.channels > 6 && file.frames === 1 && file.channelNames.length === 0)
    warnings.push(
      `${file.channels} channels and one frame: if this is a movie, C and T are swapped; save it ` +
        `with the frames as T`,
    );
  if (file.mixedSizes) warnings.push("The pages have different sizes: they are read as independent images");
  if (file.height !== first.height || file.width !== first.width) {
    warnings.push(
      `The size differs from that of ${basename(first.path)} (${first.height} x ${first.width}): ` +
        "together they are not a movie",
    );
  }
  if (file.pixelSize === undefined)
    warnings.push("The pixel size is not given: results will be in px unless you give it (input.pixelSize)");
  if (file.frames > 1 && file.frameInterval === undefined)
    warnings.push(
      "The frame interval is not given: results will be in frames unless you give it (input.frameInterval)",
    );
  if (file.bits === 1) warnings.push("The pixels have 1 bit: this is a mask rather than an image");
  return warnings;
}

function valueWarnings(values: readonly PlaneValues[], file: ImageFile): string[] {
  const place = ({ frame, channel }: PlaneValues): string =>
    [file.frames > 1 ? `frame ${frame}` : "", file.channels > 1 ? `channel ${channel}` : ""]
      .filter((text) => text !== "")
      .join(", ") || "the image";
  const warnings: string[] = [];
  for (const plane of values) {
    if (plane.nan > 0)
      warnings.push(
        `${counted(plane.nan, "value")} in ${place(plane)} ${plane.nan === 1 ? "is" : "are"} NaN: ` +
          `${plane.nan === 1 ? "it is" : "they are"} left out of all work`,
      );
    if (plane.min === plane.max)
      warnings.push(`All values in ${place(plane)} are ${plane.min}: there is nothing to find`);
    if (plane.saturated > saturationLimit) {
      const top =
        plane.max === 2 ** file.bits - 1
          ? `${plane.max}, the largest that ${file.bits} bits hold`
          : String(plane.max);
      warnings.push(
        `${(100 * plane.saturated).toFixed(1)} % of the values in ${place(plane)} are ${top}: ` +
          "they are saturated, and their brightness cannot be trusted",
      );
    }
  }
  return warnings;
}
