/**
 * The log of edits as text: one line of JSON an entry (UTF-8, each with its line feed), so that it grows by
 * appending. Each line has a checksum: a last line that was not written to its end is known as such. The first
 * line says what the file is.
 */
import { zlibSync } from "fflate";
import { crc32, inflate } from "#platform";
import { base64, bytesOfBase64 } from "../core/base64.js";
import { CorruptFile, InvalidInput, isKaryonError, messageOf, UnsupportedFormat } from "../core/errors.js";
import {
  checkBasis,
  checkEdit,
  checkReviewed,
  fieldsOf,
  mostEditedPixels,
  wholeNumber,
} from "./checkedit.js";
import type { Edit, LabelPatch, LogEntry } from "./edits.js";

const version = 1;

/** The first line of a log. */
export const logHead = `{"format":"karyon edits","version":${version}}\n`;

/** zlib level: labels are runs of equal values, and a stroke is to be written at once. */
const level = 3;

/** An entry as a line, with its line feed. The same entry always gives the same line. */
export function encodeEntry(entry: LogEntry): string {
  const { number, time, ...what } = entry;
  const body = JSON.stringify({
    number,
    time,
    ...("edit" in what ? { edit: plainEdit(what.edit) } : what),
  });
  return `{"crc32":${crc32(new TextEncoder().encode(body))},"entry":${body}}\n`;
}

/** A log with its entries: what its file holds. */
export const encodeLog = (entries: readonly LogEntry[]): Uint8Array =>
  new TextEncoder().encode(logHead + entries.map(encodeEntry).join(""));

/** An edit without typed arrays. */
const plainEdit = (edit: Edit): object =>
  edit.layer === "tracks" ? edit : { ...edit, patches: edit.patches.map(plainPatch) };

function plainPatch({ y, x, height, width, before, after }: LabelPatch): object {
  const values = new Int32Array(2 * before.length);
  values.set(before);
  values.set(after, before.length);
  // fflate itself, and not the platform's, whose bytes are others in Node than in a browser.
  return { y, x, height, width, values: base64(zlibSync(new Uint8Array(values.buffer), { level })) };
}

/** What a log file holds. */
export interface DecodedLog {
  readonly entries: readonly LogEntry[];
  /** Bytes up to the end of the last whole entry: the file is to be cut there before more is appended. */
  readonly length: number;
  /** Whether there was more: an end that was not written, or is damaged. */
  readonly isTorn: boolean;
}

/**
 * Reads a log. An end that is damaged or has no line feed is left out: it was being written when the machine
 * stopped.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile when it is no log, or a line is damaged and a sound one follows; UnsupportedFormat when it
 *   is of a later version
 */
export function decodeLog(bytes: Uint8Array, where = "edits"): DecodedLog {
  const head = new TextEncoder().encode(logHead);
  const headLength = Math.min(head.length, bytes.length);
  if (!head.subarray(0, headLength).every((byte, i) => byte === bytes[i])) throw wrongHead(bytes, where);
  if (headLength < head.length) return { entries: [], length: 0, isTorn: bytes.length > 0 };
  const entries: LogEntry[] = [];
  let start = head.length;
  while (start < bytes.length) {
    const end = bytes.indexOf(lineFeed, start);
    if (end < 0) break;
    const entry = entryOf(bytes.subarray(start, end), entries.length + 1);
    if (typeof entry === "string") {
      if (!hasSoundLine(bytes.subarray(end + 1))) break;
      throw new CorruptFile(
        where,
        start,
        `line ${entries.length + 2} is damaged: ${entry}`,
        "restore the file from a copy, or delete this line and all after it",
      );
    }
    entries.push(entry);
    start = end + 1;
  }
  return { entries, length: start, isTorn: start < bytes.length };
}

const lineFeed = 10;

/** Whether a whole line has the right checksum: what is damaged before it is not the end of the file. */
function hasSoundLine(bytes: Uint8Array): boolean {
  for (let start = 0, end; (end = bytes.indexOf(lineFeed, start)) >= 0; start = end + 1)
    if (bodyOf(bytes.subarray(start, end)).body !== undefined) return true;
  return false;
}

