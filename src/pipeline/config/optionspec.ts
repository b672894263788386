/** What an option is, and the checks that several share. */
import { z } from "zod";

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
