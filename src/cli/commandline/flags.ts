import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { InvalidInput, isKaryonError } from "../../core/errors.js";
import { type CommandName, commandOptions, idleOptions } from "../../pipeline/config/acting.js";
import {
  mergeConfigs,
  parseConfig,
  type PartialConfig,
  resolveConfig,
} from "../../pipeline/config/config.js";
import {
  type Config,
  type OptionKey,
  type OptionSpec,
  optionTable,
  type Section,
} from "../../pipeline/config/options.js";
import { inFlags } from "./wording.js";

/** Section, key and description of an option. */
function specOf(option: OptionKey): { section: Section; key: string; spec: OptionSpec } {
  const [section, key] = option.split(".") as [Section, string];
  return { section, key, spec: (optionTable[section] as Readonly<Record<string, OptionSpec>>)[key]! };
}

/**
 * Adds the flags of the options that a command reads, and `--config` where it reads any. A flag that several
 * sections share sets all of them.
 */
export function addFlags(command: Command, name: CommandName): Command {
  const options: readonly OptionKey[] = commandOptions[name];
  const added = new Set<string>();
  for (const option of options) {
    const { spec } = specOf(option);
    if (added.has(spec.flag)) continue;
    added.add(spec.flag);
    addFlag(command, spec);
  }
  return options.length === 0
    ? command
    : command.option("--config <file>", "read options from a YAML file, by section; flags win over it");
}

function addFlag(command: Command, spec: OptionSpec): void {
  if (spec.value !== "") {
    command.addOption(new Option(`--${spec.flag} ${spec.value}`, helpOf(spec)).argParser(valueOf));
    return;
  }
  const fallback = spec.schema.safeParse(undefined).data;
  // Of what is on anyway only the way to turn it off is shown; asking for it is no mistake, and overrules a
  // file.
  command.addOption(new Option(`--${spec.flag}`, inFlags(spec.help)).hideHelp(fallback === true));
  if (fallback !== false)
    command.addOption(new Option(`--no-${spec.flag}`, `do not ${inFlags(spec.help)}`).default(undefined));
}

const helpOf = (spec: OptionSpec): string => {
  const fallback = spec.schema.safeParse(undefined).data;
  const help = inFlags(spec.help);
  return fallback === undefined ? help : `${help} (default: ${JSON.stringify(fallback).replaceAll('"', "")})`;
};

// What looks like a number is one; the check of the configuration then speaks of numbers and not of text.
const valueOf = (text: string): string | number =>
  text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;

/** What a user set, checked. */
export interface GivenConfig {
  readonly config: Config;
  /** What the user should know, one sentence each. */
  readonly notices: readonly string[];
}

/**
 * The checked configuration of a command: defaults, then `--config`, then flags. A file may hold options of
 * other commands, and some that do nothing beside the others; of the latter a notice tells.
 *
 * @throws InvalidInput for what is unknown, has a wrong value, or is a flag that does nothing beside the
 *   others
 */
export function configOf(command: Command, name: CommandName): GivenConfig {
  const given = command.opts<Record<string, unknown>>();
  const file = typeof given["config"] === "string" ? given["config"] : undefined;
  const fromFile = file === undefined ? {} : readConfig(file);
  const flags = flagValues(given, name);
  const config = resolveFlags(mergeConfigs(fromFile, flags), name);
  const idle = idleOptions(name, config);
  assertFlagsAct(name, flags, idle);
  const notices = idle.flatMap(({ options, reason }) => {
    const set = options.filter((option) => isSet(fromFile, option));
    return set.length === 0
      ? []
      : [`${set.join(", ")} of ${file} ${set.length === 1 ? "has" : "have"} no effect here: ${reason}.`];
  });
  return { config, notices };
}

/** @throws InvalidInput that says where the flags are explained */
function resolveFlags(given: PartialConfig, name: CommandName): Config {
  try {
    return resolveConfig(given, "the command line");
  } catch (error) {
    if (!isKaryonError(error, "InvalidInput")) throw error;
    const { argument, expected, received } = error;
    throw new InvalidInput(argument, expected, received, `see karyon ${name} --help`);
  }
}

/** Flags that were given, by the sections that the command reads. */
function flagValues(given: Readonly<Record<string, unknown>>, name: CommandName): PartialConfig {
  const values: Record<string, Record<string, unknown>> = {};
  for (const option of commandOptions[name]) {
    const { section, key } = specOf(option);
    if (given[key] !== undefined) (values[section] ??= {})[key] = given[key];
  }
  return values;
}

const isSet = (config: PartialConfig, option: OptionKey): boolean => {
  const { section, key } = specOf(option);
  return config[section]?.[key] !== undefined;
};

/** @throws InvalidInput for a flag none of whose options does anything */
function assertFlagsAct(name: CommandName, flags: PartialConfig, idle: ReturnType<typeof idleOptions>): void {
  const reasons = new Map(idle.flatMap(({ options, reason }) => options.map((option) => [option, reason])));
  for (const option of commandOptions[name] as readonly OptionKey[]) {
    const reason = reasons.get(option);
    if (reason === undefined || !isSet(flags, option)) continue;
    const { key, section, spec } = specOf(option);
    const acts = (commandOptions[name] as readonly OptionKey[]).some(
      (other) => specOf(other).spec.flag === spec.flag && !reasons.has(other),
    );
    if (acts) continue;
    const { flag, typed } = typedOf(spec, flags[section]![key]);
    throw new InvalidInput(flag, "no such flag, because it has no effect here", typed, reason);
  }
}

/** A flag as the user typed it, alone and with its value. */
function typedOf(spec: OptionSpec, value: unknown): { readonly flag: string; readonly typed: string } {
  const flag = `--${value === false ? "no-" : ""}${spec.flag}`;
  return { flag, typed: typeof value === "boolean" ? flag : `${flag} ${String(value)}` };
}

/** Mistakes of a configuration file, which are told in the words of the file and not in flags. */
const ofFile = new WeakSet<object>();

/** Whether an error is about the contents of a configuration file. */
export const isOfFile = (error: unknown): boolean =>
  typeof error === "object" && error !== null && ofFile.has(error);

function readConfig(path: string): PartialConfig {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new InvalidInput("--config", "a YAML file that can be read", path, "check the path");
  }
  try {
    const config = parseConfig(text, path);
    // The file alone first, so that its mistakes are reported under its name.
    resolveConfig(config, path);
    return config;
  } catch (error) {
    if (typeof error === "object" && error !== null) ofFile.add(error);
    throw error;
  }
}
