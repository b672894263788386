/**
 * What the XML of a CZI file says of the image: sizes of pixels, names, times and places.
 *
 * Source: the metadata that ZEN writes, and what libCZI and Bio-Formats read of it.
 */
import { positive } from "../image/unitnames.js";
import { attribute, elementAt, elements, parseXml, textOf, type XmlElement } from "../xml.js";
import { withoutElements } from "./xmlsections.js";
import {
  type CziBytes,
  readBytes,
  readSegment,
  segmentHeaderLength,
  segmentName,
  viewOf,
} from "./czisegment.js";

/** All that is read of the metadata. */
export interface CziMetadata {
  /** µm along x. */
  readonly pixelSize: number | undefined;
  /** µm along y. */
  readonly pixelHeight: number | undefined;
  /** µm between slices. */
  readonly sliceSpacing: number | undefined;
  /** Bits of the image's values that are in use. */
  readonly bits: number | undefined;
  readonly channels: readonly ChannelMetadata[];
  /** By the place along S. */
  readonly scenes: ReadonlyMap<number, SceneMetadata>;
  /** Seconds of each time point. */
  readonly times: readonly number[] | undefined;
  /** Seconds between time points. */
  readonly interval: number | undefined;
}

/** A channel as the metadata name it. */
export interface ChannelMetadata {
  /** "" where it has none. */
  readonly name: string;
  readonly bits: number | undefined;
}

/** A scene as the metadata name it. */
export interface SceneMetadata {
  /** "" where it has none. */
  readonly name: string;
  /** Its centre on the stage, µm. */
  readonly position: { readonly y: number; readonly x: number; readonly z?: number | undefined } | undefined;
}

/** What is known of a file without metadata. */
export const noMetadata: CziMetadata = {
  pixelSize: undefined,
  pixelHeight: undefined,
  sliceSpacing: undefined,
  bits: undefined,
  channels: [],
  scenes: new Map(),
  times: undefined,
  interval: undefined,
};

/** What is known of a scene; of the only one where the file's tiles are of none. */
export const sceneMetadata = ({ scenes }: CziMetadata, scene: number): SceneMetadata | undefined =>
  scene < 0 && scenes.size === 1 ? [...scenes.values()][0] : scenes.get(scene);

/** Bytes between the header of the metadata's segment and the XML. */
const metadataFixedLength = 256;

/** Reads the XML. @param at where its segment begins @throws CorruptFile */
export async function readMetadata(file: CziBytes, at: number): Promise<CziMetadata> {
  const head = viewOf(await readSegment(file, at, segmentName.metadata, 8));
  const length = Math.max(0, head.getInt32(0, true));
  const from = at + segmentHeaderLength + metadataFixedLength;
  const text = new TextDecoder().decode(await readBytes(file, from, length, "the metadata"));
  // Some writers end it with zeros, or begin it with a mark of the byte order.
  return metadataOf(text.replace(/\0+$/, "").trim(), file.where);
}

/** Takes from the XML what is needed. @throws CorruptFile when it is no XML */
export function metadataOf(text: string, where: string): CziMetadata {
  if (text === "") return noMetadata;
  const document = parseXml(withoutElements(text, unread, 2), where, "metadata");
  const root = elementAt(document, "ImageDocument", "Metadata") ?? elementAt(document, "Metadata") ?? {};
  const image = elementAt(root, "Information", "Image") ?? {};
  const time = elementAt(image, "Dimensions", "T", "Positions") ?? {};
  return {
    pixelSize: distanceAlong(root, "X"),
    pixelHeight: distanceAlong(root, "Y"),
    sliceSpacing: distanceAlong(root, "Z"),
    bits: bitsOf(image),
    channels: channelsOf(root, image),
    scenes: scenesOf(image),
    times: numbersOf(elementAt(time, "List", "Offsets")),
    interval: positive(numberOf(elementAt(time, "Interval", "Increment"))),
  };
}

