/** Files of a run folder that the page shows or gives to be kept: exports, figures, statistics, the report. */
import { createReadStream, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { exporters } from "../../exchange/exporters.js";
import { zipPieces } from "../../io/zipwrite.js";
import { stageOutputs } from "../../pipeline/stage/stagenames.js";
import { Refusal } from "../answers.js";
import { placeWithin } from "../confinement.js";
import type { ExportListing, FolderFile } from "../messages.js";
import { reportPolicy } from "../reportpolicy.js";

/** Types of files that a browser shows. */
const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".csv": "text/csv; charset=utf-8",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".mp4": "video/mp4",
  ".yaml": "text/plain; charset=utf-8",
  ".zip": "application/zip",
};

/** The formats there are, and what lies in `exports/` of a run folder. */
export const listExports = (out: string): ExportListing => ({
  formats: exporters.map(({ name, title, needs }) => ({ name, title, needsTracks: needs.includes("graph") })),
  files: listFolder(join(out, stageOutputs.export)),
});

/** Figures, statistics and the report of a run folder, by their paths within it. */
export const listFigures = (out: string): FolderFile[] =>
  [stageOutputs.figures, stageOutputs.analyse].flatMap((folder) =>
    listFolder(join(out, folder)).map((file) => ({ ...file, path: `${folder}/${file.path}` })),
  );

/** What lies in a folder, by name; folders with the bytes of all that is in them. Nothing where there is none. */
export function listFolder(folder: string): FolderFile[] {
  const entries = readdirSafely(folder).filter(({ name }) => !name.startsWith("."));
  return entries
    .map(({ name }) => ({
      path: name,
      isFolder: isFolder(join(folder, name)),
      size: sizeOf(join(folder, name)),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const readdirSafely = (folder: string): { readonly name: string }[] => {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter(
      (entry) => entry.isFile() || entry.isDirectory(),
    );
  } catch {
    return [];
  }
};

const isFolder = (path: string): boolean => statSync(path).isDirectory();

const sizeOf = (path: string): number =>
  isFolder(path)
    ? readdirSafely(path).reduce((sum, { name }) => sum + sizeOf(join(path, name)), 0)
    : statSync(path).size;

/**
 * A file below a folder, or a folder as a ZIP archive.
 *
 * @param path as the address has it, decoded
 * @param isToKeep whether the browser is to save it, not to show it
 * @throws Refusal 404 where there is none, or it lies elsewhere, be it through a link
 */
export function fileAnswer(folder: string, path: string, isToKeep = false): Response {
  const missing = (): Refusal => new Refusal(404, "NotFound", `There is no file ${path}.`);
  const place = placeWithin(folder, path);
  if (place === undefined) throw missing();
  const status = statSync(place);
  const name = basename(place);
  if (status.isDirectory()) return zipAnswer(place, `${name}.zip`);
  // A pipe would never answer.
  if (!status.isFile()) throw missing();
  const headers = {
    "Content-Type": contentTypes[extname(place).toLowerCase()] ?? "application/octet-stream",
    "Content-Length": String(status.size),
    "Cache-Control": "no-store",
    ...(mayHoldScripts(place) ? boxed : {}),
    ...(isToKeep ? { "Content-Disposition": dispositionOf(name) } : {}),
  };
  if (status.size === 0) return new Response("", { headers });
  // A file that grows meanwhile is given as it was.
  return new Response(
    streamOf(() => createReadStream(place, { end: status.size - 1 })),
    { headers },
  );
}

function zipAnswer(folder: string, name: string): Response {
  const pieces = (): AsyncIterable<Uint8Array> => zipPieces(filesOf(folder, ""));
  return new Response(streamOf(pieces), {
    headers: {
      "Content-Type": "application/zip",
      "Content-Disposition": dispositionOf(name),
      "Cache-Control": "no-store",
    },
  });
}

async function* filesOf(folder: string, prefix: string): AsyncGenerator<{ name: string; bytes: Uint8Array }> {
  for (const { name } of readdirSafely(folder)) {
    const path = join(folder, name);
    if (isFolder(path)) yield* filesOf(path, `${prefix}${name}/`);
    else yield { name: `${prefix}${name}`, bytes: await readFile(path) };
  }
}

/** A stream that begins when it is read: of an answer to HEAD nobody reads one. */
function streamOf(begin: () => AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  let pieces: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        pieces ??= begin()[Symbol.asyncIterator]();
        const piece = await pieces.next();
        if (piece.done === true) controller.close();
        else controller.enqueue(piece.value);
      },
      cancel: async () => void (await pieces?.return?.()),
    },
    { highWaterMark: 0 },
  );
}

/** A name as a header takes it. Source: RFC 8187, section 3.2.1 (attr-char). */
const dispositionOf = (name: string): string =>
  `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, escapedSign)}`;

const escapedSign = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;

/** Pages and drawings may hold scripts: they get the box of a report. */
const boxed: Readonly<Record<string, string>> = {
  "Content-Security-Policy": reportPolicy,
  "Cross-Origin-Opener-Policy": "unsafe-none",
};

const mayHoldScripts = (path: string): boolean => /\.(html|svg)$/i.test(path);
