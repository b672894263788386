/** JSON of files, and its values, which may be anything. */
import { CorruptFile, messageOf, UnsupportedFormat } from "../../core/errors.js";
import type { ByteSource } from "../bytes.js";

/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of JSON, whose keys may be missing. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Text has at most so many characters in Node and browsers. */
const longestText = 2 ** 29 - 25;

/** What Python and Gson write for numbers that JSON has no word for. */
const noNumbers = /(?<=[:,[]\s*)(?:-?Infinity|NaN)(?=\s*[,\]}])/g;

/**
 * Reads a file as JSON; NaN and Infinity become null.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile for other text
 * @throws UnsupportedFormat for more than half a gigabyte
 */
export async function readJsonFile(bytes: ByteSource, where: string): Promise<Json> {
  if (bytes.size > longestText)
    throw new UnsupportedFormat(where, `a JSON file of ${bytes.size} bytes`, "save it in parts");
  const text = new TextDecoder().decode(await bytes.read(0, bytes.size));
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    try {
      return JSON.parse(text.replace(noNumbers, "null")) as Json;
    } catch {
      const at = /position (\d+)/.exec(messageOf(error))?.[1] ?? "0";
      throw new CorruptFile(where, Number(at), "this is no JSON text");
    }
  }
}

/** The object that a value is; undefined for other values. */
export const asObject = (value: Json | undefined): JsonObject | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

/** The list that a value is; undefined for other values. */
export const asList = (value: Json | undefined): readonly Json[] | undefined =>
  Array.isArray(value) ? (value as readonly Json[]) : undefined;

/** The whole number of at least 0 that a value is; undefined for other values. */
export const asCount = (value: Json | undefined): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
