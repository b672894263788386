import { describe, it } from "vitest";
import { fuzzPng, fuzzTiff, type FuzzOptions, pngsToDamage, tiffsToDamage } from "../../../test/damage.js";

/**
 * The seed is fixed, so that a change of the code alone decides whether the suite passes. KARYON_FUZZ_SEED sets
 * another; "random" takes one by chance, which is printed when a case fails.
 */
const given = process.env.KARYON_FUZZ_SEED ?? "1";
const options: FuzzOptions = given === "random" ? { numRuns: 3000 } : { numRuns: 3000, seed: Number(given) };

describe("damaged files of thousands of kinds end in an error that says so, or are read", () => {
  it.each(tiffsToDamage)("%s", { timeout: 600_000 }, (name) => fuzzTiff(name, options));
  it.each(pngsToDamage)("%s", { timeout: 600_000 }, (name) => fuzzPng(name, options));
});
