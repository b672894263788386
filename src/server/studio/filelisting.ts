/** What lies in a folder, and what each of it is. */
import type { Dirent, Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  isHierarchyName,
  isImageName,
  isLabelHierarchyName,
  isLabelName,
} from "../../io/formats/formatnames.js";
import { unreadable } from "../../pipeline/store/files.js";
import { naturalOrder } from "../../pipeline/store/names.js";
import { readRun } from "../../pipeline/store/provenance.js";
import type { Confinement } from "../confinement.js";
import type { FileEntry, FileListing } from "../messages.js";

/** Names of a folder that are listed; more than that nobody looks through. */
const mostEntries = 5000;

/** Bytes of a JSON file that are read to say what it holds. */
const mostRead = 16_384;

/** Names that are looked at to say what a folder holds. */
const mostPeeked = 500;

/**
 * What lies in a folder; for "" the roots. Hidden names, and what leads out of the roots, are not listed.
 *
 * @throws Refusal; InvalidInput when it is no folder
 */
export async function listFolder(path: string, confinement: Confinement): Promise<FileListing> {
  if (path === "") return listRoots(confinement);
  const folder = confinement.place(path);
  const names = await namesIn(folder);
  const entries: FileEntry[] = [];
  for (const name of names.slice(0, mostEntries)) {
    const entry = await entryOf(join(folder, name), confinement);
    if (entry !== undefined) entries.push(entry);
  }
  const isRoot = confinement.roots.some((root) => confinement.place(root) === folder);
  return { path: folder, parent: isRoot ? "" : dirname(folder), entries: entries.sort(byKindAndName) };
}

async function listRoots(confinement: Confinement): Promise<FileListing> {
  const entries: FileEntry[] = [];
  for (const root of confinement.roots) {
    const entry = await entryOf(confinement.place(root), confinement);
    if (entry !== undefined) entries.push(entry);
  }
  return { path: "", parent: "", entries };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith("."));
  } catch (error) {
    throw unreadable(folder, error, "a folder that can be read");
  }
}

/** Undefined for what cannot be looked at. */
async function entryOf(path: string, confinement: Confinement): Promise<FileEntry | undefined> {
  let status: Stats;
  try {
    confinement.place(path);
    status = await stat(path);
  } catch {
    return undefined;
  }
  const isFolder = status.isDirectory();
  return {
    name: basename(path),
    path,
    kind: isFolder ? await folderKind(path) : status.isFile() ? fileKind(path) : "other",
    size: isFolder ? 0 : status.size,
    modified: status.mtime.toISOString(),
  };
}

function fileKind(path: string): FileEntry["kind"] {
  const name = basename(path);
  if (isImageName(name)) return "images";
  if (!isLabelName(name)) return "other";
  return /\.json$/i.test(name) && !tellsOfObjects(path) ? "other" : "labels";
}

/** Whether the beginning of a JSON file is that of GeoJSON or COCO: most JSON files are neither. */
function tellsOfObjects(path: string): boolean {
  try {
    return /"(Feature|FeatureCollection|Polygon|MultiPolygon|annotations|categories|licenses)"/.test(
      beginningOf(path),
    );
  } catch {
    return false;
  }
}

function beginningOf(path: string): string {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(mostRead);
    return new TextDecoder().decode(bytes.subarray(0, readSync(file, bytes, 0, mostRead, 0)));
  } finally {
    closeSync(file);
  }
}

async function folderKind(path: string): Promise<FileEntry["kind"]> {
  const name = basename(path);
  if (isHierarchyName(name)) return "images";
  if (isLabelHierarchyName(name)) return "labels";
  const made = commandOf(path);
  if (made === "run") return "run";
  if (made === "study") return "study";
  if (made === "segment" || existsSync(join(path, "segmentation.json"))) return "labels";
  if (existsSync(join(path, "model.json")) && existsSync(join(path, "model.onnx"))) return "model";
  const inside: Dirent[] = await readdir(path, { withFileTypes: true }).catch(() => []);
  const shown = inside.slice(0, mostPeeked).filter((entry) => !entry.name.startsWith("."));
  const holdsImages = shown.some((entry) =>
    entry.isDirectory() ? isHierarchyName(entry.name) : isImageName(entry.name),
  );
  return holdsImages ? "images" : "folder";
}

function commandOf(folder: string): string | undefined {
  try {
    return readRun(folder)?.command;
  } catch {
    return undefined;
  }
}

/** Folders before files, each by name. */
function byKindAndName(a: FileEntry, b: FileEntry): number {
  const rank = ({ kind, size }: FileEntry): number => (kind === "folder" || size === 0 ? 0 : 1);
  return rank(a) - rank(b) || naturalOrder(a.name, b.name);
}
