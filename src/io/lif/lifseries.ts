/** One image of a LIF file: its size, what is known of it, and its planes. */
import { CorruptFile } from "../../core/errors.js";
import type { SampleData, StoredPlane, Window } from "../../core/image.js";
import type { ByteSource } from "../bytes.js";
import type { XmlElement } from "../xml.js";
import { axesOf, extentOf, furtherFrames, type LifAxes, presentPart } from "./lifaxes.js";
import { type LifParts, type MemoryBlock, xmlOffset } from "./lifblocks.js";
import { channelNamesOf } from "./lifchannelnames.js";
import {
  describedPixels,
  type LifChannel,
  type LifDimension,
  type SeriesPlace,
  unreadSeries,
} from "./lifdescription.js";
import { micrometresOf, secondsOf, stagePlaceOf, type StagePlace, tileScanOf } from "./lifplaces.js";
import { type PlaneLayout, readSamples } from "./lifplane.js";
import { type Mosaic, mosaicOf } from "./liftiles.js";
import { frameTimesOf } from "./liftimes.js";
import type { LifNode } from "./liftree.js";

/** A plane of an image, all from 0. */
export interface LifPlane {
  readonly frame: number;
  readonly channel: number;
  readonly slice: number;
}

/** An image whose planes are read when asked for. */
export interface LifSeries {
  readonly height: number;
  readonly width: number;
  /** Type of the stored samples of the first channel, such as "uint16". */
  readonly type: string;
  /** 3 for colour, else 1. */
  readonly samples: number;
  readonly frames: number;
  /** Channels times wavelengths. */
  readonly channels: number;
  readonly slices: number;
  /** µm; undefined when the file does not say. */
  readonly pixelSize: number | undefined;
  /** µm; undefined when the file does not say. */
  readonly sliceSpacing: number | undefined;
  /** Seconds, the median; undefined when the file does not say. */
  readonly frameInterval: number | undefined;
  /** Seconds from the first, one a frame; undefined when the file does not say. */
  readonly frameTimes: readonly number[] | undefined;
  /** One a channel, or empty. */
  readonly channelNames: readonly string[];
  readonly position: StagePlace | undefined;
  /** What was assumed, as sentences without file name and full stop. */
  readonly notices: readonly string[];
  /** Why planes are missing at the end. */
  readonly damage: CorruptFile | undefined;
  /** Bits in use of a channel. */
  readonly bits: (channel: number) => number;
  /** A rectangle of a plane, which lies within it. @throws CorruptFile */
  readonly read: (plane: LifPlane, window: Window) => Promise<StoredPlane>;
}

/** Opens an image; no pixels are read. @throws CorruptFile, UnsupportedFormat */
export function openLifSeries(source: ByteSource, where: string, parts: LifParts, node: LifNode): LifSeries {
  const place: SeriesPlace = { where, series: node.name };
  const { image } = node;
  if (image === undefined)
    throw unreadSeries(place, "photons of lifetime imaging", "choose a series of its intensities");
  const whole = axesOf(describedPixels(image, place), place);
  const block = blockOf(parts, node.block, place);
  const part = presentPart(whole, block.present);
  const { axes, mosaic, notices } = withTiles(part, image);
  const read = tileReader({ source, where, block }, axes);
  const waves = axes.wavelengths.reduce((product, { size }) => product * size, 1);
  const channelAt = (channel: number): LifChannel => axes.channels[Math.floor(channel / waves)]!;
  const size = mosaic ?? { height: axes.rows.size, width: axes.columns.size };
  const scales = scalesOf(axes);
  const times = timesOf(image, whole, axes);
  return {
    height: size.height,
    width: size.width,
    type: axes.channels[0]!.type,
    samples: axes.colour ? 3 : 1,
    frames: axes.frames.reduce((product, axis) => product * axis.size, 1),
    channels: axes.colour ? waves : axes.channels.length * waves,
    slices: axes.slices?.size ?? 1,
    ...scales.sizes,
    ...times.times,
    channelNames: channelNamesOf(image, axes),
    position: stagePlaceOf(image),
    notices: [...axes.notices, ...notices, ...scales.notices, ...times.notices],
    damage: damageOf(whole, block, place),
    bits: (channel) => channelAt(channel).bits,
    read: (plane, window) =>
      mosaic === undefined
        ? read(plane, 0, window)
        : assembled(mosaic, axes, window, (tile, at) => read(plane, tile, at)),
  };
}

function blockOf({ blocks, only }: LifParts, id: string, place: SeriesPlace): MemoryBlock {
  const block = only ?? blocks.get(id);
  if (block?.size === 0 || (id === "" && only === undefined))
    throw unreadSeries(place, "an image without pixels");
  if (block !== undefined) return block;
  const what = `the pixels of its series "${place.series}" are missing: the file is cut off or damaged`;
  throw new CorruptFile(place.where, xmlOffset, what);
}

function damageOf(
  whole: LifAxes,
  { offset, present }: MemoryBlock,
  place: SeriesPlace,
): CorruptFile | undefined {
  const bytes = extentOf(whole);
  if (bytes <= present) return undefined;
  const what = `its series "${place.series}" is cut off: ${present} of ${bytes} bytes are there`;
  return new CorruptFile(place.where, offset + present, what);
}

