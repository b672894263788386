/** Writes small Leica LIF files, as their published structure says. No file of a microscope was copied. */
import { type ByteSource, concatBytes, memorySource } from "../src/io/bytes.js";
import { openAs } from "../src/io/formats/fileformat.js";
import type { ImageSet } from "../src/io/formats/imageformat.js";
import { imageFormats } from "../src/io/formats/imageformats.js";

/** A dimension of an image; `stride` is its BytesInc. */
export interface LifDimensionSpec {
  readonly id: number;
  readonly size: number;
  readonly stride: number;
  readonly origin?: number;
  readonly length?: number;
  readonly unit?: string;
}

/** A channel of an image; `offset` is its BytesInc. */
export interface LifChannelSpec {
  readonly offset?: number;
  readonly bits?: number;
  /** 0 integers, 1 floats. */
  readonly dataType?: number;
  readonly tag?: number;
  readonly lut?: string;
  readonly dye?: string;
}

/** An image, or a folder, and what is below it. */
export interface LifItem {
  readonly name: string;
  readonly channels?: readonly LifChannelSpec[];
  readonly dimensions?: readonly LifDimensionSpec[];
  /** The memory block; without it, the image has an empty one. */
  readonly data?: Uint8Array;
  /** XML within `Image`, such as stamps and attachments. */
  readonly inside?: string;
  /** XML instead of `Image`. */
  readonly instead?: string;
  readonly children?: readonly LifItem[];
}

/** How a file is written. */
export interface LifOptions {
  /** 1: sizes of 32 bits; 2: of 64. */
  readonly version?: 1 | 2;
  /** Zeros behind the last block. */
  readonly padding?: number;
}

/** A whole file. */
export function lifFile(
  items: readonly LifItem[],
  { version = 2, padding = 0 }: LifOptions = {},
): Uint8Array {
  const blocks: Uint8Array[] = [];
  const block = (data: Uint8Array): string => {
    const id = `MemBlock_${blocks.length + 17}`;
    blocks.push(concatBytes([blockHeader(id, data.length, version), data]));
    return `<Memory Size="${data.length}" MemoryBlockID="${id}"/>`;
  };
  const element = (item: LifItem): string =>
    `<Element Name="${item.name}" Visibility="1"><Data>${contents(item)}</Data>` +
    `${block(item.data ?? new Uint8Array(0))}<Children>${(item.children ?? []).map(element).join("")}</Children></Element>`;
  const xml =
    `<LMSDataContainerHeader Version="${version}">` +
    element({ name: "project", instead: "<Experiment/>", children: items }) +
    "</LMSDataContainerHeader>";
  return concatBytes([xmlPart(xml), ...blocks, new Uint8Array(padding)]);
}

/** The start of a file: its XML, or another text. */
export function xmlPart(xml: string): Uint8Array {
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, 0x70, true);
  view.setUint32(4, 5 + 2 * xml.length, true);
  view.setUint8(8, 0x2a);
  view.setUint32(9, xml.length, true);
  return concatBytes([head, utf16(xml)]);
}

/**
 * A whole LOF file: one image, its pixels before its XML.
 *
 * @param isBare as early programs wrote the XML: without what stands around the image
 */
export function lofFile(item: LifItem, isBare = false): Uint8Array {
  const data = item.data ?? new Uint8Array(0);
  const image = `<Data>${contents(item)}</Data>`;
  const around =
    `<LMSDataContainerHeader Version="2"><Element Name="${item.name}">${image}` +
    `<Memory Size="${data.length}" MemoryBlockID="MemBlock_7"/><Children/></Element></LMSDataContainerHeader>`;
  const head = new Uint8Array(19);
  const view = new DataView(head.buffer);
  for (const at of [0, 5, 10]) view.setUint8(at, 0x2a);
  view.setUint32(1, 2, true);
  view.setBigUint64(11, BigInt(data.length), true);
  return concatBytes([xmlPart("LMS_Object_File"), head, data, xmlPart(isBare ? image : around)]);
}

