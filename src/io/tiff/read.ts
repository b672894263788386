import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import type { SampleData, StoredPlane, Window } from "../../core/image.js";
import { mapOrdered } from "../../core/ordered.js";
import { assertWithin } from "../image/crop.js";
import { numbersOf, readRange, type TiffBytes } from "./directory.js";
import { decodeSegment, maxGain, rawBytes, type Segment } from "./decodesegment.js";
import { isPlain, readPlainRows } from "./plainrows.js";
import type { Page } from "./tiffpage.js";
import { allocate } from "./sampletypes.js";
import { compression, tag } from "./tags.js";

/**
 * The strip last cut by the edge of a window, decoded, so that the window below does not decode it again; one
 * per grid of one page.
 */
export type CutStrips = Map<
  number,
  { readonly page: Page; readonly segment: Segment; readonly data: SampleData }
>;

/**
 * Reads and decodes a rectangle of one page, from the strips and tiles that it meets.
 *
 * @param cut kept between calls
 * @throws InvalidInput when the window is not within the page
 * @throws CorruptFile when its bytes contradict the format
 * @throws UnsupportedFormat when it uses what is not read
 */
export async function readWindow(
  file: TiffBytes,
  page: Page,
  window: Window,
  cut: CutStrips = new Map(),
): Promise<StoredPlane> {
  if (page.unsupported !== undefined) throw page.unsupported;
  const { height, width } = window;
  const { samples, type } = page.info;
  checkWindow(file, page, window);
  const segments = await segmentsOf(file, page, window);
  checkRoom(file, page, segments);
  const data = allocate(type, height * width * samples);
  const unread = segments.filter((segment) => {
    const kept = cut.get(segment.sample);
    if (kept?.page !== page || kept.segment.offset !== segment.offset) return true;
    place(kept.data, page, segment, window, data);
    return false;
  });
  const pieces =
    page.codec === compression.none && !page.tiled
      ? unread.flatMap((segment) => rowsWithin(page, segment, window))
      : unread;
  if (isPlain(page, window, data)) {
    await readPlainRows(file, page, pieces, window, data);
    return { height, width, samples, data };
  }
  for (const run of runsOf(pieces)) {
    const bytes = await readRange(file, run.start, run.end - run.start, "the pixels");
    await mapOrdered(run.segments.length, atOnce, async (i) => {
      const segment = run.segments[i]!;
      const packed = bytes.subarray(segment.offset - run.start, segment.offset - run.start + segment.length);
      const own = ownPart(page, segment, window, data);
      const decoded = await decodeSegment(file, page, segment, packed, own);
      if (decoded === own) return;
      place(decoded, page, segment, window, data);
      if (page.tiled || page.codec === compression.none || segment.y + segment.rows <= window.y + height)
        return;
      if (cut.values().next().value?.page !== page) cut.clear();
      cut.set(segment.sample, { page, segment, data: decoded });
    });
  }
  return { height, width, samples, data };
}

/** Segments that are unpacked at the same time, where the platform has threads for it. */
const atOnce = 4;

/** The part of a window that a segment fills and no other does, where it is one piece; else undefined. */
function ownPart(page: Page, segment: Segment, window: Window, data: SampleData): SampleData | undefined {
  const whole = window.x === 0 && window.width === page.info.width && page.segmentWidth === window.width;
  const within = segment.y >= window.y && segment.y + segment.rows <= window.y + window.height;
  if (!whole || !within || page.planar) return undefined;
  const rowLength = window.width * page.info.samples;
  const start = (segment.y - window.y) * rowLength;
  return data.subarray(start, start + segment.rows * rowLength);
}

/** 2 GiB: what one typed array may hold everywhere. */
const maxBytes = 2 ** 31 - 1;

function checkWindow({ where }: TiffBytes, { info }: Page, window: Window): void {
  assertWithin(where, info, window);
  const { height, width } = window;
  const bytes = (height * width * info.samples * info.bits) / 8;
  if (bytes > maxBytes) {
    throw new UnsupportedFormat(
      where,
      `a plane of ${height} x ${width} pixels (${(bytes / 2 ** 30).toFixed(1)} GiB)`,
      "cut it into tiles of at most 2 GiB",
    );
  }
}

