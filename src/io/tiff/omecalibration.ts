/**
 * What OME-XML says of space, time and channels.
 *
 * Source: the OME model, schema 2016-06 (Pixels, Channel, Plane).
 */
import { frameTiming } from "../image/frametiming.js";
import { micrometresPer, positive, secondsPer } from "../image/unitnames.js";
import { attribute, elements, type XmlElement } from "../xml.js";

/** An attribute that is a whole number from 0. */
export function integer(node: XmlElement, name: string, fallback: number): number {
  const text = attribute(node, name);
  const value = Number(text);
  return text !== "" && Number.isInteger(value) && value >= 0 ? value : fallback;
}

/** A length in µm, of an attribute with a unit; undefined when not given. */
export function lengthOf(node: XmlElement, name: string): number | undefined {
  const text = attribute(node, name);
  const unit = attribute(node, `${name}Unit`) || "µm";
  return text === "" ? undefined : positive(Number(text) * (micrometresPer(unit) ?? NaN));
}

/** The size of a pixel, µm. @param notices takes what was assumed */
export function physicalSize(pixels: XmlElement, notices: string[]): number | undefined {
  const [x, y] = [lengthOf(pixels, "PhysicalSizeX"), lengthOf(pixels, "PhysicalSizeY")];
  if (x !== undefined && y !== undefined && Math.abs(x / y - 1) > 0.01)
    notices.push("The pixels are not square; their width is taken as the pixel size");
  return x ?? y;
}

/** Names of channels, one each; none where the text names none, or another number of them. */
export function channelNamesOf(pixels: XmlElement, channels: number): readonly string[] {
  const names = elements(pixels, "Channel").map((channel) => attribute(channel, "Name"));
  return names.length === channels && names.some((name) => name !== "") ? names : [];
}

/** The place of the stage at the first plane, µm; undefined when not given in a unit of length. */
export function positionOfStage(
  pixels: XmlElement,
): { readonly y: number; readonly x: number; readonly z: number | undefined } | undefined {
  const plane = elements(pixels, "Plane").find((node) =>
    ["TheT", "TheC", "TheZ"].every((name) => integer(node, name, 0) === 0),
  );
  if (plane === undefined) return undefined;
  const along = (axis: string): number | undefined => {
    const text = attribute(plane, `Position${axis}`);
    // The schema's own unit, "reference frame", is none.
    const unit = micrometresPer(attribute(plane, `Position${axis}Unit`));
    const value = Number(text) * (unit ?? NaN);
    return text !== "" && Number.isFinite(value) ? Number(value.toPrecision(12)) : undefined;
  };
  const [y, x, z] = [along("Y"), along("X"), along("Z")];
  return y === undefined || x === undefined ? undefined : { y, x, z };
}

/** What is known of the times of frames. */
export interface FrameTimes {
  /** Seconds; the median of those measured where they vary, or differ from what was planned. */
  readonly frameInterval: number | undefined;
  /** Seconds, as planned: TimeIncrement. */
  readonly planned: number | undefined;
  /** Seconds from the first frame, NaN where unknown; undefined when the text gives none. */
  readonly frameTimes: readonly number[] | undefined;
  readonly notices: readonly string[];
}

/** A planned interval that differs from the one measured by more than this part is told. */
const tolerance = 0.01;

/**
 * Times of the first plane of each frame.
 *
 * @param along the axis of frames, "Z" where a file calls its frames slices, and its size
 */
export function timesOf(
  pixels: XmlElement,
  along: { readonly axis: "T" | "Z"; readonly size: number },
): FrameTimes {
  const text = attribute(pixels, "TimeIncrement");
  const unit = secondsPer(attribute(pixels, "TimeIncrementUnit") || "s");
  const planned = text === "" ? undefined : positive(Number(text) * (unit ?? NaN));
  const timing = frameTiming(measuredTimes(pixels, along));
  if (timing === undefined) return { frameInterval: planned, planned, frameTimes: undefined, notices: [] };
  const { frameTimes, frameInterval: median, notices } = timing;
  if (notices.length === 0 && planned !== undefined && Math.abs(planned / median - 1) <= tolerance)
    return { frameInterval: planned, planned, frameTimes, notices };
  const other =
    notices.length === 0 && planned !== undefined
      ? [
          `The file says ${rounded(planned)} s between frames, but its frames were taken ` +
            `${rounded(median)} s apart, which is used`,
        ]
      : notices;
  return { frameInterval: median, planned, frameTimes, notices: other };
}

const rounded = (seconds: number): number => Number(seconds.toPrecision(4));

function measuredTimes(
  pixels: XmlElement,
  { axis, size }: { readonly axis: "T" | "Z"; readonly size: number },
): number[] {
  const times = new Array<number>(size).fill(NaN);
  for (const plane of elements(pixels, "Plane")) {
    const text = attribute(plane, "DeltaT");
    const others = axis === "T" ? ["TheC", "TheZ"] : ["TheC", "TheT"];
    if (text === "" || others.some((name) => integer(plane, name, 0) !== 0)) continue;
    const seconds = Number(text) * (secondsPer(attribute(plane, "DeltaTUnit") || "s") ?? NaN);
    const frame = integer(plane, `The${axis}`, 0);
    if (frame < size && Number.isFinite(seconds)) times[frame] = seconds;
  }
  return times;
}
