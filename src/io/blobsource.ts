import { InvalidInput, messageOf } from "../core/errors.js";
import type { ByteSource } from "./bytes.js";

/** A file that a page was given, or any other `Blob`, as bytes that are read where they are needed. */
export const blobSource = (blob: Blob): ByteSource => ({
  size: blob.size,
  read: async (offset, length) => {
    try {
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    } catch (error) {
      const name = "name" in blob && typeof blob.name === "string" ? blob.name : "the file";
      throw new InvalidInput(name, "a file that can be read", messageOf(error), "choose it once more");
    }
  },
});
