/** One image file, or hierarchy in a folder, opened: bytes by their path, then the format that knows them. */
import { dirname, join } from "node:path";
import { type OpenOptions, openAs } from "../../io/formats/fileformat.js";
import type { NamedImage, OpenedImage, Series } from "../../io/formats/imageformat.js";
import { imageFormats } from "../../io/formats/imageformats.js";
import { isHierarchyName } from "../../io/formats/formatnames.js";
import { formatInput } from "../store/formatinput.js";
import { chosenSeries, seriesAddress } from "../store/seriesaddress.js";

/** An opened image with the files that it is in. */
export interface ImageFile extends NamedImage {
  /** With the series, where the file has several: `movie.lif#3`. */
  readonly path: string;
  /** Name of the series; "" where it has none. */
  readonly series: string;
  /** Its path, and those of other files whose planes belong to it. A hierarchy is one path. */
  readonly files: readonly string[];
}

/** An opened file with all of its series. */
export interface ImageFileSet {
  readonly path: string;
  readonly series: readonly Series[];
  /** One of the series, from 0. @throws CorruptFile, UnsupportedFormat */
  readonly open: (series: number) => Promise<ImageFile>;
}

/**
 * Opens a file by what its first bytes say, whatever its name; a folder of a hierarchical format by its name.
 *
 * @throws InvalidInput when there is no such file
 * @throws CorruptFile, UnsupportedFormat
 */
export async function openImageFiles(path: string, options: OpenOptions = {}): Promise<ImageFileSet> {
  const input = await formatInput(path, isHierarchyName);
  const { series, open } = await openAs(imageFormats, input, options);
  return {
    path,
    series,
    open: async (place) => {
      const image: OpenedImage = await open(place);
      const address = series.length === 1 ? path : `${path}#${place}`;
      return {
        ...image,
        path: address,
        series: series[place]!.name,
        files: [address, ...image.siblings.map((name) => join(dirname(path), name))],
      };
    },
  };
}

/**
 * Opens one image: that of the file, or the series behind a "#".
 *
 * @param address path of a file, and where it holds several series `#` and the number or name of one
 * @throws InvalidInput when there is no such file or series, or several series and none is chosen
 * @throws CorruptFile, UnsupportedFormat
 */
export async function openImageFile(address: string, options: OpenOptions = {}): Promise<ImageFile> {
  const parts = seriesAddress(address);
  const file = await openImageFiles(parts.path, options);
  return file.open(chosenSeries(parts, file.series));
}
