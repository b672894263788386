/**
 * The outside of a Leica LIF file: a text of XML in UTF-16, then blocks of memory by name, each with a header
 * of its own. Only the XML and these headers are read. A LOF file has one block, then the XML.
 *
 * Source: the layout as read by liffile (C. Gohlke) and the LIFReader of Bio-Formats.
 */
import { CorruptFile } from "../../core/errors.js";
import { blockSource, type ByteSource } from "../bytes.js";

/** Where the pixels of an image lie. */
export interface MemoryBlock {
  /** First byte in the file. */
  readonly offset: number;
  /** Bytes, as its header says. */
  readonly size: number;
  /** Bytes of it that the file has: fewer when it is cut off. */
  readonly present: number;
}

/** The parts of a file. */
export interface LifParts {
  /** The description of all images. */
  readonly xml: string;
  /** By the id that the XML calls them. */
  readonly blocks: ReadonlyMap<string, MemoryBlock>;
  /** The block of all images, whatever the XML calls it: of a LOF file. */
  readonly only?: MemoryBlock;
  /** Why blocks are missing at the end; undefined for a sound file. */
  readonly damage: CorruptFile | undefined;
}

const blockMark = 0x70;
const textMark = 0x2a;

/** Where the XML begins; faults in it are reported there. */
export const xmlOffset = 13;

/** UTF-16 units of XML; beyond, no JavaScript engine has strings. Real files have a few million. */
const mostUnits = 2 ** 28;

/** True for the first bytes of a file of Leica's: LIF, LIFEXT or LOF. */
export const isLif = (head: Uint8Array): boolean =>
  head.length >= xmlOffset && viewOf(head).getUint32(0, true) === blockMark && head[8] === textMark;

/** Reads the XML and the headers of all blocks. @throws CorruptFile */
export async function readLifParts(source: ByteSource, where: string): Promise<LifParts> {
  const bytes = blockSource(source);
  const { xml, end } = await readText(bytes, where, 0);
  if (xml.startsWith("LMS_Object_File")) return readObject(bytes, where, end);
  const blocks = new Map<string, MemoryBlock>();
  // Newer programs fill the rest of a file with zeros.
  for (let at = end; at + 4 <= bytes.size && viewOf(await bytes.read(at, 4)).getUint32(0, true) !== 0;) {
    const header = await blockHeader(bytes, at);
    if (header === undefined) {
      const damage = new CorruptFile(where, at, "its list of memory blocks is cut off or damaged");
      return { xml, blocks, damage };
    }
    const { id, offset, size } = header;
    const present = Math.min(size, bytes.size - offset);
    if (!blocks.has(id)) blocks.set(id, { offset, size, present });
    at = offset + size;
    if (at > bytes.size) {
      const what = `its pixels extend to byte ${at}: the file is cut off`;
      return { xml, blocks, damage: new CorruptFile(where, bytes.size, what) };
    }
  }
  return { xml, blocks, damage: undefined };
}

/** Bytes between the name of a LOF file and its block: two numbers of the version, and the size of the block. */
const objectHeadLength = 19;

/** The parts of a LOF file. @param at where they begin */
async function readObject(source: ByteSource, where: string, at: number): Promise<LifParts> {
  const view = viewOf(await source.read(at, Math.min(objectHeadLength, source.size - at)));
  const isSound =
    view.byteLength === objectHeadLength && [0, 5, 10].every((i) => view.getUint8(i) === textMark);
  if (!isSound) throw new CorruptFile(where, at, "the header of its pixels is cut off or damaged");
  const [offset, size] = [at + objectHeadLength, Number(view.getBigUint64(11, true))];
  const end = offset + size;
  if (!Number.isSafeInteger(end) || end + xmlOffset > source.size)
    throw new CorruptFile(
      where,
      source.size,
      `its pixels extend to byte ${end}, and its description should follow: the file is cut off`,
      "copy it again from the microscope",
    );
  const { xml } = await readText(source, where, end);
  // Early ones leave out what stands around the image.
  const isBare = /^\s*<Data>/.test(xml);
  const inside = `<LMSDataContainerHeader><Element>${xml}</Element></LMSDataContainerHeader>`;
  return {
    xml: isBare ? inside : xml,
    blocks: new Map(),
    only: { offset, size, present: size },
    damage: undefined,
  };
}

/** A text with its header. @param at where it begins */
async function readText(
  source: ByteSource,
  where: string,
  at: number,
): Promise<{ readonly xml: string; readonly end: number }> {
  const head = await source.read(at, Math.min(xmlOffset, source.size - at));
  if (!isLif(head))
    throw new CorruptFile(where, at, at === 0 ? "this is not a LIF file" : "its description is not there");
  const units = viewOf(head).getUint32(9, true);
  const from = at + xmlOffset;
  const end = from + 2 * units;
  if (end > source.size || units > mostUnits)
    throw new CorruptFile(where, at + 9, `its XML extends to byte ${end}: the file is cut off or damaged`);
  return { xml: utf16(await source.read(from, 2 * units)), end };
}

/** The header of a block; undefined where none stands. */
async function blockHeader(
  source: ByteSource,
  at: number,
): Promise<{ readonly id: string; readonly offset: number; readonly size: number } | undefined> {
  const view = viewOf(await source.read(at, Math.min(22, source.size - at)));
  if (view.byteLength < 18 || view.getUint32(0, true) !== blockMark || view.getUint8(8) !== textMark)
    return undefined;
  // What follows the second number is counted there, and tells sizes of 64 bits from those of 32.
  const rest = view.getUint32(4, true);
  const wide =
    view.byteLength >= 22 && view.getUint8(17) === textMark && rest === 14 + 2 * view.getUint32(18, true);
  const narrow = view.getUint8(13) === textMark && rest === 10 + 2 * view.getUint32(14, true);
  if (!wide && !narrow) return undefined;
  const size = wide ? Number(view.getBigUint64(9, true)) : view.getUint32(9, true);
  const nameAt = at + (wide ? 22 : 18);
  const offset = at + 8 + rest;
  if (offset > source.size || !Number.isSafeInteger(offset + size)) return undefined;
  return { id: utf16(await source.read(nameAt, offset - nameAt)), offset, size };
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

// Texts may end in zeros.
const utf16 = (bytes: Uint8Array): string => new TextDecoder("utf-16le").decode(bytes).replace(/\0+$/, "");
