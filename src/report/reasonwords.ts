/** Reasons of the annotation, which are sentences, in one word each: what fits beside an object in a picture. */

/** The first that is found in a reason names it. */
const words: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/border/, "border"],
  [/contact/, "touching"],
  [/outline/, "faint rim"],
  [/solidity|ellipse/, "shape"],
  [/texture/, "texture"],
  [/sharpness/, "blurred"],
  [/intensity/, "dim"],
  [/area in px/, "small"],
  [/area/, "area"],
];

export interface ShortReason {
  readonly word: string;
  /** Certainty where that decided, such as "0.43"; undefined where a limit did. */
  readonly certainty?: string | undefined;
}

/** @param reason of a rejected object, as `objects.csv` has it */
export function shortReason(reason: string): ShortReason {
  const certainty = /^certainty (\d\.\d+)/.exec(reason)?.[1];
  const word = words.find(([pattern]) => pattern.test(reason))?.[1] ?? "doubtful";
  return { word: word === "area" ? sizeWord(reason) : word, certainty };
}

/** "area / median 0.31", "area 80 px is 2.31 of the median 35 (most 1.5)" and "area 12 px (least 40)" say which way. */
function sizeWord(reason: string): string {
  const ratio = /area \/ median ([\d.]+)/.exec(reason)?.[1] ?? /is ([\d.]+) of the median/.exec(reason)?.[1];
  if (ratio !== undefined) return Number(ratio) < 1 ? "small" : "large";
  return reason.includes("(most") ? "large" : "small";
}
