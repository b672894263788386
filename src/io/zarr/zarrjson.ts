/** The JSON documents of a Zarr hierarchy, of which nothing is believed. */
import { CorruptFile } from "../../core/errors.js";
import type { Store } from "../bytes.js";

/** An object of a document; see `field`. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A store with what messages call it. */
export interface Place {
  readonly store: Store;
  /** Name of the file or folder. */
  readonly where: string;
}

/** No document is longer, with all positions of a plate or all colours of labels in it. */
const longestDocument = 2 ** 26;

/** @throws CorruptFile when it is no object of JSON @returns undefined when there is none of that key */
export async function readJson({ store, where }: Place, key: string): Promise<JsonObject | undefined> {
  const bytes = await store.get(key);
  if (bytes === undefined) return undefined;
  if (bytes.length > longestDocument) throw new CorruptFile(where, 0, `"${key}" has ${bytes.length} bytes`);
  const value = parsed(new TextDecoder().decode(bytes));
  if (!isObject(value)) throw new CorruptFile(where, 0, `"${key}" is no JSON object`);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(withoutBareNumbers(text));
    } catch {
      return undefined;
    }
  }
}

/** Python writes NaN and infinities, which JSON does not have; texts stay as they are. */
const withoutBareNumbers = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (part) =>
    part.startsWith('"') ? part : `"${part}"`,
  );

/** True for an object that is no array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A member of an object; undefined when it has none of that name. */
export const field = (object: unknown, name: string): unknown =>
  isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;

/** A member that is an object; an empty one when it is not. */
export function objectAt(object: unknown, name: string): JsonObject {
  const value = field(object, name);
  return isObject(value) ? value : {};
}

/** A member that is an array; an empty one when it is not. */
export function listAt(object: unknown, name: string): readonly unknown[] {
  const value = field(object, name);
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A member as text; "" when it is neither text nor a number. */
export function textAt(object: unknown, name: string): string {
  const value = field(object, name);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Whole numbers from `least` on; undefined when the value is anything else. */
export function wholeNumbers(value: unknown, least: number): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list = value as readonly unknown[];
  return list.every((item) => typeof item === "number" && Number.isSafeInteger(item) && item >= least)
    ? (list as readonly number[])
    : undefined;
}

/** Finite numbers; undefined when the value is anything else. */
export function finiteNumbers(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list = value as readonly unknown[];
  return list.every((item) => typeof item === "number" && Number.isFinite(item))
    ? (list as readonly number[])
    : undefined;
}

/** A value as it is shown in a message: one short line. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").slice(0, 60);
}

/**
 * A key below a folder of the hierarchy.
 *
 * @param path as metadata have it, which must not leave the folder
 * @throws CorruptFile
 */
export function keyBelow(folder: string, path: string, where: string): string {
  const parts = path.split("/");
  const inside = parts.every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\\"));
  if (!inside) throw new CorruptFile(where, 0, `its metadata name "${shown(path)}", which is no path in it`);
  return joined(folder, path);
}

/** A key of a folder; "" is the hierarchy itself. */
export const joined = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`);
