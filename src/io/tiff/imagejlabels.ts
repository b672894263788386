/**
 * Labels of slices as ImageJ keeps them, in two fields of the first page: lengths, and then values of all
 * kinds, one after the other.
 *
 * Source: ImageJ, ij/io/TiffDecoder.java (getMetaData) and TiffEncoder.java (writeMetaData).
 */
import { type Directory, numbersOf, readRange, type TiffBytes } from "./directory.js";
import { fieldSize, fieldType, tag } from "./tags.js";
import type { Field } from "./write.js";

/** "IJIJ", and "labl" for the labels, as numbers. */
const [magic, labelKind] = [0x494a494a, 0x6c61626c];

/** More bytes of labels than this are not read: overlays and thumbnails are in the same field. */
const mostBytes = 2 ** 26;

/** Reads the labels, one a slice; empty where there are none, or they cannot be made out. */
export async function readLabels(file: TiffBytes, directory: Directory): Promise<readonly string[]> {
  const [lengthField, values] = [
    directory.fields.get(tag.imagejLengths),
    directory.fields.get(tag.imagejValues),
  ];
  if (lengthField === undefined || values === undefined || fieldSize[values.type] !== 1) return [];
  if (values.count > mostBytes || lengthField.count * 4 > mostBytes || lengthField.type !== fieldType.long)
    return [];
  if (values.offset + values.count > file.source.size) return [];
  if (lengthField.offset + lengthField.count * 4 > file.source.size) return [];
  const lengths = (await numbersOf(file, directory, tag.imagejLengths))!;
  const bytes = await readRange(file, values.offset, values.count, "the labels");
  return labelsIn(bytes, lengths, file.littleEndian);
}

function labelsIn(bytes: Uint8Array, lengths: readonly number[], littleEndian: boolean): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = lengths[0] ?? 0;
  if (head < 12 || head > bytes.length || view.getUint32(0, littleEndian) !== magic) return [];
  let [at, place] = [head, 1];
  for (let kind = 4; kind + 8 <= head; kind += 8) {
    const count = view.getUint32(kind + 4, littleEndian);
    const isLabels = view.getUint32(kind, littleEndian) === labelKind;
    if (place + count > lengths.length) return [];
    const labels: string[] = [];
    for (let i = 0; i < count; i++, place++) {
      const end = at + lengths[place]!;
      if (end > bytes.length) return [];
      if (isLabels) labels.push(utf16(bytes.subarray(at, end), littleEndian));
      at = end;
    }
    if (isLabels) return labels;
  }
  return [];
}

const utf16 = (bytes: Uint8Array, littleEndian: boolean): string =>
  new TextDecoder(littleEndian ? "utf-16le" : "utf-16be").decode(bytes);

/**
 * The name of each channel by the labels of its planes: what all of them have in common, but for the place
 * that ImageJ puts before ("c:1/2 t:3/9 - name").
 *
 * @param labels one a plane, channels fastest
 * @returns one name a channel, or none where labels do not name channels
 */
export function channelNamesOf(labels: readonly string[], channels: number, planes: number): string[] {
  if (channels < 2 || (labels.length !== planes && labels.length !== channels)) return [];
  const names = labels
    .slice(0, channels)
    .map((label) => label.replace(/^(?:[czt]:\d+\/\d+ ?)+(?:- )?/, "").trim());
  const fits = labels.every((label, i) => label.trim().endsWith(names[i % channels]!));
  return fits && new Set(names).size === channels ? names : [];
}

/** The two fields for labels, little-endian; none where there are no labels. */
export function labelFields(labels: readonly string[]): Field[] {
  if (labels.length === 0) return [];
  const head = 12;
  const lengths = labels.map((label) => 2 * label.length);
  const values = new Uint8Array(head + lengths.reduce((a, b) => a + b, 0));
  const view = new DataView(values.buffer);
  [magic, labelKind, labels.length].forEach((value, i) => view.setUint32(4 * i, value, true));
  let at = head;
  for (const label of labels) {
    for (let i = 0; i < label.length; i++, at += 2) view.setUint16(at, label.charCodeAt(i), true);
  }
  return [
    { tag: tag.imagejLengths, type: fieldType.long, values: [head, ...lengths] },
    { tag: tag.imagejValues, type: fieldType.byte, values },
  ];
}
