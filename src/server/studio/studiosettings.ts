/** What a user set in the studio, beside the results: `studio.json`, and the file for the command line. */
import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import { CorruptFile, InvalidInput, isKaryonError } from "../../core/errors.js";
import { recordedConfig } from "../../pipeline/config/acting.js";
import { resolveConfig } from "../../pipeline/config/config.js";
import type { Config } from "../../pipeline/config/options.js";
import type { PartialConfig } from "../../pipeline/config/partialconfig.js";
import { writeFileAtomic } from "../../pipeline/store/files.js";
import { studioFiles } from "../../pipeline/store/folders.js";
import { inputPaths, readRun } from "../../pipeline/store/provenance.js";
import { seriesAddress } from "../../pipeline/store/seriesaddress.js";
import type { ProjectSettings } from "../project.js";

type PlainConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What of a configuration differs from the defaults. */
export function changedFrom(config: Config): PartialConfig {
  const defaults = resolveConfig({}, "the defaults") as unknown as PlainConfig;
  const changed: Record<string, Record<string, unknown>> = {};
  for (const [section, options] of Object.entries(config as unknown as PlainConfig))
    for (const [key, value] of Object.entries(options))
      if (value !== undefined && JSON.stringify(value) !== JSON.stringify(defaults[section]?.[key]))
        (changed[section] ??= {})[key] = value;
  return changed;
}

/** What `studio.json` holds. */
interface StoredSettings {
  readonly format: "karyon-studio";
  readonly version: 1;
  readonly configuration: PartialConfig;
}

const fileOf = (out: string): string => join(out, studioFiles.settings);

/** Keeps settings in the run folder, which is made where it is missing. @throws OutputError */
export function writeSettings({ out, partial }: ProjectSettings): Promise<void> {
  const stored: StoredSettings = { format: "karyon-studio", version: 1, configuration: partial };
  return writeFileAtomic(fileOf(out), `${JSON.stringify(stored, null, 2)}\n`, { sync: true });
}

/**
 * Settings that were kept in a run folder: those of the studio, else those of its run; undefined where there
 * are none.
 *
 * @throws CorruptFile, InvalidInput when they cannot be understood
 */
export function readSettings(out: string): PartialConfig | undefined {
  const stored = readStored(fileOf(out));
  if (stored !== undefined) {
    const config = resolveConfig(stored.configuration as never, fileOf(out));
    return changedFrom(config);
  }
  const record = readRun(out);
  if (record?.command !== "run") return undefined;
  return changedFrom(recordedConfig("run", record.configuration, join(out, "run.json")));
}

function readStored(path: string): StoredSettings | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  try {
    const value = JSON.parse(text) as Partial<StoredSettings>;
    if (value.format === "karyon-studio" && value.version === 1 && typeof value.configuration === "object")
      return value as StoredSettings;
  } catch (error) {
    if (isKaryonError(error)) throw error;
  }
  throw new CorruptFile(path, 0, "it does not hold the settings of Karyon Studio", "move it elsewhere");
}

/**
 * The inputs of a run folder.
 *
 * @throws InvalidInput when it is none, or images are no longer where they were
 */
export function runInputs(folder: string): string[] {
  const record = readRun(folder);
  if (record?.command !== "run") {
    const what = record === undefined ? "no run.json" : `a folder of karyon ${record.command}`;
    throw new InvalidInput(folder, "the output folder of karyon run", what, "open its images instead");
  }
  const paths = inputPaths(folder, record);
  const missing = paths.filter((path) => !isThere(seriesAddress(path).path));
  if (missing.length > 0)
    throw new InvalidInput(
      folder,
      "its images where they were when it was made",
      `nothing at ${missing[0]!}${missing.length > 1 ? ` and ${missing.length - 1} more` : ""}`,
      "put them back, or open them where they are now with this folder as the output",
    );
  return paths;
}

function isThere(path: string): boolean {
  try {
    return statSync(path) !== undefined;
  } catch {
    return false;
  }
}

/** The command that does on the command line what is set, and its configuration file. */
export function configurationFile({ inputs, out, partial }: ProjectSettings): string {
  const given = inputs.map(quoted).join(" ");
  const own = Object.values(partial).some(
    (options: object | undefined) => Object.keys(options ?? {}).length > 0,
  );
  return (
    `# ${basename(out)}, as it is set in Karyon Studio. The same on the command line:\n` +
    `#   npx karyon run ${given} -o ${quoted(out)} --config karyon.yaml\n` +
    (own ? stringify(partial) : "# All options have their defaults.\n{}\n")
  );
}

/** As a shell takes it. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
