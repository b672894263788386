/** Damages the files of a format in every way that a disk, a network or a broken-off copy does. */
import { expect } from "vitest";
import { isKaryonError } from "../src/core/errors.js";
import { type Random, random } from "../src/core/random.js";

/** What became of damaged files. */
export interface FuzzCounts {
  /** Read to the end: the damage met nothing, or only pixels. */
  readonly read: number;
  /** Refused with one sentence. */
  readonly refused: number;
}

/** Memory that reading a damaged file of less than a megabyte may take, bytes. */
const memoryLimit = 2 ** 30;

/**
 * Reads a file cut off at every hundredth of its length, and with random bytes changed, until there were
 * `cases`. Each must be read, or refused by one sentence: nothing else may be thrown, and memory is bounded.
 * A hang ends by the test's own time limit.
 *
 * @param read opens the bytes and reads all of their planes or objects
 */
export async function fuzzFormat(
  original: Uint8Array,
  read: (bytes: Uint8Array) => Promise<unknown>,
  { cases = 500, seed = 1 }: { readonly cases?: number; readonly seed?: number } = {},
): Promise<FuzzCounts> {
  await read(original);
  const rng = random(seed);
  const before = process.memoryUsage().rss;
  let [sound, refused] = [0, 0];
  for (let i = 0; i < cases; i++) {
    const bytes =
      i < 100 ? original.slice(0, Math.floor((i * original.length) / 100)) : changed(original, rng);
    try {
      await read(bytes);
      sound++;
    } catch (error) {
      if (!isKaryonError(error)) throw new Error(`case ${i} of seed ${seed}`, { cause: error });
      expect(error.message).toMatch(/^[^\n]+\.$/);
      refused++;
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(memoryLimit);
  }
  return { read: sound, refused };
}

/** One to eight bytes changed: anywhere, near the start, where headers are, or all in one place. */
function changed(original: Uint8Array, rng: Random): Uint8Array {
  const bytes = original.slice();
  const where = rng.integer(3);
  const place = rng.integer(bytes.length);
  for (let n = 1 + rng.integer(8); n > 0; n--) {
    const anywhere = where === 0 ? bytes.length : Math.min(bytes.length, where === 1 ? 600 : 16);
    const at = (where === 2 ? place : 0) + rng.integer(anywhere);
    // Extreme values reach the lengths and counts that matter.
    const value = [0, 1, 0x7f, 0x80, 0xff][rng.integer(8)] ?? rng.integer(256);
    bytes[at % bytes.length] = value;
  }
  return bytes;
}