function blockHeader(id: string, size: number, version: 1 | 2): Uint8Array {
  const head = new Uint8Array(version === 2 ? 22 : 18);
  const view = new DataView(head.buffer);
  view.setUint32(0, 0x70, true);
  view.setUint32(4, head.length - 8 + 2 * id.length, true);
  view.setUint8(8, 0x2a);
  if (version === 2) view.setBigUint64(9, BigInt(size), true);
  else view.setUint32(9, size, true);
  view.setUint8(head.length - 5, 0x2a);
  view.setUint32(head.length - 4, id.length, true);
  return concatBytes([head, utf16(id)]);
}

const utf16 = (text: string): Uint8Array =>
  new Uint8Array(Uint16Array.from(text, (unit) => unit.charCodeAt(0)).buffer);

function contents({ channels, dimensions, inside = "", instead }: LifItem): string {
  if (instead !== undefined) return instead;
  if (channels === undefined && dimensions === undefined) return "<Collection/>";
  return (
    `<Image TextDescription=""><ImageDescription><Channels>${(channels ?? []).map(channelXml).join("")}</Channels>` +
    `<Dimensions>${(dimensions ?? []).map(dimensionXml).join("")}</Dimensions></ImageDescription>${inside}</Image>`
  );
}

function channelXml({ offset = 0, bits = 8, dataType = 0, tag = 0, lut = "", dye }: LifChannelSpec): string {
  const property =
    dye === undefined
      ? ""
      : `<ChannelProperty><Key>ChannelGroup</Key><Value>0</Value></ChannelProperty>` +
        `<ChannelProperty><Key>DyeName</Key><Value>${dye}</Value></ChannelProperty>`;
  return (
    `<ChannelDescription DataType="${dataType}" ChannelTag="${tag}" Resolution="${bits}" LUTName="${lut}" ` +
    `NameOfMeasuredQuantity="" Min="0" Max="1" Unit="" IsLUTInverted="0" BytesInc="${offset}" BitInc="0">${property}</ChannelDescription>`
  );
}

function dimensionXml(dimension: LifDimensionSpec): string {
  const { id, size, stride, origin = 0, length = 0, unit = id === 4 ? "s" : "m" } = dimension;
  const real = (value: number): string => value.toExponential(6).replace(/e([+-])(\d+)$/, "e$100$2");
  return (
    `<DimensionDescription DimID="${id}" NumberOfElements="${size}" Origin="${real(origin)}" ` +
    `Length="${real(length)}" Unit="${unit}" BitInc="0" BytesInc="${stride}"/>`
  );
}

/** Stamps of planes as LAS X writes them. @param seconds from any moment; NaN for a plane without one */
export const hexStamps = (seconds: readonly number[]): string =>
  `<TimeStampList NumberOfTimeStamps="${seconds.length}">` +
  `${seconds.map((second) => (Number.isNaN(second) ? "0" : fileTime(second).toString(16))).join(" ")} </TimeStampList>`;

/** Stamps of planes as LAS AF before 3.1 wrote them. */
export const elementStamps = (seconds: readonly number[]): string =>
  `<TimeStampList>${seconds
    .map(fileTime)
    .map((time) => `<TimeStamp HighInteger="${time >> 32n}" LowInteger="${time & 0xffffffffn}"/>`)
    .join("")}</TimeStampList>`;

const fileTime = (second: number): bigint => 132_000_000_000_000_000n + BigInt(Math.round(second * 1e7));

/** The tiles of a tile scan: field and stage position, m. */
export const tileScan = (
  tiles: readonly { readonly field: readonly [number, number]; readonly x?: number; readonly y?: number }[],
  flags = 'FlipX="0" FlipY="0" SwapXY="0"',
): string =>
  `<Attachment Name="TileScanInfo" Application="LAS AF" ${flags}>${tiles
    .map(({ field: [fx, fy], x, y }) => {
      const place = x === undefined || y === undefined ? "" : `PosX="${x}" PosY="${y}" PosZ="0.001"`;
      return `<Tile FieldX="${fx}" FieldY="${fy}" ${place}/>`;
    })
    .join("")}</Attachment>`;

/** An axis of an image to be laid out: 0 is the channels. */
export interface LaidAxis {
  readonly id: number;
  readonly size: number;
  /** Bytes left free behind each element. */
  readonly gap?: number;
}

/** Samples of an image in memory, the axes from the innermost out. */
export interface LaidOut {
  readonly channels: LifChannelSpec[];
  readonly dimensions: LifDimensionSpec[];
  readonly data: Uint8Array;
}

