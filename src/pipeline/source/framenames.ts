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
  const withFolder = plain.map((name, i) => {
    if (!repeated.has(folded(name))) return name;
    const folder = safeName(basename(dirname(places[i]!.path)));
    return `${beginningOf(folder, Math.max(0, maxBytes - bytesOf(name)))}_${name}`;
  });
  const taken = new Set<string>();
  return withFolder.map((name) => {
    let unique = name;
    for (let n = 2; taken.has(folded(unique)); n++) unique = `${name}_${n}`;
    taken.add(folded(unique));
    return unique;
  });
}

/** Name of an image: that of its file, and of its series, or the number that it has for one. */
export function imageNameOf({ path, series = "" }: Pick<FramePlace, "path" | "series">): string {
  const { path: file, series: place } = seriesAddress(path);
  if (place === undefined) return stemOf(file);
  return `${stemOf(file)}_${series === "" ? place : series}`;
}

/** Names that some file system takes for one have one folded name: "STRASSE" and "straße". */
const folded = (name: string): string => name.toUpperCase().toLowerCase().normalize("NFC");

function repeatedOf(names: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const name of names.map(folded)) (seen.has(name) ? repeated : seen).add(name);
  return repeated;
}

/** Names that Windows keeps for devices, whatever follows their first dot. */
const reserved = /^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?=\.|$)/i;

/** Bytes of a name that leave room, of the 255 of a file system, for numbers, ends and temporary names. */
const maxBytes = 200;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** The beginning of a text that is at most so many bytes long, in whole letters. */
function beginningOf(text: string, bytes: number): string {
  const letters = Array.from(text);
  while (bytesOf(letters.join("")) > bytes) letters.pop();
  return letters.join("");
}

/**
 * Letters, digits and . _ - of any script, at most 100 (and 200 bytes); neither beginning nor ending with a dot,
 * and no name that Windows keeps for itself.
 */
export function safeName(text: string): string {
  const safe = text
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, "_")
    .replace(/^\.+/, "");
  const fitting = beginningOf(Array.from(safe).slice(0, 100).join(""), maxBytes)
    .replace(/\.+$/, "")
    .replace(reserved, "_$1");
  return fitting === "" ? "image" : fitting;
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
