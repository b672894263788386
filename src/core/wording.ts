/** Small pieces of sentences for users. */

/** A number with its noun, in the plural where it is not one: `3 frames`. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
