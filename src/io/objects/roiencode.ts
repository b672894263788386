/** Objects as selections of ImageJ (`.roi`). Source: ImageJ, ij/io/RoiEncoder.java. */
import type { Piece, Ring } from "../../geometry/outlines.js";
import { boundsOf } from "./drawnobjects.js";

/** An object to be written. */
export interface RoiObject {
  readonly pieces: readonly Piece[];
  readonly name: string;
  /** Frame of the movie, from 1; 0 for none. */
  readonly frame: number;
  /** 0 for none; to 255 for all versions of ImageJ, to 65535 for those since June 2026. */
  readonly group: number;
}

const [headerLength, secondLength] = [64, 64] as const;
/** Larger coordinates may be taken for negative ones: beyond this they are written as floats. */
const largestShort = 60_000;
const [traced, rectangle] = [8, 1] as const;
const subPixel = 128;

/**
 * The bytes of a selection: traced for one piece without holes, composite for others, exact along the edges
 * of pixels. Coordinates that are no whole numbers, or beyond 60,000, are 32-bit floats.
 */
export function encodeRoi(object: RoiObject): Uint8Array {
  const rings = object.pieces.flatMap(({ outer, holes }) => [outer, ...holes]);
  const [only] = rings;
  const isOne = rings.length === 1 && only!.length / 2 <= 0xffff;
  const { left, top, right, bottom } = boundsOf({ plane: 0, parts: [rings] });
  const isShort =
    right <= largestShort && bottom <= largestShort && rings.every((ring) => ring.every(Number.isInteger));
  const path = isOne ? new Float32Array(0) : pathOf(rings);
  const points = isOne ? only!.length / 2 : 0;
  const second = headerLength + 4 * path.length + points * (isShort ? 4 : 12);
  const view = new DataView(new ArrayBuffer(second + secondLength + 2 * object.name.length));
  view.setUint32(0, 0x496f7574);
  view.setInt16(4, object.group > 255 ? 229 : 228);
  view.setUint8(6, isOne ? traced : rectangle);
  [top, left, bottom, right].forEach((value, i) => view.setUint16(8 + 2 * i, Math.floor(value) & 0xffff));
  view.setUint16(16, points);
  view.setInt32(36, path.length);
  if (isOne && !isShort) view.setInt16(50, subPixel);
  view.setInt32(56, object.frame);
  view.setInt32(60, second);
  path.forEach((value, i) => view.setFloat32(headerLength + 4 * i, value));
  if (isOne) putPoints(view, only!, { left, top, isShort });
  putSecond(view, second, object);
  return new Uint8Array(view.buffer);
}

/** Columns, then rows, from the corner; with floats behind them where these are needed. */
function putPoints(
  view: DataView,
  ring: Ring,
  { left, top, isShort }: { readonly left: number; readonly top: number; readonly isShort: boolean },
): void {
  const count = ring.length / 2;
  for (let i = 0; i < count; i++) {
    const [x, y] = [ring[2 * i]!, ring[2 * i + 1]!];
    view.setUint16(headerLength + 2 * i, Math.floor(x - Math.floor(left)) & 0xffff);
    view.setUint16(headerLength + 2 * (count + i), Math.floor(y - Math.floor(top)) & 0xffff);
    if (isShort) continue;
    view.setFloat32(headerLength + 4 * (count + i), x);
    view.setFloat32(headerLength + 4 * (2 * count + i), y);
  }
}

function putSecond(view: DataView, at: number, { name, frame, group }: RoiObject): void {
  view.setInt32(at + 12, frame);
  view.setInt32(at + 16, at + secondLength);
  view.setInt32(at + 20, name.length);
  if (group <= 255) view.setUint8(at + 30, group);
  else view.setUint16(at + 52, group);
  for (let i = 0; i < name.length; i++) view.setUint16(at + secondLength + 2 * i, name.charCodeAt(i));
}

/** Rings as a path: move, lines, close. */
function pathOf(rings: readonly Ring[]): Float32Array {
  const path: number[] = [];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) path.push(i === 0 ? 0 : 1, ring[i]!, ring[i + 1]!);
    path.push(4);
  }
  return Float32Array.from(path);
}
