import { basename, dirname } from "node:path";
import { naturalOrder, stemOf } from "../store/names.js";
import { seriesAddress } from "../store/seriesaddress.js";

/** A frame of a source: which file it is in, and which of that file's frames it is. */
export interface FramePlace {
  readonly path: string;
  /** Name of the series of the file; "" or undefined where it has none. */
  readonly series?: string | undefined;
  readonly frame: number;
  /** Frames of that file. */
  readonly frames: number;
}

/**
 * Names for frames: unique even where case does not count, and usable as file names everywhere. A file of
 * several frames gives its name and the frame's number; equal names get their folder before them, then a
 * number.
 */
export function frameNames(places: readonly FramePlace[]): string[] {
  const plain = places.map(({ path, series, frame, frames }) => {
    const stem = safeName(imageNameOf({ path, series }));
    return frames === 1
      ? stem
      : `${stem}_t${String(frame).padStart(Math.max(3, String(frames - 1).length), "0")}`;
  });
  const repeated = repeatedOf(plain);
  const withFolder = plain.map((name, i) =>
    repeated.has(name.toLowerCase()) ? `${safeName(basename(dirname(places[i]!.path)))}_${name}` : name,
  );
  const taken = new Set<string>();
  return withFolder.map((name) => {
    let unique = name;
    for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${name}_${n}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** Name of an image: that of its file, and of its series, or the number that it has for one. */
export function imageNameOf({ path, series = "" }: Pick<FramePlace, "path" | "series">): string {
  const { path: file, series: place } = seriesAddress(path);
  if (place === undefined) return stemOf(file);
  return `${stemOf(file)}_${series === "" ? place : series}`;
}

function repeatedOf(names: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const name of names.map((text) => text.toLowerCase())) (seen.has(name) ? repeated : seen).add(name);
  return repeated;
}

/** Letters, digits and . _ - of any script, not beginning with a dot, at most 100. */
export function safeName(text: string): string {
  const safe = text
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, "_")
    .replace(/^\.+/, "")
    .slice(0, 100);
  return safe === "" ? "image" : safe;
}

/** How the names of files differ: undefined when in more than their numbers. */
export interface Numbering {
  /** Numbers that differ from file to file, by their place in the name. */
  readonly varying: number;
  /**
   * The first number that does not follow the one before by the usual step, as [before, after]; of names with
   * one varying number only.
   */
  readonly gap: readonly [string, string] | undefined;
}

/** Finds out whether names without folder are equal but for their digits. */
export function numberingOf(names: readonly string[]): Numbering | undefined {
  const masked = new Set(names.map((name) => name.replace(/\d+/g, "0")));
  if (masked.size !== 1 || names.length < 2) return undefined;
  const numbers = names.map((name) => name.match(/\d+/g) ?? []);
  const varying = numbers[0]!.map((_, k) => k).filter((k) => new Set(numbers.map((row) => row[k])).size > 1);
  if (varying.length !== 1) return { varying: varying.length, gap: undefined };
  const series = numbers.map((row) => row[varying[0]!]!).sort(naturalOrder);
  const steps = series.slice(1).map((text, i) => Number(text) - Number(series[i]));
  const usual = Math.min(...steps);
  const at = steps.findIndex((step) => step > usual);
  return { varying: 1, gap: at < 0 ? undefined : [series[at]!, series[at + 1]!] };
}
