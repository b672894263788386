/** Files that are dropped on the page: written to the first root as they come in. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, openAtomic } from "../../pipeline/store/files.js";
import { bodyPieces, Refusal } from "../answers.js";
import type { Confinement } from "../confinement.js";

/** The folder in the first root that dropped files go to. */
const droppedFolder = "karyon-dropped";

/** Most bytes of a file, unless the server is told otherwise. */
export const defaultMaxUpload = 8 * 2 ** 30;

/** A file that is sent. */
export interface Upload {
  readonly name: string;
  /** Of several files that belong together. */
  readonly folder: string | undefined;
  readonly request: Request;
  /** Bytes. */
  readonly most: number;
  /** ms within which more must come. Default: that of all bodies */
  readonly patience?: number | undefined;
}

/**
 * Writes a file under a temporary name, and under its own, or a free one like it, when all of it is there.
 *
 * @returns its path
 * @throws Refusal 400 for a name, 413 for a file that is too large, 408 for one that does not come; OutputError
 */
export async function takeUpload(upload: Upload, confinement: Confinement): Promise<string> {
  const { name, folder, request, most } = upload;
  assertName(name);
  if (folder !== undefined) assertName(folder);
  if (Number(request.headers.get("Content-Length") ?? 0) > most) throw tooLarge(most);
  const into = confinement.place(join(confinement.roots[0]!, droppedFolder, folder ?? ""));
  await makeFolder(into);
  const path = freePath(into, name);
  coming.add(path);
  try {
    await writeBody(path, upload);
  } finally {
    coming.delete(path);
  }
  return path;
}

/** Files that are on their way: their names are taken. */
const coming = new Set<string>();

async function writeBody(path: string, { request, most, patience }: Upload): Promise<void> {
  const file = await openAtomic(path);
  try {
    let length = 0;
    for await (const piece of bodyPieces(request, { most, tooLarge: () => tooLarge(most), patience })) {
      await file.write(length, piece);
      length += piece.length;
    }
    await file.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

const tooLarge = (most: number): Refusal =>
  new Refusal(
    413,
    "TooLarge",
    `A file that is dropped may have ${(most / 2 ** 30).toPrecision(2)} GiB at most; put it into a folder and open it ` +
      "there.",
  );

/** @throws Refusal 400 */
function assertName(name: string): void {
  const isName =
    name !== "" &&
    Buffer.byteLength(name) <= 200 &&
    !name.startsWith(".") &&
    // eslint-disable-next-line no-control-regex -- no name holds them
    !/[\u0000-\u001f<>:"/\\|?*]/.test(name);
  if (!isName)
    throw new Refusal(
      400,
      "InvalidInput",
      "A dropped file needs a plain name, without folders and signs like : or *.",
    );
}

/** A path that nothing has yet: `movie.tif`, `movie-2.tif`, ... */
function freePath(folder: string, name: string): string {
  const at = name.indexOf(".");
  const [stem, end] = at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at)];
  let path = join(folder, name);
  for (let number = 2; existsSync(path) || coming.has(path); number++)
    path = join(folder, `${stem}-${number}${end}`);
  return path;
}
