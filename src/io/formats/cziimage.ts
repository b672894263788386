import { InvalidInput } from "../../core/errors.js";
import type { Window } from "../../core/image.js";
import type { Stoppable } from "../bytes.js";
import { channelMetadata, variantsNotice } from "../czi/czichannels.js";
import { checkBytes, type CziLayout, type CziLevel, gapsOf, layOut, planeNumber } from "../czi/czilayout.js";
import { seriesPosition, seriesTimes } from "../czi/czimovie.js";
import { readPart } from "../czi/cziplanes.js";
import { type PixelType, pixelTypeOf } from "../czi/czisamples.js";
import { isCzi } from "../czi/czisegment.js";
import { type CziFile, openCzi, packingsOf } from "../czi/openczi.js";
import { type TileCache, tileCache } from "../czi/tilecache.js";
import { assertWithin } from "../image/crop.js";
import type { OpenOptions } from "./fileformat.js";
import {
  type ImageFormat,
  type OpenedImage,
  type PlaneIndex,
  type ReadPlane,
  unsaid,
} from "./imageformat.js";

/** Zeiss CZI: scenes as series, mosaics put together, pyramids as levels. */
export const cziImages: ImageFormat = {
  name: "CZI",
  extensions: ["czi"],
  from: "bytes",
  recognise: isCzi,
  open: async ({ bytes, where }, options) => {
    const czi = await openCzi(bytes, where);
    const cache = cacheOf(options);
    return {
      format: formatName,
      series: czi.names.map((name) => ({ name })),
      open: (series) => openSeries(czi, series, cache),
    };
  },
};

const formatName = "Zeiss CZI";

const shared = new WeakMap<object, TileCache>();

function cacheOf({ together }: OpenOptions): TileCache {
  const kept = together === undefined ? undefined : shared.get(together);
  if (kept !== undefined) return kept;
  const cache = tileCache();
  if (together !== undefined) shared.set(together, cache);
  return cache;
}

/** A channel as it is read. */
interface Channel {
  readonly name: string;
  readonly pixelType: PixelType;
  /** Bits of its values that are in use. */
  readonly bits: number;
}

async function openSeries(czi: CziFile, place: number, cache: TileCache): Promise<OpenedImage> {
  const { table, metadata, bytes } = czi;
  const series = czi.series[place];
  if (series === undefined)
    throw new InvalidInput(bytes.where, `a series from 0 to ${czi.series.length - 1}`, String(place));
  const packings = packingsOf(table, series, bytes.where);
  const layout = layOut(table, series, bytes.where);
  const channels = channelsOf(czi, layout);
  const { pixelType, bits } = channels[0]!;
  const times = await seriesTimes(czi, series, layout);
  const scaled = (size: number | undefined): number | undefined =>
    size === undefined ? undefined : Number((size * layout.scale).toPrecision(9));
  return {
    ...unsaid,
    format: formatName,
    height: layout.levels[0]!.height,
    width: layout.levels[0]!.width,
    type: pixelType.type,
    bits,
    samples: pixelType.samples,
    compression: packings.join(" and "),
    colour: colourOf(pixelType),
    frames: layout.frames.length,
    channels: channels.length,
    slices: layout.slices.length,
    pixelSize: scaled(metadata.pixelSize),
    sliceSpacing: metadata.sliceSpacing,
    frameInterval: times.interval,
    frameTimes: times.times,
    channelNames: channels.some(({ name }) => name !== "") ? channels.map(({ name }) => name) : [],
    position: await seriesPosition(czi, series, layout),
    levels: layout.levels.map(({ height, width }) => ({ height, width })),
    notices: [...czi.notices, ...noticesOf(czi, layout, channels), ...times.notices],
    ...readers(czi, layout, channels, cache),
  };
}

const colourOf = ({ samples }: PixelType): "grey" | "rgb" => (samples === 1 ? "grey" : "rgb");

function channelsOf({ metadata, bytes }: CziFile, layout: CziLayout): Channel[] {
  const known = channelMetadata(layout.channels, metadata);
  return layout.channels.map(({ code }, i) => {
    const pixelType = pixelTypeOf(code, bytes.where);
    const stored = 8 * pixelType.bytes;
    const used = known[i]!.bits ?? metadata.bits ?? stored;
    const whole = pixelType.type.startsWith("uint");
    return { name: known[i]!.name, pixelType, bits: whole && used < stored ? used : stored };
  });
}

function noticesOf({ table, metadata }: CziFile, layout: CziLayout, channels: readonly Channel[]): string[] {
  const notices = gapsOf(table, layout);
  const variants = variantsNotice(layout.channels);
  if (variants !== undefined) notices.push(variants);
  const types = new Set(channels.map(({ pixelType }) => `${pixelType.type} ${pixelType.samples}`));
  if (types.size > 1) notices.push("Its channels have several pixel types; each is read as its own");
  const { pixelSize: width, pixelHeight: height } = metadata;
  if (width !== undefined && height !== undefined && Math.abs(height - width) > 0.01 * width)
    notices.push(`Its pixels are ${width} µm wide and ${height} µm high; the width is used`);
  const { scale } = layout;
  if (scale > 1) notices.push(`It is stored reduced to 1/${Number(scale.toPrecision(4))} only`);
  if (scale < 1) notices.push(`It is stored enlarged ${Number((1 / scale).toPrecision(4))} times`);
  return notices;
}

function readers(
  czi: CziFile,
  layout: CziLayout,
  channels: readonly Channel[],
  cache: TileCache,
): Pick<OpenedImage, "size" | "read" | "readWindow"> {
  const { where } = czi.bytes;
  const tiles = { file: czi.bytes, table: czi.table, cache };
  const levelOf = (index: PlaneIndex): CziLevel => {
    const level = layout.levels[index.level ?? 0];
    const counts = [layout.frames.length, channels.length, layout.slices.length] as const;
    const within = [index.frame, index.channel, index.slice].every(
      (at, axis) => Number.isInteger(at) && at >= 0 && at < counts[axis]!,
    );
    if (level !== undefined && within) return level;
    throw new InvalidInput(
      where,
      `a plane of ${counts[0]} frames, ${counts[1]} channels, ${counts[2]} slices and ${layout.levels.length} levels`,
      `frame ${index.frame}, channel ${index.channel}, slice ${index.slice}, level ${index.level ?? 0}`,
    );
  };
  const readWindow = async (index: PlaneIndex, window: Window, options: Stoppable): Promise<ReadPlane> => {
    const level = levelOf(index);
    const { pixelType, bits } = channels[index.channel]!;
    assertWithin(where, level, window);
    checkBytes(where, window, pixelType.samples * pixelType.bytes);
    const plane = planeNumber(layout, index.frame, index.channel, index.slice);
    const data = await readPart(tiles, layout, { level, plane, pixelType, window }, options);
    return {
      plane: { height: window.height, width: window.width, samples: pixelType.samples, data },
      meaning: { colour: colourOf(pixelType), bits },
      sample: 0,
    };
  };
  return {
    size: async (index) => {
      const { height, width } = levelOf(index);
      return { height, width };
    },
    read: async (index, options = {}) =>
      readWindow(index, { y: 0, x: 0, ...sizeOf(levelOf(index)) }, options),
    readWindow: async (index, window, options = {}) => readWindow(index, window, options),
  };
}

const sizeOf = ({ height, width }: CziLevel): { readonly height: number; readonly width: number } => ({
  height,
  width,
});
