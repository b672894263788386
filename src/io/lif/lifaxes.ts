/**
 * Which dimension of a LIF image is what: the two of a plane, slices, frames, wavelengths and tiles.
 *
 * Dimensions that Karyon has no axis for (rotations, loops and those unknown) become further frames: the
 * planes can be segmented, and a notice says that they do not follow each other in time.
 */
import {
  type LifChannel,
  type LifDescription,
  type LifDimension,
  type SeriesPlace,
  corruptSeries,
  sampleBytes,
  unreadSeries,
} from "./lifdescription.js";

/** The axes of an image; those that it does not have are empty, or undefined. */
export interface LifAxes {
  /** Along a row of a plane: x, where there is one. */
  readonly columns: LifDimension;
  /** From row to row: y, where there is one. */
  readonly rows: LifDimension;
  readonly slices: LifDimension | undefined;
  /** All that frames are made of, the fastest first. */
  readonly frames: readonly LifDimension[];
  /** Wavelengths of emission, then of excitation; the last is the fastest. */
  readonly wavelengths: readonly LifDimension[];
  /** Places of the stage. */
  readonly tiles: LifDimension | undefined;
  /** By their place in memory. */
  readonly channels: readonly LifChannel[];
  /** True when three channels are the red, green and blue samples of a pixel. */
  readonly colour: boolean;
  readonly notices: readonly string[];
}

const names: Readonly<Record<number, string>> = {
  1: "x",
  2: "y",
  3: "z",
  4: "time",
  6: "rotation",
  7: "slice of x and time",
  8: "slice of time",
  10: "tile",
  11: "loop",
};
const nameOf = ({ id }: LifDimension): string => names[id] ?? `dimension ${id}`;

/** Dimensions that a plane can have, the likeliest first. */
const planar = [1, 2, 3, 4, 8, 7];
const timeLike = [4, 7, 8];

/** Sorts the dimensions of an image. @throws CorruptFile, UnsupportedFormat */
export function axesOf({ dimensions, channels }: LifDescription, place: SeriesPlace): LifAxes {
  const left = dimensions.filter(({ size }) => size > 1);
  const take = (id: number): LifDimension | undefined => {
    const at = left.findIndex((dimension) => dimension.id === id);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const [first, second] = planar.filter((id) => left.some((dimension) => dimension.id === id));
  const columns = first === undefined ? undefined : take(first);
  const rows = second === undefined ? undefined : take(second);
  if (columns === undefined || rows === undefined)
    throw unreadSeries(place, columns === undefined ? "a single pixel" : `a line along ${nameOf(columns)}`);
  const axes = {
    columns,
    rows,
    slices: take(3),
    wavelengths: [take(5), take(9)].filter((axis) => axis !== undefined),
    tiles: take(10),
    channels,
    colour: isColour(channels, columns),
  };
  const frames = [...timeLike.map(take).filter((axis) => axis !== undefined), ...left];
  assertApart({ ...axes, frames, notices: [] }, place);
  return { ...axes, frames, notices: noticesOf(columns, rows, frames) };
}

function noticesOf(columns: LifDimension, rows: LifDimension, frames: readonly LifDimension[]): string[] {
  const notices: string[] = [];
  if (columns.id !== 1 || rows.id !== 2)
    notices.push(
      `Its planes are not of x and y: along a row goes ${nameOf(columns)}, from row to row ${nameOf(rows)}`,
    );
  for (const axis of frames.filter(({ id }) => id !== 4)) notices.push(furtherFrames(axis));
  return notices;
}

/** What is said of an axis whose places are read as frames. */
export const furtherFrames = (axis: LifDimension): string =>
  `Its ${axis.size} places along the axis "${nameOf(axis)}" are read as frames`;

/** Three channels, red, green and blue in any order, whose samples lie side by side. */
function isColour(channels: readonly LifChannel[], columns: LifDimension): boolean {
  const [a] = channels;
  return (
    a !== undefined &&
    channels.length === 3 &&
    [1, 2, 3].every((tag) => channels.some((channel) => channel.tag === tag)) &&
    channels.every(({ type, bits }) => type === a.type && bits === a.bits) &&
    channels[2]!.offset - a.offset < columns.stride
  );
}

/** A step along an axis must pass all that lies along the axes within: so no small file holds a huge image. */
function assertApart(axes: LifAxes, place: SeriesPlace): void {
  let least = Math.min(...axes.channels.map(({ type }) => sampleBytes[type]));
  for (const { stride, size, id } of byStride(axes)) {
    if (stride < least) throw corruptSeries(place, `has overlapping pixels along dimension ${id}`);
    least = stride * size;
  }
}

/** All axes but the channels, the innermost first. */
const byStride = ({ columns, rows, slices, frames, wavelengths, tiles }: LifAxes): LifDimension[] =>
  [columns, rows, slices, ...frames, ...wavelengths, tiles]
    .filter((axis) => axis !== undefined)
    .sort((a, b) => a.stride - b.stride);

/** Bytes from the start of the memory block to the end of the last sample. */
export function extentOf(axes: LifAxes): number {
  const along = byStride(axes).reduce((sum, { size, stride }) => sum + (size - 1) * stride, 0);
  return Math.max(...axes.channels.map(({ type, offset }) => offset + sampleBytes[type])) + along;
}

/**
 * The part of an image whose planes lie within the first bytes of its memory block: the outermost axis is
 * made shorter, then the next. A plane that is not whole itself stays.
 */
export function presentPart(axes: LifAxes, bytes: number): LifAxes {
  let part = axes;
  const planes = byStride(axes).filter((axis) => axis !== axes.columns && axis !== axes.rows);
  for (const axis of [...planes, ...channelAxis(axes)].sort((a, b) => b.stride - a.stride)) {
    const over = extentOf(part) - bytes;
    if (over <= 0) break;
    const size = Math.max(1, axis.size - Math.ceil(over / axis.stride));
    part =
      axis.id === channelId ? { ...part, channels: part.channels.slice(0, size) } : cut(part, axis, size);
  }
  return part;
}

const channelId = -1;

/** Channels as an axis, where they are planes. */
function channelAxis({ channels, colour }: LifAxes): LifDimension[] {
  const steps = channels.slice(1).map(({ offset }, i) => offset - channels[i]!.offset);
  const stride = Math.min(...steps);
  if (colour || channels.length === 1 || stride === 0) return [];
  return [{ id: channelId, size: channels.length, stride, origin: NaN, step: NaN, unit: "" }];
}

function cut(axes: LifAxes, axis: LifDimension, size: number): LifAxes {
  const one = <Axis extends LifDimension | undefined>(at: Axis): Axis => (at === axis ? { ...at, size } : at);
  return {
    ...axes,
    slices: one(axes.slices),
    tiles: one(axes.tiles),
    frames: axes.frames.map(one),
    wavelengths: axes.wavelengths.map(one),
  };
}
