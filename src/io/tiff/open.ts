import { CorruptFile, InvalidInput, type KaryonError } from "../../core/errors.js";
import type { StoredPlane, Window } from "../../core/image.js";
import type { ByteSource } from "../bytes.js";
import { planesOfDescription } from "./description.js";
import { numberOf, numbersOf, readDirectories, textOf, type Directory, type TiffBytes } from "./directory.js";
import { readPage, type Page, type PlaneInfo } from "./tiffpage.js";
import { readWindow, type CutStrips } from "./read.js";
import { compression, resolutionUnit, tag } from "./tags.js";

/** An opened TIFF file. */
export interface TiffFile {
  /** One entry a plane, in the order of the file; copies in lower resolution are left out. */
  readonly planes: readonly PlaneInfo[];
  /** What the first page says about the whole file. */
  readonly metadata: TiffMetadata;
  /** Why planes may be missing at the end of `planes`; undefined for a sound file. */
  readonly damage: KaryonError | undefined;
  /** The samples of a plane as stored. @throws CorruptFile, UnsupportedFormat */
  read(plane: number): Promise<StoredPlane>;
  /**
   * The samples of a rectangle of a plane, from the strips and tiles that it meets.
   *
   * @throws InvalidInput, CorruptFile, UnsupportedFormat
   */
  readWindow(plane: number, window: Window): Promise<StoredPlane>;
  /**
   * The colours of a palette image, [red, green, blue] in 0..65535 for each index; undefined when it has
   * none.
   *
   * @throws CorruptFile
   */
  palette(plane: number): Promise<readonly (readonly number[])[] | undefined>;
}

/** What the first page says about the whole file. */
export interface TiffMetadata {
  /** Text of the first page: ImageJ's, OME-XML, or any other; "" if there is none. */
  readonly description: string;
  /** Pixels per unit; undefined when not given. */
  readonly xResolution: number | undefined;
  readonly yResolution: number | undefined;
  /** One of `resolutionUnit`. */
  readonly resolutionUnit: number;
}

/**
 * Opens a TIFF or BigTIFF file; pixels are read plane by plane, when asked for.
 *
 * An ImageJ stack whose description promises more planes than there are directories holds them one after the
 * other behind the first (ImageJ writes stacks above 4 GB like that, which 4-byte offsets cannot reach).
 *
 * @param where name of the file, for messages
 * @param cut what windows leave for the next; files that share it keep one strip together
 * @throws CorruptFile when it is no TIFF file, or nothing of it can be read
 */
export async function openTiff(
  source: ByteSource,
  where: string,
  cut: CutStrips = new Map(),
): Promise<TiffFile> {
  const { file, directories, damage: chainDamage } = await readDirectories(source, where);
  const metadata = await readMetadata(file, directories[0]!);
  const { pages, damage } = await readPages(file, directories, chainDamage);
  const all = await expandStack(file, pages, metadata.description);
  const pageOf = (plane: number): Page => {
    const page = all[plane];
    if (page === undefined)
      throw new InvalidInput(where, `a plane from 0 to ${all.length - 1}`, String(plane));
    return page;
  };
  return {
    planes: all.map((page) => page.info),
    metadata,
    damage,
    read: async (plane) => {
      const page = pageOf(plane);
      const { height, width } = page.info;
      return readWindow(file, page, { y: 0, x: 0, height, width });
    },
    readWindow: async (plane, window) => readWindow(file, pageOf(plane), window, cut),
    palette: async (plane) => readPalette(file, pageOf(plane)),
  };
}

async function readMetadata(file: TiffBytes, directory: Directory): Promise<TiffMetadata> {
  const resolution = async (name: number): Promise<number | undefined> => {
    const value = await numberOf(file, directory, name, NaN);
    return value > 0 && Number.isFinite(value) ? value : undefined;
  };
  return {
    description: await textOf(file, directory, tag.imageDescription),
    xResolution: await resolution(tag.xResolution),
    yResolution: await resolution(tag.yResolution),
    resolutionUnit: await numberOf(file, directory, tag.resolutionUnit, resolutionUnit.inch),
  };
}

async function readPages(
  file: TiffBytes,
  directories: readonly Directory[],
  damage: KaryonError | undefined,
): Promise<{ pages: Page[]; damage: KaryonError | undefined }> {
  const pages: Page[] = [];
  for (const directory of directories) {
    try {
      pages.push(await readPage(file, directory));
    } catch (error) {
      if (pages.length === 0 || !(error instanceof CorruptFile)) throw error;
      damage = error;
      break;
    }
  }
  const full = pages.filter((page) => !page.info.reduced);
  return { pages: full.length > 0 ? full : pages, damage };
}

async function expandStack(
  file: TiffBytes,
  pages: readonly Page[],
  description: string,
): Promise<readonly Page[]> {
  const first = pages[0]!;
  const count = planesOfDescription(description);
  if (
    pages.length !== 1 ||
    count <= 1 ||
    first.codec !== compression.none ||
    first.tiled ||
    first.planar ||
    first.info.bits % 8 !== 0
  )
    return pages;
  const { height, width, samples, bits } = first.info;
  const size = height * width * samples * (bits / 8);
  const start = await numberOf(file, first.directory, tag.stripOffsets, 0);
  // At most one plane beyond the end, so that a cut-off stack says so when its end is read.
  const fitting = Math.floor((file.source.size - start) / size);
  if (fitting < 2) return pages;
  return Array.from({ length: Math.min(count, fitting + 1) }, (_, plane) => ({
    ...first,
    contiguousAt: start + plane * size,
  }));
}

async function readPalette(file: TiffBytes, page: Page): Promise<number[][] | undefined> {
  const field = page.directory.fields.get(tag.colorMap);
  if (field === undefined) return undefined;
  if (field.count % 3 !== 0 || field.count > 3 * 65536) {
    throw new CorruptFile(
      file.where,
      page.directory.offset,
      `the palette has ${field.count} values instead of three times 2^${page.info.bits}`,
    );
  }
  const values = (await numbersOf(file, page.directory, tag.colorMap))!;
  const size = values.length / 3;
  return Array.from({ length: size }, (_, i) => [values[i]!, values[size + i]!, values[2 * size + i]!]);
}
