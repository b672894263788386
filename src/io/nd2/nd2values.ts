/**
 * The metadata of an ND2 file as a tree: what its two notations, compact and XML, have in common. Lists are
 * levels whose items have no names.
 */

/** A value of the metadata. */
export type Nd2Value = number | boolean | string | Uint8Array | Nd2Level;

/** Named values in their order; a name may come several times. */
export interface Nd2Level {
  readonly items: readonly (readonly [name: string, value: Nd2Value])[];
}

/** Bytes of an array that are read as a list. */
const longestList = 2 ** 20;

/** Levels in levels that are followed. */
export const deepestLevel = 64;

/** True for a level, false for everything that has no items. */
export const isLevel = (value: Nd2Value | undefined): value is Nd2Level =>
  typeof value === "object" && !(value instanceof Uint8Array);

/** The value of the first item of a name; undefined when there is none. */
export const valueOf = (level: Nd2Level | undefined, name: string): Nd2Value | undefined =>
  level?.items.find(([each]) => each === name)?.[1];

/** The first level on a path of names; undefined when there is none. */
export const levelOf = (level: Nd2Level | undefined, ...path: readonly string[]): Nd2Level | undefined =>
  path.reduce<Nd2Level | undefined>((at, name) => {
    const value = valueOf(at, name);
    return isLevel(value) ? value : undefined;
  }, level);

/** A finite number; undefined when it is missing or no number. */
export function numberOf(level: Nd2Level | undefined, name: string): number | undefined {
  const value = valueOf(level, name);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A count: a whole number from 0; undefined when it is missing or none. */
export function countOf(level: Nd2Level | undefined, name: string): number | undefined {
  const value = numberOf(level, name);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A text; "" when it is missing or no text. */
export function stringOf(level: Nd2Level | undefined, name: string): string {
  const value = valueOf(level, name);
  return typeof value === "string" ? value : "";
}

/** A switch; undefined when it is missing. */
export const flagOf = (level: Nd2Level | undefined, name: string): boolean | undefined =>
  isTrue(valueOf(level, name));

/** The values of a list in their order, the bytes of an array as numbers; empty when it is missing. */
export function listOf(level: Nd2Level | undefined, name: string): readonly Nd2Value[] {
  const value = valueOf(level, name);
  if (value instanceof Uint8Array) return [...value.subarray(0, longestList)];
  return isLevel(value) ? value.items.map(([, item]) => item) : [];
}

/** The levels among the items of a list. */
export const levelsOf = (level: Nd2Level | undefined, name: string): readonly Nd2Level[] =>
  listOf(level, name).filter(isLevel);

/** Switches of a list; undefined when it is missing or empty. */
export function flagsOf(level: Nd2Level | undefined, name: string): readonly boolean[] | undefined {
  const flags = listOf(level, name).map((value) => isTrue(value) === true);
  return flags.length === 0 ? undefined : flags;
}

function isTrue(value: Nd2Value | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  return typeof value === "number" ? value !== 0 : undefined;
}

/** Names of levels that only wrap another. */
const wrapper = /^(|variant|no_name|[SR]Lx.*)$/;

/** The level that holds the contents, below those that only wrap it. */
export function unwrapped(level: Nd2Level): Nd2Level {
  let at = level;
  for (let depth = 0; depth < deepestLevel; depth++) {
    const [item, ...others] = at.items;
    if (item === undefined || others.length > 0 || !isLevel(item[1]) || !wrapper.test(item[0])) break;
    at = item[1];
  }
  return at;
}
