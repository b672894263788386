/** Files in memory as inputs of formats, and what a graph of tracks says, for comparisons. */
import type { TrackGraph } from "../src/core/tracks.js";
import { memorySource, type Store } from "../src/io/bytes.js";
import { InvalidInput } from "../src/core/errors.js";
import type { ByteInput, StoreInput } from "../src/io/formats/fileformat.js";
import type { WrittenFile } from "./exported.js";

/** A file in memory. */
export const bytesInput = (
  name: string,
  content: string | Uint8Array,
  siblings: readonly WrittenFile[] = [],
): ByteInput => ({
  from: "bytes",
  where: name,
  name,
  bytes: memorySource(typeof content === "string" ? new TextEncoder().encode(content) : content),
  sibling: async (other) => {
    const found = siblings.find(({ path }) => path === other);
    if (found === undefined) throw new InvalidInput(name, `a file ${other} beside it`, "none");
    return bytesInput(other, found.bytes, siblings);
  },
});

/** Files in memory as a folder. @param root folder of the files that is the input; "" for all */
export function storeInput(name: string, files: readonly WrittenFile[], root = ""): StoreInput {
  const prefix = root === "" ? "" : `${root}/`;
  const values = new Map(
    files
      .filter(({ path }) => path.startsWith(prefix))
      .map(({ path, bytes }) => [path.slice(prefix.length), bytes]),
  );
  const store: Store = {
    get: async (key) => values.get(key),
    getRange: async (key, { offset, length }) => values.get(key)?.subarray(offset, offset + length),
    list: async (begin) => [...values.keys()].filter((key) => key.startsWith(begin)),
  };
  return { from: "store", where: name, name, store };
}

/** The links of a graph as (frame, label) pairs, in the order of the child. */
export const linksOf = ({ nuclei, edges }: TrackGraph): string[] =>
  Array.from({ length: edges.length / 2 }, (_, e) =>
    [edges[2 * e]!, edges[2 * e + 1]!]
      .map((row) => `${nuclei.frame[row]!}:${nuclei.label[row]!}`)
      .join(" > "),
  );
