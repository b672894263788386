/** When the frames of a CZI file were taken: an attachment, the metadata, or the subblocks themselves say so. */
import { isKaryonError } from "../../core/errors.js";
import { type CziBytes, nameAt, offsetAt, readSegment, segmentName, viewOf } from "./czisegment.js";
import { subBlockPlace } from "./subblockdata.js";

/** Bytes of an attachment's data before its content, and of an attachment directory's before its entries. */
const attachmentFixedLength = 256;

/** Bytes of an entry in the directory of attachments. */
const attachmentEntryLength = 128;

/**
 * The time stamps that ZEN attaches: seconds, one a time point, or one a time point and scene.
 *
 * @param at where the segment of the directory of attachments begins
 * @returns an empty list when there are none
 * @throws CorruptFile
 */
export async function readTimeStamps(file: CziBytes, at: number): Promise<number[]> {
  const head = await readSegment(file, at, segmentName.attachments, attachmentFixedLength);
  const count = viewOf(head).getInt32(0, true);
  if (!(count > 0 && count * attachmentEntryLength <= file.source.size)) return [];
  const whole = await readSegment(
    file,
    at,
    segmentName.attachments,
    attachmentFixedLength + count * attachmentEntryLength,
  );
  for (let entry = attachmentFixedLength; entry < whole.length; entry += attachmentEntryLength) {
    if (nameAt(whole, entry + 40, 8) === "CZTIMS")
      return readStamps(file, offsetAt(viewOf(whole), entry + 12));
  }
  return [];
}

async function readStamps(file: CziBytes, at: number): Promise<number[]> {
  const head = viewOf(await readSegment(file, at, segmentName.attachment, attachmentFixedLength + 8));
  const length = offsetAt(head, 0);
  const count = Math.min(head.getInt32(attachmentFixedLength + 4, true), Math.floor((length - 8) / 8));
  if (!(count > 0 && count * 8 <= file.source.size)) return [];
  const from = attachmentFixedLength + 8;
  const view = viewOf(await readSegment(file, at, segmentName.attachment, from + 8 * count));
  return Array.from({ length: count }, (_, i) => view.getFloat64(from + 8 * i, true));
}

/** What is known of a subblock's making. */
export interface Making {
  /** Seconds since 1970; NaN when it does not say. */
  readonly time: number;
  /** Where the stage was, µm; undefined when it does not say. */
  readonly position: { readonly y: number; readonly x: number; readonly z?: number | undefined } | undefined;
}

/** The longest metadata of a subblock that are looked at, bytes. */
const longestMetadata = 2 ** 16;

/** Reads the metadata of a subblock; they are short, and say nothing that the image cannot be without. */
export async function readMaking(file: CziBytes, at: number): Promise<Making> {
  const text = await subBlockText(file, at).catch((error: unknown) => {
    if (isKaryonError(error)) return "";
    throw error;
  });
  const tag = (name: string): string => new RegExp(`<${name}>([^<]*)<`).exec(text)?.[1]?.trim() ?? "";
  const number = (name: string): number => Number(tag(name) || NaN);
  const [y, x, z] = [number("StageYPosition"), number("StageXPosition"), number("FocusPosition")];
  return {
    time: Date.parse(tag("AcquisitionTime")) / 1000,
    position:
      Number.isFinite(y) && Number.isFinite(x) ? { y, x, ...(Number.isFinite(z) ? { z } : {}) } : undefined,
  };
}

async function subBlockText(file: CziBytes, at: number): Promise<string> {
  const { metadataAt, metadataLength } = await subBlockPlace(file, at);
  const length = Math.min(metadataLength, longestMetadata);
  return new TextDecoder().decode(await file.source.read(metadataAt, length));
}
