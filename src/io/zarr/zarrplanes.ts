/** The planes of an image of a hierarchy. */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import type { StoredPlane, Window } from "../../core/image.js";
import type { Stoppable } from "../bytes.js";
import { assertWithin } from "../image/crop.js";
import type { SampleType } from "../tiff/sampletypes.js";
import { bytesOfType } from "./arraymetadata.js";
import { type AxisRole, axisRoles, type AxisRoles, type Calibration, calibrationOf } from "./multiscales.js";
import { openArray, type ZarrArray } from "./zarrarray.js";
import { keyBelow, type Place } from "./zarrjson.js";
import { readNode } from "./zarrnode.js";
import type { ZarrSeries } from "./zarrseries.js";

/** An image whose planes are read when asked for. */
export interface ZarrPlanes extends Calibration {
  readonly frames: number;
  readonly channels: number;
  readonly slices: number;
  readonly type: SampleType;
  /** Name of the codec, such as "blosc"; "none". */
  readonly compression: string;
  /** One a channel, "" where it has none; empty when the file names none. */
  readonly channelNames: readonly string[];
  /** Sizes of the planes, the full one first, px. */
  readonly levels: readonly { readonly height: number; readonly width: number }[];
  /**
   * A plane, or a part of it.
   *
   * @throws InvalidInput when the window is not within the plane
   * @throws CorruptFile when the file has no such plane, or it is damaged
   */
  readonly read: (
    index: {
      readonly frame: number;
      readonly channel: number;
      readonly slice: number;
      readonly level?: number | undefined;
    },
    window?: Window,
    options?: Stoppable,
  ) => Promise<StoredPlane>;
}

/** A plane of more bytes is read in windows only. */
const largestPlane = 2 ** 31 - 1;

/** @throws CorruptFile, UnsupportedFormat */
export async function openPlanes(place: Place, series: ZarrSeries): Promise<ZarrPlanes> {
  const { multiscale, xml } = series;
  const arrays = await arraysOf(place, series);
  const { shape, type, codecs } = arrays[0]!.metadata;
  const axes = axesOf(series, shape.length);
  const found = axisRoles(axes, shape, place.where);
  const calibration = calibrationOf({ ...multiscale, axes }, found);
  const levels = arrays.map(({ metadata }) => ({
    height: metadata.shape[found.roles.y]!,
    width: metadata.shape[found.roles.x]!,
  }));
  const count = (role: AxisRole): number => sizeOf(shape, found, role);
  return {
    frames: count("t"),
    channels: count("c"),
    slices: count("z"),
    type,
    compression: codecs.find((codec) => codec !== "crc32c") ?? "none",
    levels,
    pixelSize: calibration.pixelSize ?? xml?.pixelSize,
    sliceSpacing: calibration.sliceSpacing ?? xml?.sliceSpacing,
    frameInterval: calibration.frameInterval ?? xml?.frameInterval,
    position: calibration.position,
    channelNames: channelNamesOf(series, count("c")),
    notices: [...found.notices, ...calibration.notices, ...missingLevels(series, arrays)],
    read: planeReader(place, arrays, found),
  };
}

const sizeOf = (shape: readonly number[], { roles }: AxisRoles, role: AxisRole): number =>
  roles[role] === undefined ? 1 : shape[roles[role]]!;

/** Before version 0.3 images have five axes, always in this order. */
function axesOf({ multiscale, node }: ZarrSeries, count: number): ZarrSeries["multiscale"]["axes"] {
  const isOme = node.array === undefined;
  if (multiscale.axes !== undefined || !isOme || count !== 5) return multiscale.axes;
  return [..."tczyx"].map((name) => ({ name, type: "", unit: "" }));
}

/** Arrays of the levels; those that are missing behind the first are left out. */
async function arraysOf(place: Place, { multiscale, node }: ZarrSeries): Promise<readonly ZarrArray[]> {
  if (node.array !== undefined) return [openArray(place, node)];
  const arrays: ZarrArray[] = [];
  for (const path of multiscale.paths) {
    const key = keyBelow(node.path, path, place.where);
    const level = await readNode(place, key);
    if (level?.array !== undefined) arrays.push(openArray(place, level));
    else if (arrays.length === 0)
      throw new CorruptFile(place.where, 0, `the array "${key}" that its metadata name is missing`);
    const [first, last] = [arrays[0]!.metadata, arrays.at(-1)!.metadata];
    if (last.shape.length !== first.shape.length)
      throw new CorruptFile(place.where, 0, `its sizes "${multiscale.paths.join('", "')}" differ in axes`);
  }
  return arrays;
}

const missingLevels = ({ multiscale }: ZarrSeries, arrays: readonly ZarrArray[]): readonly string[] =>
  arrays.length === multiscale.paths.length
    ? []
    : [`${multiscale.paths.length - arrays.length} of its reduced sizes are missing`];

function channelNamesOf({ multiscale, xml }: ZarrSeries, channels: number): readonly string[] {
  const names = multiscale.channelNames.length > 0 ? multiscale.channelNames : (xml?.channelNames ?? []);
  if (names.every((name) => name === "")) return [];
  return Array.from({ length: Math.min(channels, 2 ** 16) }, (_, i) => names[i] ?? "");
}

function planeReader({ where }: Place, arrays: readonly ZarrArray[], found: AxisRoles): ZarrPlanes["read"] {
  const { y, x } = found.roles;
  const full = arrays[0]!.metadata.shape;
  return async ({ frame, channel, slice, level = 0 }, window, options) => {
    const array = arrays[level];
    const shape = array?.metadata.shape ?? [];
    const place = { t: frame, c: channel, z: slice };
    const start = shape.map(() => 0);
    for (const role of ["t", "c", "z"] as const) {
      const [all, there] = [sizeOf(full, found, role), sizeOf(shape, found, role)];
      const at = place[role];
      if (array === undefined || !(Number.isInteger(at) && at >= 0 && at < all))
        throw new CorruptFile(where, 0, `it has no plane of ${planeName(place)}, level ${level}`);
      // Smaller sizes may have fewer slices, too.
      if (found.roles[role] !== undefined) start[found.roles[role]] = Math.floor((at * there) / all);
    }
    const { height, width } = window ?? { height: shape[y]!, width: shape[x]! };
    if (window !== undefined) assertWithin(where, { height: shape[y]!, width: shape[x]! }, window);
    if (height * width * bytesOfType[array!.metadata.type] > largestPlane)
      throw new UnsupportedFormat(where, `a whole plane of ${height} x ${width}`, "read it in windows");
    const sizes = shape.map((_, axis) => (axis === y ? height : axis === x ? width : 1));
    start[y] = window?.y ?? 0;
    start[x] = window?.x ?? 0;
    const data = await array!.read(start, sizes, options);
    return { height, width, samples: 1, data: x > y ? data : transposed(data, height, width) };
  };
}

const planeName = ({ t, c, z }: { readonly t: number; readonly c: number; readonly z: number }): string =>
  `frame ${t}, channel ${c}, slice ${z}`;

/** Rows out of columns. */
function transposed(data: StoredPlane["data"], height: number, width: number): StoredPlane["data"] {
  const out = data.slice();
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) out[row * width + column] = data[column * height + row]!;
  return out;
}
