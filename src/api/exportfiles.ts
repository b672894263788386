/** Images, labels and tracks in the formats of other programs, as files in memory or wherever they belong. */
import { InvalidInput } from "../core/errors.js";
import { exporterNames } from "../exchange/exporternames.js";
import type { ExportContext, ExportedFile, Exporter, ExportInput } from "../exchange/exporter.js";

/** The formats that `exportTo` writes: their names, and what each needs. */
export async function exportFormats(): Promise<readonly Exporter[]> {
  // The writers are loaded when they are asked for: pages that write nothing are spared them.
  return (await import("../exchange/exporters.js")).exporters;
}

/**
 * Writes images, labels or tracks in a format of another program. Files are made one by one, as they are
 * asked for; frames are read when it is their turn.
 *
 * @param format name of one of `exportFormats()`, such as `ome-zarr`
 * @throws InvalidInput before the first file, when the format is unknown, or cannot hold what is given;
 *   Cancelled; what the sources throw
 */
export async function* exportTo(
  format: string,
  input: ExportInput,
  options: ExportContext = {},
): AsyncGenerator<ExportedFile, void, undefined> {
  const { exportersOf } = await import("../exchange/exporters.js");
  const [exporter, ...others] = exportersOf(format);
  if (exporter === undefined || others.length > 0)
    throw new InvalidInput("format", `one of ${exporterNames}`, format);
  yield* exporter.files(input, options);
}

/** The bytes of a file that `exportTo` gives, for files that fit into memory. @throws what its sources throw */
export async function exportedBytes({ write }: ExportedFile): Promise<Uint8Array> {
  let bytes = new Uint8Array(0);
  let length = 0;
  await write({
    write: async (position, piece) => {
      length = Math.max(length, position + piece.length);
      if (length > bytes.length) {
        const larger = new Uint8Array(Math.max(length, 2 * bytes.length));
        larger.set(bytes);
        bytes = larger;
      }
      bytes.set(piece, position);
    },
  });
  return bytes.slice(0, length);
}