/** Long parts of the metadata that nothing is read of. */
const unread: ReadonlySet<string> = new Set(["Experiment", "HardwareSetting", "CustomAttributes"]);

/** µm; the file has metres. */
function distanceAlong(root: XmlElement, axis: string): number | undefined {
  const items = elementAt(root, "Scaling", "Items") ?? {};
  const distance = elements(items, "Distance").find((item) => attribute(item, "Id") === axis);
  const metres = numberOf(distance && elementAt(distance, "Value"));
  return metres === undefined ? undefined : positive(metres * 1e6);
}

/** The number of an element; undefined when it has none. */
function numberOf(element: XmlElement | undefined): number | undefined {
  const text = element === undefined ? "" : textOf(element).trim();
  const value = text === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function numbersOf(element: XmlElement | undefined): number[] | undefined {
  const text = element === undefined ? "" : textOf(element).trim();
  return text === "" ? undefined : text.split(/\s+/).map(Number);
}

function bitsOf(element: XmlElement): number | undefined {
  const bits = numberOf(elementAt(element, "ComponentBitCount"));
  return bits !== undefined && Number.isInteger(bits) && bits > 0 ? bits : undefined;
}

/** Names are those of the image, else those of the display. */
function channelsOf(root: XmlElement, image: XmlElement): ChannelMetadata[] {
  const list = elements(elementAt(image, "Dimensions", "Channels") ?? {}, "Channel");
  const display = elements(elementAt(root, "DisplaySetting", "Channels") ?? {}, "Channel");
  const nameOf = (channel: XmlElement, shown: XmlElement | undefined): string =>
    firstText(
      attribute(channel, "Name"),
      shown && attribute(shown, "Name"),
      shown && textOf(elementAt(shown, "ShortName") ?? {}),
      shown && textOf(elementAt(shown, "DyeName") ?? {}),
      textOf(elementAt(channel, "Fluor") ?? {}),
    );
  return (list.length > 0 ? list : display).map((channel, place) => {
    const id = attribute(channel, "Id");
    const shown = display.find((other) => id !== "" && attribute(other, "Id") === id) ?? display[place];
    return { name: nameOf(channel, shown), bits: bitsOf(channel) };
  });
}

const firstText = (...texts: readonly (string | undefined)[]): string =>
  texts.map((text) => text?.trim() ?? "").find((text) => text !== "") ?? "";

function scenesOf(image: XmlElement): Map<number, SceneMetadata> {
  const list = elements(elementAt(image, "Dimensions", "S", "Scenes") ?? {}, "Scene");
  return new Map(
    list.map((scene, place) => {
      const index = Number(attribute(scene, "Index") || place);
      return [
        Number.isInteger(index) ? index : place,
        { name: sceneName(scene), position: scenePosition(scene) },
      ];
    }),
  );
}

/** With the well, where the scene is a position within one. */
function sceneName(scene: XmlElement): string {
  const name = attribute(scene, "Name").trim();
  const well = firstText(
    textOf(elementAt(scene, "ArrayName") ?? {}),
    attribute(elementAt(scene, "Shape") ?? {}, "Name"),
  );
  return well === "" || name.includes(well) ? name : `${well} ${name}`.trim();
}

function scenePosition(scene: XmlElement): SceneMetadata["position"] {
  const [x = NaN, y = NaN] = textOf(elementAt(scene, "CenterPosition") ?? {})
    .split(",")
    .map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (Number.isFinite(x) && Number.isFinite(y)) return { y, x };
  const all = elements(elementAt(scene, "Positions") ?? {}, "Position");
  const only = all.length === 1 ? all[0]! : {};
  const [atX, atY, atZ] = ["X", "Y", "Z"].map((axis) => Number(attribute(only, axis) || NaN));
  if (!Number.isFinite(atX) || !Number.isFinite(atY)) return undefined;
  return { y: atY!, x: atX!, ...(Number.isFinite(atZ) ? { z: atZ } : {}) };
}
