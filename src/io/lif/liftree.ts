/** The images that the XML of a LIF file describes: in folders, and below other images. */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { attribute, elementAt, elements, type XmlElement } from "../xml.js";
import { xmlOffset } from "./lifblocks.js";

/** An image of the tree. */
export interface LifNode {
  /** Names of the folders and the image, joined by "/", without that of the project; no two are the same. */
  readonly name: string;
  /** Its `Image`; undefined for photons of lifetime imaging, whose images are other nodes. */
  readonly image: XmlElement | undefined;
  /** The memory block with its pixels; "" where it has none. */
  readonly block: string;
}

/**
 * All images, in the order of the file: an image stands before those below it.
 *
 * @param document the parsed XML
 * @throws CorruptFile when the XML is not that of a LIF file
 */
export function imagesOf(document: XmlElement, where: string): LifNode[] {
  const header = elementAt(document, "LMSDataContainerHeader");
  if (header === undefined) {
    if (elementAt(document, "LMSDataContainerEnhancedHeader") !== undefined)
      throw new UnsupportedFormat(where, "Leica LIFEXT", "open the LIF file that it belongs to");
    throw new CorruptFile(where, xmlOffset, "its XML is not that of a LIF file");
  }
  const found: LifNode[] = [];
  const taken = new Set<string>();
  const visit = (element: XmlElement, path: readonly string[], isProject: boolean): void => {
    const own = [...path, plainName(element)];
    const node = nodeOf(element, own.join("/"));
    if (node !== undefined) found.push({ ...node, name: untaken(node.name, taken) });
    const below = isProject ? [] : own;
    for (const children of elements(element, "Children"))
      for (const child of elements(children, "Element")) visit(child, below, false);
  };
  for (const project of elements(header, "Element")) visit(project, [], true);
  return found;
}

function nodeOf(element: XmlElement, name: string): LifNode | undefined {
  const image = elementAt(element, "Data", "Image");
  const photons = elementAt(element, "Data", "SingleMoleculeDetection");
  if (image === undefined && (photons === undefined || attribute(photons, "IsImage") !== "true"))
    return undefined;
  const memory = elementAt(element, "Memory");
  return { name, image, block: memory === undefined ? "" : attribute(memory, "MemoryBlockID") };
}

const plainName = (element: XmlElement): string =>
  attribute(element, "Name")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();

/** A name that no earlier image has: the second "a" is "a (2)". */
function untaken(name: string, taken: Set<string>): string {
  let [result, count] = [name, 1];
  while (taken.has(result)) result = `${name} (${++count})`;
  taken.add(result);
  return result;
}

/** All elements of a name below one, at any depth, in the order of the document as far as names allow. */
export function descendants(element: XmlElement, name: string): XmlElement[] {
  const found: XmlElement[] = [];
  const visit = (at: XmlElement): void => {
    for (const key of Object.keys(at)) {
      if (key.startsWith("@") || key === "#text") continue;
      for (const child of elements(at, key)) {
        if (key === name) found.push(child);
        visit(child);
      }
    }
  };
  visit(element);
  return found;
}
