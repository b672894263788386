import { join } from "node:path";
import type { ExportedFile } from "../../exchange/exporter.js";
import { openAtomic } from "./files.js";

/** Writes a file of an export into a folder; it gets its name when it is complete. @throws OutputError */
export const writeExported = (folder: string, file: ExportedFile): Promise<void> =>
  writeExportedAt(join(folder, ...file.path.split("/")), file);

/** The same at a path that the caller chooses. */
export async function writeExportedAt(path: string, { write }: ExportedFile): Promise<void> {
  const file = await openAtomic(path);
  try {
    await write(file);
    await file.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
}
