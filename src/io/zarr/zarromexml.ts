/** OME-XML beside the images of a hierarchy, which older writers leave names and sizes to. */
import { micrometresPer, positive, secondsPer } from "../image/unitnames.js";
import { attribute, elementAt, elements, parseXml, type XmlElement } from "../xml.js";
import type { Place } from "./zarrjson.js";

/** What OME-XML says of an image. */
export interface OmeXmlImage {
  readonly name: string;
  /** µm; undefined when it does not say. */
  readonly pixelSize: number | undefined;
  readonly sliceSpacing: number | undefined;
  /** Seconds. */
  readonly frameInterval: number | undefined;
  readonly channelNames: readonly string[];
}

/**
 * The images of a document, in their order; none when there is no such document.
 *
 * @throws CorruptFile
 * Source: the OME model, schema 2016-06 (Image, Pixels, Channel).
 */
export async function omeXmlImages({ store, where }: Place, key: string): Promise<readonly OmeXmlImage[]> {
  const bytes = await store.get(key);
  if (bytes === undefined) return [];
  const ome = elementAt(parseXml(new TextDecoder().decode(bytes), where, "OME-XML"), "OME");
  return ome === undefined ? [] : elements(ome, "Image").map(imageOf);
}

function imageOf(image: XmlElement): OmeXmlImage {
  const pixels = elementAt(image, "Pixels") ?? {};
  const measure = (
    name: string,
    basic: string,
    per: (unit: string) => number | undefined,
  ): number | undefined => {
    const text = attribute(pixels, name);
    const unit = attribute(pixels, `${name}Unit`) || basic;
    return text === "" ? undefined : positive(Number(text) * (per(unit) ?? NaN));
  };
  const names = elements(pixels, "Channel").map((channel) => attribute(channel, "Name"));
  return {
    name: attribute(image, "Name"),
    pixelSize:
      measure("PhysicalSizeX", "µm", micrometresPer) ?? measure("PhysicalSizeY", "µm", micrometresPer),
    sliceSpacing: measure("PhysicalSizeZ", "µm", micrometresPer),
    frameInterval: measure("TimeIncrement", "s", secondsPer),
    channelNames: names.some((name) => name !== "") ? names : [],
  };
}
