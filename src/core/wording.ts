/** Small pieces of sentences for users. */

/** A number with its noun, in the plural where it is not one: `3 frames`. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** The first three names, and how many more there are. */
export const some = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
