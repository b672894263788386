/** The JSON files of Karyon that programs read again, each with the version of its layout. */
import { InvalidInput, UnsupportedFormat } from "../../core/errors.js";
import { readJson, writeFileAtomic } from "./files.js";

/**
 * The present version of each format. It rises when an older Karyon could no longer read what is written.
 * Karyon 0.1 wrote version 1 of all of them, without saying so.
 */
export const formatVersions = {
  run: 1,
  annotation: 1,
  segmentation: 1,
  tracking: 1,
  simulation: 1,
} as const;

/** What a file describes. */
export type FormatKind = keyof typeof formatVersions;

const formatOf = (kind: FormatKind): string => `karyon-${kind}`;

/** The text of a versioned file: as in `model.json`, `format` and `version` come first. */
export const formatVersioned = (kind: FormatKind, value: object): string =>
  `${JSON.stringify({ format: formatOf(kind), version: formatVersions[kind], ...value }, null, 2)}\n`;

/**
 * Writes plain data as JSON with the format and the version of its kind, under its name only when complete.
 *
 * @throws OutputError
 */
export const writeVersioned = (path: string, kind: FormatKind, value: object): Promise<void> =>
  writeFileAtomic(path, formatVersioned(kind, value));

/**
 * Reads what `writeVersioned` wrote, or what Karyon 0.1 wrote without a version.
 *
 * @returns the value as it was given to `writeVersioned`, without format and version
 * @throws InvalidInput when there is no such file, or it holds another kind; CorruptFile when it is no JSON;
 *   UnsupportedFormat when a newer Karyon wrote it
 */
export const readVersioned = <T>(path: string, kind: FormatKind): T =>
  withoutVersion<T>(readJson<unknown>(path), kind, path);

/**
 * Checks the version of parsed JSON and takes it off.
 *
 * @param where name of the file, for messages
 * @throws InvalidInput when it holds another kind; UnsupportedFormat when a newer Karyon wrote it
 */
export function withoutVersion<T>(parsed: unknown, kind: FormatKind, where: string): T {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new InvalidInput(where, `the description of ${aKind(kind)}`, JSON.stringify(parsed).slice(0, 40));
  const { format = formatOf(kind), version = 1, ...value } = parsed as Record<string, unknown>;
  if (format !== formatOf(kind))
    throw new InvalidInput(
      where,
      `the description of ${aKind(kind)} ("format": "${formatOf(kind)}")`,
      JSON.stringify(format),
      "check the path",
    );
  const newest = formatVersions[kind];
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1)
    throw new InvalidInput(where, `a format version from 1 to ${newest}`, JSON.stringify(version));
  if (version > newest)
    throw new UnsupportedFormat(
      where,
      `version ${version} of the format ${format}`,
      `this Karyon reads versions up to ${newest}, and a newer one wrote the file: use that one`,
    );
  return value as T;
}

const aKind = (kind: FormatKind): string => `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