/**
 * Lays samples out along axes of any order, with gaps.
 *
 * @param value of the sample at places along the axes, by their id
 */
export function laidOut(
  axes: readonly LaidAxis[],
  type: "uint8" | "uint16" | "float32",
  value: (at: Readonly<Record<number, number>>) => number,
): LaidOut {
  const bytes = { uint8: 1, uint16: 2, float32: 4 }[type];
  let stride = bytes;
  const placed = axes.map(({ id, size, gap = 0 }) => {
    const own = stride + gap;
    stride = own * size;
    return { id, size, stride: own };
  });
  const data = new Uint8Array(stride).fill(0xee);
  const view = new DataView(data.buffer);
  const visit = (axis: number, offset: number, at: Readonly<Record<number, number>>): void => {
    const own = placed[axis];
    if (own === undefined) {
      if (type === "uint8") view.setUint8(offset, value(at));
      else if (type === "uint16") view.setUint16(offset, value(at), true);
      else view.setFloat32(offset, value(at), true);
      return;
    }
    for (let i = 0; i < own.size; i++) visit(axis + 1, offset + i * own.stride, { ...at, [own.id]: i });
  };
  visit(0, 0, {});
  const channel = placed.find(({ id }) => id === 0) ?? { size: 1, stride: 0 };
  return {
    channels: Array.from({ length: channel.size }, (_, i) => ({
      offset: i * channel.stride,
      bits: bytes * 8,
      dataType: type === "float32" ? 1 : 0,
    })),
    dimensions: placed.filter(({ id }) => id !== 0),
    data,
  };
}

/** Opens bytes as any format that is read. */
export function openLif(bytes: Uint8Array | ByteSource, name = "test.lif"): Promise<ImageSet> {
  const source = bytes instanceof Uint8Array ? memorySource(bytes) : bytes;
  const sibling = (): Promise<never> => Promise.reject(new Error("there is no other file"));
  return openAs(imageFormats, { from: "bytes", where: name, name, bytes: source, sibling });
}

/** A source that keeps what was asked of it: offset and length. */
export function watchedSource(bytes: Uint8Array): ByteSource & { readonly reads: [number, number][] } {
  const source = memorySource(bytes);
  const reads: [number, number][] = [];
  return {
    size: source.size,
    reads,
    read: (offset, length) => {
      reads.push([offset, length]);
      return source.read(offset, length);
    },
  };
}

/** A small file with every part of the format, to be damaged. */
export function fuzzedLif(version: 1 | 2): Uint8Array {
  const value = (at: Readonly<Record<number, number>>): number => (at[1] ?? 0) + 10 * (at[2] ?? 0);
  const axes = (...all: readonly (readonly [number, number])[]): LaidAxis[] =>
    all.map(([id, size]) => ({ id, size, gap: id % 2 }));
  const stamps = hexStamps([0, 1, 2, 3, 4, 5]);
  const tiles = [0, 1, 2].map((i) => ({ field: [i, 0] as const, x: 0.01 + i * 3e-6, y: 0.02 }));
  const scanned = laidOut(axes([1, 5], [2, 4], [10, 3]), "uint8", value);
  return lifFile(
    [
      {
        name: "movie",
        ...laidOut(axes([1, 5], [2, 4], [0, 2], [3, 2], [4, 3]), "uint16", value),
        inside: stamps,
      },
      {
        name: "folder",
        children: [
          {
            name: "tiles",
            ...scanned,
            dimensions: scanned.dimensions.map((one) => ({ ...one, length: (one.size - 1) * 1e-6 })),
            inside: tileScan(tiles) + elementStamps([1, 2]),
          },
          { name: "sweep", ...laidOut(axes([0, 3], [1, 5], [2, 3], [5, 2]), "float32", value) },
        ],
      },
    ],
    { version },
  );
}

/** Opens a file and reads all planes of all of its series; throws what the first bad one throws. */
export async function readAllOfLif(bytes: Uint8Array): Promise<void> {
  const set = await openLif(bytes);
  for (const series of set.series.keys()) {
    const image = await set.open(series);
    for (let frame = 0; frame < image.frames; frame++)
      for (let channel = 0; channel < image.channels; channel++)
        for (let slice = 0; slice < image.slices; slice++) await image.read({ frame, channel, slice });
  }
}
