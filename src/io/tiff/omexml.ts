/**
 * OME-XML of images that are written.
 *
 * Source: the OME model, schema 2016-06.
 */
import type { PlaneSource, WrittenType } from "../image/planesource.js";

const schema = "http://www.openmicroscopy.org/Schemas/OME/2016-06";

const pixelTypes: Readonly<Record<WrittenType, string>> = {
  uint8: "uint8",
  uint16: "uint16",
  uint32: "uint32",
  int32: "int32",
  float32: "float",
};

/**
 * Text that describes one image whose planes are the pages of one file: channels fastest, then slices, then
 * frames. ASCII only, for programs that take no other, and without anything that changes from run to run.
 *
 * @param name of the image; "" for none
 */
export function omeXml(source: PlaneSource, name: string): string {
  const { height, width, frames, channels, slices, type, channelNames = [] } = source;
  const { pixelSize, sliceSpacing, frameInterval, frameTimes = [] } = source;
  const pixels = tag("Pixels", {
    ID: "Pixels:0",
    DimensionOrder: "XYCZT",
    Type: pixelTypes[type],
    SizeX: width,
    SizeY: height,
    SizeC: channels,
    SizeZ: slices,
    SizeT: frames,
    ...lengths("X", pixelSize),
    ...lengths("Y", pixelSize),
    ...lengths("Z", sliceSpacing),
    ...(frameInterval === undefined ? {} : { TimeIncrement: frameInterval, TimeIncrementUnit: "s" }),
  });
  const lines = Array.from(
    { length: channels },
    (_, i) =>
      `${tag("Channel", { ID: `Channel:0:${i}`, Name: channelNames[i] || undefined, SamplesPerPixel: 1 })}</Channel>`,
  );
  lines.push(`${tag("TiffData", { IFD: 0, PlaneCount: frames * channels * slices })}</TiffData>`);
  for (const [frame, time] of frameTimes.entries()) {
    if (!Number.isFinite(time)) continue;
    lines.push(`${tag("Plane", { TheZ: 0, TheT: frame, TheC: 0, DeltaT: time, DeltaTUnit: "s" })}</Plane>`);
  }
  const image = tag("Image", { ID: "Image:0", Name: name || undefined });
  const root = tag("OME", {
    xmlns: schema,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": `${schema} ${schema}/ome.xsd`,
    Creator: "Karyon",
  });
  const body = [root, image, pixels, ...lines, "</Pixels>", "</Image>", "</OME>"];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body.join("\n")}\n`;
}

const lengths = (axis: string, size: number | undefined): Record<string, number | string> =>
  size === undefined ? {} : { [`PhysicalSize${axis}`]: size, [`PhysicalSize${axis}Unit`]: "µm" };

/** The start of an element; attributes without a value are left out. */
function tag(name: string, attributes: Readonly<Record<string, string | number | undefined>>): string {
  const texts = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return `<${name}${texts.join("")}>`;
}

/** What XML keeps for itself, and all beyond ASCII, as numbers; control characters, which XML has not, as "?". */
function escaped(text: string): string {
  let out = "";
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const plain = code >= 0x20 && code < 0x7f && !`<>&"'`.includes(character);
    const unknown = code < 0x20 || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
    out += plain ? character : unknown ? "?" : `&#${code};`;
  }
  return out;
}
