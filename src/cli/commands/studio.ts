import { spawn } from "node:child_process";
import { accessSync, constants, type Dirent, readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { isHierarchyName, isImageName } from "../../io/formats/formatnames.js";
import { inputPaths, readRun } from "../../pipeline/store/provenance.js";
import { seriesAddress } from "../../pipeline/store/seriesaddress.js";
import type { OpenRequest } from "../../server/messages.js";
import { correctionRoutes } from "../../server/corrections/correctionroutes.js";
import { withCorrections } from "../../server/corrections/projectcorrections.js";
import { jobRoutes } from "../../server/jobs/jobroutes.js";
import { withJobs } from "../../server/jobs/projectjobs.js";
import { storedParts } from "../../server/studio/storedparts.js";
import { startStudio, type StudioOptions } from "../../server/studio/studioserver.js";
import type { CommandSpec } from "../commandline/command.js";

/** The rooms that the server has beside those of files, projects and images. */
export const studioRooms = {
  partsOf: withJobs(withCorrections(storedParts)),
  routes: [correctionRoutes, jobRoutes],
} as const satisfies Pick<StudioOptions, "partsOf" | "routes">;

/** `karyon studio`: the local web page. */
export const studioCommand: CommandSpec = {
  name: "studio",
  args: "[path...]",
  summary:
    "look, correct, train and explore in the browser, on this machine alone; a path is an image, a folder of nothing " +
    "but images, a run, or a folder to look through. Results lie beside the images, so that the folder around them " +
    "is opened, too; where nothing may be written there, in the current folder",
  flags: [
    ["--no-open", "do not open the browser"],
    ["--port <number>", "port of the local address (default: any that is free)"],
    [
      "--allow-origin <url...>",
      "address of another web page, such as a viewer, that may read images and labels",
    ],
  ],
  examples: [
    "studio",
    "studio movie.tif",
    "studio frames",
    "studio movie.lif#3",
    "studio results --port 8080 --no-open",
  ],
  stopText: "Everything that was done is kept; start it again to go on.",
  async run({ args, options, context }) {
    const { roots, start, notice } = whatToOpen(args);
    const origins = options["allowOrigin"];
    const { address, close } = await startStudio({
      roots,
      start,
      port: portOf(options["port"]),
      allowedOrigins: Array.isArray(origins) ? (origins as string[]) : [],
      ...studioRooms,
    });
    tellAddress(address, options["json"] === true);
    if (notice !== undefined) context.onEvent?.({ event: "notice", text: notice });
    if (options["open"] !== false) {
      const problem = await openBrowser(address);
      if (problem !== undefined) context.onEvent?.({ event: "notice", text: problem });
    }
    await untilStopped(context.signal);
    await close();
    return { text: "Karyon Studio has ended.", value: { address } };
  },
};

/** The first line: what people click, and programs read. */
function tellAddress(address: string, isJson: boolean): void {
  const line = isJson ? JSON.stringify({ event: "studio", address }) : `Karyon Studio: ${address}`;
  process.stdout.write(`${line}\n`);
}

/** What the page may reach, and what it opens at once. */
interface ToOpen {
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

/** @throws InvalidInput */
function portOf(given: unknown): number {
  if (given === undefined) return 0;
  const port = Number(given);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new InvalidInput("--port", "a whole number from 0 to 65535", JSON.stringify(given));
}

/** @returns why it could not be opened, in a sentence; undefined where it was */
function openBrowser(address: string): Promise<string | undefined> {
  const [program, args] = opener(address);
  const problem = "The browser could not be opened by itself: open the address above in it.";
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true });
    child.once("error", () => done(problem));
    child.once("exit", (code) => done(code === 0 ? undefined : problem));
    // A browser that stays in front is open.
    setTimeout(() => done(undefined), 2000).unref();
    child.unref();
  });
}

function opener(address: string): readonly [program: string, args: readonly string[]] {
  if (process.platform === "darwin") return ["open", [address]];
  if (process.platform === "win32") return ["cmd", ["/c", "start", "", address]];
  return ["xdg-open", [address]];
}

/** Waits for Ctrl-C; a caller without a signal is told at once. */
function untilStopped(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    if (signal === undefined || signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}
