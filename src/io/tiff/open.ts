import { CorruptFile, InvalidInput, type KaryonError } from "../../core/errors.js";
import type { StoredPlane, Window } from "../../core/image.js";
import type { ByteSource } from "../bytes.js";
import { numberOf, numbersOf, readDirectories, textOf, type Directory, type TiffBytes } from "./directory.js";
import { stackExtentOf } from "./contiguous.js";
import { groupCopies, type PageWithCopies, readCopies } from "./pyramid.js";
import { readPage, type Page, type PlaneInfo } from "./tiffpage.js";
import { readLabels } from "./imagejlabels.js";
import { readZeiss, type ZeissSizes } from "./lsm.js";
import { readWindow, type CutStrips } from "./read.js";
import { resolutionUnit, tag } from "./tags.js";

/** An opened TIFF file. */
export interface TiffFile {
  /** One entry a plane, in the order of the file; copies in lower resolution are left out. */
  readonly planes: readonly PlaneInfo[];
  /** What the first page says about the whole file. */
  readonly metadata: TiffMetadata;
  /** Why planes may be missing at the end of `planes`; undefined for a sound file. */
  readonly damage: KaryonError | undefined;
  /** Sizes in which a plane is stored, the full one first. @throws CorruptFile */
  levels(plane: number): Promise<readonly PlaneInfo[]>;
  /**
   * The samples of a plane as stored.
   *
   * @param level which of its sizes. Default 0, full resolution
   * @throws InvalidInput, CorruptFile, UnsupportedFormat
   */
  read(plane: number, level?: number): Promise<StoredPlane>;
  /**
   * The samples of a rectangle of a plane, from the strips and tiles that it meets.
   *
   * @throws InvalidInput, CorruptFile, UnsupportedFormat
   */
  readWindow(plane: number, window: Window, level?: number): Promise<StoredPlane>;
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
  /** ImageJ's labels of slices, one a plane; empty where there are none. */
  readonly labels?: readonly string[] | undefined;
  /** What a Zeiss LSM file says of its axes. */
  readonly zeiss?: ZeissSizes | undefined;
  /** Planes of a MetaMorph stack. */
  readonly metaMorph?: number | undefined;
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
  const all = await expandStack(file, groupCopies(pages, metadata.description), metadata.description);
  const pageOf = (plane: number): PageWithCopies => {
    const page = all[plane];
    if (page === undefined)
      throw new InvalidInput(where, `a plane from 0 to ${all.length - 1}`, String(plane));
    return page;
  };
  const levelsOf = levelReader(file, pageOf);
  const levelOf = async (plane: number, level: number): Promise<Page> => {
    if (level === 0) return pageOf(plane).page;
    const levels = await levelsOf(plane);
    const page = levels[level];
    if (page === undefined)
      throw new InvalidInput(where, `a level from 0 to ${levels.length - 1}`, String(level));
    return page;
  };
  return {
    planes: all.map(({ page }) => page.info),
    metadata,
    damage,
    levels: async (plane) => (await levelsOf(plane)).map(({ info }) => info),
    read: async (plane, level = 0) => {
      const page = await levelOf(plane, level);
      const { height, width } = page.info;
      return readWindow(file, page, { y: 0, x: 0, height, width });
    },
    readWindow: async (plane, window, level = 0) =>
      readWindow(file, await levelOf(plane, level), window, cut),
    palette: async (plane) => readPalette(file, pageOf(plane).page),
  };
}

/** Reads the levels of planes; those last read are kept, so that windows find the same page again. */
function levelReader(
  file: TiffBytes,
  pageOf: (plane: number) => PageWithCopies,
): (plane: number) => Promise<readonly Page[]> {
  let [kept, levels]: [number | undefined, Promise<readonly Page[]> | undefined] = [undefined, undefined];
  return (plane) => {
    if (plane === kept && levels !== undefined) return levels;
    const { page, following } = pageOf(plane);
    const read = readCopies(file, { page, following }).then((copies) => [page, ...copies]);
    [kept, levels] = [plane, read];
    return read;
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
    labels: await readLabels(file, directory),
    zeiss: await readZeiss(file, directory),
    metaMorph: directory.fields.get(tag.metaMorphPlanes)?.count,
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
  return { pages, damage };
}

/** Planes that stand one after the other behind the only page. */
async function expandStack(
  file: TiffBytes,
  pages: readonly PageWithCopies[],
  description: string,
): Promise<readonly PageWithCopies[]> {
  const { page } = pages[0]!;
  const extent = pages.length === 1 ? await stackExtentOf(file, page, description) : undefined;
  if (extent === undefined) return pages;
  return Array.from({ length: extent.count }, (_, plane) => ({
    page: {
      ...page,
      info: { ...page.info, copies: 0 },
      contiguousAt: extent.start + plane * extent.size,
    },
    following: [],
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
