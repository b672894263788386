/**
 * ND2 metadata in XML, as older files have them: elements with a type and a value, or with elements.
 * Source: github.com/tlambert03/nd2 (`_clx_xml.py`).
 */
import { CorruptFile } from "../../core/errors.js";
import { attribute, elements, parseXml, type XmlElement } from "../xml.js";
import { liteVariant } from "./litevariant.js";
import { deepestLevel, type Nd2Level, type Nd2Value } from "./nd2values.js";

/**
 * Reads metadata in either notation.
 *
 * @param where name of the file, for messages
 * @param start byte of the file at which they stand, for messages
 * @throws CorruptFile, UnsupportedFormat
 */
export function readMetadata(bytes: Uint8Array, where: string, start: number): Nd2Level {
  const text = xmlText(bytes);
  if (text === undefined) return liteVariant(bytes, where, start);
  return levelFrom(parseXml(text, where, "metadata"), where, start, 0);
}

/** The text of metadata in XML, UTF-8 or UTF-16; undefined for the compact notation. */
function xmlText(bytes: Uint8Array): string | undefined {
  const [first = 0, second = 0, third = 0] = bytes;
  const marked = first === 0xff && second === 0xfe;
  const wide = marked || (first === 0x3c && second === 0);
  const narrow = first === 0x3c || (first === 0xef && second === 0xbb && third === 0xbf);
  if (!wide && !narrow) return undefined;
  const text = new TextDecoder(wide ? "utf-16le" : "utf-8").decode(bytes);
  return text.slice(0, text.lastIndexOf(">") + 1);
}

function levelFrom(element: XmlElement, where: string, start: number, depth: number): Nd2Level {
  if (depth > deepestLevel) throw new CorruptFile(where, start, "its metadata have too many levels");
  const items: [string, Nd2Value][] = [];
  for (const name of Object.keys(element)) {
    if (/^[@#?]/.test(name)) continue;
    for (const child of elements(element, name))
      items.push([name === "no_name" ? "" : name, valueFrom(child, where, start, depth)]);
  }
  return { items };
}

function valueFrom(element: XmlElement, where: string, start: number, depth: number): Nd2Value {
  const type = attribute(element, "runtype");
  const value = attribute(element, "value");
  if (type === "bool") return /^(true|1)$/i.test(value);
  if (/^(double|float|lx_u?int(8|16|32|64))$/.test(type)) return value.trim() === "" ? NaN : Number(value);
  if (/^(CLxStringW|CLxByteArray|unknown)$/.test(type)) return value;
  return levelFrom(element, where, start, depth + 1);
}
