import { InvalidInput } from "../../core/errors.js";
import { positive, secondsPer } from "../image/unitnames.js";

/**
 * Sizes of an ImageJ hyperstack; those left out are 1. Planes run through channels first, then slices, then
 * frames.
 */
export interface StackDescription {
  readonly channels?: number | undefined;
  readonly slices?: number | undefined;
  readonly frames?: number | undefined;
}

/**
 * The text that ImageJ keeps in the first page's ImageDescription.
 *
 * @param planes channels x slices x frames
 * @param pixelSize µm; the number itself goes into XResolution, the text holds its unit
 * @param frameInterval seconds
 * @throws InvalidInput when the sizes do not make up the planes
 * Source: ImageJ, ij/io/FileSaver.java, getDescriptionString (sizes of 1 are left out).
 */
export function describeStack(
  planes: number,
  stack: StackDescription,
  pixelSize?: number,
  frameInterval?: number,
): string {
  const { channels = 1, slices = 1, frames = 1 } = stack;
  if (channels * slices * frames !== planes) {
    throw new InvalidInput(
      "imagej",
      `${planes} planes as channels x slices x frames`,
      `${channels} x ${slices} x ${frames}`,
    );
  }
  const lines = ["ImageJ=1.54f"];
  if (planes > 1) lines.push(`images=${planes}`);
  if (channels > 1) lines.push(`channels=${channels}`);
  if (slices > 1) lines.push(`slices=${slices}`);
  if (frames > 1) lines.push(`frames=${frames}`);
  if ([channels, slices, frames].filter((n) => n > 1).length > 1) lines.push("hyperstack=true");
  if (pixelSize !== undefined) lines.push("unit=micron");
  if (frameInterval !== undefined) lines.push(`finterval=${frameInterval}`, "tunit=sec");
  if (planes > 1) lines.push("loop=false");
  return lines.join("\n") + "\n";
}

/** What an ImageJ description says; sizes that it leaves out are 1. */
export interface ImageJMetadata {
  readonly images: number;
  readonly channels: number;
  readonly slices: number;
  readonly frames: number;
  /** Unit of length as written; undefined when not given. */
  readonly unit: string | undefined;
  /** Seconds; undefined when not given. */
  readonly frameInterval: number | undefined;
  /** True when the distance of the slices is given: what makes them slices rather than frames. */
  readonly hasSpacing: boolean;
  /** Distance of slices in `unit`; undefined when not given. */
  readonly spacing: number | undefined;
}

/** Parses an ImageJ description; undefined when the text is none. */
export function parseImageJ(description: string): ImageJMetadata | undefined {
  if (!description.startsWith("ImageJ=")) return undefined;
  const values = new Map<string, string>();
  for (const line of description.split(/\r?\n/)) {
    const equals = line.indexOf("=");
    if (equals > 0) values.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  const size = (key: string): number => {
    const value = Number(values.get(key) ?? 1);
    return Number.isInteger(value) && value >= 1 && value <= 1 << 20 ? value : 1;
  };
  const [channels, slices, frames] = [size("channels"), size("slices"), size("frames")];
  return {
    images: Math.max(size("images"), values.has("images") ? 1 : channels * slices * frames),
    channels,
    slices,
    frames,
    unit: values.get("unit"),
    frameInterval: positive(
      Number(values.get("finterval") ?? NaN) * (secondsPer(values.get("tunit") ?? "s") ?? 1),
    ),
    hasSpacing: values.has("spacing"),
    // ImageJ writes negative distances for stacks from the top.
    spacing: positive(Math.abs(Number(values.get("spacing") ?? NaN))),
  };
}
