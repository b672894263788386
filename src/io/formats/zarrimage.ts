import { CorruptFile } from "../../core/errors.js";
import { firstZipEntry } from "../zip.js";
import { isZip, openZip } from "../zipread.js";
import { zipStore } from "../zipstore.js";
import { bytesOfType } from "../zarr/arraymetadata.js";
import type { Place } from "../zarr/zarrjson.js";
import { isNodeKey } from "../zarr/zarrnode.js";
import { openPlanes, type ZarrPlanes } from "../zarr/zarrplanes.js";
import { seriesOf } from "../zarr/zarrseries.js";
import type { Store } from "../bytes.js";
import { type ByteInput, hasExtension } from "./fileformat.js";
import {
  type ImageFormat,
  type ImageSet,
  type OpenedImage,
  type PlaneIndex,
  type ReadPlane,
  unsaid,
} from "./imageformat.js";

/** Ends of the names of folders that are Zarr hierarchies. */
export const zarrExtensions = ["zarr"] as const;

/** Ends of the names of zip archives that hold one; others are told by their contents. */
export const zarrZipExtensions = ["zarr.zip", "ozx"] as const;

/** OME-Zarr 0.1 to 0.5 in a folder, with shards and plates, and arrays that are no OME-Zarr. */
export const zarrImages: ImageFormat = {
  name: "OME-Zarr",
  extensions: zarrExtensions,
  from: "store",
  recognise: (store) => isZarr(store),
  open: ({ store, where }) => openImages({ store, where }),
};

/** The same in a zip archive. */
export const zarrZipImages: ImageFormat = {
  name: "OME-Zarr",
  extensions: zarrZipExtensions,
  from: "bytes",
  recognise: isZarrZip,
  open: async (input) => openImages(await zippedPlace(input)),
};

/** True for a zip archive that is not one of ImageJ's selections. */
export function isZarrZip(head: Uint8Array, name: string): boolean {
  return (
    isZip(head) && (hasExtension(name, zarrZipExtensions) || firstEntry(head)?.endsWith(".roi") !== true)
  );
}

/** Name of the first file, or its beginning where the head does not hold all of it. */
function firstEntry(head: Uint8Array): string | undefined {
  const padded = new Uint8Array(Math.max(30, head.length));
  padded.set(head);
  return firstZipEntry(padded);
}

const rootKeys = ["zarr.json", ".zgroup", ".zattrs", ".zarray"];

/** True for a store that holds a hierarchy. */
export async function isZarr(store: Store): Promise<boolean> {
  for (const key of rootKeys) if ((await store.get(key)) !== undefined) return true;
  return false;
}

/** The hierarchy of an archive: all of it, or its topmost folder that is one. @throws CorruptFile */
export async function zippedPlace({ bytes, where }: ByteInput): Promise<Place> {
  const archive = await openZip(bytes, where);
  const folders = archive.names.filter(isNodeKey).map((name) => name.split("/").slice(0, -1));
  if (folders.length === 0)
    throw new CorruptFile(
      where,
      0,
      "the zip archive holds no Zarr metadata",
      "unpack it, and open the files in it",
    );
  const top = folders.reduce((a, b) => (b.length < a.length ? b : a));
  return { store: zipStore(archive, top.join("/")), where };
}

async function openImages(place: Place): Promise<ImageSet> {
  const series = await seriesOf(place);
  return {
    format: "OME-Zarr",
    series: series.map(({ name }) => ({ name })),
    open: async (i) => opened(await openPlanes(place, series[i]!)),
  };
}

function opened(planes: ZarrPlanes): OpenedImage {
  const { levels, type, read, ...rest } = planes;
  const bits = 8 * bytesOfType[type];
  const readPlane = async (...args: Parameters<ZarrPlanes["read"]>): Promise<ReadPlane> => ({
    plane: await read(...args),
    meaning: { colour: "grey", bits },
    sample: 0,
  });
  return {
    ...unsaid,
    ...rest,
    format: "OME-Zarr",
    height: levels[0]!.height,
    width: levels[0]!.width,
    levels,
    type,
    bits,
    size: ({ level = 0 }: PlaneIndex) =>
      levels[level] === undefined
        ? Promise.reject(new CorruptFile("the image", 0, `it has no level ${level}`))
        : Promise.resolve(levels[level]),
    read: (index, options) => readPlane(index, undefined, options),
    readWindow: (index, window, options) => readPlane(index, window, options),
  };
}
