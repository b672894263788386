/**
 * What the XML says of the pixels of one image: its dimensions and channels, and how many bytes one step
 * along each takes.
 */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { attribute, elementAt, elements, type XmlElement } from "../xml.js";
import { xmlOffset } from "./lifblocks.js";

/** An image in messages. */
export interface SeriesPlace {
  readonly where: string;
  readonly series: string;
}

/** A dimension of an image. */
export interface LifDimension {
  /** 1 x, 2 y, 3 z, 4 time, 5 emission wavelength, 6 rotation, 9 excitation wavelength, 10 tile, .... */
  readonly id: number;
  /** Elements, at least 1. */
  readonly size: number;
  /** Bytes from one element to the next. */
  readonly stride: number;
  /** Physical place of the first element, in `unit`; NaN where it is not said. */
  readonly origin: number;
  /** Physical distance of neighbours, in `unit`, with its sign; NaN where it is not said. */
  readonly step: number;
  readonly unit: string;
}

/** How a file stores a sample. */
export type LifType = "uint8" | "uint16" | "uint32" | "float16" | "float32" | "float64";

/** A channel of an image. */
export interface LifChannel {
  readonly type: LifType;
  /** Bits in use: 12 of a camera whose samples are uint16. */
  readonly bits: number;
  /** Bytes from the start of the memory block to its first sample. */
  readonly offset: number;
  /** 0 grey, 1 red, 2 green, 3 blue. */
  readonly tag: number;
  /** Its place in the XML, from 0. */
  readonly place: number;
  readonly element: XmlElement;
}

/** The pixels of an image. */
export interface LifDescription {
  readonly dimensions: readonly LifDimension[];
  /** By their place in memory; at least one. */
  readonly channels: readonly LifChannel[];
}

/** Bytes of a sample. */
export const sampleBytes: Readonly<Record<LifType, number>> = {
  uint8: 1,
  uint16: 2,
  uint32: 4,
  float16: 2,
  float32: 4,
  float64: 8,
};

/** The error for an image that contradicts itself. */
export const corruptSeries = ({ where, series }: SeriesPlace, what: string): CorruptFile =>
  new CorruptFile(where, xmlOffset, `the XML of its series "${series}" ${what}`);

/** The error for an image of a kind that is not read. */
export const unreadSeries = (
  { where, series }: SeriesPlace,
  feature: string,
  remedy = "choose another series",
): UnsupportedFormat => new UnsupportedFormat(where, `its series "${series}" (${feature})`, remedy);

/** Reads the dimensions and channels of an `Image`. @throws CorruptFile, UnsupportedFormat */
export function describedPixels(image: XmlElement, place: SeriesPlace): LifDescription {
  const description = elementAt(image, "ImageDescription");
  const listed = (list: string, name: string): XmlElement[] =>
    description === undefined
      ? []
      : elements(description, list).flatMap((element) => elements(element, name));
  const dimensions = listed("Dimensions", "DimensionDescription").map((element) =>
    dimensionOf(element, place),
  );
  const channels = listed("Channels", "ChannelDescription")
    .map((element, i) => channelOf(element, i, place))
    .sort((a, b) => a.offset - b.offset || a.place - b.place);
  if (channels.length === 0 || dimensions.length === 0) throw unreadSeries(place, "an image without pixels");
  return { dimensions, channels };
}

function dimensionOf(element: XmlElement, place: SeriesPlace): LifDimension {
  const size = wholeNumber(element, "NumberOfElements", place);
  if (size === 0) throw unreadSeries(place, "an image without pixels");
  const length = realNumber(element, "Length");
  return {
    id: wholeNumber(element, "DimID", place),
    size,
    stride: size === 1 ? 0 : wholeNumber(element, "BytesInc", place),
    origin: realNumber(element, "Origin"),
    // The length reaches from the first element to the last.
    step: size > 1 ? length / (size - 1) : NaN,
    unit: attribute(element, "Unit"),
  };
}

function channelOf(element: XmlElement, index: number, place: SeriesPlace): LifChannel {
  const bits = wholeNumber(element, "Resolution", place);
  return {
    type: typeOf(bits, wholeNumber(element, "DataType", place, 0), place),
    bits,
    offset: wholeNumber(element, "BytesInc", place, 0),
    tag: wholeNumber(element, "ChannelTag", place, 0),
    place: index,
    element,
  };
}

function typeOf(bits: number, dataType: number, place: SeriesPlace): LifType {
  if (dataType === 0 && bits >= 1 && bits <= 32)
    return bits <= 8 ? "uint8" : bits <= 16 ? "uint16" : "uint32";
  if (dataType === 1 && bits === 16) return "float16";
  if (dataType === 1 && bits === 32) return "float32";
  if (dataType === 1 && bits === 64) return "float64";
  throw unreadSeries(place, `samples of ${bits} bits and data type ${dataType}`);
}

/** @param missing what stands for an attribute that is not there; without it, that is an error */
function wholeNumber(element: XmlElement, name: string, place: SeriesPlace, missing?: number): number {
  const text = attribute(element, name).trim();
  if (text === "" && missing !== undefined) return missing;
  const value = text === "" ? NaN : Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw corruptSeries(place, `has the ${name} ${JSON.stringify(text.slice(0, 40))}`);
}

/** A number of an attribute; NaN where there is none. Some programs wrote the comma of their country. */
export function realNumber(element: XmlElement, name: string): number {
  const text = attribute(element, name).trim().replace(",", ".");
  return text === "" ? NaN : Number(text);
}
