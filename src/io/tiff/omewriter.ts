/** OME-TIFF of images that need not fit into memory: tiles, and smaller copies of every plane. */
import { InvalidInput } from "../../core/errors.js";
import { type Progress, throwIfCancelled } from "../../core/progress.js";
import type { ByteSink } from "../bytes.js";
import { halvedSizes } from "../image/halving.js";
import { checkSource, type PlaneSource, readSource, writtenArrays } from "../image/planesource.js";
import { omeXml } from "./omexml.js";
import { compression, fieldType, subfileType, tag } from "./tags.js";
import { type PlaneTiles, type TileCompression, type TileLayout, tileWriter } from "./tilewriter.js";
import {
  directoryBytes,
  encodeDirectory,
  even,
  type Field,
  header,
  perCentimetre,
  tiledFields,
} from "./write.js";

/** How an OME-TIFF is written. */
export interface OmeTiffOptions {
  /** Default "deflate". */
  readonly compression?: TileCompression | undefined;
  /** Edge of a tile, a multiple of 16, px. Default 512. */
  readonly tile?: number | undefined;
  /**
   * Whether each plane has smaller copies, each of half the size of the one before, until the larger side is
   * at most a tile. Default true.
   */
  readonly pyramid?: boolean | undefined;
  /** 8-byte offsets; "auto": when the file might pass 4 GB without compression. Default "auto". */
  readonly bigTiff?: "auto" | true | undefined;
  /** Name of the image; "" for none. Default "". */
  readonly name?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the rows of tiles that are written, of all. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Writes an image as OME-TIFF. The same image gives the same bytes.
 *
 * Rows of tiles are read from the top, plane by plane: channels fastest, then slices, then frames. In memory
 * are a row of tiles a level, and what is noted of the tiles of one plane. The head of the file is written
 * last, so that what was broken off is not taken for an image.
 *
 * @throws InvalidInput for an image or options that cannot be written
 * @throws Cancelled when `signal` is aborted, and what the source and the sink throw
 */
export async function writeOmeTiff(
  sink: ByteSink,
  source: PlaneSource,
  options: OmeTiffOptions = {},
): Promise<void> {
  checkSource(source);
  const layout = layoutOf(source, options);
  const { big, tile } = layout;
  const progress = progressOf(source, tile, options);
  let end = header(big).length;
  const put = async (bytes: Uint8Array): Promise<number> => {
    const at = end;
    await sink.write(at, bytes);
    end += even(bytes.length);
    if (!big && end > 0xffffffff)
      throw new InvalidInput("bigTiff", "8-byte offsets beyond 4 GB", `${end} bytes`, "set it");
    return at;
  };
  let first: number | undefined;
  // A directory is written when the place of the next is known.
  let held: { readonly at: number; readonly fields: readonly Field[] } | undefined;
  const writeHeld = async (next: number): Promise<void> => {
    if (held !== undefined) await sink.write(held.at, encodeDirectory(held.fields, held.at, big, next));
  };
  for (const place of placesOf(source)) {
    const tiles = await writePlane(source, place, layout, { put, progress, options });
    const copies: number[] = [];
    for (const level of tiles.slice(1)) {
      const fields = fieldsOf(source, layout, level, { isCopy: true });
      copies.push(end);
      await put(encodeDirectory(fields, end, big, 0));
    }
    const description = first === undefined ? omeXml(source, options.name ?? "") : undefined;
    const fields = fieldsOf(source, layout, tiles[0]!, { copies, description });
    await writeHeld(end);
    held = { at: end, fields };
    first ??= end;
    end += directoryBytes(fields, big);
  }
  await writeHeld(0);
  await sink.write(0, header(big, first));
}

interface OmeLayout extends TileLayout {
  /** 8-byte offsets. */
  readonly big: boolean;
}

function layoutOf(source: PlaneSource, options: OmeTiffOptions): OmeLayout {
  const { tile = 512, pyramid = true, compression: packing = "deflate", name = "" } = options;
  if (!(Number.isInteger(tile) && tile >= 16 && tile % 16 === 0 && tile <= 8192))
    throw new InvalidInput("TIFF tile", "a multiple of 16 up to 8192", String(tile));
  if (!["deflate", "zstd", "none"].includes(packing))
    throw new InvalidInput("TIFF compression", "deflate, zstd or none", String(packing));
  const sizes = pyramid ? halvedSizes(source, tile) : [{ height: source.height, width: source.width }];
  const tileBytes = tile * tile * writtenArrays[source.type].BYTES_PER_ELEMENT;
  const tiles = sizes.reduce(
    (n, { height, width }) => n + Math.ceil(height / tile) * Math.ceil(width / tile),
    0,
  );
  const planes = source.frames * source.channels * source.slices;
  // A tile takes 16 bytes of a directory, a directory less than 512 besides.
  const bytes = planes * (tiles * (tileBytes + 16) + sizes.length * 512) + omeXml(source, name).length;
  return { tile, sizes, packing, big: options.bigTiff === true || bytes > 0xf0000000 };
}

function* placesOf({ frames, channels, slices }: PlaneSource): Generator<{
  readonly frame: number;
  readonly channel: number;
  readonly slice: number;
}> {
  for (let frame = 0; frame < frames; frame++)
    for (let slice = 0; slice < slices; slice++)
      for (let channel = 0; channel < channels; channel++) yield { frame, channel, slice };
}

/** Counts rows of tiles of all planes. */
function progressOf(source: PlaneSource, tile: number, { onProgress }: OmeTiffOptions): () => void {
  const planes = source.frames * source.channels * source.slices;
  const total = planes * Math.ceil(source.height / tile);
  let done = 0;
  return () => onProgress?.({ done: ++done, total });
}

interface PlaneContext {
  readonly put: (bytes: Uint8Array) => Promise<number>;
  readonly progress: () => void;
  readonly options: OmeTiffOptions;
}

async function writePlane(
  source: PlaneSource,
  place: { readonly frame: number; readonly channel: number; readonly slice: number },
  layout: TileLayout,
  { put, progress, options }: PlaneContext,
): Promise<readonly PlaneTiles[]> {
  const { height, width } = source;
  const writer = tileWriter(source, layout, put);
  for (let y = 0; y < height; y += layout.tile) {
    throwIfCancelled(options, "Writing the OME-TIFF");
    const window = { y, x: 0, height: Math.min(layout.tile, height - y), width };
    await writer.band(await readSource(source, window, place, options.signal));
    progress();
  }
  return writer.levels();
}

interface PageKind {
  readonly isCopy?: boolean;
  /** Places of the directories of its copies. */
  readonly copies?: readonly number[];
  readonly description?: string | undefined;
}

function fieldsOf(
  { type, pixelSize }: PlaneSource,
  { tile, big, packing }: OmeLayout,
  { height, width, offsets, lengths }: PlaneTiles,
  { isCopy = false, copies = [], description }: PageKind,
): Field[] {
  const { ascii, long, ifd, ifd8 } = fieldType;
  const plane = { height, width, tile, big, offsets, lengths };
  const fields = tiledFields(plane, compression[packing], new writtenArrays[type](0));
  if (isCopy) fields.push({ tag: tag.newSubfileType, type: long, values: [subfileType.reduced] });
  else fields.push(...perCentimetre(pixelSize));
  if (copies.length > 0) fields.push({ tag: tag.subIfds, type: big ? ifd8 : ifd, values: copies });
  if (description !== undefined) fields.push({ tag: tag.imageDescription, type: ascii, values: description });
  return fields.sort((a, b) => a.tag - b.tag);
}
