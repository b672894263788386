/**
 * JPEG of 8 bits, baseline and progressive, by jpeg-js: what its headers ask for is looked at before it
 * decodes.
 *
 * Source: ITU-T T.81 (1992), annex B, for the markers.
 */
import { decode } from "jpeg-js";
import { CorruptFile, UnsupportedFormat, messageOf } from "../../core/errors.js";

/** What a JPEG stream must be, and where it is. */
export interface JpegRequest {
  /** Name of the file, for messages. */
  readonly where: string;
  /** Byte of the file at which the stream begins, for messages. */
  readonly offset: number;
  /** Tables that the stream leaves out: a stream of its own without a picture. */
  readonly tables?: Uint8Array | undefined;
  /** Values per pixel, 1 or 3. */
  readonly samples: number;
  /** Size in px. Rows may be more than `rows`, up to `mostRows`. */
  readonly width: number;
  readonly rows: number;
  readonly mostRows: number;
  /** Whether three values are luminance and two colours, to become RGB. Default: what the stream says. */
  readonly ycc?: boolean | undefined;
}

/** Size and kind of the picture of a stream. */
export interface JpegHeader {
  readonly height: number;
  readonly width: number;
  readonly samples: number;
  readonly bits: number;
}

/** More scans than any writer makes: each costs the work of the whole picture. */
const mostScans = 100;

/** More pixels than a piece of an image has. */
const mostPixels = 2 ** 28;

/** The decoder holds four bytes a sample, and lists of blocks about as large. */
const memoryFactor = 32;

/**
 * Decodes a stream to rows of interleaved samples, `rows` x `width` x `samples`.
 *
 * @throws CorruptFile when the stream is damaged, or of another size
 * @throws UnsupportedFormat for lossless, arithmetic and 12-bit JPEG, and other numbers of samples
 */
export function jpegDecode(bytes: Uint8Array, request: JpegRequest): Uint8Array {
  const { where, offset, samples, width, rows, mostRows } = request;
  const header = jpegHeader(bytes, where, offset);
  const expected = rows === mostRows ? `${rows}` : `${rows} to ${mostRows}`;
  if (header.width !== width || header.height < rows || header.height > mostRows)
    throw new CorruptFile(
      where,
      offset,
      `the JPEG data is ${header.height} x ${header.width} pixels instead of ${expected} x ${width}`,
    );
  if (header.samples !== samples || (samples !== 1 && samples !== 3))
    throw header.samples === samples
      ? unsupported(where, `JPEG of ${samples} values per pixel`)
      : new CorruptFile(
          where,
          offset,
          `the JPEG data has ${header.samples} values per pixel instead of ${samples}`,
        );
  const stream = request.tables === undefined ? bytes : withTables(request.tables, bytes);
  const { data } = decoded(stream, request, header);
  const count = rows * width;
  // The decoder gives three values even where there is one.
  if (samples === 3) return data.subarray(0, 3 * count);
  const grey = new Uint8Array(count);
  for (let i = 0; i < count; i++) grey[i] = data[3 * i]!;
  return grey;
}

function decoded(
  stream: Uint8Array,
  { where, offset, ycc }: JpegRequest,
  { height, width }: JpegHeader,
): { readonly data: Uint8Array } {
  const megabytes = 64 + (height * width * memoryFactor) / 2 ** 20;
  try {
    return decode(stream, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: mostPixels / 1e6,
      maxMemoryUsageInMB: megabytes,
      ...(ycc === undefined ? {} : { colorTransform: ycc }),
    });
  } catch (error) {
    throw new CorruptFile(where, offset, `the JPEG data is damaged (${messageOf(error)})`);
  }
}

const unsupported = (where: string, feature: string): UnsupportedFormat =>
  new UnsupportedFormat(where, feature, "save it with deflate (zip) or LZW compression");

