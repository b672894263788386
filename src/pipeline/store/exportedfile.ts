import { join } from "node:path";
import type { ExportedFile } from "../../exchange/exporter.js";
import { openAtomic } from "./files.js";

/** Writes a file of an export into a folder; it gets its name when it is complete. @throws OutputError */
export async function writeExported(folder: string, { path, write }: ExportedFile): Promise<void> {
  const file = await openAtomic(join(folder, ...path.split("/")));
  try {
    await write(file);
    await file.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
}
