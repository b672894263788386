/**
 * Selections of ImageJ (`.roi`).
 *
 * Source: ImageJ, ij/io/RoiDecoder.java; the masks are those of ij/process/PolygonFiller.java and
 * ij/gui/OvalRoi.java.
 */
import { CorruptFile } from "../../core/errors.js";
import type { Ring } from "../../geometry/outlines.js";
import { largestCoordinate } from "./drawnobjects.js";
import { ovalRing, roundedRing } from "./ovalring.js";
import { ringsOfPath } from "./shapepath.js";

/** A selection. */
export interface Roi {
  /** "" where it has none. */
  readonly name: string;
  /** Its rings, filled by the even-odd rule; undefined for what has no area, such as points. */
  readonly rings: readonly Ring[] | undefined;
  /** What it is, for people, such as "point". */
  readonly kind: string;
  /** True for one of several pieces, or with holes or curves. */
  readonly isComposite: boolean;
  /** Places in the stack from 1; 0 where it has none. */
  readonly channel: number;
  readonly slice: number;
  readonly frame: number;
  /** Number of the plane in the stack, from 1; 0 where it has none. */
  readonly position: number;
  /** 1.., 0 for none. */
  readonly group: number;
  /** True where ImageJ draws a smooth line through the points. */
  readonly isSpline: boolean;
}

/** Bytes before the coordinates, and those of the second header. */
export const roiHeaderLength = 64;
/** First version of each feature. */
const since = { subPixel: 222, largeGroup: 229 } as const;
const option = { spline: 1, subPixel: 128 } as const;

const kinds = [
  "polygon",
  "rectangle",
  "oval",
  "line",
  "freehand line",
  "polyline",
  "empty selection",
  "freehand",
  "traced",
  "angle",
  "point",
] as const;
/** Kinds of a rectangle that are no outlines, by subtype. */
const notes: Readonly<Record<number, string>> = { 1: "text", 4: "image" };

/** True for the first bytes of a selection. */
export const isRoi = (head: Uint8Array): boolean =>
  head[0] === 0x49 && head[1] === 0x6f && head[2] === 0x75 && head[3] === 0x74;

/**
 * Reads a selection.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile
 */
export function decodeRoi(bytes: Uint8Array, where: string): Roi {
  if (!isRoi(bytes)) throw new CorruptFile(where, 0, "this is no ImageJ selection");
  if (bytes.length < roiHeaderLength)
    throw new CorruptFile(where, bytes.length, "the file ends within the header of the selection");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = view.getUint8(6);
  const subtype = view.getInt16(48);
  const pathLength = view.getInt32(36);
  const kind = pathLength > 0 ? "composite" : (notes[subtype] ?? kinds[type]);
  if (kind === undefined) throw new CorruptFile(where, 6, `a selection of the unknown type ${type}`);
  return {
    kind,
    rings: ringsOf({ view, kind, where }),
    isComposite: pathLength > 0,
    isSpline: pathLength <= 0 && (view.getInt16(50) & option.spline) !== 0,
    position: Math.max(0, view.getInt32(56)),
    ...secondHeader(view),
  };
}

interface RoiBytes {
  readonly view: DataView;
  readonly kind: string;
  readonly where: string;
}

function ringsOf(roi: RoiBytes): readonly Ring[] | undefined {
  const { view, kind, where } = roi;
  switch (kind) {
    case "composite":
      return ringsOfPath(pathOf(view, where), where);
    case "rectangle":
    case "oval": {
      const [top, left, bottom, right] = [8, 10, 12, 14].map((at) => coordinate(view, at)) as [
        number,
        number,
        number,
        number,
      ];
      const [height, width] = [bottom - top, right - left];
      if (height < 0 || width < 0) throw new CorruptFile(where, 8, "a selection whose sides are negative");
      const box = { top, left, height, width };
      return [kind === "oval" ? ovalRing(box) : roundedRing(box, view.getInt16(54))];
    }
    case "polygon":
    case "freehand":
    case "traced":
      return [polygonOf(roi)];
    default:
      return undefined;
  }
}

/** Two bytes with a sign, but for the large coordinates that ImageJ writes without. */
function coordinate(view: DataView, at: number): number {
  const value = view.getInt16(at);
  return value < -5000 ? value + 2 ** 16 : value;
}

/** The numbers of a composite selection. */
function pathOf(view: DataView, where: string): Float32Array {
  const length = view.getInt32(36);
  if (roiHeaderLength + 4 * length > view.byteLength)
    throw new CorruptFile(where, 36, `a selection of ${length} numbers does not fit into the file`);
  return Float32Array.from({ length }, (_, i) => view.getFloat32(roiHeaderLength + 4 * i));
}

function polygonOf({ view, where }: RoiBytes): Ring {
  const count = view.getUint16(16);
  const isSubPixel = (view.getInt16(50) & option.subPixel) !== 0 && view.getInt16(4) >= since.subPixel;
  const length = roiHeaderLength + count * (isSubPixel ? 12 : 4);
  if (length > view.byteLength)
    throw new CorruptFile(where, 16, `a selection of ${count} points does not fit into the file`);
  const [top, left] = [coordinate(view, 8), coordinate(view, 10)];
  const ring = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    if (isSubPixel) {
      const at = roiHeaderLength + 4 * count + 4 * i;
      ring[2 * i] = checked(view.getFloat32(at), at, where);
      ring[2 * i + 1] = checked(view.getFloat32(at + 4 * count), at + 4 * count, where);
    } else {
      const at = roiHeaderLength + 2 * i;
      ring[2 * i] = left + Math.max(0, coordinate(view, at));
      ring[2 * i + 1] = top + Math.max(0, coordinate(view, at + 2 * count));
    }
  }
  return ring;
}

/** A coordinate of an image. @throws CorruptFile for others */
function checked(value: number, at: number, where: string): number {
  if (Math.abs(value) <= largestCoordinate) return value;
  throw new CorruptFile(where, at, `the coordinate ${value} is that of no image`);
}

/** Bytes of the second header up to the group. */
const secondHeaderLength = 36;

function secondHeader(view: DataView): Pick<Roi, "name" | "channel" | "slice" | "frame" | "group"> {
  const at = view.getInt32(60);
  if (at < roiHeaderLength || at + secondHeaderLength > view.byteLength)
    return { name: "", channel: 0, slice: 0, frame: 0, group: 0 };
  const [channel, slice, frame] = [4, 8, 12].map((from) => Math.max(0, view.getInt32(at + from))) as [
    number,
    number,
    number,
  ];
  const group = view.getUint8(at + 30);
  const hasLarge = group === 0 && view.getInt16(4) >= since.largeGroup && at + 54 <= view.byteLength;
  return {
    name: nameOf(view, view.getInt32(at + 16), view.getInt32(at + 20)),
    channel,
    slice,
    frame,
    group: hasLarge ? view.getUint16(at + 52) : group,
  };
}

/** A name is not worth refusing a file for. */
function nameOf(view: DataView, at: number, length: number): string {
  if (at < roiHeaderLength || length <= 0 || at + 2 * length > view.byteLength) return "";
  return String.fromCharCode(
    ...Array.from({ length: Math.min(length, 1000) }, (_, i) => view.getUint16(at + 2 * i)),
  );
}
