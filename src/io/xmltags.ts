/** Tags of large XML files, one after the other: memory does not grow with the file. */
import { CorruptFile } from "../core/errors.js";
import type { ByteSource } from "./bytes.js";

/** A start or an end of an element. */
export interface XmlTag {
  readonly name: string;
  /** False for an end. An element without content has a start, then an end. */
  readonly isStart: boolean;
  /** Empty for an end. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Byte of the file at which the tag begins. */
  readonly start: number;
  /** The byte after the tag. */
  readonly end: number;
}

/** Bytes that are read at once. */
const chunkLength = 2 ** 20;

/** The longest tag, and the deepest element. */
const longestTag = 2 ** 20;
const deepest = 1000;

const [less, greater] = [0x3c, 0x3e];
const noAttributes: ReadonlyMap<string, string> = new Map();

/**
 * Reads all tags of a UTF-8 document, in order. Text, comments and instructions are passed over. Only the five
 * entities of XML itself and characters by number are replaced; a document type is refused. A tree of the same
 * file takes many times its size in memory.
 *
 * @param what the document is, such as "TrackMate XML", for messages
 * @throws CorruptFile where a tag is not well formed, elements do not nest, or the file ends within one
 */
export async function readXmlTags(
  source: ByteSource,
  where: string,
  what: string,
  onTag: (tag: XmlTag) => void,
): Promise<void> {
  const open: string[] = [];
  const corrupt = (offset: number, reason: string): CorruptFile =>
    new CorruptFile(where, offset, `its ${what} cannot be read (${reason})`);
  const pass = (tag: XmlTag): void => {
    if (tag.isStart) {
      if (open.push(tag.name) > deepest) throw corrupt(tag.start, "elements are too deep");
    } else if (open.pop() !== tag.name) {
      throw corrupt(tag.start, `an end of ${tag.name} without its start`);
    }
    onTag(tag);
  };
  let [bytes, base, count] = [new Uint8Array(0), 0, 0];
  for (let at = 0; ;) {
    const found = markupAt(bytes, at, base, corrupt);
    if (found !== undefined) {
      for (const tag of found.tags) pass(tag);
      count += found.tags.length;
      at = found.end;
      if (found.tags.length > 0 && open.length === 0) return;
      continue;
    }
    // What is left begins with markup that goes on, or holds text only.
    const from = nextMarkup(bytes, at);
    const next = base + bytes.length;
    if (next >= source.size) {
      if (from < bytes.length || open.length > 0 || count === 0)
        throw corrupt(
          base + from,
          open.length > 0 ? `it ends within ${open.at(-1)!}` : "it holds no element",
        );
      return;
    }
    if (bytes.length - from > longestTag) throw corrupt(base + from, "a tag that does not end");
    const more = await source.read(next, Math.min(chunkLength, source.size - next));
    bytes = joined(bytes.subarray(from), more);
    base += from;
    at = 0;
  }
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(left.length + right.length);
  out.set(left);
  out.set(right, left.length);
  return out;
}

/** Where the next markup begins; the end of the bytes when there is none. */
function nextMarkup(bytes: Uint8Array, at: number): number {
  const place = bytes.indexOf(less, at);
  return place < 0 ? bytes.length : place;
}

type Corrupt = (offset: number, reason: string) => CorruptFile;

interface Markup {
  /** None for a comment and the like; two for an element without content. */
  readonly tags: readonly XmlTag[];
  /** The byte after it, within the bytes. */
  readonly end: number;
}

/** Kinds of markup that are passed over, by how they begin and end. */
const passedOver = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
] as const;

const utf8 = new TextDecoder("utf-8");