function wrongHead(bytes: Uint8Array, where: string): Error {
  const end = bytes.indexOf(lineFeed);
  const line = new TextDecoder().decode(bytes.subarray(0, end < 0 ? 200 : Math.min(end, 200)));
  const other = /^\{"format":"karyon edits","version":(\d+)\}$/.exec(line)?.[1];
  if (other !== undefined)
    return new UnsupportedFormat(where, `version ${other} of the log of edits`, "use a newer Karyon");
  return new CorruptFile(where, 0, "line 1 does not say that it is a log of edits", "choose another file");
}

/** The JSON of a line's entry, or what is wrong with it. */
function bodyOf(line: Uint8Array): { readonly body?: string; readonly wrong: string } {
  // The start is plain ASCII, so that the body's first byte is known without decoding all of it.
  const start = new TextDecoder().decode(line.subarray(0, longestStart));
  const [prefix, checksum] = /^\{"crc32":(\d{1,10}),"entry":/.exec(start) ?? [];
  if (prefix === undefined || line.at(-1) !== closingBrace) return { wrong: "it is no entry" };
  const body = line.subarray(prefix.length, -1);
  if (crc32(body) !== Number(checksum)) return { wrong: "its checksum is wrong" };
  return { body: new TextDecoder().decode(body), wrong: "" };
}

/** Bytes of the longest start of a line, before the body. */
const longestStart = 32;
const closingBrace = 125;

/** The entry of a line, or what is wrong with it. */
function entryOf(line: Uint8Array, number: number): LogEntry | string {
  const { body, wrong } = bodyOf(line);
  if (body === undefined) return wrong;
  try {
    return checkEntry(JSON.parse(body), number);
  } catch (error) {
    if (isKaryonError(error) || error instanceof SyntaxError) return messageOf(error).replace(/\.$/, "");
    throw error;
  }
}

function checkEntry(value: unknown, expected: number): LogEntry {
  const fields = fieldsOf(value, "entry");
  const number = wholeNumber(fields["number"], "entry.number", 1);
  if (number !== expected) throw new InvalidInput("entry.number", String(expected), String(number));
  const time = fields["time"];
  if (typeof time !== "string" || time.length > 40)
    throw new InvalidInput("entry.time", "a time", typeof time);
  const head = { number, time };
  if ("edit" in fields) return { ...head, edit: checkEdit(typedEdit(fields["edit"])) };
  if ("undo" in fields) return { ...head, undo: wholeNumber(fields["undo"], "entry.undo", 1) };
  if ("redo" in fields) return { ...head, redo: wholeNumber(fields["redo"], "entry.redo", 1) };
  if ("based" in fields) return { ...head, based: checkBasis(fields["based"]) };
  return { ...head, reviewed: checkReviewed(fields["reviewed"]) };
}

/** An edit with typed arrays again; what is wrong with its other fields is for `checkEdit`. */
function typedEdit(value: unknown): unknown {
  const fields = fieldsOf(value, "edit");
  const { patches } = fields;
  return Array.isArray(patches) ? { ...fields, patches: patches.map(typedPatch) } : fields;
}

function typedPatch(value: unknown): unknown {
  const { values, ...fields } = fieldsOf(value, "edit.patches");
  const height = wholeNumber(fields["height"], "edit.patches.height", 1);
  const width = wholeNumber(fields["width"], "edit.patches.width", 1);
  const pixels = height * width;
  const packed = typeof values === "string" && pixels <= mostEditedPixels ? bytesOfBase64(values) : undefined;
  if (packed === undefined) throw new InvalidInput("edit.patches.values", "packed labels", typeof values);
  const length = 2 * pixels * Int32Array.BYTES_PER_ELEMENT;
  const unpacked = inflated(packed, length);
  if (unpacked.length !== length)
    throw new InvalidInput("edit.patches.values", `${length} bytes`, `${unpacked.length}`);
  // Only now, when the size that is declared is known to be true.
  const both = new Int32Array(2 * pixels);
  new Uint8Array(both.buffer).set(unpacked);
  return { ...fields, before: both.slice(0, pixels), after: both.slice(pixels) };
}

function inflated(packed: Uint8Array, most: number): Uint8Array {
  try {
    return inflate(packed, most);
  } catch (error) {
    throw new InvalidInput("edit.patches.values", "packed labels", messageOf(error));
  }
}
