/** What an exporter writes, in memory. */
import type { ExportedFile } from "../src/exchange/exporter.js";

/** A file with its bytes. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Writes one file into memory. */
export async function writtenFile({ path, write }: ExportedFile): Promise<WrittenFile> {
  const pieces: [number, Uint8Array][] = [];
  await write({
    write: async (position, bytes) => {
      pieces.push([position, bytes.slice()]);
    },
  });
  const out = new Uint8Array(
    pieces.reduce((end, [position, { length }]) => Math.max(end, position + length), 0),
  );
  for (const [position, bytes] of pieces) out.set(bytes, position);
  return { path, bytes: out };
}

/** Writes all files into memory, in their order. */
export async function writtenFiles(files: AsyncIterable<ExportedFile>): Promise<WrittenFile[]> {
  const list: WrittenFile[] = [];
  for await (const file of files) list.push(await writtenFile(file));
  return list;
}
