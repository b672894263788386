/** The library names options by their keys; the command line by its flags. */
import { type OptionSpec, optionTable } from "../../pipeline/config/options.js";

const flags = new Map(
  Object.entries(optionTable).flatMap(([section, options]) =>
    Object.entries(options).map(([key, { flag }]: [string, OptionSpec]) => [`${section}.${key}`, flag]),
  ),
);

/** A key such as `train.steps`, but no part of a path, of another word, or of a quotation. */
const key = new RegExp(
  `(?<![\\w/\\\\."-])(${[...flags.keys()].join("|").replaceAll(".", "\\.")})(?![\\w/\\\\"-]|\\.\\w)`,
  "g",
);

/** What programs say to the arguments that allow a result to be replaced. */
const permission = /\b(overwrite|retrain): true\b/g;

/** A sentence of the library with flags in the place of the keys of options. */
export const inFlags = (text: string): string =>
  text.replace(key, (name) => `--${flags.get(name)}`).replace(permission, "--$1");
