/** Zarr hierarchies in memory, for tests. */
import { memorySource, type Store } from "../src/io/bytes.js";
import type { ByteInput, StoreInput } from "../src/io/formats/fileformat.js";
import { type PlaneSource, writtenArrays } from "../src/io/image/planesource.js";
import type { ZarrFile } from "../src/io/zarr/zarrdocuments.js";

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

/** An image whose values tell their place; see `PlaneSource`. */
export function madeSource(
  image: Omit<PlaneSource, "read">,
): PlaneSource & { readonly read: PlaneSource["read"] } {
  const { channels, slices, type, width } = image;
  return {
    ...image,
    read: (window, { frame, channel, slice }) => {
      const out = new writtenArrays[type](window.height * window.width);
      const plane = (frame * channels + channel) * slices + slice;
      for (let i = 0; i < out.length; i++) {
        const y = window.y + Math.floor(i / window.width);
        const x = window.x + (i % window.width);
        out[i] = 1 + plane * 50 + ((y * 3 + x * 2) % 41) + (y * width + x) / 16;
      }
      return Promise.resolve(out);
    },
  };
}

/** All files that a writer gives, by their paths. */
export async function gathered(files: AsyncIterable<ZarrFile>): Promise<Record<string, Uint8Array>> {
  const all: Record<string, Uint8Array> = {};
  for await (const { path, bytes } of files) {
    if (Object.hasOwn(all, path)) throw new Error(`${path} is written twice`);
    all[path] = bytes;
  }
  return all;
}
