import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import { z } from "zod";
import { InvalidInput, messageOf } from "../../core/errors.js";
import { type Config, type OptionSpec, optionTable, type Section, sections } from "./options.js";

/** Loaded where there is a file to read: its 72 files take longer than all else that a refusal needs. */
const yaml = (): Pick<typeof Yaml, "parse"> => createRequire(import.meta.url)("yaml") as typeof Yaml;

const schema = z.strictObject(
  Object.fromEntries(
    sections.map((section) => {
      const shape = Object.fromEntries(
        Object.entries(optionTable[section]).map(([key, spec]: [string, OptionSpec]) => [key, spec.schema]),
      );
      return [section, z.strictObject(shape).prefault({})];
    }),
  ),
);

/** What a user gave: sections with some of their options. */
export type PartialConfig = { readonly [S in Section]?: Readonly<Record<string, unknown>> };

/**
 * Checks a configuration and fills in the defaults.
 *
 * @param where named in errors: a file name, or "the command line"
 * @throws InvalidInput naming the first unknown key or wrong value
 */
export function resolveConfig(given: PartialConfig, where: string): Config {
  const result = schema.safeParse(given);
  if (result.success) return result.data as unknown as Config;
  const issue = result.error.issues[0]!;
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const key = [...path, issue.keys[0]!].join(".");
    const known = path.length === 0 ? sections : Object.keys(optionTable[path[0] as Section]);
    throw new InvalidInput(
      `${where}, key "${key}"`,
      `one of ${known.join(", ")}`,
      "an unknown key",
      "correct or remove it",
    );
  }
  const received = path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    given,
  );
  const expected = issue.message
    .replace(/^(Invalid input|Invalid option|Too \w+): expected /, "")
    .replace(/^number to be/, "a number")
    .replace(/, received \w+$/, "");
  throw new InvalidInput(`${where}, ${path.join(".")}`, expected, JSON.stringify(received) ?? "nothing");
}

/** Parses a configuration file (YAML). @throws InvalidInput when it is no YAML mapping. */
export function parseConfig(text: string, where: string): PartialConfig {
  let value: unknown;
  try {
    value = yaml().parse(text);
  } catch (error) {
    throw new InvalidInput(where, "a YAML file", messageOf(error).split("\n")[0]!.replace(/[.:]$/, ""));
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value))
    throw new InvalidInput(where, `sections such as "train:"`, JSON.stringify(value));
  return value;
}

/** Joins partial configurations; the later wins, option by option. */
export function mergeConfigs(...parts: readonly PartialConfig[]): PartialConfig {
  const merged: Record<string, Record<string, unknown>> = {};
  for (const part of parts) {
    for (const [section, options] of Object.entries(part)) {
      // What is not a mapping is kept as it is: the check that follows names it.
      merged[section] =
        typeof options === "object" && options !== null ? { ...merged[section], ...options } : options;
    }
  }
  return merged;
}

/** Paths at which two plain values differ, such as `train.steps`. */
export function differences(a: unknown, b: unknown, path = ""): string[] {
  if (Object.is(a, b)) return [];
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return [`${path} (${JSON.stringify(a)} before, ${JSON.stringify(b)} now)`];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const at = (value: object, key: string): unknown => (value as Record<string, unknown>)[key];
  return keys.flatMap((key) => differences(at(a, key), at(b, key), path === "" ? key : `${path}.${key}`));
}
