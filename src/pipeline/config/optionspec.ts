/** What an option is, and the checks that several share. */
import { z } from "zod";
import type { Window } from "../../core/image.js";

/** One option that a user can set. */
export interface OptionSpec<T = unknown> {
  /** Command-line flag without dashes; the key in the configuration file is its camel case. */
  readonly flag: string;
  /** Placeholder of the value in the help; empty for a switch. */
  readonly value: string;
  readonly schema: z.ZodType<T>;
  readonly help: string;
}

/** Options by their key in the configuration file. */
export type OptionSection = Readonly<Record<string, OptionSpec>>;

/** A number from `low` to `high`. */
export const number = (low: number, high: number): z.ZodNumber => z.number().min(low).max(high);

/** A whole number from `low` to `high`. */
export const integer = (low: number, high: number): z.ZodNumber => z.number().int().min(low).max(high);

const units = { MB: 1e6, GB: 1e9 } as const;

/** Bytes of a size such as "1500MB" or "2.5 GB"; undefined when it is none. */
export function bytesOf(text: string): number | undefined {
  const [, value, unit] = /^(\d+(?:\.\d+)?) ?(MB|GB)$/i.exec(text) ?? [];
  return value === undefined || unit === undefined
    ? undefined
    : Number(value) * units[unit.toUpperCase() as keyof typeof units];
}

/** A size that `bytesOf` understands. */
export const memorySize = z.custom<string>(
  (value) => typeof value === "string" && bytesOf(value) !== undefined,
  "a size such as 2GB or 1500MB",
);

/** First and last frame of a range such as "10..19", "10.." or "..19"; undefined when it is none. */
export function framesOf(text: string): readonly [first: number, last: number] | undefined {
  const [, first = "", last = ""] = /^(\d*)\.\.(\d*)$/.exec(text.trim()) ?? [];
  if (first === "" && last === "") return undefined;
  const range = [first === "" ? 0 : Number(first), last === "" ? Infinity : Number(last)] as const;
  return range[0] <= range[1] ? range : undefined;
}

/** A text that `framesOf` understands. */
export const frameRange = z.custom<string>(
  (value) => typeof value === "string" && framesOf(value) !== undefined,
  "a range of frames such as 10..19",
);

/** The rectangle of a text such as "0,512,256,256"; undefined when it is none. */
export function windowOf(text: string): Window | undefined {
  const numbers = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : NaN));
  const [y = NaN, x = NaN, height = NaN, width = NaN] = numbers;
  const isWindow = numbers.length === 4 && y >= 0 && x >= 0 && height >= 1 && width >= 1;
  return isWindow ? { y, x, height, width } : undefined;
}

/** A text that `windowOf` understands. */
export const rectangle = z.custom<string>(
  (value) => typeof value === "string" && windowOf(value) !== undefined,
  "a rectangle y,x,height,width, such as 0,512,256,256",
);