/** Tiles are put together where the file says how; else each is a frame. */
function withTiles(
  axes: LifAxes,
  image: XmlElement,
): { readonly axes: LifAxes; readonly mosaic: Mosaic | undefined; readonly notices: readonly string[] } {
  const { tiles, rows, columns } = axes;
  if (tiles === undefined) return { axes, mosaic: undefined, notices: [] };
  const scan = rows.id === 2 && columns.id === 1 ? tileScanOf(image) : undefined;
  const [y, x] = [micrometresOf(rows), micrometresOf(columns)];
  const pixel = y === undefined || x === undefined ? undefined : { y: y / 1e6, x: x / 1e6 };
  const mosaic = scan && mosaicOf(scan, tiles.size, { y: rows.size, x: columns.size }, pixel);
  if (mosaic === undefined)
    return {
      axes: { ...axes, tiles: undefined, frames: [...axes.frames, tiles] },
      mosaic,
      notices: [furtherFrames(tiles)],
    };
  const how = mosaic.isMeasured
    ? `by the positions of the stage; where they overlap, the later one is taken`
    : `side by side by their fields, since the positions of the stage are not known; they may overlap`;
  return { axes, mosaic, notices: [`Its ${tiles.size} tiles are put together ${how}`] };
}

type TileReader = (plane: LifPlane, tile: number, window: Window) => Promise<StoredPlane>;

function tileReader(pixels: Parameters<typeof readSamples>[0], axes: LifAxes): TileReader {
  const { rows, columns, channels, wavelengths, slices, tiles } = axes;
  const fastestFirst = wavelengths.toReversed();
  const waves = wavelengths.reduce((product, { size }) => product * size, 1);
  const kinds = (channel: number): readonly LifChannel[] =>
    axes.colour ? channels.toSorted((a, b) => a.tag - b.tag) : [channels[Math.floor(channel / waves)]!];
  return (plane, tile, window) => {
    const start =
      placeAlong(axes.frames, plane.frame) +
      placeAlong(fastestFirst, plane.channel % waves) +
      plane.slice * (slices?.stride ?? 0) +
      tile * (tiles?.stride ?? 0);
    const own = kinds(plane.channel);
    const layout: PlaneLayout = {
      type: own[0]!.type,
      offsets: own.map(({ offset }) => offset + start),
      rows,
      columns,
    };
    return readSamples(pixels, layout, window);
  };
}

/** Bytes to a place along several axes that are counted as one, the fastest first. */
function placeAlong(axes: readonly LifDimension[], index: number): number {
  let [rest, bytes] = [index, 0];
  for (const { size, stride } of axes) {
    bytes += (rest % size) * stride;
    rest = Math.floor(rest / size);
  }
  return bytes;
}

/** A window of a mosaic, from the tiles that it meets; 0 where there is none. */
async function assembled(
  mosaic: Mosaic,
  { rows, columns }: LifAxes,
  window: Window,
  read: (tile: number, window: Window) => Promise<StoredPlane>,
): Promise<StoredPlane> {
  let out: StoredPlane | undefined;
  for (const [tile, place] of mosaic.places.entries()) {
    const top = Math.max(window.y, place.y);
    const left = Math.max(window.x, place.x);
    const height = Math.min(window.y + window.height, place.y + rows.size) - top;
    const width = Math.min(window.x + window.width, place.x + columns.size) - left;
    if (height <= 0 || width <= 0) continue;
    const part = await read(tile, { y: top - place.y, x: left - place.x, height, width });
    out ??= blank(part, window);
    paste(part, out, top - window.y, left - window.x);
  }
  if (out !== undefined) return out;
  return blank(await read(0, { y: 0, x: 0, height: 1, width: 1 }), window);
}

/** An empty plane of the type of another. */
function blank({ samples, data }: StoredPlane, { height, width }: Window): StoredPlane {
  const type = data.constructor as new (length: number) => SampleData;
  return { height, width, samples, data: new type(height * width * samples) };
}

function paste(part: StoredPlane, into: StoredPlane, top: number, left: number): void {
  const line = part.width * part.samples;
  for (let y = 0; y < part.height; y++)
    into.data.set(
      part.data.subarray(y * line, (y + 1) * line),
      ((top + y) * into.width + left) * into.samples,
    );
}

function scalesOf({ columns, rows, slices }: LifAxes): {
  readonly sizes: Pick<LifSeries, "pixelSize" | "sliceSpacing">;
  readonly notices: readonly string[];
} {
  const [x, y] = [micrometresOf(columns), micrometresOf(rows)];
  const isSquare = x === undefined || y === undefined || Math.abs(x - y) <= 0.01 * x;
  return {
    sizes: { pixelSize: x ?? y, sliceSpacing: slices && micrometresOf(slices) },
    notices: isSquare ? [] : ["The pixels are not square; their width is taken as the pixel size"],
  };
}

/** Times of frames that follow each other in time: those of a single axis. */
function timesOf(
  image: XmlElement,
  whole: LifAxes,
  { frames }: LifAxes,
): {
  readonly times: Pick<LifSeries, "frameInterval" | "frameTimes">;
  readonly notices: readonly string[];
} {
  const [axis, further] = frames;
  const all = whole.frames[0];
  if (axis?.id !== 4 || all === undefined || further !== undefined)
    return { times: { frameInterval: undefined, frameTimes: undefined }, notices: [] };
  const stamped = frameTimesOf(image, all.size);
  return {
    times: {
      frameInterval: stamped?.frameInterval ?? secondsOf(all),
      frameTimes: stamped?.frameTimes.slice(0, axis.size),
    },
    notices: stamped?.notices ?? [],
  };
}
