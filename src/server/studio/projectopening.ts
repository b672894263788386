/** From what is asked to be opened to the images, the run folder and the settings of a project. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { resolveConfig } from "../../pipeline/config/config.js";
import type { Config } from "../../pipeline/config/options.js";
import type { PartialConfig } from "../../pipeline/config/partialconfig.js";
import type { FileSource } from "../../pipeline/source/filesource.js";
import { sourceOptions } from "../../pipeline/source/opening.js";
import { openSource } from "../../pipeline/source/source.js";
import { stemOf } from "../../pipeline/store/names.js";
import { seriesAddress } from "../../pipeline/store/seriesaddress.js";
import { Refusal } from "../answers.js";
import type { Confinement } from "../confinement.js";
import type { OpenRequest } from "../messages.js";
import type { ProjectSettings } from "../project.js";
import { changedFrom, readSettings, runInputs } from "./studiosettings.js";

/** Where the images and the run folder of a request lie, all within the roots. */
export type ProjectPlace = Pick<ProjectSettings, "inputs" | "out">;

/**
 * Finds images and run folder.
 *
 * @throws Refusal where the request is none, or leads out of the roots; InvalidInput
 */
export function placeOf(request: OpenRequest, confinement: Confinement): ProjectPlace {
  if ("run" in request) {
    const out = confinement.place(request.run);
    return { out, inputs: runInputs(out).map(confinement.address) };
  }
  const given: unknown = request.inputs;
  if (!Array.isArray(given) || given.length === 0 || !given.every((input) => typeof input === "string"))
    throw new Refusal(
      400,
      "InvalidInput",
      "To open something, name its images (inputs) or a run folder (run).",
    );
  const inputs = request.inputs.map(confinement.address);
  const out = confinement.place(request.out ?? defaultOut(inputs[0]!, confinement));
  return { inputs, out };
}

/** Beside the images and named after them; in the first root where nothing may be written there. */
function defaultOut(input: string, { roots }: Confinement): string {
  const { path, series } = seriesAddress(input);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const stem = isFolder && !/\.zarr$/i.test(path) ? basename(path) : stemOf(path);
  const end = series === undefined ? "" : `-${series.replace(/[^\w.-]+/g, "_")}`;
  const name = `${stem}${end}-karyon`;
  // A root itself may be the folder of images: beside it lies outside of all roots.
  const isRoot = roots.some((root) => realpathSync(resolve(root)) === path);
  const beside = isRoot ? path : dirname(path);
  return join(mayWrite(beside) ? beside : roots[0]!, name);
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The settings of a project that is opened: those asked for, else those that its folder holds. */
export const settingsOf = (request: OpenRequest, out: string): PartialConfig =>
  ("run" in request ? undefined : request.config) ?? readSettings(out) ?? {};

/** Options that name files. */
const pathOptions = [
  ["input", "exclude"],
  ["train", "from"],
  ["run", "model"],
  ["measure", "images"],
] as const;

/**
 * Checks settings, and takes the paths in them to where they really lie.
 *
 * @returns what differs from the defaults, and all of it
 * @throws InvalidInput; Refusal for a path that leads out of the roots
 */
export function checkedSettings(
  given: PartialConfig,
  confinement: Confinement,
): { readonly partial: PartialConfig; readonly config: Config } {
  const partial = changedFrom(resolveConfig(given as never, "the settings")) as Record<
    string,
    Record<string, unknown>
  >;
  for (const [section, key] of pathOptions) {
    const path = partial[section]?.[key];
    if (typeof path === "string") partial[section]![key] = confinement.place(path);
  }
  return { partial, config: resolveConfig(partial, "the settings") };
}

/** Joins changes into settings; null takes an option back to its default. @throws Refusal */
export function joinedSettings(before: PartialConfig, change: PartialConfig): PartialConfig {
  // Without a prototype, which a name such as __proto__ would reach.
  const joined = Object.create(null) as Record<string, Record<string, unknown>>;
  for (const part of [before, change])
    for (const [section, options] of Object.entries(part as Readonly<Record<string, unknown>>)) {
      if (typeof options !== "object" || options === null || Array.isArray(options))
        throw new Refusal(400, "InvalidInput", `The section ${section} of the settings is no object.`);
      for (const [key, value] of Object.entries(options))
        (joined[section] ??= Object.create(null) as Record<string, unknown>)[key] =
          value === null ? undefined : value;
    }
  return joined;
}

/**
 * Opens the images of a project; only directories of files are read.
 *
 * @throws InvalidInput and what reading throws; Refusal where a file of them lies outside of the roots
 */
export async function openProjectSource(
  { inputs, out }: ProjectPlace,
  config: Config,
  confinement: Confinement,
): Promise<FileSource> {
  const source = await openSource(inputs, sourceOptions(config, out));
  // Patterns and descriptions in files may lead elsewhere.
  for (const file of source.files) confinement.address(file);
  if (source.frames === 0) throw new InvalidInput("inputs", "at least one frame", "none");
  return source;
}