async function segmentsOf(file: TiffBytes, page: Page, window: Window): Promise<Segment[]> {
  const { info, segmentHeight, segmentWidth } = page;
  const across = Math.ceil(info.width / segmentWidth);
  const down = Math.ceil(info.height / segmentHeight);
  const grids = page.planar ? info.samples : 1;
  const count = across * down * grids;
  const corrupt = (what: string): CorruptFile => new CorruptFile(file.where, page.directory.offset, what);
  if (page.contiguousAt !== undefined)
    return [
      {
        offset: page.contiguousAt,
        length: rawBytes(page, info.height),
        y: 0,
        x: 0,
        rows: info.height,
        sample: 0,
      },
    ];
  // Each segment takes four bytes of directory at least, so that this bounds the work too.
  if (count * 4 > file.source.size)
    throw corrupt(`the page says it has ${count} pieces, more than the file can hold`);
  const offsets = await numbersOf(file, page.directory, page.tiled ? tag.tileOffsets : tag.stripOffsets);
  let lengths = await numbersOf(file, page.directory, page.tiled ? tag.tileByteCounts : tag.stripByteCounts);
  if (offsets === undefined || offsets.length < count)
    throw corrupt(`the page has ${offsets?.length ?? 0} of the ${count} pieces of its image`);
  // Old writers left the lengths out, or wrote one too few; without compression they follow from the size.
  if (lengths !== undefined && lengths.length < count) lengths = undefined;
  if (lengths === undefined && page.codec !== compression.none)
    throw corrupt("the lengths of the page's pieces are missing");
  const segments: Segment[] = [];
  const [top, left] = [Math.floor(window.y / segmentHeight), Math.floor(window.x / segmentWidth)];
  for (let sample = 0; sample < grids; sample++) {
    for (let row = top; row * segmentHeight < window.y + window.height; row++) {
      for (let column = left; column * segmentWidth < window.x + window.width; column++) {
        const i = (sample * down + row) * across + column;
        const y = row * segmentHeight;
        const rows = page.tiled ? segmentHeight : Math.min(segmentHeight, info.height - y);
        segments.push({
          offset: offsets[i]!,
          length: lengths?.[i] ?? rawBytes(page, rows),
          y,
          x: column * segmentWidth,
          rows,
          sample,
        });
      }
    }
  }
  return segments;
}

/** Bytes of a strip without compression that are read at once, about. */
const pieceBytes = 2 ** 24;

/**
 * The rows of a strip without compression that a window needs, in pieces: many programs write the whole image
 * as one strip.
 */
function rowsWithin(page: Page, strip: Segment, window: Window): Segment[] {
  const rowBytes = rawBytes(page, 1);
  const maximum = Math.max(1, Math.floor(pieceBytes / rowBytes));
  const end = Math.min(strip.y + strip.rows, window.y + window.height);
  const pieces: Segment[] = [];
  for (let y = Math.max(strip.y, window.y); y < end; y += maximum) {
    const rows = Math.min(maximum, end - y);
    pieces.push({
      ...strip,
      offset: strip.offset + (y - strip.y) * rowBytes,
      length: rows * rowBytes,
      y,
      rows,
    });
  }
  return pieces;
}

/** Refuses a page whose bytes cannot give its pixels, before memory is taken for them. */
function checkRoom(file: TiffBytes, page: Page, segments: readonly Segment[]): void {
  const gain = maxGain[page.codec]!;
  for (const { offset, length, rows } of segments) {
    if (offset + length > file.source.size) {
      throw new CorruptFile(
        file.where,
        offset,
        `the pixels extend to byte ${offset + length}, but the file has ${file.source.size}: it is cut off or damaged`,
      );
    }
    const need = rawBytes(page, rows);
    if (length * gain + 64 * (gain - 1) < need)
      throw new CorruptFile(file.where, offset, `${length} bytes are too few for ${need} bytes of pixels`);
  }
}

interface Run {
  readonly start: number;
  end: number;
  readonly segments: Segment[];
}

const maxGap = 65536;
const maxRun = 2 ** 26;

/**
 * Segments in the order of the file, joined to runs that are read at once: a file of small tiles is not read
 * tile by tile.
 */
function runsOf(segments: readonly Segment[]): Run[] {
  const runs: Run[] = [];
  for (const segment of [...segments].sort((a, b) => a.offset - b.offset)) {
    const run = runs.at(-1);
    const end = segment.offset + segment.length;
    if (run !== undefined && segment.offset - run.end <= maxGap && end - run.start <= maxRun) {
      run.end = Math.max(run.end, end);
      run.segments.push(segment);
    } else runs.push({ start: segment.offset, end, segments: [segment] });
  }
  return runs;
}

/** Copies what a segment and a window share to its place in the window. */
function place(from: SampleData, page: Page, segment: Segment, window: Window, out: SampleData): void {
  const { samples } = page.info;
  const top = Math.max(segment.y, window.y);
  const bottom = Math.min(segment.y + segment.rows, window.y + window.height);
  const left = Math.max(segment.x, window.x);
  const right = Math.min(segment.x + page.segmentWidth, window.x + window.width);
  for (let y = top; y < bottom; y++) {
    const start = (y - segment.y) * page.segmentWidth + left - segment.x;
    const to = (y - window.y) * window.width + left - window.x;
    if (page.planar) {
      for (let i = 0; i < right - left; i++) out[(to + i) * samples + segment.sample] = from[start + i]!;
    } else out.set(from.subarray(start * samples, (start + right - left) * samples), to * samples);
  }
}
