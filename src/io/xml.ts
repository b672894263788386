/** XML as elements with attributes: no entities of a document's own, no namespaces, no order between names. */
import { XMLParser } from "fast-xml-parser";
import { CorruptFile, messageOf } from "../core/errors.js";

/** An element; see `elements`, `attribute` and `textOf`. */
export type XmlElement = Readonly<Record<string, unknown>>;

/**
 * Parses a document. The entities of XML and HTML and characters by number are replaced: a document type, which
 * could declare others, is refused.
 *
 * @param where name of the file, for messages
 * @param what it is, such as "OME-XML", for messages
 * @returns an element whose children are the root
 * @throws CorruptFile
 */
export function parseXml(text: string, where: string, what: string): XmlElement {
  if (/<!(DOCTYPE|ENTITY)/i.test(text))
    throw new CorruptFile(where, 0, `its ${what} declares a document type, which no such file needs`);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    removeNSPrefix: true,
    // Characters by number, too.
    htmlEntities: true,
    parseAttributeValue: false,
    parseTagValue: false,
  });
  try {
    const document: unknown = parser.parse(text);
    return isElement(document) ? document : {};
  } catch (error) {
    // The parser quotes the text around the fault, with its line breaks.
    const reason = messageOf(error).replace(/[\s\p{Cc}]+/gu, " ");
    throw new CorruptFile(where, 0, `its ${what} cannot be read (${reason})`);
  }
}

const isElement = (value: unknown): value is XmlElement =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Children of a name, in their order. */
export function elements(parent: XmlElement, name: string): XmlElement[] {
  if (!Object.hasOwn(parent, name)) return [];
  const value = parent[name];
  // The parser gives one as itself, several as an array, and one without attributes as its text.
  return (Array.isArray(value) ? value : [value]).map((item: unknown) =>
    isElement(item) ? item : { "#text": item },
  );
}

/** The first element on a path of names; undefined when there is none. */
export const elementAt = (parent: XmlElement, ...path: readonly string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>((at, name) => at && elements(at, name)[0], parent);

/** An attribute; "" when it is not there. */
export function attribute(element: XmlElement, name: string): string {
  const value = Object.hasOwn(element, `@${name}`) ? element[`@${name}`] : "";
  return typeof value === "string" ? value : "";
}

/** The text of an element; "" when it has none. */
export function textOf(element: XmlElement): string {
  const value = Object.hasOwn(element, "#text") ? element["#text"] : "";
  return typeof value === "string" ? value : "";
}