/** The next markup from a place on; undefined when it is not whole within the bytes. */
function markupAt(bytes: Uint8Array, at: number, base: number, corrupt: Corrupt): Markup | undefined {
  const start = nextMarkup(bytes, at);
  // As many bytes as the longest beginning has tell what it is.
  if (start + 9 > bytes.length && bytes.indexOf(greater, start) < 0) return undefined;
  const second = bytes[start + 1];
  if (second === 0x21 || second === 0x3f) {
    const kind = passedOver.find(([begin]) => startsWith(bytes, start, begin));
    if (kind === undefined)
      throw corrupt(base + start, "it declares a document type, which no such file needs");
    const end = placeOf(bytes, start + kind[0].length, kind[1]);
    return end < 0 ? undefined : { tags: [], end: end + kind[1].length };
  }
  for (let end = bytes.indexOf(greater, start); end >= 0; end = bytes.indexOf(greater, end + 1)) {
    const text = utf8.decode(bytes.subarray(start + 1, end));
    const tags = tagsOf(text, base + start, base + end + 1, corrupt);
    // A ">" within quotes does not end a tag.
    if (tags !== undefined) return { tags, end: end + 1 };
    if (end - start > longestTag) throw corrupt(base + start, "a tag that does not end");
  }
  return undefined;
}

const startsWith = (bytes: Uint8Array, at: number, text: string): boolean =>
  Array.from(text).every((letter, i) => bytes[at + i] === letter.charCodeAt(0));

/** Place of a short text; -1 when it is not there. */
function placeOf(bytes: Uint8Array, from: number, text: string): number {
  for (let at = bytes.indexOf(text.charCodeAt(0), from); at >= 0;) {
    if (at + text.length > bytes.length) return -1;
    if (startsWith(bytes, at, text)) return at;
    at = bytes.indexOf(text.charCodeAt(0), at + 1);
  }
  return -1;
}

/** The tags of what is between "<" and ">"; undefined when it ends within quotes. */
function tagsOf(text: string, start: number, end: number, corrupt: Corrupt): XmlTag[] | undefined {
  const isEnd = text.charCodeAt(0) === 0x2f;
  const isEmpty = !isEnd && text.endsWith("/");
  const name = /^[\p{L}_:][-.\p{L}\p{N}_:]*/u.exec(isEnd ? text.slice(1, 200) : text.slice(0, 200))?.[0];
  if (name === undefined) throw corrupt(start, "a tag without a name");
  const rest = text.slice(name.length + (isEnd ? 1 : 0), isEmpty ? -1 : undefined);
  if (isEnd) {
    if (rest.trim() !== "") throw corrupt(start, `an end of ${name} with attributes`);
    return [{ name, isStart: false, attributes: noAttributes, start, end }];
  }
  const attributes = attributesOf(rest, start, corrupt);
  if (attributes === undefined) return undefined;
  const first = { name, isStart: true, attributes, start, end };
  return isEmpty ? [first, { name, isStart: false, attributes: noAttributes, start, end }] : [first];
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;

/** Attributes of a tag; undefined when the text ends within the quotes of one. */
function attributesOf(text: string, start: number, corrupt: Corrupt): Map<string, string> | undefined {
  const attributes = new Map<string, string>();
  const plain = text.includes("&") ? plainText : undefined;
  for (let at = 0; ;) {
    const before = at;
    while (isSpace(text.charCodeAt(at))) at++;
    if (at >= text.length) return attributes;
    const equals = text.indexOf("=", at);
    const name = text.slice(at, Math.max(at, equals)).trimEnd();
    let from = equals + 1;
    while (isSpace(text.charCodeAt(from))) from++;
    const quote = text.charAt(from);
    if (at === before || name === "" || /[\s<>"'/&]/.test(name) || (quote !== '"' && quote !== "'"))
      throw corrupt(start, "an attribute that is not well formed");
    const end = text.indexOf(quote, from + 1);
    if (end < 0) return undefined;
    if (attributes.has(name)) throw corrupt(start, "an attribute that is there twice");
    const value = text.slice(from + 1, end);
    attributes.set(name, plain === undefined ? value : plain(value));
    at = end + 1;
  }
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Replaces the five entities and characters by number; others stay as they are. */
function plainText(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g,
    (all, dec, hex, name) => {
      if (name !== undefined) return entities[String(name)]!;
      const code = dec === undefined ? parseInt(String(hex), 16) : Number(dec);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : String(all);
    },
  );
}
