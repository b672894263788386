/** Selections of ImageJ that Karyon does not write, byte by byte. Source: ImageJ, ij/io/RoiEncoder.java. */

/** What a selection has. */
export interface MadeRoi {
  readonly type: number;
  readonly subtype?: number;
  readonly options?: number;
  readonly version?: number;
  /** Top, left, bottom, right. */
  readonly box?: readonly [number, number, number, number];
  /** Pairs of x and y; as floats too where they are no whole numbers. */
  readonly points?: readonly (readonly [number, number])[];
  readonly path?: readonly number[];
  readonly arc?: number;
  readonly position?: number;
  /** Channel, slice and frame. */
  readonly place?: readonly [number, number, number];
  readonly name?: string;
}

/** The bytes of a selection. */
export function madeRoi(roi: MadeRoi): Uint8Array {
  const { points = [], path = [], name = "", box = [0, 0, 0, 0] } = roi;
  const isSub = points.some((point) => !point.every(Number.isInteger));
  const second = 64 + 4 * path.length + points.length * (isSub ? 12 : 4);
  const view = new DataView(new ArrayBuffer(second + 64 + 2 * name.length));
  view.setUint32(0, 0x496f7574);
  view.setInt16(4, roi.version ?? 228);
  view.setUint8(6, roi.type);
  box.forEach((value, i) => view.setInt16(8 + 2 * i, value));
  view.setUint16(16, points.length);
  view.setInt32(36, path.length);
  view.setInt16(48, roi.subtype ?? 0);
  view.setInt16(50, (roi.options ?? 0) | (isSub ? 128 : 0));
  view.setInt16(54, roi.arc ?? 0);
  view.setInt32(56, roi.position ?? 0);
  view.setInt32(60, second);
  path.forEach((value, i) => view.setFloat32(64 + 4 * i, value));
  points.forEach(([x, y], i) => {
    view.setInt16(64 + 2 * i, x - box[1]);
    view.setInt16(64 + 2 * (points.length + i), y - box[0]);
    if (!isSub) return;
    view.setFloat32(64 + 4 * (points.length + i), x);
    view.setFloat32(64 + 4 * (2 * points.length + i), y);
  });
  roi.place?.forEach((value, i) => view.setInt32(second + 4 + 4 * i, value));
  view.setInt32(second + 16, second + 64);
  view.setInt32(second + 20, name.length);
  for (let i = 0; i < name.length; i++) view.setUint16(second + 64 + 2 * i, name.charCodeAt(i));
  return new Uint8Array(view.buffer);
}