/** Kinds of JPEG that are not read, by their marker. */
const otherFrames: Readonly<Record<number, string>> = {
  0xc3: "lossless JPEG",
  0xc5: "hierarchical JPEG",
  0xc6: "hierarchical JPEG",
  0xc7: "lossless JPEG",
  0xc9: "arithmetic coding in JPEG",
  0xca: "arithmetic coding in JPEG",
  0xcb: "lossless JPEG",
  0xcd: "hierarchical JPEG",
  0xce: "hierarchical JPEG",
  0xcf: "lossless JPEG",
  0xf7: "JPEG-LS",
};

/**
 * The size and kind of a stream, once all of its markers were looked at.
 *
 * @throws CorruptFile when there is no picture, or more of it than there can be
 * @throws UnsupportedFormat for lossless, arithmetic and 12-bit JPEG
 */
export function jpegHeader(bytes: Uint8Array, where: string, offset: number): JpegHeader {
  const corrupt = (what: string): CorruptFile => new CorruptFile(where, offset, `the JPEG data ${what}`);
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw corrupt("does not begin as JPEG does");
  let [frame, scans]: [JpegHeader | undefined, number] = [undefined, 0];
  for (const { marker, at } of markersOf(bytes)) {
    if (otherFrames[marker] !== undefined) throw unsupported(where, otherFrames[marker]);
    if (marker >= 0xc0 && marker <= 0xc2) {
      if (frame !== undefined) throw corrupt("holds several pictures");
      frame = frameAt(bytes, at, corrupt);
      if (frame.bits !== 8) throw unsupported(where, `${frame.bits}-bit JPEG`);
    }
    if (marker === 0xda) scans++;
  }
  if (frame === undefined || scans === 0) throw corrupt("holds no picture");
  if (scans > mostScans) throw corrupt(`holds ${scans} scans of its picture`);
  return frame;
}

/** A frame header. @param at of its length, behind the marker */
function frameAt(bytes: Uint8Array, at: number, corrupt: (what: string) => CorruptFile): JpegHeader {
  const word = (place: number): number => (bytes[place]! << 8) | bytes[place + 1]!;
  const samples = bytes[at + 7]!;
  if (at + 8 + 3 * samples > bytes.length) throw corrupt("ends early");
  const [height, width] = [word(at + 3), word(at + 5)];
  if (height === 0 || width === 0 || height * width > mostPixels)
    throw corrupt(`says it is ${height} x ${width} pixels`);
  if (samples === 0 || samples > 4) throw corrupt(`has ${samples} values per pixel`);
  const names = new Set<number>();
  for (let i = 0; i < samples; i++) {
    const factors = bytes[at + 9 + 3 * i]!;
    const [h, v] = [factors >> 4, factors & 15];
    if (h < 1 || h > 4 || v < 1 || v > 4) throw corrupt(`has samples of ${h} x ${v}`);
    names.add(bytes[at + 8 + 3 * i]!);
  }
  if (names.size !== samples) throw corrupt("names a component twice");
  return { height, width, samples, bits: bytes[at + 2]! };
}

/** The markers of a stream, with the byte behind each. */
function* markersOf(bytes: Uint8Array): Generator<{ readonly marker: number; readonly at: number }> {
  for (let at = 2; at + 1 < bytes.length;) {
    const marker = bytes[at + 1]!;
    // Within a scan: data, a byte 0xff of it, which a 0 follows, or a restart.
    if (bytes[at] !== 0xff || marker === 0 || (marker >= 0xd0 && marker <= 0xd7)) {
      const next = bytes.indexOf(0xff, at + 1);
      if (next < 0) return;
      at = next;
      continue;
    }
    if (marker === 0xff) {
      at++;
      continue;
    }
    yield { marker, at: at + 2 };
    if (marker === 0xd9) return;
    at += 2 + (marker === 0xd8 || at + 3 >= bytes.length ? 0 : (bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
}

/** A stream that has the tables of another before its own. */
function withTables(tables: Uint8Array, stream: Uint8Array): Uint8Array {
  if (tables[0] !== 0xff || tables[1] !== 0xd8) return stream;
  const ended = tables.at(-2) === 0xff && tables.at(-1) === 0xd9;
  const before = tables.subarray(0, ended ? -2 : undefined);
  const out = new Uint8Array(before.length + stream.length - 2);
  out.set(before);
  out.set(stream.subarray(2), before.length);
  return out;
}
