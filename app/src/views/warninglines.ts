/** Warnings of many files that differ only in their numbers, as one line each. */

/** What was found in one file or series. */
export interface WarnedFile {
  readonly file: string;
  readonly warnings: readonly string[];
}

/** A warning, and how many files it is about. */
export interface WarningLine {
  /** With the range of each number in which the files differ, such as `0.9 to 1.5 % of the values …`. */
  readonly text: string;
  readonly files: number;
}

const number = /\d+(?:\.\d+)?/g;

/** One line for all that say the same, in the order of the first of each. */
export function warningLines(found: readonly WarnedFile[]): WarningLine[] {
  const groups = new Map<string, { readonly texts: string[]; readonly files: Set<string> }>();
  for (const { file, warnings } of found)
    for (const text of warnings) {
      const key = text.replace(number, "#");
      const group = groups.get(key) ?? { texts: [], files: new Set() };
      groups.set(key, group);
      group.texts.push(text);
      group.files.add(file);
    }
  return [...groups.values()].map(({ texts, files }) => ({ text: together(texts), files: files.size }));
}

/** The first text, each number that differs replaced by the least and the largest. */
function together(texts: readonly string[]): string {
  const all = texts.map((text) => text.match(number) ?? []);
  let place = 0;
  return texts[0]!.replace(number, (own) => {
    const values = all.map((numbers) => numbers[place]!).sort((a, b) => Number(a) - Number(b));
    place++;
    const [least, largest] = [values[0]!, values.at(-1)!];
    return least === largest ? own : `${least} to ${largest}`;
  });
}
