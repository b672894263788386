/** Zarr hierarchies in memory, for tests. */
import { memorySource, type Store } from "../src/io/bytes.js";
import type { ByteInput, StoreInput } from "../src/io/formats/fileformat.js";

/** Contents of files by their keys; texts stand for their UTF-8. */
export type MadeFiles = Readonly<Record<string, string | Uint8Array>>;

/** A document of metadata. */
export type ZarrJson = Readonly<Record<string, unknown>>;

/** Files in memory as a store. */
export function storeOf(files: MadeFiles): Store {
  const get = (key: string): Uint8Array | undefined => {
    if (!Object.hasOwn(files, key)) return undefined;
    const value = files[key]!;
    return typeof value === "string" ? new TextEncoder().encode(value) : value;
  };
  return {
    get: (key) => Promise.resolve(get(key)),
    list: (prefix) => Promise.resolve(Object.keys(files).filter((key) => key.startsWith(prefix))),
  };
}

/** Files in memory as a hierarchy to be opened. */
export const inputOf = (files: MadeFiles, name = "made.zarr"): StoreInput => ({
  from: "store",
  where: name,
  name,
  store: storeOf(files),
});

/** The bytes of a file to be opened, which has no siblings. */
export const zippedInput = (bytes: Uint8Array, name = "made.zarr.zip"): ByteInput => ({
  from: "bytes",
  where: name,
  name,
  bytes: memorySource(bytes),
  sibling: () => Promise.reject(new Error("no siblings")),
});
