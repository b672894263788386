/** Files of microscopes and of other programs, from a page, from memory or from a server. */
import { InvalidInput } from "../core/errors.js";
import { some } from "../core/wording.js";
import { blobSource } from "../io/blobsource.js";
import { type ByteSource, memorySource, type Store } from "../io/bytes.js";
import { type ByteInput, type FormatInput, openAs, type OpenOptions } from "../io/formats/fileformat.js";
import type { ImageSet } from "../io/formats/imageformat.js";
import type { OpenedLabels } from "../io/formats/labelformat.js";
import type { OpenedTracks } from "../io/formats/trackformat.js";

/** A file. */
export interface NamedBytes {
  /** Without a folder. Formats that their bytes do not tell go by its end. */
  readonly name: string;
  /** Read where they are needed, but for a `Uint8Array`; a `File` of a page is a `Blob`. */
  readonly bytes: ByteSource | Uint8Array | Blob;
  /** Other files of its folder, for images and tracks that lie in several. */
  readonly siblings?: readonly NamedBytes[] | undefined;
}

/** A hierarchy of files, such as an OME-Zarr. */
export interface NamedStore {
  /** Name of its folder. */
  readonly name: string;
  readonly store: Store;
}

/**
 * Opens images: TIFF, PNG, OME-Zarr, Leica LIF, Zeiss CZI, Nikon ND2. The format is told by the first bytes.
 * No pixels are read.
 *
 * @throws CorruptFile, UnsupportedFormat
 */
export async function openImages(
  file: NamedBytes | NamedStore,
  options: Pick<OpenOptions, "kind"> = {},
): Promise<ImageSet> {
  // The readers are loaded with the first file: pages that open none are spared them.
  const { imageFormats } = await import("../io/formats/imageformats.js");
  return openAs(imageFormats, formatInput(file), options);
}

/**
 * Opens label images: integer TIFF, PNG, OME-Zarr and numpy arrays; or outlines of ImageJ, QuPath and COCO,
 * which are painted when they are read.
 *
 * @throws CorruptFile, UnsupportedFormat
 */
export async function openLabels(
  file: NamedBytes | NamedStore,
  options: Pick<OpenOptions, "size"> = {},
): Promise<OpenedLabels> {
  const { labelFormats } = await import("../io/formats/labelformats.js");
  return openAs(labelFormats, formatInput(file), options);
}

/**
 * Opens tracks: TrackMate, GEFF, the Cell Tracking Challenge (a hierarchy), napari, MotilityLab.
 *
 * @throws CorruptFile, UnsupportedFormat
 */
export async function openTracks(file: NamedBytes | NamedStore): Promise<OpenedTracks> {
  const { trackFormats } = await import("../io/formats/trackformats.js");
  return openAs(trackFormats, formatInput(file));
}

const formatInput = (file: NamedBytes | NamedStore): FormatInput =>
  "store" in file
    ? { from: "store", where: file.name, name: file.name, store: file.store }
    : byteInput(file, file.siblings ?? []);

const byteInput = ({ name, bytes }: NamedBytes, siblings: readonly NamedBytes[]): ByteInput => ({
  from: "bytes",
  where: name,
  name,
  bytes: byteSourceOf(bytes),
  sibling: async (wanted) => {
    const found = siblings.find((other) => other.name === wanted);
    if (found !== undefined) return byteInput(found, siblings);
    const given = siblings.length === 0 ? "no other file" : some(siblings.map((other) => other.name));
    throw new InvalidInput(name, `the file ${wanted} beside it`, given, "give it among its siblings");
  },
});

function byteSourceOf(bytes: NamedBytes["bytes"]): ByteSource {
  if (bytes instanceof Uint8Array) return memorySource(bytes);
  // Blobs of other pages and of Node's own are told by what they have.
  return "read" in bytes ? bytes : blobSource(bytes);
}
