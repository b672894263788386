/** The studio as a whole: what it opens, with all its rooms. */
import { accessSync, constants, type Dirent, readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { isHierarchyName, isImageName } from "../../io/formats/formatnames.js";
import { inputPaths, readRun } from "../../pipeline/store/provenance.js";
import { seriesAddress } from "../../pipeline/store/seriesaddress.js";
import { correctionRoutes } from "../corrections/correctionroutes.js";
import { withCorrections } from "../corrections/projectcorrections.js";
import { jobRoutes } from "../jobs/jobroutes.js";
import { withJobs } from "../jobs/projectjobs.js";
import type { OpenRequest } from "../messages.js";
import { storedParts } from "./storedparts.js";
import { startStudio, type StudioOptions, type StudioServer } from "./studioserver.js";

export type { StudioServer };

/** The rooms that the server has beside those of files, projects and images. */
export const studioRooms = {
  partsOf: withJobs(withCorrections(storedParts)),
  routes: [correctionRoutes, jobRoutes],
} as const satisfies Pick<StudioOptions, "partsOf" | "routes">;

/** What the studio is asked to open. */
export interface OpenStudioOptions {
  /** Images, folders of them, a run, or folders to look through. Default: the current folder */
  readonly paths?: readonly string[] | undefined;
  /** Default 0: any that is free. */
  readonly port?: number | undefined;
  /** Origins of other pages that may read images and labels. Default: none */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Stops the server. */
  readonly signal?: AbortSignal | undefined;
}

/** The studio, started. */
export interface OpenedStudio extends StudioServer {
  /** What the user should know, in a sentence. */
  readonly notice: string | undefined;
}

/**
 * Starts Karyon Studio on this machine; its page is at `address`.
 *
 * @throws InvalidInput for what is not there, or a port that is taken
 */
export async function studio(options: OpenStudioOptions = {}): Promise<OpenedStudio> {
  const { paths = [], port = 0, allowedOrigins = [], signal } = options;
  const { roots, start, notice } = whatToOpen(paths);
  const server = await startStudio({ roots, start, port, allowedOrigins, signal, ...studioRooms });
  return { ...server, notice };
}

/** What the page may reach, and what it opens at once. */
export interface ToOpen {
  readonly roots: readonly string[];
  readonly start: OpenRequest | undefined;
  /** What the user should know of it, in a sentence. */
  readonly notice?: string | undefined;
}

/** Where the studio is started. */
export interface Surroundings {
  /** The current folder, absolute. */
  readonly current: string;
  readonly mayWrite: (folder: string) => boolean;
}

const here: Surroundings = { current: resolve("."), mayWrite };

/**
 * A run, images, a folder of nothing but images, or only folders to look through. The first root is one that may
 * be written where there is one: what is dropped, and results that cannot lie beside the images, go there.
 *
 * @throws InvalidInput for what is not there, and for a run beside other things
 */
export function whatToOpen(paths: readonly string[], surroundings: Surroundings = here): ToOpen {
  if (paths.length === 0) return { roots: [surroundings.current], start: undefined };
  const all = paths.map((path) => ({ path: resolve(path), kind: kindOf(path) }));
  const run = all.find(({ kind }) => kind === "run");
  if (run !== undefined) {
    if (all.length > 1)
      throw new InvalidInput("path", "one run alone", `${all.length} paths`, "open one of them");
    const images = inputPaths(run.path, readRun(run.path)!).map((path) => dirname(seriesAddress(path).path));
    return { roots: [...new Set([dirname(run.path), ...images.filter(isFolder)])], start: { run: run.path } };
  }
  const images = all.filter(({ kind }) => kind === "images").map(({ path }) => path);
  const folders = all.map(({ path, kind }) => (kind === "folder" ? path : dirname(seriesAddress(path).path)));
  const roots = [...new Set(folders)];
  if (images.length === 0) return { roots, start: undefined };
  const start = { inputs: images };
  const beside = dirname(seriesAddress(images[0]!).path);
  const { current, mayWrite: isOpen } = surroundings;
  if (isOpen(beside)) return { roots, start };
  return {
    roots: [...new Set([current, ...roots])],
    start,
    notice: `Nothing may be written in ${beside}: results go to the current folder, ${current}.`,
  };
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function kindOf(path: string): "run" | "folder" | "images" {
  const file = seriesAddress(path).path;
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined)
    throw new InvalidInput(path, "a folder, an image or a run", "nothing there", "check the path");
  if (!status.isDirectory() || isHierarchyName(basename(file))) return "images";
  if (readRun(file)?.command === "run") return "run";
  return holdsOnlyImages(file) ? "images" : "folder";
}

/** What systems leave in every folder. */
const leftBySystems: ReadonlySet<string> = new Set(["Thumbs.db", "desktop.ini"]);

/** Whether a folder holds images and nothing else, so that there is nothing to choose in it. */
function holdsOnlyImages(folder: string): boolean {
  const shown = readdirSync(folder, { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith(".") && !leftBySystems.has(name),
  );
  const isImage = (entry: Dirent): boolean =>
    entry.isDirectory() ? isHierarchyName(entry.name) : isImageName(entry.name);
  return shown.length > 0 && shown.every(isImage);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
