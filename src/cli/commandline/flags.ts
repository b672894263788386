import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { InvalidInput } from "../../core/errors.js";
import { mergeConfigs, parseConfig, resolveConfig } from "../../pipeline/config/config.js";
import {
  type Config,
  type OptionSpec,
  optionTable,
  type Section,
  sections,
} from "../../pipeline/config/options.js";

/**
 * Adds the flags of some sections of the option table, and `--config`. A flag that several sections share
 * sets all of them.
 */
export function addFlags(command: Command, used: readonly Section[]): Command {
  const added = new Set<string>();
  for (const section of used) {
    for (const spec of Object.values(optionTable[section]) as OptionSpec[]) {
      if (added.has(spec.flag)) continue;
      added.add(spec.flag);
      if (spec.value === "") {
        const on = spec.schema.safeParse(undefined).data === true;
        // Of what is on anyway only the way to turn it off is shown; asking for it is no mistake, and
        // overrules a file.
        command.addOption(new Option(`--${spec.flag}`, spec.help).hideHelp(on));
        if (on || spec.schema.safeParse(undefined).data === undefined)
          command.addOption(new Option(`--no-${spec.flag}`, `do not ${spec.help}`).default(undefined));
      } else command.addOption(new Option(`--${spec.flag} ${spec.value}`, helpOf(spec)).argParser(valueOf));
    }
  }
  return command.option("--config <file>", "read options from a YAML file, by section; flags win over it");
}

const helpOf = (spec: OptionSpec): string => {
  const fallback = spec.schema.safeParse(undefined).data;
  return fallback === undefined
    ? spec.help
    : `${spec.help} (default: ${JSON.stringify(fallback).replaceAll('"', "")})`;
};

// What looks like a number is one; the check of the configuration then speaks of numbers and not of text.
const valueOf = (text: string): string | number =>
  text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;

/** The checked configuration of a command: defaults, then `--config`, then flags. @throws InvalidInput */
export function configOf(command: Command): Config {
  const given = command.opts<Record<string, unknown>>();
  const file = typeof given["config"] === "string" ? given["config"] : undefined;
  const fromFile = file === undefined ? {} : parseConfig(readConfig(file), file);
  // The file alone first, so that its mistakes are reported under its name.
  resolveConfig(fromFile, file ?? "the configuration");
  const flags = Object.fromEntries(
    sections.map((section) => [
      section,
      Object.fromEntries(
        Object.keys(optionTable[section])
          .filter((key) => given[key] !== undefined)
          .map((key) => [key, given[key]]),
      ),
    ]),
  );
  return resolveConfig(mergeConfigs(fromFile, flags), "the command line");
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new InvalidInput("--config", "a YAML file that can be read", path, "check the path");
  }
}
