/** A hierarchy of values by key in a zip archive, such as an OME-Zarr in one file. */
import type { Store } from "./bytes.js";
import type { ZipArchive } from "./zipread.js";

/** A packed value is kept for the next range of it when it has at most so many bytes. */
const keptBytes = 2 ** 26;

/**
 * The files of an archive below a folder, as a store.
 *
 * @param folder of the archive, without "/" at its end; "" for all of it
 */
export function zipStore(archive: ZipArchive, folder = ""): Required<Store> {
  const prefix = folder === "" ? "" : `${folder}/`;
  let kept: { readonly name: string; readonly bytes: Uint8Array } | undefined;
  const whole = async (name: string): Promise<Uint8Array | undefined> => {
    if (kept?.name === name) return kept.bytes;
    const bytes = await archive.read(name);
    kept = bytes !== undefined && bytes.length <= keptBytes ? { name, bytes } : undefined;
    return bytes;
  };
  return {
    get: (key) => archive.read(prefix + key),
    getRange: async (key, { offset, length }) => {
      const name = prefix + key;
      if (archive.isStored(name)) return archive.readRange(name, offset, length);
      return (await whole(name))?.subarray(offset, offset + length);
    },
    size: (key) => Promise.resolve(archive.sizeOf(prefix + key)),
    list: (start) =>
      Promise.resolve(
        archive.names
          .filter((name) => name.startsWith(prefix + start))
          .map((name) => name.slice(prefix.length)),
      ),
  };
}
