/** The library names options by their keys; the command line by its flags. */
import { type OptionSpec, optionTable } from "../../pipeline/config/options.js";

const flags = new Map(
  Object.entries(optionTable).flatMap(([section, options]) =>
    Object.entries(options).map(([key, { flag }]: [string, OptionSpec]) => [`${section}.${key}`, flag]),
  ),
);

/** A key such as `train.steps`, but no part of a path, of another word, or of a quotation; with yes or no. */
const key = new RegExp(
  `(?<![\\w/\\\\."-])(${[...flags.keys()].join("|").replaceAll(".", "\\.")})` +
    `(?:: (true|false)\\b)?(?![\\w/\\\\"-]|\\.\\w)`,
  "g",
);

/** What programs say to the arguments that allow a result to be replaced. */
const permission = /\b(overwrite|retrain): true\b/g;

/** Arguments of programs that are no options of the configuration, and their flags. */
const argumentFlags: Readonly<Record<string, string>> = {
  explain: "--explain",
  preview: "--preview",
  frame: "--frame",
  out: "--output",
  name: "--name",
  authors: "--author",
  license: "--license",
};

/** Such an argument where an error names it: at the beginning of its sentence. */
const argument = new RegExp(`^(${Object.keys(argumentFlags).join("|")})(?=: expected )`);

/** A sentence of the library with flags in the place of the keys of options. */
export const inFlags = (text: string): string =>
  text
    .replace(
      key,
      (_, name: string, value?: string) => `--${value === "false" ? "no-" : ""}${flags.get(name)}`,
    )
    .replace(permission, "--$1")
    .replace(argument, (name) => argumentFlags[name]!);
